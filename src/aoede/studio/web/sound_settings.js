// Who plays in the Sound view, and how: the model, what it is to sound like, how hard, how freely, how long, which
// seed.

import { called } from "./authors.js";
import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { newId, oneOf, range, seedBox } from "./words_parts.js";

export const MOST_S = 60;
const RING_S = 1, TOUCHES = [[45, "soft"], [64, "medium"], [80, "strong"]], USUAL_TOUCH = 64, MOST_CHIPS = 8;
const seconds = value => t("sound.seconds", { seconds: value.toFixed(1) });

// -> {element, model(), order(): the body of a request, seconds(), fit() to the tune, read(), write(kept)}
export function soundSettings(instruments, tune, onChange) {
  let model = instruments[0], labels = [];
  const models = modelField(instruments, name => { choose(name); onChange(); });
  const labelPlace = h("div.stack", {}), seed = seedBox(onChange);
  const touch = oneOf(t("sound.touch"), TOUCHES.map(([value, name]) => [value, t(`sound.touch.${name}`)]),
    USUAL_TOUCH, onChange);
  const temperature = range(t("words.temperature"), { min: 0.1, max: 2, step: 0.05, value: 0.5,
    shown: value => value.toFixed(2), ends: [t("words.tame"), t("words.wild")] }, onChange);
  const length = range(t("sound.how.long"), { min: 0.5, max: MOST_S, step: 0.5, value: 2, shown: seconds }, onChange);

  function choose(name) {
    model = instruments.find(each => each.name === name) ?? instruments[0];
    models.set(model.name);
    labels = Object.entries(model.labels).map(([column, values]) => labelChoice(column, values, onChange));
    fill(labelPlace, labels.map(each => each.element));
    temperature.set(model.usual_temperature);
    length.set(Math.min(MOST_S, model.usual_seconds));
    length.element.hidden = model.reads_notes;
    fit();
    tune.setRange(model.lowest, model.highest);
  }

  // How hard notes are played is said by a file that is played as it is.
  function fit() {
    touch.element.hidden = !model.reads_notes || tune.isFile();
  }

  function order() {
    const label = labels.map(each => each.said()).filter(Boolean).join(", ");
    const body = { model: model.name, label, temperature: temperature.value(), seed: seed.next() };
    if (!model.reads_notes) return { ...body, seconds: length.value() };
    return { ...body, ...tune.order(), ...(tune.isFile() ? {} : { velocity: touch.value() }) };
  }

  const read = () => ({ model: model.name, labels: labels.map(each => each.value()), touch: touch.value(),
    temperature: temperature.value(), length: length.value(), seed: seed.read() });

  function write(kept) {
    choose(kept.model);
    labels.forEach((each, i) => { if (kept.labels?.[i] !== undefined) each.set(kept.labels[i]); });
    if (TOUCHES.some(([value]) => value === kept.touch)) touch.set(kept.touch);
    if (typeof kept.temperature === "number") temperature.set(kept.temperature);
    if (typeof kept.length === "number") length.set(kept.length);
    seed.write(kept.seed);
  }

  choose(model.name);
  const element = h("div.stack", {}, models.element, labelPlace, touch.element, length.element, temperature.element,
    seed.element);
  const lasts = () => (model.reads_notes ? Math.min(MOST_S, tune.seconds() + RING_S) : length.value());
  return { element, order, read, write, fit, model: () => model, seconds: lasts };
}

function modelField(instruments, onChange) {
  const name = each => pick(each.en, each.zh);
  if (instruments.length === 1) {
    const only = h("p.serif.sound-model", {}, name(instruments[0]));
    return { element: h("div.field", {}, h("span.label", {}, t("sound.model")), only), set: () => {} };
  }
  const select = h("select", { id: newId("instrument"), onchange: () => onChange(select.value) },
    instruments.map(each => h("option", { value: each.name }, name(each))));
  const element = h("div.field", {}, h("label", { for: select.id }, t("sound.model")), select);
  return { element, set: value => { select.value = value; } };
}

// A value of a column of labels, or none. -> {element, value(), said(): "column=value" or "", set(value)}
function labelChoice(column, values, onChange) {
  const options = [...values.map(value => [value, called(value)]), ["", t("sound.label.none")]];
  const choice = values.length > MOST_CHIPS ? listed(called(column), options, onChange)
    : oneOf(called(column), options, values[0], onChange, { kind: "chips" });
  return { ...choice, said: () => (choice.value() ? `${column}=${choice.value()}` : "") };
}

function listed(label, options, onChange) {
  const select = h("select", { id: newId("label"), onchange: onChange },
    options.map(([value, text]) => h("option", { value }, text)));
  const element = h("div.field", {}, h("label", { for: select.id }, label), select);
  return { element, value: () => select.value, set: value => { select.value = value; } };
}
