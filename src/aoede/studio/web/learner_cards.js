// Who should learn: a card for each model that fits the data, in plain words, and why the others do not.

import { h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { nameOf, titleOf } from "./train_words.js";

const MATERIALS = ["music", "texts", "sounds", "conversations"];

// found: the report of POST /scans. -> {element, value(): learner, set(name)}; `onChange(learner)` at each choice.
export function learnerCards(found, wanted, onChange) {
  const fitting = found.families.filter(each => each.fits);
  const usable = found.has_torch ? fitting : fitting.filter(each => !each.needs_torch);
  const begin = [wanted, found.recommended].find(name => usable.some(each => nameOf(each) === name))
    ?? (usable[0] && nameOf(usable[0]));
  const inputs = new Map();
  const groups = MATERIALS.map(material => [material,
    ordered(fitting.filter(each => each.material === material), found)])
    .filter(([, learners]) => learners.length > 0);
  const card = learner => {
    const isClosed = learner.needs_torch && !found.has_torch;
    const input = h("input",
      { type: "radio", name: "learner", value: nameOf(learner), disabled: isClosed,
      checked: nameOf(learner) === begin,
      onchange: () => onChange(learner) });
    inputs.set(nameOf(learner), input);
    return h(isClosed ? "label.learner.is-closed" : "label.learner", {}, input,
      told(learner, nameOf(learner) === found.recommended),
      isClosed && h("p.learner-torch", {}, t("train.learner.torch.missing"), h("code", {}, found.install)));
  };
  const element = h("fieldset.learners", {}, h("legend", {}, h("h3", {}, t("train.learner"))),
    groups.map(([material, learners]) => h("div.learner-group", {},
      h("div.row", {}, groups.length > 1 && h("h4.eyebrow", {}, t(`train.material.${material}`)), care(learners)),
      h("div.learner-cards", {}, learners.map(card)))), misfits(found));
  const value = () => fitting.find(each => inputs.get(nameOf(each)).checked) ?? null;
  return { element, value };
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
      h("span", {}, t("train.learner.becomes"), " ",
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
