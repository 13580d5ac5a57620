// Who should learn: a card for each model that fits the data, in plain words, and why the others do not.

import { h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { nameOf, titleOf } from "./train_words.js";

const MATERIALS = ["music", "texts", "sounds", "conversations"];

// found: the report of POST /scans; wanted: the name of one, or nothing. `onChange(learner)` at each choice.
// -> {element, value(): the learner that is chosen, or null}
export function learnerCards(found, wanted, onChange) {
  const fitting = found.families.filter(each => each.fits);
  const usable = fitting.filter(each => found.has_torch || !each.needs_torch).map(nameOf);
  const begin = [wanted, found.recommended, usable[0]].find(name => usable.includes(name));
  const inputs = new Map(fitting.map(each => [nameOf(each), inputOf(each, begin, usable, onChange)]));
  const groups = MATERIALS.map(material => [material, fitting.filter(each => each.material === material)])
    .filter(([, learners]) => learners.length > 0);
  const cards = ([material, learners]) => h("div.learner-group", {},
    h("div.row", {}, groups.length > 1 && h("h4.eyebrow", {}, t(`train.material.${material}`)), care(learners)),
    h("div.learner-cards", {}, ordered(learners, found).map(each => card(each, inputs.get(nameOf(each)), found))));
  const element = h("fieldset.learners", {}, h("legend", {}, h("h3", {}, t("train.learner"))), groups.map(cards),
    misfits(found));
  return { element, value: () => fitting.find(each => inputs.get(nameOf(each)).checked) ?? null };
}

function inputOf(learner, begin, usable, onChange) {
  const name = nameOf(learner);
  return h("input", { type: "radio", name: "learner", value: name, disabled: !usable.includes(name),
    checked: name === begin, onchange: () => onChange(learner) });
}

function card(learner, input, found) {
  const closed = () => h("p.learner-torch", {}, t("train.learner.torch.missing"), h("code", {}, found.install));
  return h(input.disabled ? "label.learner.is-closed" : "label.learner", {}, input,
    told(learner, nameOf(learner) === found.recommended), input.disabled && closed());
}

// The one to begin with comes first, then those that need nothing more.
function ordered(learners, found) {
  const rank = each => (nameOf(each) === found.recommended ? 0 : each.needs_torch ? 2 : 1);
  return [...learners].sort((a, b) => rank(a) - rank(b));
}

function told(learner, isFirst) {
  const speed = t(learner.takes_time ? "train.learner.timed" : "train.learner.quick");
  return h("span.learner-told", {},
    h("span.row.spread", {}, h("strong.learner-title", {}, titleOf(learner)),
      isFirst && h("span.chip.is-first", {}, icon("star"), t("train.learner.first"))),
    h("span", {}, pick(learner.en, learner.zh)),
    h("span.learner-facts.muted", {}, h("span.mono", {}, `${learner.family} · ${learner.encoding}`),
      h("span", {}, speed),
      learner.needs_torch && h("span", {}, t("train.learner.torch")),
      h("span", {}, t("train.learner.becomes"), pick(" ", ""),
        learner.uses.map(use => t(`train.use.${use}`)).join(pick(", ", "、")))));
}

// What there is little of, for all who learn from it.
function care(learners) {
  const said = learners.find(each => each.care)?.care;
  return said && h("p.learner-care", {}, icon("info"), h("span", {}, pick(said.en, said.zh)));
}

// Grouped by the reason: most of them share one.
function misfits(found) {
  const reasons = new Map();
  for (const each of found.families.filter(learner => !learner.fits)) {
    const why = pick(each.why.en, each.why.zh);
    reasons.set(why, [...(reasons.get(why) ?? []), titleOf(each)]);
  }
  if (reasons.size === 0) return null;
  return h("details.drawer", {}, h("summary", {}, t("train.learner.not")),
    h("dl.misfits", {},
      [...reasons].map(([why, names]) => h("div", {}, h("dt", {}, why),
      h("dd.muted", {}, names.join(pick(" · ", " · ")))))));
}
