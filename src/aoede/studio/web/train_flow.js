// The way from files to a training: choose data, see what is in them, choose who learns and how long, begin.

import { read, send, work } from "./api.js";
import { fill, h } from "./dom.js";
import { keeps } from "./drafts.js";
import { fileDrop } from "./file_drop.js";
import { folderPicker } from "./folder_picker.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { keptSets } from "./kept_sets.js";
import { learnerCards } from "./learner_cards.js";
import { failureNote } from "./notices.js";
import { noted } from "./run_parts.js";
import { scanReport, summaryOf } from "./scan_report.js";
import { sentence } from "./told.js";
import { trainSettings } from "./train_settings.js";
import { nameOf } from "./train_words.js";

// known: the answer of GET /learners. `begun(job)` is called with the job of a training. -> {element, restore()}
export function trainFlow(known, begun) {
  const state = { source: null, found: null, learner: null, scanning: null };
  const settings = trainSettings(() => draft.changed());
  const draft = keeps("train", () => ({ source: state.source, learner: state.learner && nameOf(state.learner),
    ...settings.read() }));
  const dataPlace = h("section.train-data", { "aria-label": t("train.data") }), scanPlace = h("div");
  const choosePlace = h("div"), says = h("p.visually-hidden", { role: "status" });
  const element = h("div.train-flow", {}, dataPlace, scanPlace, choosePlace, says);

  function choosing({ focus = false, lost = null } = {}) {
    state.scanning?.cancel();
    Object.assign(state, { source: null, found: null, learner: null, scanning: null });
    fill(scanPlace);
    fill(choosePlace);
    const heading = h("h2", { tabindex: "-1" }, t("train.data"));
    const fromSet = ({ id, name }) => take({ dataset: id, name });
    fill(dataPlace, heading, lost, h("div.sources", {}, folderCard(({ id, name }) => take({ folder: id, name })),
      fileDrop(known, fromSet).element), keptSets(fromSet));
    if (focus) heading.focus();
  }

  function another() {
    choosing({ focus: true });
    draft.changed();
  }

  // Looks through the data; `wanted`: what was chosen for them before.
  async function take(source, wanted = null) {
    Object.assign(state, { source, found: null });
    fill(dataPlace, chosenHead(source, another));
    fill(choosePlace);
    if (wanted === null) {
      dataPlace.querySelector("h2").focus();
      draft.changed(); // else it is kept as it is until its settings stand here again
    }
    try {
      const found = await looked(source);
      if (state.source === source) shown(found, wanted);
    } catch (error) {
      if (state.source !== source) return;
      const isLost = wanted !== null && GONE.has(error.status);
      if (isLost || error.code === "cancelled") choosing({ lost: isLost && lostNote(source, error) });
      else fill(scanPlace, failureNote(error));
    }
  }

  function looked(source) {
    const { element: told, onEvent } = reading(source.name, () => state.scanning?.cancel());
    fill(scanPlace, told);
    state.scanning = work("/scans", placeOf(source), { onEvent });
    return state.scanning;
  }

  function shown(found, wanted) {
    state.found = found;
    fill(scanPlace, h("div.card", {}, scanReport(found, state.source.name)));
    says.textContent = summaryOf(found);
    const cards = learnerCards(found, wanted?.learner, chosen);
    state.learner = cards.value();
    settings.suggest(state.source.name);
    if (state.learner !== null) settings.show(state.learner);
    if (wanted !== null) settings.write(wanted);
    fill(choosePlace, cards.element, state.learner !== null && beginForm(settings.element, begin));
  }

  function chosen(learner) {
    state.learner = learner;
    settings.show(learner);
    draft.changed();
  }

  async function begin() {
    const { source, learner } = state, { name, seed, minutes, settings: said } = settings.read();
    const body = { ...placeOf(source), family: learner.family, encoding: learner.encoding, settings: said };
    if (name) body.name = name;
    if (seed !== null) body.seed = seed;
    if (learner.takes_time && minutes !== null) body.minutes = minutes;
    begun(await send("/runs", body));
  }

  // What stood here before the page was loaded anew. A folder may be gone since, or out of reach.
  async function restore() {
    choosing();
    const before = await draft.stored(), source = before.source;
    settings.write({ minutes: before.minutes });
    if (!source || typeof source.name !== "string" || state.source !== null) return;
    if (typeof source.folder === "string" || await isThere(source.dataset)) await take(source, before);
  }

  onKey("Ctrl+Enter", { en: "Begin to learn", zh: "开始学" }, () => {
    const form = element.isConnected ? choosePlace.querySelector("form") : null;
    form?.requestSubmit();
    return form !== null;
  }, { view: "train", typing: true });
  return { element, restore };
}

const GONE = new Set([403, 404, 422]); // how a folder is refused

const lostNote = ({ name }, error) =>
  noted("bad", "folder", t("train.folder.lost", { name }), sentence(error.message, error.message));

const placeOf = source => (source.folder ? { folder: source.folder } : { dataset: source.dataset });

const isThere = async id => (await read("/datasets")).datasets.some(row => row.id === id && row.n_files > 0);

const folderCard = chosen => h("section.card.source", {},
  h("div", {}, h("h3", {}, t("train.data.folder")), h("p.muted", {}, t("train.data.folder.hint"))),
  folderPicker(chosen).element);

const chosenHead = (source, another) => h("div.row.spread.chosen", {},
  h("h2", { tabindex: "-1" }, icon(source.folder ? "folder" : "file"), h("span", {}, source.name)),
  h("button.button.quiet", { type: "button", onclick: another }, icon("left"), h("span", {}, t("train.data.other"))));

// How far the looking through is. -> {element, onEvent}
function reading(name, cancel) {
  const bar = h("progress", { "aria-label": t("train.scan.going", { name }) });
  const line = h("p.muted");
  const stop = h("button.button.quiet.small", { type: "button", onclick: cancel }, t("train.scan.cancel"));
  const onEvent = ({ event, kind, done, total }) => {
    if (event !== "reading") return;
    Object.assign(bar, { max: total, value: done });
    line.textContent = t("train.scan.reading", { kind: t(`train.kind.${kind}`), done, total });
  };
  const element = h("div.card.stack", {}, h("p", {}, t("train.scan.going", { name })), bar,
    h("div.row.spread", {}, line, stop));
  return { element, onEvent };
}

function beginForm(fields, begin) {
  const problem = h("div");
  const button = h("button.button.primary.large", { type: "submit" }, icon("train"), h("span", {}, t("train.begin")));
  const submit = async event => {
    event.preventDefault();
    button.disabled = true;
    fill(problem);
    try {
      await begin();
    } catch (error) {
      fill(problem, failureNote(error));
    } finally {
      button.disabled = false;
    }
  };
  return h("form.card.begin", { novalidate: true, onsubmit: submit }, fields, problem, h("div.row", {}, button));
}
