// How to learn: the time, the name, and for those who want them the settings of a model and its seed.

import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";

const TIMES = ["1", "3", "10", "open"];
let nIds = 0;

// -> {element, show(learner), read(): {minutes, name, seed, settings}, write(kept)}
export function trainSettings(onChange) {
  const time = timeChoice(onChange), name = nameField(onChange), seed = seedField(onChange);
  const counts = h("p.muted", {}, t("train.time.counts")), drawerPlace = h("div.grid");
  let fields = [];
  const element = h("div.stack.train-settings", { oninput: onChange }, time.element, counts, name.element,
    h("details.drawer", {}, h("summary", {}, t("train.more")),
      h("div.stack", {}, h("p.muted", {}, t("train.more.hint")), seed.element, drawerPlace)));

  function show(learner) {
    const before = settings();
    time.element.hidden = !learner.takes_time;
    counts.hidden = learner.takes_time;
    fields = Object.entries(learner.settings).map(([key, setting]) => settingField(key, setting));
    fill(drawerPlace, fields.map(field => field.element));
    write({ settings: before });
  }

  const settings = () => Object.fromEntries(fields.map(field => [field.key, field.read()])
    .filter(([, value]) => value !== null));

  function write({ minutes, name: called, seed: given, settings: kept }) {
    if (minutes !== undefined) time.write(minutes);
    if (called !== undefined) name.write(called);
    if (given !== undefined) seed.write(given);
    for (const field of fields) if (kept?.[field.key] !== undefined) field.write(kept[field.key]);
  }

  return { element, show, write, suggest: name.suggest,
    read: () => ({ minutes: time.read(), name: name.read(), seed: seed.read(), settings: settings() }) };
}

function timeChoice(onChange) {
  const inputs = TIMES.map(value => h("input",
    { type: "radio", name: "minutes", value, checked: value === "3", onchange: onChange }));
  const element = h("fieldset.field", {}, h("legend", {}, t("train.time")),
    h("div.segmented.times", {},
      TIMES.map((value, i) => h("label", {}, inputs[i], h("span", {}, t(`train.time.${value}`))))),
    h("p.hint", {}, t("train.time.hint")));
  return {
    element,
    read: () => { const value = inputs.find(input => input.checked).value; return value === "open" ? null
      : Number(value); },
    write: minutes => inputs.forEach(input => { input.checked = input.value === (minutes === null ? "open"
      : String(minutes)); }),
  };
}

// What it is called: the name of the data, until somebody writes another.
function nameField() {
  const id = `train-name-${++nIds}`;
  const input = h("input", { type: "text", id, maxlength: 80, autocomplete: "off" });
  let isOwn = false;
  input.addEventListener("input", () => { isOwn = input.value.trim() !== ""; });
  return {
    element: h("div.field.name-field", {}, h("label", { for: id }, t("train.name")), input),
    read: () => input.value.trim(),
    write: value => { input.value = value; isOwn = value !== ""; },
    suggest: value => { if (!isOwn) input.value = value; },
  };
}

function seedField(onChange) {
  const id = `train-seed-${++nIds}`;
  const input = h("input.figures",
    { type: "text", id, inputmode: "numeric", pattern: "[0-9]{1,15}", maxlength: 15, autocomplete: "off",
    placeholder: t("train.usual"), "aria-describedby": `${id}-hint` });
  const dice = h("button.icon-button",
    { type: "button", "aria-label": t("train.seed"), title: t("train.seed"), onclick: () => {
    input.value = String(crypto.getRandomValues(new Uint32Array(1))[0] % 2 ** 31);
    onChange();
  } }, icon("dice"));
  return {
    element: h("div.field.seed-field", {}, h("label", { for: id }, t("train.seed")), h("div.affix", {}, input, dice),
      h("p.hint", { id: `${id}-hint` }, t("train.seed.hint"))),
    read: () => (/^\d{1,15}$/.test(input.value.trim()) ? Number(input.value.trim()) : null),
    write: value => { input.value = value ?? ""; },
  };
}

function settingField(key, setting) {
  const id = `train-set-${key}-${++nIds}`;
  const input = setting.kind === "choice"
    ? h("select", { id }, h("option", { value: "" }, t("train.usual")),
      setting.choices.map(each => h("option", { value: each }, each)))
    : setting.kind === "text"
      ? h("input", { type: "text", id, maxlength: setting.most, placeholder: t("train.usual") })
      : h("input.figures",
        { type: "number", id, min: setting.least, max: setting.most, step: setting.kind === "whole" ? 1 : "any",
        placeholder: setting.usual ?? t("train.usual") });
  const read = () => {
    if (input.value.trim() === "" || !input.validity.valid) return null;
    return setting.kind === "whole" || setting.kind === "number" ? Number(input.value) : input.value;
  };
  input.addEventListener("input", () => input.setAttribute("aria-invalid", String(!input.validity.valid)));
  const limits = setting.choices || setting.kind === "text" ? "" : ` ${setting.least}–${setting.most}`;
  return { key, read, write: value => { input.value = value; },
    element: h("div.field", {},
      h("label", { for: id }, pick(setting.en, setting.zh), h("span.limits.figures", {}, limits)), input) };
}
