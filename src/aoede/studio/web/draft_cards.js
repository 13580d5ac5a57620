// Drafts in columns: written piece by piece, then with what is new in them and what was found in the training text.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { notice } from "./notices.js";
import { put } from "./store.js";
import { sentences } from "./told.js";
import { copied, iconButton, keepText, newId, percent, textButton } from "./words_parts.js";

const MOST_VERSE = 120; // characters of a line
const VERDICTS = { fresh: "good", borrows: "plain", copies: "bad" };

// Passages that overlap are one region: [{start, end, numbers}], in characters of the text.
export function regions(passages) {
  const found = [];
  passages.forEach((passage, i) => {
    const last = found[found.length - 1];
    if (last !== undefined && passage.start < last.end) {
      last.end = Math.max(last.end, passage.end);
      last.numbers.push(i + 1);
    } else found.push({ start: passage.start, end: passage.end, numbers: [i + 1] });
  });
  return found;
}

const placeOf = ({ place }) => t(place.row ? "words.place.row" : "words.place", place);

// One column. asked: {seed, temperature, byTemperature}; onSeed(seed) where it is to be used again.
// -> {element, add(piece), done(row), stopped()}
export function draftCard(number, asked, model, onSeed) {
  const body = h("div.draft-text", {}), foot = h("div.draft-foot", {});
  const title = asked.byTemperature ? t("words.draft.temperature", { temperature: asked.temperature })
    : t("words.draft", { number: number + 1 });
  const heading = h("h2", { id: newId("draft") }, title);
  const seed = h("span.figures.muted", {}, t("words.draft.seed", { seed: asked.seed }));
  const again = iconButton("again", t("words.draft.use.seed"), () => onSeed(asked.seed));
  const element = h("article.card.draft.is-writing", { "aria-labelledby": heading.id },
    h("header.row.spread", {}, heading, h("span.affix", {}, seed, again)), body, foot);
  return {
    element,
    add: piece => body.append(piece),
    stopped: () => element.classList.remove("is-writing"),
    done: row => {
      element.classList.remove("is-writing");
      finished(row, body, foot, model);
    },
  };
}

function finished(row, body, foot, model) {
  body.lang = row.language === "zh" ? "zh-Hans" : "en";
  const notes = row.passages.map((passage, i) => footnote(passage, i + 1));
  body.classList.toggle("is-verse", isVerse(row.text));
  fill(body, marked(row, notes));
  const list = notes.length > 0 && h("ol.draft-sources", { "aria-label": t("words.sources") }, notes);
  fill(foot, list, novelty(row.novelty), remarks(row), actions(row, model));
}

// Whether most lines are short.
function isVerse(text) {
  const lengths = text.split("\n").map(line => line.trim().length).filter(length => length > 0);
  return lengths.filter(length => length <= MOST_VERSE).length > lengths.length * 0.8;
}

function footnote(passage, number) {
  return h("li", { tabindex: "-1" }, h("span.draft-number", {}, number),
    h("span", {}, t("words.source", { n: passage.n_characters, place: placeOf(passage) })));
}

// The text with its copied passages in <mark>, each with a number that leads to where it stands; line by line, so
// that a verse that is too long for its column goes on indented.
function marked(row, notes) {
  const letters = [...row.text], lines = [h("span.draft-line", {})];
  let at = 0;
  const say = (to, made) => {
    letters.slice(at, to).join("").split("\n").forEach((piece, i) => {
      if (i > 0) lines.push(h("span.draft-line", {}));
      if (piece !== "") lines[lines.length - 1].append(made(piece));
    });
    at = to;
  };
  for (const region of regions(row.passages)) {
    const title = region.numbers.map(number => placeOf(row.passages[number - 1])).join("\n");
    say(region.start, piece => piece);
    say(region.end, piece => h("mark", { title }, piece));
    lines[lines.length - 1].append(...region.numbers.map(number =>
      reference(number, row.passages[number - 1], notes[number - 1])));
  }
  say(letters.length, piece => piece);
  return lines;
}

function reference(number, passage, note) {
  const label = t("words.reference", { number, n: passage.n_characters, place: placeOf(passage) });
  return h("button.draft-reference", { type: "button", "aria-label": label, title: label,
    onclick: () => note.focus() }, number);
}

function novelty(found) {
  if (found === null) return h("p.muted.draft-novelty", {}, t("words.novelty.unknown"));
  const figures = { share: percent(found.share, 1), people: percent(found.share_of_people, 1), span: found.span,
    longest: found.longest, lines: found.lines_copied };
  const said = found.share > 0
    ? [t("words.novelty", figures), t("words.novelty.longest", figures),
      found.lines_copied > 0 && t("words.novelty.lines", figures)]
    : [t("words.novelty.zero", figures), found.longest > 0 && t("words.novelty.longest.found", figures)];
  return h("div.draft-novelty", {}, h(`p.verdict.${VERDICTS[found.verdict]}`, {},
    t(`words.verdict.${found.verdict}`)),
    h("p.muted", {}, said.filter(Boolean).join(t("words.gap"))));
}

function remarks(row) {
  const said = sentences(row.notes, row.notes_zh);
  if (row.has_long_copy) said.push(t("words.long.copy"));
  return said.length > 0 && remarkList(said);
}

// Sentences beside a small sign, what a person should know.
export const remarkList = said => h("ul.remarks.muted", {},
  said.map(text => h("li", {}, icon("info"), h("span", {}, text))));

function actions(row, model) {
  const name = `${model.replace(/[^\p{L}\p{N}-]+/gu, "-")}-${row.seed}.txt`;
  return h("div.row.draft-actions", {},
    textButton(".small", "copy", t("words.copy"), () => copied(row.text, t("words.the.text"))),
    textButton(".small", "download", t("words.download"), () => keepText(row.text, name)),
    textButton(".small", "song", t("words.sing"), () => sing(row.text)));
}

// The Song view has a field for lyrics: it watches "lyrics".
function sing(text) {
  put("lyrics", text);
  location.hash = "#song";
  notice(t("words.sung"), "good");
}
