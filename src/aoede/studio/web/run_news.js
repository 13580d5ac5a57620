// What is known of a training: what it has saved, and every event of the job that works on it, in one plain object.

import { follow } from "./api.js";
import { pick } from "./i18n.js";
import { sentence } from "./told.js";

export function freshNews(detail = {}) {
  const news = { phase: "waiting", step: detail.step ?? 0, n_steps: detail.n_steps ?? 0, seconds: 0, made: 0,
    history: detail.history ?? [], fine: [], watched: detail.watched ?? "", best: detail.best ?? null,
    best_step: detail.best_step ?? null, samples: [], heard: stepsHeard(detail), isPlaying: false, told: [],
    reading: null, account: null, seed: detail.seed ?? null };
  if (detail.text) news.samples.push({ step: stepOf(detail), text: shownText(detail) });
  return news;
}

// A sample, with what is said of it in the language of the page.
const shownText = told => pick(told.text, told.text_zh ?? told.text);

// The steps of which there are samples of music, from early to late.
const stepsHeard = ({ files = [] }) => files.map(name => /^step-(\d+)\.mid$/.exec(name)).filter(Boolean)
  .map(found => Number(found[1])).sort((a, b) => a - b);

// The step that the newest sample is of, by the name of its file.
const stepOf = ({ sample, best_step, step }) => Number(/^step-(\d+)/.exec(sample)?.[1] ?? best_step ?? step);

const TAKES = {
  queued: news => { news.phase = "waiting"; },
  running: news => { news.phase = "reading"; },
  reading: (news, event) => { Object.assign(news, { phase: "reading", reading: event }); },
  read: (news, event) => { Object.assign(news, { phase: "measuring", account: event }); },
  began: (news, event) => {
    Object.assign(news, { phase: "learning", step: event.step, n_steps: event.n_steps, seed: event.seed });
  },
  step: (news, event) => {
    news.fine.push([event.step, event.losses]);
    paced(news, event);
  },
  checked: (news, event) => {
    const row = { step: event.step, ...event.figures };
    news.history = [...news.history.filter(each => each.step < event.step), row];
    news.fine = news.fine.filter(([step]) => step <= event.step);
    Object.assign(news, { watched: event.watched || news.watched, best: event.best, best_step: event.best_step });
    if (news.isPlaying && !news.heard.includes(event.step)) news.heard = [...news.heard, event.step];
    news.isPlaying = false;
    paced(news, event);
  },
  sample: (news, event) => {
    if (event.is_text) news.samples = [...news.samples, { step: news.step, text: shownText(event) }];
    else news.isPlaying = true; // the picture of all of them is drawn before the check is told
  },
  warned: (news, event) => { news.told.push(sentence(event.text, event.text_zh)); },
};

function paced(news, { step, seconds, made }) {
  Object.assign(news, { step, seconds, made });
}

// Takes one event of the job into account; -> whether it is one of these.
export function heard(news, event) {
  const take = TAKES[event.event];
  take?.(news, event);
  return take !== undefined;
}

// Seconds until the last step, by the pace so far; null while that is not known.
export function secondsLeft({ seconds, made, step, n_steps }) {
  if (made < 3 || seconds < 1 || n_steps <= step) return null;
  return ((n_steps - step) * seconds) / made;
}

const jobs = new Map();

// Every event of a job, from its first on, however often somebody begins to listen: one connection a job.
// -> {end: as that of `follow`, leave()}
export function hear(job, onEvent) {
  if (!jobs.has(job)) jobs.set(job, begun(job));
  const { events, listeners, end } = jobs.get(job);
  events.forEach(onEvent);
  listeners.add(onEvent);
  return { end, leave: () => listeners.delete(onEvent) };
}

function begun(job) {
  const events = [], listeners = new Set();
  const end = follow(job, event => {
    events.push(event);
    for (const listener of listeners) listener(event);
  });
  const forget = () => jobs.delete(job);
  end.then(forget, forget);
  return { events, listeners, end };
}
