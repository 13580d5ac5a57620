// Curves of a training: what it learns from and what it has never seen, with the best place marked, and the same
// numbers as a table. Drawn as SVG in the colours of the page.

import { fill, h, svg } from "./dom.js";
import { t } from "./i18n.js";
import { byHeartSince, linesOf, nearest, niceStep, rangesOf } from "./loss_lines.js";
import { figure, figureName, partsOf, unitName, whole } from "./train_words.js";

const HEIGHT = 280, LEFT = 52, RIGHT = 16, TOP = 14, BOTTOM = 30, NARROW = 480;

// -> {element, show(news of run_news.js)}
export function lossChart() {
  const plot = h("div.loss-plot"), legend = h("ul.loss-legend"), unit = h("span.muted");
  const tip = h("p.loss-tip.tabular", { "aria-hidden": "true" }), heart = h("p.loss-heart");
  const table = h("div.file-table", { tabindex: "0", role: "region", "aria-label": t("train.chart.table") });
  const drawer = h("details.drawer", { ontoggle: drawTable }, h("summary", {}, t("train.chart.table")), table);
  const empty = h("p.muted", {}, t("train.chart.empty"));
  const head = h("figcaption.row.spread", {}, h("h3", {}, t("train.chart")), unit);
  const element = h("figure.loss", {}, head, legend, empty, plot, tip, heart, drawer);
  let news = null, lines = [];

  function show(told) {
    news = told;
    lines = linesOf(told);
    const isEmpty = lines.every(line => line.points.length === 0);
    const isPoint = lines.every(line => line.points.length < 2); // of what was only counted: no curve
    for (const part of [plot, tip, legend]) part.hidden = isPoint;
    empty.hidden = !isEmpty;
    drawer.hidden = isEmpty;
    unit.textContent = lines.length > 0 ? unitName(lines[0].unit) : "";
    const since = byHeartSince(told);
    heart.textContent = since === null ? "" : t("train.chart.heart", { step: whole(since) });
    fill(legend, lines.map(line => h("li", {}, key(line.kind), h("span", {}, line.label))));
    if (!isPoint) draw();
    drawTable();
  }

  function draw() {
    const scale = scaleOf(rangesOf(lines, news.n_steps), Math.max(260, plot.clientWidth || 640));
    const picture = pictureOf(lines, news, scale);
    fill(plot, picture);
    pointed(picture, tip, lines, scale);
  }

  function drawTable() {
    if (drawer.open && news !== null) fill(table, tableOf(news.history));
  }

  new ResizeObserver(() => { if (news !== null && !plot.hidden) draw(); }).observe(plot);
  return { element, show };
}

function scaleOf(ranges, width) {
  const across = width - LEFT - RIGHT, down = HEIGHT - TOP - BOTTOM;
  return { ...ranges, width, x: step => LEFT + (across * step) / ranges.end,
    y: value => TOP + (down * (ranges.to - value)) / (ranges.to - ranges.from),
    stepAt: x => ((x - LEFT) / across) * ranges.end };
}

function pictureOf(lines, news, scale) {
  const { width } = scale;
  const frame = svg("rect", { x: LEFT, y: TOP - 4, width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM + 4 });
  const curves = lines.map(line => (line.points.length === 1 ? dotOf(line, scale)
    : svg(`path.loss-line.is-${line.kind}`, { d: pathOf(line, scale) })));
  const size = { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT };
  return svg("svg", { ...size, role: "img", "aria-label": said(lines, news) },
    svg("defs", {}, svg("clipPath", { id: "loss-clip" }, frame)), gridOf(scale),
    svg("g", { "clip-path": "url(#loss-clip)" }, curves), bestMark(news, lines, scale));
}

function gridOf({ from, to, step, end, x, y, width }) {
  const rows = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  const across = Math.max(1, niceStep(end, width < NARROW ? 4 : 7));
  const columns = Array.from({ length: Math.floor(end / across) + 1 }, (_, i) => Math.round(i * across));
  const left = value => svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" },
    figure(Number(value.toPrecision(6))));
  const below = (at, anchor, text) => svg("text", { x: at, y: HEIGHT - 8, "text-anchor": anchor }, text);
  const hasRoom = x(columns.at(-1)) < width - RIGHT - 70;
  return svg("g.loss-grid", {},
    rows.map(value => [svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }), left(value)]),
    columns.map(value => below(x(value), value ? "middle" : "start", whole(value))),
    hasRoom && below(width - RIGHT, "end", t("train.chart.steps")));
}

const pathOf = (line, { x, y }) => line.points
  .map(([step, value], i) => `${i ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join("");

const dotOf = ({ kind, points: [[step, value]] }, { x, y }) =>
  svg(`circle.loss-dot.is-${kind}`, { cx: x(step), cy: y(value), r: 4 });

function bestMark({ best_step }, lines, { x, y }) {
  const point = lines.find(line => line.kind === "held")?.points.find(([step]) => step === best_step);
  return point ? svg("g.loss-best", {}, svg("circle", { cx: x(point[0]), cy: y(point[1]), r: 5 })) : null;
}

// The picture in words.
function said(lines, { best_step }) {
  const line = lines.find(each => each.kind === "held" && each.points.length > 0) ?? lines[0];
  const last = line.points.at(-1), best = line.points.find(([step]) => step === best_step) ?? last;
  return t("train.chart.says", { figure: unitName(line.unit), value: figure(last[1]), step: whole(last[0]),
    best: figure(best[1]), best_step: whole(best[0]) });
}

const key = kind => svg("svg.loss-key", { viewBox: "0 0 28 8", width: 28, height: 8, "aria-hidden": "true" },
  svg(`path.loss-line.is-${kind}`, { d: "M1 4H27" }));

// A line under the pointer, and the figures there in words; without a pointer those of the end.
function pointed(picture, tip, lines, scale) {
  const main = lines.find(line => line.kind === "held" && line.points.length > 0) ?? lines[0];
  const mark = svg("line.loss-mark", { y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
  const tell = ([step]) => {
    const told = lines.map(line => [line.label, nearest(line.points, step)]).filter(([, point]) => point);
    const figures = told.map(([label, point]) => t("train.chart.figure", { label, value: figure(point[1]) }));
    tip.textContent = [t("train.chart.at", { step: whole(step) }), ...figures].join("  ·  ");
  };
  picture.append(mark);
  picture.addEventListener("pointermove", event => {
    const box = picture.getBoundingClientRect();
    const point = nearest(main.points, scale.stepAt((event.clientX - box.left) * (scale.width / box.width)));
    for (const end of ["x1", "x2"]) mark.setAttribute(end, scale.x(point[0]));
    mark.setAttribute("visibility", "visible");
    tell(point);
  });
  picture.addEventListener("pointerleave", () => {
    mark.setAttribute("visibility", "hidden");
    tell(main.points.at(-1));
  });
  tell(main.points.at(-1));
}

// The newest check first, the figures of the curves before the others.
function tableOf(history) {
  const names = [...new Set(history.flatMap(row => Object.keys(row)))].filter(name => name !== "step");
  names.sort((a, b) => Number(partsOf(a) === null) - Number(partsOf(b) === null));
  const head = [t("train.chart.step"), ...names.map(figureName)].map(text => h("th", { scope: "col" }, text));
  const rows = [...history].reverse().map(row => h("tr", {}, h("th.tabular", { scope: "row" }, whole(row.step)),
    names.map(name => h("td.tabular", {}, name in row ? figure(row[name]) : "–"))));
  return h("table.table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}
