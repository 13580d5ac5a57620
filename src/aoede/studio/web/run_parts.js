// The parts of a training's page: its name, how far it is, where it rests, what it makes by now, what it was made of.

import { link } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { secondsLeft } from "./run_news.js";
import { fileTable } from "./scan_report.js";
import { sampleOf } from "./train_told.js";
import { duration, figure, figureName, findLearner, MUSIC, titleOf, whole } from "./train_words.js";

const MOST_EARLIER = 12, MOST_TOLD = 20, FEW_TOLD = 4;

export function headOf(row, known) {
  const learner = findLearner(known.learners, row);
  const from = learner ? t("train.run.from", { learner: titleOf(learner), data: row.data }) : row.family;
  return [h("h2", {}, row.name), h("p.muted", {}, from)];
}

export const noted = (kind, picture, text, more = "") => h(`div.note.${kind}`, {}, icon(picture),
  h("div", {}, h("p", {}, text), more && h("p.muted", {}, more)));

// ---- how far it is

export function progressOf(row, news) {
  if (news.phase !== "learning")
    return h("p.row", {}, h("span.spinner", { "aria-hidden": "true" }), h("span", {}, beforeIt(row, news)));
  const left = secondsLeft(news);
  const time = left === null ? "" : left < 3 ? t("train.run.soon") : t("train.run.left", { time: duration(left) });
  const step = t("train.run.step", { step: whole(news.step), total: whole(news.n_steps) });
  return [h("div.row.spread", {}, h("strong.tabular.run-step", {}, step), h("span.muted.tabular", {}, time)),
    h("progress", { max: news.n_steps, value: news.step, "aria-label": t("train.state.training") }), bestOf(news)];
}

function beforeIt(row, { phase, reading }) {
  if (row.state === "queued") return t("train.run.waiting");
  if (phase === "measuring") return t("train.run.measuring");
  return reading ? t("train.run.reading", { done: reading.done, total: reading.total }) : t("train.state.preparing");
}

function bestOf({ best, best_step, watched }) {
  if (best === null || best_step === null) return null;
  const step = whole(best_step);
  return h("p.muted", {}, watched ? `${figureName(watched)} · ${t("train.chart.best", { value: figure(best), step })}`
    : t("train.chart.best.step", { step })); // a sum of figures has no unit to be told in
}

export function restingOf(row, resume) {
  const isDone = row.state === "done", isEarly = isDone && row.step < row.n_steps;
  const text = isDone ? t("train.run.done", { steps: whole(row.step) })
    : t("train.run.stopped", { step: whole(row.step), total: whole(row.n_steps) });
  return h("div.card.stack.run-rest", { "data-state": row.state },
    h("div.row.spread", {}, h("p.said", {}, icon(isDone ? "check" : "pause"), h("strong", {}, text)), resume),
    isEarly && h("p.muted", {}, t("train.run.early")), bestOf(row));
}

// ---- what it makes by now

export function samplesOf(row, news) {
  const made = madeBy(row, news);
  if (made === null && row.job === null) return null;
  return h("div.card.stack", {}, h("h3", {}, t("train.samples")), made ?? h("p.muted", {}, t("train.samples.none")));
}

function madeBy(row, news) {
  if (news.samples.length > 0) return textSamples(news.samples);
  if (row.sample.endsWith(".wav")) return heardSample(row);
  return MUSIC.has(row.encoding) && news.heard.length > 0 ? stripOf(row, news) : null;
}

function textSamples(samples) {
  const [last, ...earlier] = [...samples].reverse();
  const one = ({ step, text: said }) => {
    const { text, remark } = sampleOf(said);
    return h("figure.sample", {}, h("blockquote.sample-text", { lang: "" }, text),
      h("figcaption.muted", {}, t("train.samples.step", { step: whole(step) }), remark && h("p", {}, remark)));
  };
  const more = () => h("details.drawer", {}, h("summary", {}, t("train.samples.earlier")),
    h("div.stack", {}, earlier.slice(0, MOST_EARLIER).map(one)));
  return [one(last), earlier.length > 0 && more()];
}

// All of them in one picture, which is moved to the side where it has no room and opens by itself at a press, and in
// words what is written in it. A new number at the end asks for it anew.
function stripOf(row, news) {
  const src = `${link(`/runs/${row.id}/files/strip.png`)}?inline=1&at=${news.heard.length}`;
  const alt = t("train.samples.music"), large = t("train.samples.large");
  const gone = event => { event.target.closest("figure").hidden = true; };
  const figures = new Map(news.history.map(each => [each.step, each[news.watched]]));
  const said = step => [t("train.samples.step", { step: whole(step) }),
    Number.isFinite(figures.get(step)) && ` · ${figure(figures.get(step))}`];
  const colours = ["top", "below"].map(name => h("span.strip-key", {}, h(`span.strip-colour.is-${name}`),
    t(`train.samples.${name}`)));
  const rows = h("ol.strip-rows.tabular", {}, news.heard.map(step => h("li", {}, said(step))));
  const order = news.watched ? t("train.samples.rows.figure", { figure: figureName(news.watched) })
    : t("train.samples.rows");
  return h("figure.sample", {}, h("div.strip-place", {},
    h("a", { href: src, target: "_blank", title: large }, h("img.strip", { src, alt: `${alt} (${large})`,
      onerror: gone }))),
    h("figcaption.stack.tight.muted", {}, h("p", {}, alt), h("p.row", {}, colours),
      h("p", {}, order), rows));
}

function heardSample(row) {
  const src = `${link(`/runs/${row.id}/files/${row.sample}`)}?inline=1&at=${row.step}`;
  return h("audio", { controls: true, preload: "none", src, "aria-label": t("train.samples.listen") });
}

// ---- what it was made of

export function accountOf(row, news) {
  const account = news.account ?? row.account ?? {}, files = row.account?.rows ?? [], seed = news.seed ?? row.seed;
  const drawer = (text, content, open = false) => h("details.drawer", { open }, h("summary", {}, text), content);
  return h("div.stack.run-account", {},
    account.read !== undefined && h("p.muted", {}, t("train.run.account", account)),
    files.length > 0 && drawer(t("train.scan.problems", { n: files.length }), fileTable(files, files.length)),
    news.told.length > 0 && drawer(t("train.run.told"), toldList(news.told), news.told.length <= FEW_TOLD),
    Object.keys(row.settings ?? {}).length > 0 && drawer(t("train.run.settings"), settingsList(row.settings)),
    Number.isFinite(seed) && h("p.muted.tabular", {}, t("train.run.seed", { seed })));
}

const toldList = texts => h("ul.told", {}, texts.slice(-MOST_TOLD).map(text => h("li", {}, text)));

const settingsList = settings => h("dl.settings", {}, Object.entries(settings).map(([name, value]) =>
  h("div", {}, h("dt.mono", {}, name), h("dd.tabular", {}, String(value)))));
