// The Words view: poems, lyrics, plays and prose by small models; three drafts side by side.

import { call, follow, read, work } from "./api.js";
import { fill, h } from "./dom.js";
import { draftCard } from "./draft_cards.js";
import { keeps } from "./drafts.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { failureNote } from "./notices.js";
import { watch } from "./store.js";
import { wordsForm } from "./words_form.js";
import { textButton } from "./words_parts.js";

export async function mount(element) {
  const { writers } = await read("/writers");
  const state = { job: "", running: null, asked: null };
  const form = wordsForm(writers, () => draft.changed());
  const draft = keeps("words", () => ({ ...form.read(), job: state.job, asked: state.asked }));
  const columns = h("div.drafts", {}), problem = h("div", {});
  const status = h("p.visually-hidden", { role: "status" });
  const writeButton = h("button.button.primary.large", { type: "submit" }, icon("words"),
    h("span", {}, t("words.write")));
  const stopButton = textButton("", "stop", t("words.stop"), () => state.running?.cancel());
  const place = { columns, problem, status, form, writeButton, stopButton, draft, state };
  const bar = h("div.card.row.words-bar", {}, writeButton, stopButton, form.drafts, form.seed);
  fill(element, h("div.view-head", {}, h("h1", {}, t("words.title")), h("p.lede", {}, t("words.lede"))),
    h("form.words-layout", { novalidate: true, onsubmit: event => { event.preventDefault(); write(place); } },
      h("div.card", {}, form.element),
      h("section.stack", { "aria-label": t("words.drafts.area") }, bar, problem, columns, status)));
  stopButton.hidden = true;
  fill(columns, empty());
  onKey("Ctrl+Enter", { en: "Write", zh: "开始写" }, () => { write(place); }, { view: "words", typing: true });
  const before = await draft.stored();
  if (before.model !== undefined) form.write(before);
  again(place, before);
  watch("models", () => modelsChanged(place, writers));
}

function write(place) {
  const { state, form, draft } = place;
  if (state.running !== null) return;
  const body = form.order();
  state.asked = askedOf(body);
  const onJob = job => { state.job = job.id; draft.changed(); };
  shown(place, onEvent => work("/texts", body, { onEvent, onJob }));
}

// What is asked of each draft, for its heading.
function askedOf({ model, seed, temperatures, temperature, drafts }) {
  const rows = temperatures ? temperatures.map(each => ({ seed, temperature: each, byTemperature: true }))
    : Array.from({ length: drafts }, (_, i) => ({ seed: seed + i, temperature }));
  return { model, rows };
}

// The cards of what is being written; `begin(onEvent)` starts it and resolves to its result.
async function shown(place, begin) {
  const { columns, problem, status, form, state } = place;
  const { model, rows } = state.asked;
  const cards = rows.map((row, i) => draftCard(i, row, model, form.hold)), finished = new Set();
  fill(columns, cards.map(card => card.element));
  columns.dataset.n = cards.length;
  fill(problem);
  const done = (row, i) => {
    if (!finished.has(i)) cards[i]?.done(row);
    finished.add(i);
  };
  const onEvent = event => {
    if (event.event === "text") cards[event.draft]?.add(event.text);
    else if (event.event === "draft") done(event, event.draft);
  };
  busy(place, true);
  status.textContent = t("words.writing");
  try {
    state.running = begin(onEvent);
    const result = await state.running;
    (result.drafts ?? []).forEach(done);
    status.textContent = t("words.written", { n: cards.length });
  } catch (error) {
    cards.forEach(card => card.stopped());
    if (finished.size === 0 && error.code !== "cancelled") fill(columns, empty());
    fill(problem, failureNote(error));
    status.textContent = error.code === "cancelled" ? t("words.stopped") : "";
  }
  state.running = null;
  busy(place, false);
}

function busy({ writeButton, stopButton }, isBusy) {
  writeButton.disabled = isBusy;
  stopButton.hidden = !isBusy;
}

// What was written, or is being written, before the page was loaded anew.
async function again(place, before) {
  const { state } = place;
  if (!before.job || !Array.isArray(before.asked?.rows)) return;
  const job = await read(`/jobs/${before.job}`).catch(() => null);
  if (!["done", "running", "queued"].includes(job?.state) || state.running !== null) return;
  Object.assign(state, { job: before.job, asked: before.asked });
  const cancel = () => call("DELETE", `/jobs/${before.job}`);
  shown(place, onEvent => Object.assign(follow(before.job, onEvent), { cancel }));
}

function empty() {
  return h("div.words-empty", {}, icon("words"), h("p", {}, t("words.empty")));
}

// A training has ended: its model can be chosen when the page is loaded anew, which loses nothing.
async function modelsChanged({ problem }, writers) {
  const found = await read("/writers").then(told => told.writers, () => writers); // an error here is nobody's concern
  const isNew = found.length !== writers.length || found.some((each, i) => each.name !== writers[i].name);
  if (isNew)
    fill(problem, h("div.note.good", {}, icon("check"), h("div.stack.tight", {}, h("p", {}, t("words.models.new")),
      textButton(".small", "again", t("words.models.load"), () => location.reload()))));
}
