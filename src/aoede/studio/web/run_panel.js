// One training: how far it is, its curves, what it makes by now; pause, go on, stop, use.

import { call, read, send } from "./api.js";
import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { lossChart } from "./loss_chart.js";
import { confirmed, failed, failureNote, notice } from "./notices.js";
import { freshNews, hear, heard } from "./run_news.js";
import { accountOf, headOf, noted, progressOf, restingOf, samplesOf } from "./run_parts.js";
import { put } from "./store.js";
import { sentence } from "./told.js";
import { useButtons } from "./train_use.js";
import { findLearner, MUSIC, whole } from "./train_words.js";

const SHOW_MS = 250;

// id: of a run. known: the answer of GET /learners. rows(): asks GET /runs anew and returns the rows.
// -> {element, close(), refresh(rows)}
export function runPanel(id, known, rows) {
  const parts = { head: h("header.run-head"), status: h("div.run-status"), note: h("div"), use: h("div"),
    samples: h("section.run-samples"), account: h("div"), says: h("p.visually-hidden", { role: "status" }) };
  const place = { id, known, rows, ...parts, chart: lossChart(), row: null, news: freshNews(), isGone: false,
    isEnding: false, timer: null, heardJob: null, leave: () => {}, samplesKey: "" };
  place.curves = h("div.card.run-chart", {}, place.chart.element, meaning(place));
  place.main = h("div.run-main", {}, parts.note, parts.status, parts.use, place.curves);
  place.side = h("div.run-side", {}, parts.samples, parts.account);
  place.element = h("article.run", { "aria-busy": "true" }, parts.head,
    h("div.run-columns", {}, place.main, place.side), parts.says);
  load(place).catch(error => fill(parts.note, failureNote(error)));
  return { element: place.element, close: () => close(place), refresh: all => refresh(place, all) };
}

function close(place) {
  place.isGone = true;
  place.leave();
  clearTimeout(place.timer);
}

// The list was read: what waited may have begun, what was elsewhere may be free.
function refresh(place, all) {
  const row = all.find(each => each.id === place.id);
  if (!row || !place.row || place.heardJob !== null) return;
  if (row.state !== place.row.state || row.job !== place.row.job || row.is_elsewhere !== place.row.is_elsewhere)
    load(place, row).catch(failed);
}

async function load(place, known = null) {
  const row = known ?? (await place.rows()).find(each => each.id === place.id);
  if (!row) throw Object.assign(new Error(t("train.run.job.lost")), { code: "missing", hint: "" });
  const isDecided = row.state !== "damaged" && row.n_steps > 0;
  const detail = isDecided ? await read(`/runs/${place.id}`) : row;
  if (place.isGone) return;
  Object.assign(place, { row: detail, isEnding: false, news: freshNews(detail) });
  place.element.dataset.kind = MUSIC.has(detail.encoding) ? "music" : "words";
  place.element.removeAttribute("aria-busy");
  show(place);
  if (detail.job && detail.state !== "queued" && detail.job !== place.heardJob) listen(place, detail.job);
}

async function listen(place, job) {
  place.heardJob = job;
  const { end, leave } = hear(job, event => {
    if (!heard(place.news, event)) return;
    if (event.event === "began") place.row = { ...place.row, n_steps: event.n_steps, state: "training" };
    later(place);
  });
  place.leave = leave;
  try {
    await ended(place, await end);
  } catch (error) {
    if (!place.isGone) await broken(place, error);
  }
}

async function ended(place, result) {
  place.heardJob = null;
  if (result.step > 0) put("models", Date.now());
  const text = result.is_done ? t("train.run.done", { steps: whole(result.step) })
    : t("train.run.paused", { step: whole(result.step) });
  const isSeen = !place.isGone && place.element.closest("[hidden]") === null;
  if (result.is_done && !isSeen) notice(`${place.row.name}: ${text}`, "good");
  if (place.isGone) return;
  await load(place).catch(failed);
  place.says.textContent = text;
}

async function broken(place, error) {
  place.heardJob = null;
  await load(place).catch(failed);
  const hasChanged = /data changed/.test(error.english);
  if (error.code === "interrupted")
    fill(place.note, noted("plain", "info", t("train.run.interrupted", { step: whole(place.row.step) })));
  else if (error.code !== "cancelled") fill(place.note, failureNote(error), hasChanged && changedButton(place));
}

// At most four times a second, whatever comes in.
function later(place) {
  if (place.timer !== null) return;
  place.timer = setTimeout(() => {
    place.timer = null;
    if (!place.isGone) show(place);
  }, SHOW_MS);
}

function show(place) {
  const { row, news } = place, hasCurves = news.history.length > 0 || news.fine.length > 0;
  fill(place.head, headOf(row, place.known));
  fill(place.status, statusOf(place));
  fill(place.use, row.job === null && useButtons(row));
  place.curves.hidden = row.state === "damaged" || (!hasCurves && row.job === null);
  place.chart.show(news);
  showSamples(place);
  showAccount(place);
}

// Only what is new is drawn: what is being read or heard stays.
function showSamples(place) {
  const { row, news } = place;
  const key = [news.samples.length, news.heard.length, row.state, row.sample, row.has_losses].join(" ");
  if (place.samplesKey === key) return;
  place.samplesKey = key;
  if (MUSIC.has(row.encoding)) place.main.after(place.samples); // a picture wants the room of both columns
  fill(place.samples, samplesOf(row, news));
}

function showAccount(place) {
  const { row, news } = place;
  const key = [news.told.length, news.seed, row.state, row.step, news.account?.summary].join(" ");
  if (place.accountKey === key) return;
  place.accountKey = key;
  fill(place.account, accountOf(row, news));
}

// ---- what can be done

function statusOf(place) {
  const { row, news } = place;
  if (row.state === "damaged")
    return noted("bad", "warning", t("train.run.damaged"), sentence(row.problem, row.problem_zh));
  if (row.is_elsewhere) return noted("plain", "info", t("train.run.elsewhere"));
  if (row.job === null) return restingOf(row, row.state === "stopped" && resumeButton(place));
  const buttons = news.phase === "learning" ? liveButtons(place)
    : button("button.button", "close", t("train.run.cancel"), () => cancelled(place));
  return h("div.card.stack.run-live", {}, progressOf(row, news), h("div.row", {}, buttons));
}

const button = (kind, picture, text, run, more = {}) => h(kind,
  { type: "button", onclick: () => run().catch(failed), ...more }, icon(picture), h("span", {}, text));

function liveButtons(place) {
  const more = { disabled: place.isEnding };
  const text = t(place.isEnding ? "train.run.pausing" : "train.run.pause");
  return [button("button.button.primary", "pause", text, () => pause(place), more),
    button("button.button.quiet", "stop", t("train.run.stop"), () => stop(place), more)];
}

const resumeButton = place =>
  button("button.button.primary", "play", t("train.run.resume"), () => resumed(place, {}));

const changedButton = place => h("p.row", {},
  button("button.button", "play", t("train.run.changed"), () => resumed(place, { allow_data_change: true })));

async function cancelled(place) {
  await call("DELETE", `/jobs/${place.row.job}`);
  await load(place);
}

async function pause(place) {
  ending(place, true);
  await send(`/jobs/${place.row.job}/stop`).catch(error => {
    ending(place, false);
    throw error;
  });
}

async function stop(place) {
  const words = { yes: t("train.run.stop"), hint: t("train.run.stop.hint") };
  if (!await confirmed(t("train.run.stop.sure"), words)) return;
  ending(place, true);
  await call("DELETE", `/jobs/${place.row.job}`);
}

function ending(place, is) {
  place.isEnding = is;
  show(place);
}

async function resumed(place, body) {
  fill(place.note);
  try {
    await send(`/runs/${place.id}/resume`, body);
    await load(place);
  } catch (error) {
    fill(place.note, failureNote(error));
  }
}

// What the figure means that the curves show.
function meaning(place) {
  const text = h("p.muted.prose");
  const drawer = h("details.drawer", { ontoggle: () => {
    const learner = place.row && findLearner(place.known.learners, place.row);
    if (learner) fill(text, pick(learner.figure_en, learner.figure_zh));
  } }, h("summary", {}, t("train.figure.explained")), text);
  return drawer;
}
