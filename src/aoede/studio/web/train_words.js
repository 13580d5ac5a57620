// How the Train view says things: figures, states, times, amounts, who learns what.

import { lang, pick, t } from "./i18n.js";

const locale = lang() === "zh" ? "zh-CN" : "en";

export const whole = value => Number(value).toLocaleString(locale);
export const figure = value => (Number.isFinite(value) ? value.toLocaleString(locale, { maximumSignificantDigits: 4 })
  : "–");

// Seconds as a person says them.
export function duration(seconds) {
  const s = Math.max(1, Math.round(seconds));
  if (s < 60) return t("train.time.seconds", { n: s });
  if (s < 3600) return t("train.time.minutes", { m: Math.floor(s / 60), s: s % 60 });
  return t("train.time.hours", { h: whole(Math.floor(s / 3600)), m: Math.floor((s % 3600) / 60) });
}

const FIGURES = {
  "free-energy gap": "train.figure.gap",
  "hidden units on": "train.figure.on",
  "data bits a step": "train.figure.full.data",
  "chain bits a step": "train.figure.full.chain",
  "held-out perplexity a word": "train.figure.perplexity",
  "1 of 100": "train.figure.hits",
  "gradient norm": "train.figure.norm",
  order: "train.figure.order",
  "n-grams": "train.figure.ngrams",
  notes: "train.figure.notes",
};
const KINDS = { "held-out": "held", training: "training", "n-gram's held-out": "counting",
  "network's held-out": "network" };
const UNITS = new Set(["nats.character", "nats.step", "nats.frame", "nats.note", "nats.chord", "nats.word",
  "nats.sample", "bits.sample",
  "nats.pair", "nats.intent"]);

const FIGURE = new RegExp("^(held-out|training|n-gram's held-out|network's held-out) (nats|bits) (?:a|of an?) (\\w+)"
  + "(, label unknown)?$");

// "held-out nats a step" -> {kind: "held", unit: "nats.step"}; null for a figure that is none of these.
export function partsOf(name) {
  const found = FIGURE.exec(name), unit = found && `${found[2]}.${found[3]}`;
  return UNITS.has(unit) ? { kind: found[4] ? "untold" : KINDS[found[1]], unit } : null;
}

// The name of a figure in the page's language; one that is not known keeps its own.
export function figureName(name) {
  const parts = partsOf(name);
  if (parts) return t(`train.figure.${parts.kind}`, { unit: t(`train.unit.${parts.unit}`) });
  return FIGURES[name] ? t(FIGURES[name]) : name;
}

export const unitName = unit => (UNITS.has(unit) ? t(`train.unit.${unit}`) : "");

const REASONS = {
  "not readable": "train.reason.not.readable",
  "too large": "train.reason.too.large",
  damaged: "train.reason.damaged",
  "no notes": "train.reason.no.notes",
  "no text": "train.reason.no.text",
  duplicate: "train.reason.duplicate",
  "about the files": "train.reason.about",
  silence: "train.reason.silence",
  "no rows": "train.reason.no.rows",
  "no replies": "train.reason.no.replies",
};
export const reasonName = reason => (REASONS[reason] ? t(REASONS[reason]) : reason);

export const MUSIC = new Set(["pianoroll", "melody", "chords"]); // encodings whose samples are music

export const titleOf = learner => pick(learner.title_en, learner.title_zh);
export const nameOf = learner => `${learner.family}/${learner.encoding}`;
export const findLearner = (learners, row) => learners.find(each => each.family === row.family
  && each.encoding === row.encoding) ?? null;

// What a run is at, in a word or two.
export function stateName(row) {
  if (row.is_elsewhere) return t("train.state.elsewhere");
  return t(`train.state.${row.state}`, { step: whole(row.step) });
}
