// Curves of a training: what it learns from and what it has never seen, with the best place marked, and the same numbers
// as a table. Drawn as SVG in the colours of the page.

import { fill, h, svg } from "./dom.js";
import { t } from "./i18n.js";
import { figure, figureName, partsOf, unitName, whole } from "./train_words.js";

const HEIGHT = 280, LEFT = 52, RIGHT = 16, TOP = 14, BOTTOM = 30;
const MOST_POINTS = 400;
const ORDER = ["training", "held", "counting", "network", "untold"];
const BITS = Math.LN2;

// -> {element, show({history, fine, watched, best, best_step, n_steps})}: history rows {step, figures...}; fine: [[step, {name: loss}]].
export function lossChart() {
  const plot = h("div.loss-plot"), legend = h("ul.loss-legend"), unit = h("span.muted.loss-unit"), tip = h("p.loss-tip.tabular", { "aria-hidden": "true" });
  const table = h("div.file-table", { tabindex: "0", role: "region", "aria-label": t("train.chart.table") });
  const drawer = h("details.drawer", { ontoggle: () => drawer.open && drawTable() }, h("summary", {}, t("train.chart.table")), table);
  const empty = h("p.muted.loss-empty", {}, t("train.chart.empty")), heart = h("p.loss-heart");
  const element = h("figure.loss", {}, h("figcaption.row.spread", {}, h("h3", {}, t("train.chart")), unit), legend, empty, plot, tip, heart, drawer);
  let shown = null, lines = [];

  function show(told) {
    shown = told;
    lines = linesOf(told);
    const isEmpty = lines.every(line => line.points.length === 0);
    empty.hidden = !isEmpty;
    const isPoint = lines.every(line => line.points.length < 2); // of what was only counted: no curve
    for (const part of [plot, tip, legend]) part.hidden = isEmpty || isPoint;
    drawer.hidden = isEmpty;
    unit.textContent = lines.length > 0 ? unitName(lines[0].unit) : "";
    fill(legend, lines.map(line => h("li", { class: `is-${line.kind}` }, key(line.kind), h("span", {}, line.label))));
    heart.textContent = byHeart(told);
    if (!isEmpty && !isPoint) draw();
    else if (drawer.open) drawTable();
  }

  function draw() {
    const width = Math.max(260, plot.clientWidth || 640);
    const scale = scaleOf(lines, shown, width);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": said(lines, shown) },
      svg("defs", {}, svg("clipPath", { id: "loss-clip" }, svg("rect", { x: LEFT, y: TOP - 4, width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM + 4 }))),
      grid(scale, width), svg("g", { "clip-path": "url(#loss-clip)" }, lines.map(line => svg(`path.loss-line.is-${line.kind}`, { d: pathOf(line, scale) })), lines.map(line => lone(line, scale))),
      bestMark(shown, lines, scale));
    fill(plot, picture);
    pointed(picture, plot, tip, lines, scale);
    if (drawer.open) drawTable();
  }

  function drawTable() {
    fill(table, tableOf(shown.history));
  }

  new ResizeObserver(() => { if (shown && !plot.hidden) draw(); }).observe(plot);
  return { element, show };
}

// Said where what was never seen is foreseen worse and worse: what is kept is the best, from before.
function byHeart({ history, watched, best, best_step }) {
  const last = history.at(-1);
  if (!last || best === null || !(watched in last) || history.filter(row => row.step > best_step).length < 3) return "";
  return last[watched] > best + 0.02 * Math.abs(best) ? t("train.chart.heart", { step: whole(best_step) }) : "";
}

// The figures of one unit, of training and held out; the losses between the checks make the line of the training finer.
function linesOf({ history, fine, watched }) {
  const names = [...new Set(history.flatMap(row => Object.keys(row)))].filter(name => partsOf(name));
  const lead = partsOf(watched) ? watched : names.find(name => partsOf(name).kind === "held") ?? names[0];
  if (!lead) return fineOnly(fine);
  const unit = partsOf(lead).unit;
  const kin = names.filter(name => partsOf(name).unit === unit || (unit === "bits.sample" && partsOf(name).unit === "nats.sample"));
  return kin.map(name => lineOf(name, history, fine, unit)).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

const fineOnly = fine => [...new Set(fine.flatMap(([, losses]) => Object.keys(losses)))].filter(name => partsOf(name)?.kind === "training")
  .slice(0, 1).map(name => lineOf(name, [], fine, partsOf(name).unit));

function lineOf(name, history, fine, unit) {
  const { kind, unit: own } = partsOf(name), factor = own === unit ? 1 : 1 / BITS;
  const rough = history.filter(row => name in row).map(row => [row.step, row[name] * factor]);
  const close = kind === "training" ? fine.filter(([, losses]) => name in losses).map(([step, losses]) => [step, losses[name] * factor]) : [];
  const before = close.length > 0 ? rough.filter(([step]) => step < close[0][0]) : rough;
  const points = kind === "training" && close.length > 1 ? thinned([...before, ...close]) : rough;
  return { name, kind, label: labelOf(name, kind), points, unit };
}

// Those of replies come in pairs, told apart by their units.
const labelOf = (name, kind) => (partsOf(name).unit.endsWith("intent") ? figureName(name) : t(`train.chart.${kind}`));

// Means of neighbours, where there are more points than can be seen.
function thinned(points) {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  const means = [];
  for (let i = 0; i < points.length; i += size) {
    const part = points.slice(i, i + size);
    means.push([part.at(-1)[0], part.reduce((sum, [, value]) => sum + value, 0) / part.length]);
  }
  return means;
}

// What is drawn where. The first tenth of a training may be far above all the rest: then it leaves the picture.
function scaleOf(lines, { n_steps, history }, width) {
  const points = lines.flatMap(line => line.points), last = Math.max(1, ...points.map(([step]) => step));
  const end = Math.max(last, n_steps && n_steps < 20 * last ? n_steps : 0, 1);
  const values = points.map(([, value]) => value).filter(Number.isFinite);
  const late = points.filter(([step]) => step > last / 10).map(([, value]) => value);
  let low = Math.min(...values), high = Math.max(...values);
  if (late.length > 3 && history.length > 3) {
    const most = Math.max(...late);
    if (most - low < 0.5 * (high - low)) high = most + 0.35 * (most - low);
  }
  if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
  const [from, to, step] = niceRange(low, high, 4);
  return { from, to, step, end, x: value => LEFT + ((width - LEFT - RIGHT) * value) / end,
    y: value => TOP + ((HEIGHT - TOP - BOTTOM) * (to - value)) / (to - from), width };
}

function niceStep(span, n) {
  const rough = span / n, power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 2.5, 5].find(each => each * power >= rough) ?? 10);
}

function niceRange(low, high, n) {
  const step = niceStep(high - low, n);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step, step];
}

function grid({ from, to, step, end, x, y }, width) {
  const rows = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  const across = niceStep(end, width < 480 ? 4 : 7);
  const columns = Array.from({ length: Math.floor(end / across) + 1 }, (_, i) => i * across).filter(value => Number.isInteger(value));
  return svg("g.loss-grid", {},
    rows.map(value => [svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, figure(Number(value.toPrecision(6))))]),
    columns.map(value => svg("text", { x: x(value), y: HEIGHT - 8, "text-anchor": value === 0 ? "start" : "middle" }, whole(value))),
    svg("text", { x: width - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, x(columns.at(-1)) < width - RIGHT - 70 ? t("train.chart.steps") : ""));
}

const pathOf = (line, { x, y }) => line.points.map(([step, value], i) => `${i ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join("");

// A single point is no line: a dot instead.
const lone = (line, { x, y }) => line.points.length === 1 && svg(`circle.loss-dot.is-${line.kind}`, { cx: x(line.points[0][0]), cy: y(line.points[0][1]), r: 4 });

function bestMark({ best_step }, lines, { x, y }) {
  const held = lines.find(line => line.kind === "held");
  const point = held?.points.find(([step]) => step === best_step);
  if (!point) return null;
  return svg("g.loss-best", {}, svg("circle", { cx: x(point[0]), cy: y(point[1]), r: 5 }));
}

function said(lines, { best_step }) {
  const held = lines.find(line => line.kind === "held") ?? lines[0], last = held.points.at(-1);
  const best = held.points.find(([step]) => step === best_step) ?? last;
  return t("train.chart.says", { figure: unitName(held.unit), value: figure(last[1]), step: whole(last[0]), best: figure(best[1]), best_step: whole(best[0]) });
}

const key = kind => svg("svg.loss-key", { viewBox: "0 0 28 8", width: 28, height: 8, "aria-hidden": "true" }, svg(`path.loss-line.is-${kind}`, { d: "M1 4H27" }));

// A line under the pointer, with the figures there in words.
function pointed(picture, plot, tip, lines, scale) {
  const mark = svg("line.loss-mark", { y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
  picture.append(mark);
  const main = lines.find(line => line.kind === "held" && line.points.length > 0) ?? lines[0];
  const usual = () => { fill(tip, line(main.points.at(-1)?.[0])); };
  const line = step => {
    if (step === undefined) return "";
    const told = lines.map(each => [each, nearest(each.points, step)]).filter(([, point]) => point);
    return [`${t("train.chart.step")} ${whole(step)}`, ...told.map(([each, point]) => `${each.label} ${figure(point[1])}`)].join("  ·  ");
  };
  picture.addEventListener("pointermove", event => {
    const box = picture.getBoundingClientRect();
    const at = ((event.clientX - box.left) * (scale.width / box.width) - LEFT) / (scale.width - LEFT - RIGHT) * scale.end;
    const point = nearest(main.points, at);
    if (!point) return;
    for (const end of ["x1", "x2"]) mark.setAttribute(end, scale.x(point[0]));
    mark.setAttribute("visibility", "visible");
    fill(tip, line(point[0]));
  });
  picture.addEventListener("pointerleave", () => { mark.setAttribute("visibility", "hidden"); usual(); });
  usual();
}

const nearest = (points, step) => points.reduce((best, point) => (best === null || Math.abs(point[0] - step) < Math.abs(best[0] - step) ? point : best), null);

function tableOf(history) {
  const names = [...new Set(history.flatMap(row => Object.keys(row)))].filter(name => name !== "step").sort((a, b) => (partsOf(b) ? 1 : 0) - (partsOf(a) ? 1 : 0));
  return h("table.table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("train.chart.step")), names.map(name => h("th", { scope: "col" }, figureName(name))))),
    h("tbody", {}, [...history].reverse().map(row => h("tr", {}, h("th.figures", { scope: "row" }, whole(row.step)),
      names.map(name => h("td.figures", {}, name in row ? figure(row[name]) : "–"))))));
}
