// Small parts of the views of words, replies and sounds: choices, sliders with their value, the seed, files to keep.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { notice } from "./notices.js";

let nIds = 0;
export const newId = name => `${name}-${++nIds}`;

const SEEDS = 2 ** 31;
const draw = () => crypto.getRandomValues(new Uint32Array(1))[0] % SEEDS;

// One of a few: options [[value, text], ...]; kind "segmented" or "chips". -> {element, value(), set(value)}
export function oneOf(label, options, value, onChange, { kind = "segmented" } = {}) {
  const name = newId("choice");
  const inputs = options.map(([each]) =>
    h("input", { type: "radio", name, value: String(each), checked: each === value, onchange: () => onChange(each) }));
  const row = ([, text], i) => h(kind === "chips" ? "label.chip" : "label", {}, inputs[i], h("span", {}, text));
  const element = h("fieldset.field", {}, h("legend", {}, label),
    h(kind === "chips" ? "div.row.tight" : "div.segmented", {}, options.map(row)));
  return {
    element,
    value: () => options[inputs.findIndex(input => input.checked)]?.[0],
    set: to => inputs.forEach((input, i) => { input.checked = options[i][0] === to; }),
  };
}

// A slider with its value in plain sight. `shown(value)` says it in words. -> {element, value(), set(value)}
export function range(label, { min, max, step, value, shown = String, ends = null }, onChange) {
  const id = newId("range");
  const said = h("output.figures", { for: id });
  const input = h("input", { type: "range", id, min, max, step, oninput: () => { show(); onChange(); } });
  function show() {
    said.textContent = shown(Number(input.value));
    input.setAttribute("aria-valuetext", said.textContent);
    input.style.setProperty("--fill", `${(100 * (input.value - min)) / (max - min)}%`);
  }
  function set(to) {
    input.value = to;
    show();
  }
  set(value);
  const under = ends && h("div.range-ends", { "aria-hidden": "true" }, h("span", {}, ends[0]),
    h("span", {}, ends[1]));
  const element = h("div.field.range", {}, h("div.row.spread", {}, h("label.label", { for: id }, label), said),
    input, under);
  return { element, value: () => Number(input.value), set };
}

// A number that may be left away. -> {element, value() (null where it is), set(value)}
export function number(label, { min, max, step = 1, value = null, placeholder = "", hint = "", unit = "" },
  onChange) {
  const id = newId("number");
  const input = h("input.figures", { type: "number", id, min, max, step, placeholder,
    inputmode: step < 1 ? "decimal" : "numeric", "aria-describedby": hint !== "" && `${id}-hint`,
    oninput: () => { check(); onChange(); } });
  const check = () => input.setAttribute("aria-invalid", String(!input.validity.valid));
  function set(to) {
    input.value = to ?? "";
    check();
  }
  set(value);
  const element = h("div.field", {}, h("label", { for: id }, label),
    h("div.affix", {}, input, unit !== "" && h("span.muted", {}, unit)),
    hint !== "" && h("p.hint", { id: `${id}-hint` }, hint));
  const read = () => (input.value.trim() === "" || !input.validity.valid ? null : Number(input.value));
  return { element, value: read, set };
}

// The seed of what is made next. A new one is drawn each time, unless it was written here or is held.
// -> {element, next(): the seed to be used now, write({seed, isHeld, isUsed}), read()}
export function seedBox(onChange) {
  let isUsed = false, isHeld = false;
  const id = newId("seed");
  const input = h("input.figures", { type: "text", id, inputmode: "numeric", maxlength: 40, autocomplete: "off",
    spellcheck: "false", oninput: written, onchange: () => input.reportValidity() });
  const lock = iconButton("unlock", t("words.seed.hold"), () => { hold(!isHeld); onChange(); });
  const dice = iconButton("dice", t("words.seed.draw"), () => { set(draw()); hold(false); onChange(); });
  const copy = iconButton("copy", t("words.seed.copy"), () => copied(input.value));
  function written() {
    isUsed = false;
    const isRight = input.value === "" || isSeed(input.value.trim());
    input.setCustomValidity(isRight ? "" : t("words.seed.wrong"));
    hold(isRight && input.value !== "");
    onChange();
  }
  function hold(to) {
    isHeld = to;
    lock.replaceChildren(icon(to ? "lock" : "unlock"));
    lock.setAttribute("aria-pressed", String(to));
  }
  function set(seed) {
    input.value = String(seed);
    input.setCustomValidity("");
    isUsed = false;
  }
  function next() {
    if (!isSeed(input.value.trim()) || (isUsed && !isHeld)) set(draw());
    isUsed = true;
    return Number(input.value.trim());
  }
  function write({ seed, isHeld: held = false, isUsed: used = false } = {}) {
    if (isSeed(String(seed ?? ""))) set(seed);
    isUsed = used;
    hold(held);
  }
  set(draw());
  hold(false);
  const element = h("div.field", {}, h("label", { for: id }, t("words.seed")),
    h("div.affix", {}, input, lock, dice, copy));
  return { element, next, write, read: () => ({ seed: input.value, isHeld, isUsed }) };
}

const isSeed = text => /^\d{1,15}$/.test(text);

export function iconButton(name, label, onclick) {
  return h("button.icon-button.small", { type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

// kind: further classes, ".small" or "".
export function textButton(kind, picture, text, onclick) {
  return h(`button.button${kind}`, { type: "button", onclick }, icon(picture), h("span", {}, text));
}

// Puts a text into the clipboard and says so; `shown` is what is said of it. Resolves to whether it could.
export async function copied(text, shown = text) {
  try {
    await navigator.clipboard.writeText(text);
    notice(t("words.copied", { text: shown }), "good");
    return true;
  } catch {
    notice(t("words.not.copied"), "bad");
    return false;
  }
}

// A text as a file of this name, kept where the browser keeps files.
export function keepText(text, name) {
  const url = URL.createObjectURL(new Blob([text, "\n"], { type: "text/plain;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// A button that opens a file, which can be dropped on `element`, too: `take(file)` gets the first one.
export function takesFiles(element, { accept, text, take }) {
  const input = h("input", { type: "file", accept, hidden: true, onchange: () => {
    if (input.files.length > 0) take(input.files[0]);
    input.value = "";
  } });
  let depth = 0;
  const over = to => {
    depth = Math.max(0, to);
    element.classList.toggle("is-over", depth > 0);
  };
  const heard = (name, run) => element.addEventListener(name, event => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    run(event);
  });
  heard("dragenter", () => over(depth + 1));
  heard("dragover", () => {});
  heard("dragleave", () => over(depth - 1));
  heard("drop", event => {
    over(0);
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files[0]);
  });
  return h("div.row", {}, textButton(".small", "open", text, () => input.click()), input);
}

export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}\u00a0%`;
