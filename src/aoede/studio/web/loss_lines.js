// The figures of a training as lines: which of them belong together, and what range of numbers they want.

import { t } from "./i18n.js";
import { figureName, partsOf } from "./train_words.js";

const MOST_POINTS = 400;
const ORDER = ["training", "held", "counting", "network", "untold"];

// Lines of one unit, of training and held out: [{name, kind, label, unit, points: [[step, value]]}].
// history: rows {step, figures...} of the checks; fine: [[step, {name: loss}]] of the steps between them.
export function linesOf({ history, fine, watched }) {
  const names = namesIn(history.map(row => Object.keys(row)));
  const lead = partsOf(watched) ? watched : names.find(name => partsOf(name).kind === "held") ?? names[0];
  if (!lead) return fineOnly(fine);
  const { unit } = partsOf(lead);
  const isKin = name => [unit, unit === "bits.sample" ? "nats.sample" : unit].includes(partsOf(name).unit);
  const lines = names.filter(isKin).map(name => lineOf(name, history, fine, unit));
  return lines.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

const namesIn = lists => [...new Set(lists.flat())].filter(name => partsOf(name));

// Before the first check there is only what the steps told.
function fineOnly(fine) {
  const name = namesIn(fine.map(([, losses]) => Object.keys(losses))).find(each => partsOf(each).kind === "training");
  return name ? [lineOf(name, [], fine, partsOf(name).unit)] : [];
}

function lineOf(name, history, fine, unit) {
  const { kind, unit: own } = partsOf(name), factor = own === unit ? 1 : 1 / Math.LN2; // nats as bits
  const rough = history.filter(row => name in row).map(row => [row.step, row[name] * factor]);
  const close = fine.filter(([, losses]) => name in losses).map(([step, losses]) => [step, losses[name] * factor]);
  const isFine = kind === "training" && close.length > 1;
  const before = isFine ? rough.filter(([step]) => step < close[0][0]) : rough;
  return { name, kind, label: labelOf(name, kind), unit, points: isFine ? thinned([...before, ...close]) : rough };
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

// {from, to, step, end}: of the figures, and the last step. The first tenth of a training may be far above all the
// rest: then it leaves the picture.
export function rangesOf(lines, n_steps) {
  const points = lines.flatMap(line => line.points), last = Math.max(1, ...points.map(([step]) => step));
  const values = points.map(([, value]) => value).filter(Number.isFinite);
  const late = points.filter(([step]) => step > last / 10).map(([, value]) => value);
  let low = Math.min(...values), high = Math.max(...values);
  const most = Math.max(...late);
  if (late.length > 3 && most - low < 0.5 * (high - low)) high = most + 0.35 * (most - low);
  if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
  const step = niceStep(high - low, 4);
  const end = n_steps < 20 * last ? Math.max(last, n_steps) : last;
  return { from: Math.floor(low / step) * step, to: Math.ceil(high / step) * step, step, end };
}

// A round number of which about n make the span.
export function niceStep(span, n) {
  const rough = span / n, power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 2.5, 5].find(each => each * power >= rough) ?? 10);
}

export const nearest = (points, step) => points.reduce(
  (best, point) => (best === null || Math.abs(point[0] - step) < Math.abs(best[0] - step) ? point : best), null);

// The step of the best, where what was never seen is foreseen worse and worse since; else null.
export function byHeartSince({ history, watched, best, best_step }) {
  const last = history.at(-1);
  if (!last || best === null || !(watched in last)) return null;
  const isLong = history.filter(row => row.step > best_step).length >= 3;
  return isLong && last[watched] > best + 0.02 * Math.abs(best) ? best_step : null;
}
