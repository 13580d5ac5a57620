// What is to be written: the model, whose manner, form or tune, how it begins, how freely, how long, which seed.

import { called, tuneGroups } from "./authors.js";
import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { mixList } from "./mix_list.js";
import { newId, number, oneOf, range, seedBox } from "./words_parts.js";

const TEMPERATURE = 0.8, SIDE_BY_SIDE = [0.5, 0.8, 1.1], DRAFTS = [1, 2, 3, "temperatures"];
const MOST_START = 20_000, MOST_LINES = 1_000, LINES = 12;
const LENGTHS = [120, 200, 300, 450, 600, 900, 1500, 3000, 6000, 12_000, 20_000]; // characters
const USUAL_STOP = 4; // of the slider, from 0
const BEGINNINGS = { en: "Because I could not …", zh: "明月" }; // examples, in the language that is written
const named = model => pick(model.en, model.zh);

// -> {element, drafts and seed (elements that stand elsewhere), order(): the body of a request, read(), write(kept),
//     hold(seed)}
export function wordsForm(writers, onChange) {
  let model = writers[0], form = null;
  const models = modelChoice(writers, name => { choose(name); onChange(); });
  const mix = mixList(onChange), formPlace = h("div", {}), seed = seedBox(onChange),
    freedom = freedomFields(onChange);
  const length = lengthFields(onChange), finer = finerFields(onChange);
  const start = h("textarea", { id: newId("start"), rows: 2, maxlength: MOST_START, oninput: onChange });

  function choose(name) {
    model = writers.find(each => each.name === name) ?? writers[0];
    models.set(model.name);
    mix.offer(model.labels);
    form = formChoice(model, () => { shown(); onChange(); });
    fill(formPlace, form?.element);
    start.placeholder = model.usual.start ? t("words.start.usual") : BEGINNINGS[model.language];
    finer.fit(model);
    shown();
  }

  // A form that is kept says how long a text gets.
  const isMeasured = () => Boolean(form?.value()) && !model.free.includes(form.value());
  const shown = () => { length.element.hidden = isMeasured(); };

  function order() {
    const said = form?.value() ? { [form.column]: form.value() } : length.order();
    const begin = start.value === "" ? {} : { start: start.value };
    return { model: model.name, as: mix.read(), ...begin, ...said, ...freedom.order(), ...finer.order(),
      seed: seed.next() };
  }

  const read = () => ({ model: model.name, as: mix.read(), form: form?.value() ?? "", start: start.value,
    ...freedom.read(), ...length.read(), ...finer.read(), seed: seed.read() });

  function write(kept) {
    choose(kept.model);
    mix.write(kept.as);
    if (kept.form !== undefined) form?.set(kept.form);
    start.value = kept.start ?? "";
    for (const part of [freedom, length, finer]) part.write(kept);
    seed.write(kept.seed);
    shown();
  }

  choose(model.name);
  const element = h("div.stack.words-form", {}, models.element, mix.element, formPlace,
    h("div.field", {}, h("label", { for: start.id }, t("words.start")), start), length.element, freedom.element,
    finer.element);
  return { element, drafts: freedom.drafts, seed: seed.element, order, read, write,
    hold: value => { seed.write({ seed: value, isHeld: true }); onChange(); } };
}

// How many drafts, and how freely: one temperature, or three side by side.
function freedomFields(onChange) {
  const drafts = oneOf(t("words.drafts"), DRAFTS.map(each => [each, t(`words.drafts.${each}`)]), 3,
    () => { shown(); onChange(); });
  const one = range(t("words.temperature"), { min: 0, max: 2, step: 0.05, value: TEMPERATURE,
    shown: value => value.toFixed(2), ends: [t("words.tame"), t("words.wild")] }, onChange);
  const three = SIDE_BY_SIDE.map((value, i) => number(t("words.temperature.of", { number: i + 1 }),
    { min: 0, max: 5, step: 0.05, value }, onChange));
  const threeField = h("div.temperatures", {}, three.map(each => each.element));
  const isThree = () => drafts.value() === "temperatures";
  function shown() {
    one.element.hidden = isThree();
    threeField.hidden = !isThree();
  }
  shown();
  return {
    drafts: drafts.element,
    element: h("div", {}, one.element, threeField),
    order: () => (isThree() ? { temperatures: three.map(each => each.value() ?? TEMPERATURE) }
      : { drafts: drafts.value(), temperature: one.value() }),
    read: () => ({ drafts: drafts.value(), temperature: one.value(), temperatures: three.map(each => each.value()) }),
    write: kept => {
      if (DRAFTS.includes(kept.drafts)) drafts.set(kept.drafts);
      if (typeof kept.temperature === "number") one.set(kept.temperature);
      three.forEach((each, i) => each.set(kept.temperatures?.[i] ?? SIDE_BY_SIDE[i]));
      shown();
    },
  };
}

// So many characters, or just so many lines.
function lengthFields(onChange) {
  const measure = oneOf(t("words.length"), [["length", t("words.characters")], ["lines", t("words.lines")]], "length",
    () => { shown(); onChange(); });
  const length = range(t("words.length.characters"), { min: 0, max: LENGTHS.length - 1, step: 1, value: USUAL_STOP,
    shown: stop => t("words.length.shown", { n: LENGTHS[stop].toLocaleString("en") }) }, onChange);
  const lines = number(t("words.length.lines"), { min: 1, max: MOST_LINES, value: LINES }, onChange);
  const byLines = () => measure.value() === "lines";
  function shown() {
    length.element.hidden = byLines();
    lines.element.hidden = !byLines();
  }
  shown();
  return {
    element: h("div.stack", {}, measure.element, length.element, lines.element),
    order: () => (byLines() ? { lines: lines.value() ?? LINES } : { length: LENGTHS[length.value()] }),
    read: () => ({ measure: measure.value(), length: length.value(), lines: lines.value() }),
    write: kept => {
      if (["length", "lines"].includes(kept.measure)) measure.set(kept.measure);
      length.set(kept.length in LENGTHS ? kept.length : USUAL_STOP);
      lines.set(kept.lines ?? LINES);
      shown();
    },
  };
}

// What may be copied, and which words are allowed; of a model that has its training text and its words.
function finerFields(onChange) {
  let model = null;
  const maxCopy = number(t("words.max.copy"), { min: 1, max: 10_000, placeholder: t("words.max.copy.none"),
    hint: t("words.max.copy.hint") }, onChange);
  const known = h("input", { type: "checkbox", onchange: onChange });
  const knownField = h("label.check", {}, known, h("span", {}, t("words.known")));
  const element = h("details.drawer", {}, h("summary", {}, t("words.finer")),
    h("div.stack", {}, maxCopy.element, knownField));
  return {
    element,
    fit: to => {
      model = to;
      maxCopy.element.hidden = !model.has_novelty;
      knownField.hidden = !model.has_words;
      element.hidden = !model.has_novelty && !model.has_words;
    },
    order: () => ({ ...(model.has_novelty && maxCopy.value() !== null ? { max_copy: maxCopy.value() } : {}),
      ...(model.has_words && known.checked ? { known_words: true } : {}) }),
    read: () => ({ maxCopy: maxCopy.value(), known: known.checked }),
    write: kept => {
      maxCopy.set(kept.maxCopy ?? null);
      known.checked = kept.known === true;
      element.open = kept.known === true || typeof kept.maxCopy === "number";
    },
  };
}

// Chips for what is shipped, a list for one's own.
function modelChoice(writers, onChange) {
  const shipped = writers.filter(each => each.kind === "shipped"), own = writers.filter(each => each.kind === "own");
  const chips = oneOf(t("words.model"), shipped.map(each => [each.name, named(each)]), shipped[0]?.name, chosen,
    { kind: "chips" });
  const list = h("select", { "aria-label": t("words.model.own"), onchange: () => list.value && chosen(list.value) },
    h("option", { value: "" }, t("words.model.own")),
    own.map(each => h("option", { value: each.name }, named(each))));
  function set(name) {
    chips.set(name);
    list.value = own.some(each => each.name === name) ? name : "";
  }
  function chosen(name) {
    set(name);
    onChange(name);
  }
  return { element: h("div.stack", {}, chips.element, own.length > 0 && list), set };
}

// The verse forms or tunes of a model; null where it has none. -> {element, column, value(), set(value)}
function formChoice(model, onChange) {
  if (model.forms.length > 0) {
    const options = [...model.forms.map(form => [form, called(form)]), ["", t("words.form.none")]];
    return { ...oneOf(t("words.form"), options, model.usual.form ?? "", onChange, { kind: "chips" }),
      column: "form" };
  }
  if (model.tunes.length === 0) return null;
  const id = newId("tune"), [known, others] = tuneGroups(model.tunes);
  const option = tune => h("option", { value: tune }, tune);
  const select = h("select", { id, onchange: onChange }, h("option", { value: "" }, t("words.tune.none")),
    h("optgroup", { label: t("words.tune.known") }, known.map(option)),
    h("optgroup", { label: t("words.tune.others", { n: others.length }) }, others.map(option)));
  const set = tune => { select.value = model.tunes.includes(tune) ? tune : ""; };
  set(model.usual.tune ?? "");
  const element = h("div.field", {}, h("label", { for: id }, t("words.tune")), select);
  return { element, column: "tune", value: () => select.value, set };
}
