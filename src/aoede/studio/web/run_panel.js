// One training: how far it is, its curves, what it makes by now; pause, go on, stop, use.

import { call, follow, link, read, send } from "./api.js";
import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { lossChart } from "./loss_chart.js";
import { confirmed, failed, failureNote, notice } from "./notices.js";
import { freshNews, heard, secondsLeft } from "./run_news.js";
import { fileTable } from "./scan_report.js";
import { put } from "./store.js";
import { useButtons } from "./train_use.js";
import { duration, figure, figureName, findLearner, stateName, titleOf, whole } from "./train_words.js";

const SHOW_MS = 250;

// id: of a run. known: the answer of GET /learners. rows(): asks GET /runs anew and returns the rows.
// -> {element, close()}
export function runPanel(id, known, rows) {
  const parts = { head: h("header.run-head"), status: h("div.run-status"), note: h("div"), use: h("div"), samples: h("section.run-samples"),
    account: h("div") };
  const chart = lossChart(), says = h("p.visually-hidden", { role: "status" });
  const place = { id, known, rows, ...parts, chart, says, row: null, news: freshNews(), isGone: false, pausing: false, timer: null, followed: null };
  place.main = h("div.run-main", {}, parts.note, parts.status, parts.use, h("div.card.run-chart", {}, chart.element, meaning(place)));
  place.side = h("div.run-side", {}, parts.samples, parts.account);
  const element = h("article.run", { "aria-busy": "true" }, parts.head, h("div.run-columns", {}, place.main, place.side), says);
  place.element = element;
  load(place).catch(error => fill(parts.note, failureNote(error)));
  return { element, close: () => { place.isGone = true; clearTimeout(place.timer); place.source?.abort?.(); } };
}

async function load(place) {
  const all = await place.rows(), row = all.find(each => each.id === place.id);
  if (!row) throw Object.assign(new Error(t("train.run.job.lost")), { code: "missing", hint: "" });
  const isDecided = row.state !== "damaged" && row.n_steps > 0;
  const detail = isDecided ? await read(`/runs/${place.id}`) : row;
  if (place.isGone) return;
  Object.assign(place, { row: detail, pausing: false, news: freshNews(detail) });
  place.element.removeAttribute("aria-busy");
  show(place);
  if (row.job && row.job !== place.followed) listen(place, row.job);
}

async function listen(place, job) {
  place.followed = job;
  const onEvent = event => {
    if (place.isGone || !heard(place.news, event)) return;
    if (event.event === "began" && place.row.n_steps === 0) place.row = { ...place.row, n_steps: event.n_steps, state: "training" };
    if (event.event === "running" && place.row.state === "queued") place.row = { ...place.row, state: "preparing" };
    later(place);
  };
  try {
    ended(place, await follow(job, onEvent));
  } catch (error) {
    if (place.isGone) return;
    await load(place).catch(failed);
    if (error.code === "interrupted") fill(place.note, noted("bad", t("train.run.interrupted", { step: whole(place.row.step) })));
    else if (error.code !== "cancelled") fill(place.note, failureNote(error), /data changed/.test(error.message) && changedButton(place));
  }
}

async function ended(place, result) {
  if (result.has_model || result.step > 0) put("models", Date.now());
  const text = result.is_done ? t("train.run.done", { steps: whole(result.step) }) : t("train.run.paused", { step: whole(result.step) });
  if (result.is_done && (place.isGone || place.element.closest("[hidden]"))) notice(`${place.row.name}: ${text}`, "good");
  if (place.isGone) return;
  await load(place).catch(failed);
  place.says.textContent = text;
}

const noted = (kind, text, more) => h(`div.note.${kind}`, {}, icon(kind === "good" ? "check" : "info"), h("div", {}, h("p", {}, text), more && h("p.muted", {}, more)));

// At most four times a second, whatever comes in.
function later(place) {
  if (place.timer !== null) return;
  place.timer = setTimeout(() => {
    place.timer = null;
    if (!place.isGone) show(place);
  }, SHOW_MS);
}

function show(place) {
  const { row, news } = place;
  fill(place.head, headOf(place));
  fill(place.status, statusOf(place));
  fill(place.use, row.job === null && useButtons(row));
  place.chart.show(news);
  place.chart.element.parentElement.hidden = row.state === "damaged" || (news.history.length === 0 && news.fine.length === 0 && row.job === null);
  showSamples(place);
  fill(place.account, accountOf(place));
}

function headOf({ row, known }) {
  const learner = findLearner(known.learners, row);
  return [h("h2", {}, row.name), h("p.muted", {}, learner ? t("train.run.from", { learner: titleOf(learner), data: row.data }) : row.family)];
}

// ---- how far it is

function statusOf(place) {
  const { row } = place;
  if (row.state === "damaged") return noted("bad", t("train.run.damaged"), row.problem);
  if (row.is_elsewhere) return noted("plain", t("train.run.elsewhere"));
  if (row.job === null) return restingOf(place);
  return h("div.card.stack.run-live", {}, progressOf(place), h("div.row", {}, liveButtons(place)));
}

function progressOf({ news, row }) {
  if (news.phase !== "learning") {
    const text = news.phase === "reading" && news.reading ? t("train.run.reading", { done: news.reading.done, total: news.reading.total })
      : t(row.state === "queued" ? "train.run.waiting" : "train.run.measuring");
    return [h("p.row", {}, h("span.spinner", { "aria-hidden": "true" }), h("span", {}, text))];
  }
  const left = secondsLeft(news);
  return [h("div.row.spread", {}, h("strong.tabular.run-step", {}, t("train.run.step", { step: whole(news.step), total: whole(news.n_steps) })),
    h("span.muted.tabular", {}, left === null ? "" : left < 3 ? t("train.run.soon") : t("train.run.left", { time: duration(left) }))),
  h("progress", { max: news.n_steps, value: news.step, "aria-label": t("train.state.training") }), bestOf(news)];
}

function bestOf({ best, best_step, watched }) {
  if (best === null || best_step === null) return null;
  return h("p.muted", {}, `${watched ? `${figureName(watched)} · ` : ""}${t("train.chart.best", { value: figure(best), step: whole(best_step) })}`);
}

function restingOf(place) {
  const { row } = place;
  const text = row.state === "done" ? t("train.run.done", { steps: whole(row.step) }) : t("train.run.stopped", { step: whole(row.step), total: whole(row.n_steps) });
  const resume = row.state === "stopped" && h("button.button.primary", { type: "button", onclick: event => resumed(place, event.currentTarget, {}) },
    icon("play"), h("span", {}, t("train.run.resume")));
  const isEarly = row.state === "done" && row.step < row.n_steps;
  return h("div.card.stack.run-rest", { "data-state": row.state }, h("div.row.spread", {}, h("p.row", {}, icon(row.state === "done" ? "check" : "pause"), h("strong", {}, text)), resume),
    isEarly && h("p.muted", {}, t("train.run.early")), bestOf(row));
}

function liveButtons(place) {
  const { row, news } = place;
  if (news.phase !== "learning") return h("button.button", { type: "button", onclick: () => call("DELETE", `/jobs/${row.job}`).catch(failed) }, icon("close"), h("span", {}, t("train.run.cancel")));
  return [h("button.button.primary", { type: "button", disabled: place.pausing, onclick: () => pause(place) }, icon("pause"),
    h("span", {}, t(place.pausing ? "train.run.pausing" : "train.run.pause"))),
  h("button.button.quiet", { type: "button", disabled: place.pausing, onclick: () => stop(place).catch(failed) }, icon("stop"), h("span", {}, t("train.run.stop")))];
}

async function pause(place) {
  place.pausing = true;
  show(place);
  try {
    await send(`/jobs/${place.row.job}/stop`);
  } catch (error) {
    place.pausing = false;
    failed(error);
  }
}

async function stop(place) {
  if (!await confirmed(t("train.run.stop.sure"), { yes: t("train.run.stop"), hint: t("train.run.stop.hint") })) return;
  place.pausing = true;
  show(place);
  await call("DELETE", `/jobs/${place.row.job}`);
}

async function resumed(place, button, body) {
  button.disabled = true;
  fill(place.note);
  try {
    await send(`/runs/${place.id}/resume`, body);
    await load(place);
  } catch (error) {
    fill(place.note, failureNote(error));
    button.disabled = false;
  }
}

const changedButton = place => h("p", {}, h("button.button", { type: "button", onclick: event => resumed(place, event.currentTarget, { allow_data_change: true }) },
  icon("play"), h("span", {}, t("train.run.changed"))));

// ---- what it makes by now

function showSamples(place) {
  const { row, news } = place, key = `${news.samples.length} ${news.n_sounds ?? 0} ${row.state} ${row.sample} ${row.has_losses}`;
  if (place.samplesKey === key) return; // nothing new: what is being read or heard stays
  place.samplesKey = key;
  const isText = news.samples.length > 0, hasPicture = MUSIC.has(row.encoding);
  (hasPicture ? place.main : place.side)[hasPicture ? "append" : "prepend"](place.samples); // a picture wants room
  const made = isText ? textSamples(news.samples) : row.sample.endsWith(".wav") ? heardSample(row) : hasMusic(place) ? musicSamples(row, news) : null;
  fill(place.samples, (made || row.job) && h("div.card.stack", {}, h("h3", {}, t("train.samples")), made ?? h("p.muted", {}, t("train.samples.none"))));
}

const MUSIC = new Set(["pianoroll", "melody", "chords"]);
const hasMusic = ({ row, news }) => MUSIC.has(row.encoding) && (news.isMusic || row.sample !== "");

function textSamples(samples) {
  const [last, ...earlier] = [...samples].reverse();
  const one = ({ step, text }) => h("figure.sample", {}, h("blockquote.sample-text", { lang: "" }, text.trim()), h("figcaption.muted", {}, t("train.samples.step", { step: whole(step) })));
  return [one(last), earlier.length > 0 && h("details.drawer", {}, h("summary", {}, t("train.samples.earlier")), h("div.stack", {}, earlier.slice(0, 12).map(one)))];
}

// A new number at the end asks for the picture anew.
function musicSamples(row, news) {
  const url = `${link(`/runs/${row.id}/files/strip.png`)}?inline=1&at=${news.n_sounds ?? 0}-${row.step}`;
  return h("figure.sample", {}, h("img.strip", { src: url, alt: t("train.samples.music"), onerror: event => { event.target.hidden = true; } }),
    h("figcaption.muted", {}, t("train.samples.music")));
}

function heardSample(row) {
  const url = `${link(`/runs/${row.id}/files/${row.sample}`)}?inline=1&at=${row.step}`;
  return h("audio", { controls: true, preload: "none", src: url, "aria-label": t("train.samples.listen") });
}

// ---- what it was made of

function accountOf({ row, news }) {
  const account = news.account ?? row.account ?? {}, files = row.account?.rows ?? [], settings = Object.entries(row.settings ?? {});
  const seed = news.seed ?? row.seed;
  return h("div.stack.run-account", {},
    account.read !== undefined && h("p.muted", {}, t("train.run.account", account)),
    files.length > 0 && h("details.drawer", {}, h("summary", {}, t("train.scan.problems", { n: files.length })), fileTable(files, files.length)),
    news.told.length > 0 && h("details.drawer", {}, h("summary", {}, t("train.run.told")), h("ul.told", { lang: "en" }, news.told.slice(-20).map(text => h("li", {}, text)))),
    settings.length > 0 && h("details.drawer", {}, h("summary", {}, t("train.run.settings")), h("dl.settings", {},
      settings.map(([name, value]) => h("div", {}, h("dt.mono", {}, name), h("dd.figures", {}, String(value)))))),
    Number.isFinite(seed) && h("p.muted.figures", {}, t("train.run.seed", { seed })));
}

function meaning(place) {
  const text = h("p.muted.prose");
  return h("details.drawer", { ontoggle: event => {
    const learner = event.target.open && place.row && findLearner(place.known.learners, place.row);
    if (learner) fill(text, pick(learner.figure_en, learner.figure_zh));
  } }, h("summary", {}, t("train.figure.explained")), text);
}

export { stateName };
