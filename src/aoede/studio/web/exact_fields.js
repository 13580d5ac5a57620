// The fields for those who know exactly what they want. What is left empty is decided by the words of the wish.

import { chordRows, SECTIONS } from "./chord_rows.js";
import { fill, h } from "./dom.js";
import { lang, pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { watch } from "./store.js";

const KEYS = ["C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B"];
const MODES = ["major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "harmonic minor"];
const METERS = ["4/4", "3/4", "6/8", "2/4", "5/4", "7/8", "12/8"];
// What models of this project are called; others by their own name.
const NAMED = { harmony: ["functional", "rbm", "rnn"], melody: ["rnn", "ngram", "transformer"], mode: MODES };

const idOf = choice => (typeof choice === "string" ? choice : choice.id ?? choice.name);

function labelOf(name, choice) {
  if (NAMED[name]?.includes(idOf(choice))) return t(`song.${name}.${idOf(choice)}`);
  return typeof choice === "object" && choice.en ? pick(choice.en, choice.zh) : idOf(choice);
}

// -> {element, inputs: {name: input}, read(): options that are set, write(options)}
export function exactFields(onChange) {
  const parts = [
    select("key", KEYS), select("mode", MODES), number("tempo", 20, 300), listed("meter", METERS),
    number("bars", 1, 512), select("style", []), select("harmony", NAMED.harmony), select("melody", NAMED.melody),
    formField(), instrumentChips(onChange), chordRows(field), lyricsField(),
  ];
  watch("about", ({ choices }) => {
    for (const part of parts) part.offer?.(choices);
  });
  return {
    element: h("div.exact", { oninput: onChange, onchange: onChange }, parts.map(part => part.element)),
    inputs: Object.fromEntries(parts.map(part => [part.name, part.input])),
    read: () => Object.fromEntries(parts.map(part => [part.name, part.read()]).filter(([, value]) => value !== null)),
    write: options => parts.forEach(part => part.write(options[part.name] ?? null)),
  };
}

function field(name, input, { wide = false, hint = null, more = null } = {}) {
  const id = `make-${name}`;
  input.id = id;
  return h(wide ? "div.field.wide" : "div.field", {}, h("label", { for: id }, t(`song.field.${name}`)), input, more,
    hint && h("span.hint", {}, hint));
}

// The choices of /about: a list, by its name or with an s.
const choicesOf = (choices, name, usual) => [choices?.[`${name}s`], choices?.[name], usual]
  .find(list => list?.length > 0) ?? [];

function select(name, usual) {
  const input = h("select");
  let wanted = ""; // kept where the server has not said yet what there is
  const write = value => {
    wanted = value ?? "";
    input.value = wanted;
    if (input.value !== wanted) input.value = "";
  };
  const offer = choices => {
    const before = input.value || wanted;
    fill(input, h("option", { value: "" }, t("song.as.it.comes")), choicesOf(choices, name, usual)
      .map(choice => h("option", { value: idOf(choice) }, labelOf(name, choice))));
    write(before);
  };
  offer(null);
  return { name, input, offer, write, element: field(name, input), read: () => input.value || null };
}

function number(name, least, most) {
  const input = h("input", { type: "number", min: least, max: most, step: 1, inputmode: "numeric",
    placeholder: t(`song.free.${name}`) });
  return { name, input, element: field(name, input), read: () => (input.value === "" ? null : Number(input.value)),
    write: value => { input.value = value ?? ""; } };
}

function listed(name, usual) {
  const input = h("input", { type: "text", list: `make-${name}-list`, maxlength: 10, autocomplete: "off",
    placeholder: t("song.as.it.comes") });
  const list = h("datalist", { id: `make-${name}-list` });
  const offer = choices => fill(list, choicesOf(choices, name, usual)
    .map(choice => h("option", { value: idOf(choice) })));
  offer(null);
  return { name, input, offer, element: field(name, input, { more: list }), read: () => input.value.trim() || null,
    write: value => { input.value = value ?? ""; } };
}

// The sections in order; a click on a name puts one more at the end.
function formField() {
  const input = h("input", { type: "text", maxlength: 1000, autocomplete: "off",
    placeholder: t("song.form.example") });
  const append = section => {
    input.value = `${input.value.trim()} ${lang() === "zh" ? t(`song.section.${section}`) : section}`.trim();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const chips = SECTIONS.map(section => h("button.chip", { type: "button", onclick: () => append(section) },
    icon("plus"), t(`song.section.${section}`)));
  const element = field("form", input, { wide: true, more: h("div.row", {}, chips), hint: t("song.form.hint") });
  return { name: "form", input, element, read: () => input.value.trim() || null,
    write: value => { input.value = value ?? ""; } };
}

function instrumentChips(onChange) {
  const place = h("div.row"), chosen = new Set();
  const turn = (id, chip) => {
    const isOn = !chosen.delete(id);
    if (isOn) chosen.add(id);
    chip.setAttribute("aria-pressed", String(isOn));
    onChange();
  };
  const chip = choice => h("button.chip", { type: "button", "data-id": idOf(choice),
    "aria-pressed": String(chosen.has(idOf(choice))), onclick: event => turn(idOf(choice), event.currentTarget) },
  labelOf("instruments", choice));
  const write = value => {
    chosen.clear();
    for (const name of (value ?? "").split(",").map(each => each.trim()).filter(Boolean)) chosen.add(name);
    for (const each of place.children) each.setAttribute("aria-pressed", String(chosen.has(each.dataset.id)));
  };
  const element = h("fieldset.field.wide", {}, h("legend", {}, t("song.field.instruments")), place,
    h("span.hint", {}, t("song.instruments.hint")));
  return { name: "instruments", input: place, element, write,
    read: () => (chosen.size > 0 ? [...chosen].join(", ") : null),
    offer: choices => fill(place, (choices?.instruments ?? []).map(chip)) };
}

function lyricsField() {
  const input = h("textarea", { id: "make-lyrics", rows: 5, maxlength: 20_000, "aria-label": t("song.lyrics.own"),
    placeholder: t("song.lyrics.example") });
  const choices = ["found", "own", "none"].map(kind => h("label", {},
    h("input", { type: "radio", name: "make-lyrics-kind", value: kind, onchange: () => shown() }),
    t(`song.lyrics.${kind}`)));
  const group = h("div.segmented", { role: "radiogroup", "aria-labelledby": "make-lyrics-label" }, choices);
  const kind = () => group.querySelector("input:checked")?.value ?? "found";
  const shown = () => { input.hidden = kind() !== "own"; };
  const write = value => {
    const to = value === null ? "found" : value === "" ? "none" : "own";
    group.querySelector(`[value=${to}]`).checked = true;
    if (to === "own") input.value = value;
    shown();
  };
  write(null);
  const read = () => ({ found: null, none: "", own: input.value.trim() === "" ? null : input.value })[kind()];
  const element = h("div.field.wide", {}, h("span.label", { id: "make-lyrics-label" }, t("song.field.lyrics")),
    h("div", {}, group), input);
  return { name: "lyrics", input, read, write, element };
}
