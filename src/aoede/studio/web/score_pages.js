// The score on paper: the long sheet is cut between its systems, so that each page holds whole ones.

import { Failure, link } from "./api.js";
import { h } from "./dom.js";

const PAGE_RATIO = 1.3; // height by width: fits A4 and Letter with their margins
const PLACE = /translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)/;

// Opens the browser's print dialog with the score of a version. Raises a Failure where there is no score.
export async function printScore(id) {
  const source = link(`/versions/${id}/files/svg?inline=1`);
  const answer = await fetch(source);
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Failure(answer.status, told.error ?? { code: "http", message: answer.statusText });
  }
  const plain = (await answer.text()).replace(/\bstyle\b/g, "unstyled"); // styles are refused here, and not needed
  const { width, pages } = pagesOf(new DOMParser().parseFromString(plain, "image/svg+xml"));
  const sheets = h("div.score-pages", {}, pages.map(page => sheetOf(source, width, page)));
  const root = document.documentElement;
  document.body.append(sheets);
  await Promise.all([...sheets.querySelectorAll("img")].map(image => image.decode().catch(() => {})));
  root.classList.add("prints-pages");
  addEventListener("afterprint", () => {
    root.classList.remove("prints-pages");
    sheets.remove();
  }, { once: true });
  print();
}

// A part of the picture: the whole of it, moved up, in a box of the part's height.
function sheetOf(source, width, { top, bottom }) {
  const style = { "aspect-ratio": `${width} / ${bottom - top}` };
  return h("div.score-part", { style }, h("img", { src: source, alt: "",
    style: { "margin-top": `${(-100 * top) / width}%` } }));
}

// -> {width, pages: [{top, bottom}]} in units of the picture's viewBox.
export function pagesOf(sheet) {
  const [, , width, height] = sheet.documentElement.getAttribute("viewBox").split(/[ ,]+/).map(Number);
  const cuts = [0, ...cutsOf(sheet, height), height], pages = [];
  let top = 0;
  for (const [i, cut] of cuts.entries())
    if (i > 0 && cut > top && ((cuts[i + 1] ?? Infinity) - top > PAGE_RATIO * width || i === cuts.length - 1)) {
      pages.push({ top, bottom: cut });
      top = cut;
    }
  return { width, pages };
}

// Where one system ends and the next has not begun: halfway between their lowest and highest signs.
function cutsOf(sheet, height) {
  const scaled = sheet.querySelector("svg.definition-scale"), margin = sheet.querySelector("g.page-margin");
  if (!scaled || !margin) return [];
  const scale = height / Number(scaled.getAttribute("viewBox").split(/[ ,]+/)[3]);
  const down = Number(PLACE.exec(margin.getAttribute("transform") ?? "")?.[2] ?? 0);
  const spans = [...sheet.querySelectorAll("g.system")].map(spanOf).filter(Boolean);
  return spans.slice(1).map((span, i) => ((spans[i].bottom + span.top) / 2 + down) * scale);
}

function spanOf(system) {
  const lines = [...system.querySelectorAll("g.staff > path")]
    .map(path => /^M-?[\d.]+ (-?[\d.]+)/.exec(path.getAttribute("d"))?.[1]);
  const texts = [...system.querySelectorAll("text[y]")].map(text => text.getAttribute("y"));
  const signs = [...system.querySelectorAll("use")].map(use => PLACE.exec(use.getAttribute("transform") ?? "")?.[2]);
  const heights = [...lines, ...texts, ...signs].map(Number).filter(Number.isFinite);
  return heights.length === 0 ? null : { top: Math.min(...heights), bottom: Math.max(...heights) };
}
