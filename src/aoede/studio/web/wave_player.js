// A sound that was made: its waveform, played from where it is touched, and its files.

import { link } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed } from "./notices.js";
import { watch } from "./store.js";

const STEP_S = 0.5, FAR_S = 5, KINDS = ["wav", "mp3", "flac", "ogg", "mid"], BAR = 3; // pixels of a bar

// Browsers refuse what nobody pressed a key for just now (Safari, and all of them after a reload): Play is there.
const unheard = error => { if (error.name !== "NotAllowedError") failed(error); };

// -> {element, show(sound), toggle(), stop(), hasSound()}; a sound as GET /sounds/{id} tells it.
export function wavePlayer() {
  const audio = h("audio", { preload: "auto" }), canvas = h("canvas.wave-canvas", { "aria-hidden": "true" });
  const wave = h("div.wave", { role: "slider", tabindex: "0", "aria-label": t("sound.position"),
    "aria-valuemin": 0 }, canvas);
  const play = h("button.button.primary.wave-play", { type: "button", onclick: toggle });
  const time = h("span.figures.muted", {}), files = h("div.row.wave-files", {}), facts = h("p.muted.wave-facts", {});
  const element = h("section.card.stack.wave-card", { "aria-label": t("sound.result"), hidden: true },
    h("div.wave-row", {}, play, wave, time), h("div.row.spread", {}, facts, files), audio);
  const player = { audio, canvas, wave, time, sound: null };
  let frame = 0;

  function tick() {
    cancelAnimationFrame(frame);
    draw(player);
    if (!audio.paused) frame = requestAnimationFrame(tick);
  }

  function turned() {
    fill(play, icon(audio.paused ? "play" : "pause"));
    play.setAttribute("aria-label", t(audio.paused ? "sound.play" : "sound.pause"));
    tick();
  }

  function toggle() {
    if (player.sound === null) return;
    if (audio.paused) audio.play().catch(unheard);
    else audio.pause();
  }

  function show(sound) {
    player.sound = sound;
    element.hidden = false;
    audio.src = `${link(`/sounds/${sound.id}/files/wav`)}?inline=1`;
    wave.setAttribute("aria-valuemax", sound.seconds.toFixed(1));
    fill(facts, factsOf(sound));
    fill(files, KINDS.filter(kind => sound.files.includes(kind)).map(kind => download(sound, kind)));
    turned();
  }

  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, turned);
  audio.addEventListener("seeked", tick);
  wave.addEventListener("keydown", event => { if (keyed(player, event)) event.preventDefault(); });
  wave.addEventListener("pointerdown", event => { wave.setPointerCapture(event.pointerId); seek(player, event); });
  wave.addEventListener("pointermove", event => { if (event.buttons > 0) seek(player, event); });
  new ResizeObserver(tick).observe(wave);
  watch("theme", tick);
  turned();
  return { element, show, toggle, hasSound: () => player.sound !== null, stop: () => audio.pause() };
}

function factsOf(sound) {
  const rate = (sound.rate_hz / 1000).toFixed(sound.rate_hz % 1000 ? 1 : 0);
  return t("sound.facts", { seconds: sound.seconds.toFixed(1), rate, backend: t(`sound.backend.${sound.backend}`),
    seed: sound.seed });
}

function download(sound, kind) {
  const label = t("sound.download", { kind: kind.toUpperCase() });
  return h("a.button.small", { href: link(`/sounds/${sound.id}/files/${kind}`), download: "", "aria-label": label },
    icon("download"), kind.toUpperCase());
}

function seek({ audio, wave, sound }, event) {
  const box = wave.getBoundingClientRect();
  audio.currentTime = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * sound.seconds;
}

function keyed({ audio, sound }, event) {
  const now = audio.currentTime;
  const to = { ArrowLeft: now - STEP_S, ArrowDown: now - STEP_S, ArrowRight: now + STEP_S, ArrowUp: now + STEP_S,
    Home: 0, End: sound?.seconds, PageUp: now + FAR_S, PageDown: now - FAR_S }[event.key];
  if (to === undefined || sound === null || event.ctrlKey || event.altKey || event.metaKey) return false;
  audio.currentTime = Math.min(sound.seconds, Math.max(0, to));
  return true;
}

// The largest sample of each stretch as a bar about the middle; what was played already in the accent.
function draw({ audio, canvas, wave, time, sound }) {
  const width = wave.clientWidth, height = wave.clientHeight;
  if (sound === null || width === 0) return;
  const context = sized(canvas, width, height), colours = getComputedStyle(wave);
  const { peaks } = sound, loudest = Math.max(0.05, ...peaks),
    n = Math.min(peaks.length, Math.floor(width / BAR) || 1);
  for (let i = 0; i < n; i++) {
    const from = Math.floor((i * peaks.length) / n),
      to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / n));
    const size = Math.max(1.5, (Math.max(...peaks.slice(from, to)) / loudest) * (height - 4));
    const isPlayed = i / n < audio.currentTime / sound.seconds;
    context.fillStyle = colours.getPropertyValue(isPlayed ? "--accent" : "--edge");
    context.fillRect((i * width) / n, (height - size) / 2, Math.max(1, width / n - 1), size);
  }
  time.textContent = `${audio.currentTime.toFixed(1)} / ${sound.seconds.toFixed(1)} s`;
  wave.setAttribute("aria-valuenow", audio.currentTime.toFixed(1));
  wave.setAttribute("aria-valuetext", t("sound.seconds", { seconds: audio.currentTime.toFixed(1) }));
}

// An empty canvas of this size, sharp on every screen.
function sized(canvas, width, height) {
  const scale = devicePixelRatio, context = canvas.getContext("2d");
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale))
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
