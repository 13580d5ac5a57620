// Sliders with plain names at their ends, each "as the words say" until it is moved, and so again with one click.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

const KINDS = [
  ["surprise", "song.plain", "song.surprising"],
  ["register", "song.low", "song.high"],
  ["density", "song.sparse", "song.busy"],
];

// -> {element, inputs, read(): {surprise: 0.8, ...} of those moved, write(options)}
export function sliders(onChange) {
  const rows = KINDS.map(([name, low, high]) => slider(name, t(low), t(high), onChange));
  return {
    element: h("div.sliders", {}, rows.map(row => row.element)),
    inputs: Object.fromEntries(rows.map(row => [row.name, row.input])),
    read: () => Object.fromEntries(rows.filter(row => row.read() !== null).map(row => [row.name, row.read()])),
    write: options => {
      for (const row of rows) row.write(typeof options[row.name] === "number" ? options[row.name] : null);
    },
  };
}

function slider(name, low, high, onChange) {
  const ends = `${low} – ${high}`;
  let value = null;
  const input = h("input", { type: "range", min: 0, max: 1, step: 0.05, "aria-label": ends, oninput: () => {
    write(Number(input.value));
    onChange();
  } });
  const free = () => {
    write(null);
    onChange();
    input.focus();
  };
  const reset = h("button.icon-button.small", { type: "button", "aria-label": t("song.as.words.of", { name: ends }),
    title: t("song.as.words"), onclick: free }, icon("restore"));
  function write(to) {
    value = to;
    input.value = to ?? 0.5;
    input.classList.toggle("is-unset", to === null);
    input.setAttribute("aria-valuetext", to === null ? t("song.as.words") : `${Math.round(to * 100)} %`);
    reset.disabled = to === null;
  }
  write(null);
  const element = h("div.slider", {}, h("span.slider-end", { "aria-hidden": "true" }, low), input,
    h("span.slider-end", { "aria-hidden": "true" }, high), reset);
  return { name, element, input, read: () => value, write };
}
