// The Sound view: a tune, or only a label, made into sound sample by sample by a small model.

import { call, follow, read, work } from "./api.js";
import { fill, h } from "./dom.js";
import { remarkList } from "./draft_cards.js";
import { keeps } from "./drafts.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { failureNote } from "./notices.js";
import { soundSettings } from "./sound_settings.js";
import { get, watch } from "./store.js";
import { sentences } from "./told.js";
import { tunePanel } from "./tune_panel.js";
import { wavePlayer } from "./wave_player.js";
import { textButton } from "./words_parts.js";

export async function mount(element) {
  const { instruments } = await read("/instruments");
  const tune = tunePanel(() => changed(place));
  const settings = soundSettings(instruments, tune, () => changed(place));
  const run = { job: "", sound: "", running: null };
  const place = { tune, settings, run, player: wavePlayer(), problem: h("div", {}), notes: h("div", {}),
    estimate: h("p.muted.sound-estimate", {}), status: h("p.sound-status", { role: "status" }),
    progress: h("progress", { max: 1, hidden: true, "aria-label": t("sound.progress") }),
    makeButton: h("button.button.primary.large.grow", { type: "submit" }, icon("sound"),
      h("span", {}, t("sound.make"))),
    stopButton: textButton("", "stop", t("sound.stop"), () => run.running?.cancel()),
    draft: keeps("sound", () => ({ ...settings.read(), tune: tune.read(), job: run.job, sound: run.sound })) };
  fill(element, h("div.view-head", {}, h("h1", {}, t("sound.title")), h("p.lede", {}, t("sound.lede"))),
    layout(place));
  place.stopButton.hidden = true;
  keys(place);
  const before = await place.draft.stored();
  settings.write(before);
  if (before.tune) tune.write(before.tune);
  changed(place);
  watch("view", view => {
    if (view === "sound") tune.look();
    else place.player.stop();
  });
  again(place, before);
}

function layout(place) {
  const { settings, tune, player, problem, notes, estimate, progress, status, makeButton, stopButton } = place;
  const panel = h("form.card.stack.sound-panel", { novalidate: true,
    onsubmit: event => { event.preventDefault(); make(place); } },
    settings.element, estimate, problem, h("div.row.sound-go", {}, makeButton, stopButton), progress, status);
  return h("div.sound-layout", {}, tune.element, panel, h("div.stack.sound-result", {}, player.element, notes));
}

function keys(place) {
  onKey("Ctrl+Enter", { en: "Make the sound", zh: "生成声音" }, () => { make(place); }, { view: "sound", typing: true });
  onKey("Space", { en: "Play or pause the sound", zh: "播放或暂停声音" },
    () => (place.player.hasSound() ? place.player.toggle() : false), { view: "sound" });
}

// After every change of a field: what can be made now, and how long that takes.
function changed({ tune, settings, run, makeButton, estimate, draft }) {
  const model = settings.model(), seconds = settings.seconds(), isEmpty = model.reads_notes && tune.isEmpty();
  settings.fit();
  tune.element.hidden = !model.reads_notes;
  makeButton.disabled = run.running !== null || isEmpty;
  estimate.textContent = isEmpty ? t("sound.draw.first") : t("sound.estimate", { seconds: seconds.toFixed(1),
    work: workOf(seconds * model.pace), backend: t(`sound.backend.${model.backend}`) });
  draft.changed();
}

function workOf(seconds) {
  if (seconds < 1.5) return t("sound.about.second");
  return seconds < 90 ? t("sound.about.seconds", { n: Math.ceil(seconds) })
    : t("sound.about.minutes", { n: Math.ceil(seconds / 60) });
}

function make(place) {
  const { makeButton, player, settings, run, draft } = place;
  if (makeButton.disabled) return;
  player.stop();
  const body = settings.order(), onJob = job => { run.job = job.id; draft.changed(); };
  shown(place, onEvent => work("/sounds", body, { onEvent, onJob }), performance.now());
}

// A sound while it is made; `begin(onEvent)` starts it and resolves to it. `beganMs` is null of one that began before.
async function shown(place, begin, beganMs = null) {
  const { run, player, problem, notes, progress, status, makeButton, stopButton, settings } = place;
  const model = settings.model();
  fill(problem);
  fill(notes);
  makeButton.disabled = true;
  stopButton.hidden = progress.hidden = false;
  progress.removeAttribute("value");
  status.textContent = t("sound.begun");
  try {
    run.running = begin(event => heard(event, progress, status));
    const sound = await run.running;
    run.sound = sound.id;
    if (beganMs !== null) model.pace = (performance.now() - beganMs) / 1000 / sound.seconds; // for the next estimate
    player.show(sound);
    if (sound.notes.length > 0) fill(notes, remarkList(sentences(sound.notes, sound.notes_zh)));
    status.textContent = t("sound.made");
    if (get("view") === "sound") player.toggle();
  } catch (error) {
    fill(problem, failureNote(error));
    status.textContent = error.code === "cancelled" ? t("sound.stopped") : "";
  }
  run.running = null;
  stopButton.hidden = progress.hidden = true;
  changed(place);
}

function heard(event, progress, status) {
  if (event.event === "began") 
    status.textContent = t("sound.making", { backend: t(`sound.backend.${event.backend}`) });
  if (event.event !== "progress") return;
  progress.value = event.done;
  if (event.done < 1) status.textContent = t("sound.left", { n: Math.max(1, Math.ceil(event.left_s)) });
}

// What was made, or is being made, before the page was loaded anew.
async function again(place, before) {
  const { run, player } = place;
  const job = before.job ? await read(`/jobs/${before.job}`).catch(() => null) : null;
  if (job?.state === "running" || job?.state === "queued") {
    run.job = before.job;
    const cancel = () => call("DELETE", `/jobs/${before.job}`);
    shown(place, onEvent => Object.assign(follow(before.job, onEvent), { cancel }));
    return;
  }
  const sound = before.sound ? await read(`/sounds/${before.sound}`).catch(() => null) : null;
  if (sound === null || run.running !== null) return; // forgotten meanwhile
  Object.assign(run, { job: before.job, sound: before.sound });
  player.show(sound);
}
