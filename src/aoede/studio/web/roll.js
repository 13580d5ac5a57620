// The piano roll: two canvases (what stands, what moves) under names that are real text and a ruler that is a slider.

import { pageColours, trackScale } from "./colours.js";
import { fill, h, set } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { drawGround, drawOutlines, drawVoice, drawWords } from "./roll_draw.js";
import { backToFront, bounded, fittingQuarterPx, layOut, usualQuarterPx } from "./roll_geometry.js";
import { drawKeys } from "./roll_keys.js";
import { drawLive, signOf, soundingAt, wordsAt } from "./roll_live.js";
import { pointerOn } from "./roll_pointer.js";
import { watch } from "./store.js";

const APPEAR_MS = 800, TURN_MS = 700, PAGE_FROM = 0.92, PAGE_TO = 0.06, MARGIN_PX = 48;
const LEAST_PX = 320, MOST_PX = 700, SHARE = 0.62; // the height of the roll, of that of the window
const KEYS_PX = 68, NARROW_KEYS_PX = 56, NARROW_PX = 640;
const NO_WORDS = { chord: -1, syllable: -1 }, NO_LANE = { words: [] };

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Roll {
  #asked = new Set(); // what is to be drawn in the next frame: "ground", "live"
  #drawnSign = "";
  #ticks = 0;
  #appearing = null;
  #glow = null;
  #turning = 0;
  #sounding = [];
  #now = NO_WORDS;

  // to: {seek(ticks), bars(first, last), extend(bar), section(i), follow(), keys(event), coloured(colours)}
  constructor(to) {
    Object.assign(this, { to, scene: null, timeline: null, quarterPx: null, follows: true, bars: null, loop: null });
    Object.assign(this, { muted: new Set(), chosen: new Set(), locked: new Set() });
    this.#build();
    const seek = ticks => {
      to.seek(ticks);
      this.setFollow(true);
    };
    pointerOn(this, { ...to, seek, zoom: (by, x) => this.zoom(by, x) });
    new ResizeObserver(() => this.#resized()).observe(this.view);
    watch("theme", () => this.#recoloured());
  }

  #build() {
    this.keys = h("canvas.roll-keys", { "aria-hidden": "true" });
    this.ground = h("canvas.roll-ground", { "aria-hidden": "true" });
    this.live = h("canvas.roll-live", { "aria-hidden": "true" });
    this.names = h("div.roll-sections", { role: "group", "aria-label": t("stage.sections") });
    this.head = h("div.roll-head", { "aria-hidden": "true" });
    this.loopBar = h("div.roll-loop", { "aria-hidden": "true", hidden: true });
    this.ruler = h("div.roll-ruler", { role: "slider", tabindex: "0", "aria-label": t("stage.timeline"),
      "aria-valuemin": 1,
      "aria-valuenow": 1, onkeydown: event => this.to.keys(event) });
    this.tip = h("div.roll-tip", { hidden: true, "aria-hidden": "true" });
    this.stick = h("div.roll-stick", {}, this.ground, this.live, this.names, this.ruler, this.loopBar, this.head,
      this.tip);
    this.space = h("div.roll-space", {}, this.stick);
    this.view = h("div.roll-view", { tabindex: "-1", onscroll: () => this.#scrolled() }, this.space);
    this.element = h("div.roll", { role: "group", "aria-label": t("stage.roll") }, this.keys, this.view);
    for (const name of ["wheel", "touchmove", "pointerdown"])
      this.view.addEventListener(name, event => this.#byHand(event), { passive: true });
  }

  // ---- what is shown

  // voices as of voicesOf(view); `appearing`: keys of the tracks that are new and draw themselves in.
  show(view, timeline, voices, { appearing = new Set(), keepsPlace = false } = {}) {
    Object.assign(this, { shown: view, timeline, voices });
    this.#glow = null;
    this.#sounding = [];
    this.#drawnSign = "";
    this.#appearing = appearing.size > 0 && !calm.matches ? { keys: appearing, since: performance.now() } : null;
    if (!keepsPlace) this.quarterPx = null;
    this.#laidOut();
    if (!keepsPlace) this.view.scrollLeft = 0;
    this.#nameSections();
  }

  #laidOut() {
    const width = this.view.clientWidth;
    if (!this.timeline || width === 0) return;
    const height = Math.min(MOST_PX, Math.max(LEAST_PX, innerHeight * SHARE));
    const lanes = layOut(this.shown, this.voices, height);
    this.quarterPx ??= usualQuarterPx(this.shown, this.timeline, width);
    const kinds = [...new Set(this.timeline.sections.map(section => section.kind))];
    this.scene = { view: this.shown, timeline: this.timeline, voices: this.voices, lanes, width, left: 0,
      perTick: this.quarterPx / this.shown.ticks_per_quarter, words: [NO_LANE, NO_LANE],
      drawn: [...this.voices.filter(voice => voice.isDrum), ...backToFront(this.voices)],
      tints: this.timeline.sections.map(section => kinds.indexOf(section.kind) % 6) };
    this.#coloured();
    this.#sized();
    this.ask("ground", "live");
  }

  #sized() {
    const { width, lanes, perTick } = this.scene, long = this.timeline.edge * perTick;
    this.space.style.setProperty("width", `${long > width ? Math.ceil(long) + MARGIN_PX : width}px`);
    this.element.parentElement?.style.setProperty("--roll-height", `${lanes.height}px`);
    this.stick.style.setProperty("width", `${width}px`);
    this.keysPx = document.documentElement.clientWidth < NARROW_PX ? NARROW_KEYS_PX : KEYS_PX;
    fitted(this.ground, width, lanes.height);
    fitted(this.live, width, lanes.height);
    fitted(this.keys, this.keysPx, lanes.height);
  }

  #coloured() {
    const page = pageColours(this.element);
    const scales = new Map(this.voices.map(({ key, track }) =>
      [key, trackScale(track.colour, track.role === "melody", page)]));
    Object.assign(this.scene, { page, scales, keysSign: null });
    this.to.coloured(this.voices.map(({ key }) => scales.get(key).scale[2]));
  }

  #recoloured() {
    if (!this.scene) return;
    this.#coloured();
    this.ask("ground", "live");
  }

  #resized() {
    const width = this.view.clientWidth;
    if (width === 0 || width === this.scene?.width) return;
    this.#laidOut();
    this.#nameSections();
    this.#paint(); // at once: a canvas of another size is empty
  }

  // ---- what is chosen, muted, looped, locked, changed

  setBars(bars) {
    this.bars = bars;
    this.ask("ground");
  }

  setMuted(keys) {
    this.muted = keys;
    this.ask("ground", "live");
  }

  setChosen(keys) {
    this.chosen = keys;
    this.ask("ground");
  }

  // [from, to) ticks, or null.
  setLoop(range) {
    this.loop = range;
    this.ask("ground");
  }

  // The indices of the sections that are locked.
  setLocked(sections) {
    this.locked = sections;
    this.#nameSections();
  }

  // Shows for a while which notes are new; sets as of newNotes().
  glow(sets) {
    this.#glow = { sets, since: performance.now(), isStill: calm.matches };
    this.ask("live");
  }

  // ---- time

  ticksAt(clientX) {
    const x = clientX - this.view.getBoundingClientRect().left + this.view.scrollLeft;
    return Math.min(this.timeline.end, Math.max(0, x / this.scene.perTick));
  }

  showPosition(ticks, isPlaying) {
    if (!this.scene) return;
    this.#ticks = ticks;
    const x = this.#placeHead();
    if (isPlaying && this.follows) this.#turn(x);
    this.#soundings(isPlaying);
    this.#spoken(isPlaying);
  }

  #placeHead() {
    const x = this.#ticks * this.scene.perTick - this.view.scrollLeft;
    this.head.style.setProperty("transform", `translateX(${x.toFixed(2)}px)`);
    return x;
  }

  #soundings(isPlaying) {
    const found = isPlaying ? soundingAt(this.voices, this.#ticks) : [];
    const now = isPlaying || this.#ticks > 0 ? wordsAt(this.shown, this.timeline, this.voices, this.#ticks)
      : NO_WORDS;
    const sign = signOf(found, now);
    if (sign === this.#drawnSign) return;
    this.#drawnSign = sign;
    this.#sounding = found;
    this.#now = now;
    this.ask("live");
  }

  // What screen readers hear of the slider; not at every bar while it plays and has the focus.
  #spoken(isPlaying) {
    const bar = this.timeline.barAt(this.#ticks + 1);
    if (bar === this.spokenBar && this.spokenOf === this.timeline) return;
    if (!isPlaying || document.activeElement !== this.ruler) this.tell(this.#ticks);
  }

  tell(ticks) {
    const at = ticks + 1, bar = this.timeline.barAt(at); // a tick more: whatever a clock rounds
    Object.assign(this, { spokenBar: bar, spokenOf: this.timeline });
    const text = [t("stage.bar", { bar: bar + 1 }), this.timeline.sectionNameAt(at), this.timeline.chordAt(at)];
    set(this.ruler, { "aria-valuemax": this.timeline.nBars, "aria-valuenow": bar + 1,
      "aria-valuetext": text.filter(Boolean).join(t("stage.comma")) });
  }

  // The page turns when the playhead has run to its end, and follows every jump.
  #turn(x) {
    const { width } = this.scene, now = performance.now();
    if (now < this.#turning || (x <= width * PAGE_FROM && x >= 0)) return;
    const left = Math.max(0, this.view.scrollLeft + x - width * PAGE_TO);
    const isFar = Math.abs(left - this.view.scrollLeft) > 1.5 * width;
    this.#turning = now + TURN_MS;
    this.view.scrollTo({ left, behavior: calm.matches || isFar ? "instant" : "smooth" });
  }

  setFollow(isOn) {
    if (this.follows === isOn) return;
    this.follows = isOn;
    this.to.follow();
  }

  #byHand(event) {
    const isAcross = event.type !== "wheel" || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const isBar = event.type !== "pointerdown" || event.target === this.view; // the scroll bar belongs to it alone
    if (!event.ctrlKey && isAcross && isBar) this.setFollow(false);
  }

  // Brings a moment into view where it is not.
  reveal(ticks) {
    if (!this.scene) return;
    const x = ticks * this.scene.perTick - this.view.scrollLeft, { width } = this.scene;
    if (x < 0 || x > width * PAGE_FROM) this.view.scrollLeft += x - width * PAGE_TO;
  }

  // ---- zoom

  // Zooms by a factor around x pixels from the left: the playhead where it is seen, else the middle.
  zoom(factor, x = null) {
    if (!this.scene) return;
    const head = this.#ticks * this.scene.perTick - this.view.scrollLeft, { width } = this.scene;
    const around = x ?? (head >= 0 && head <= width ? head : width / 2);
    const ticks = (this.view.scrollLeft + around) / this.scene.perTick;
    this.#zoomTo(bounded(this.quarterPx * factor));
    this.view.scrollLeft = ticks * this.scene.perTick - around;
    this.#scrolled();
  }

  // The whole song, or what is usual if the whole is seen already.
  fit() {
    if (!this.scene) return;
    const whole = fittingQuarterPx(this.shown, this.timeline, this.scene.width);
    const isWhole = Math.abs(this.quarterPx - whole) < 0.01;
    this.#zoomTo(isWhole ? usualQuarterPx(this.shown, this.timeline, this.scene.width) : whole);
    this.reveal(this.#ticks);
  }

  #zoomTo(quarterPx) {
    this.quarterPx = quarterPx;
    this.#laidOut();
    this.#nameSections();
  }

  // ---- drawing

  ask(...layers) {
    if (!this.scene) return;
    if (this.#asked.size === 0) requestAnimationFrame(() => this.#paint());
    for (const layer of layers) this.#asked.add(layer);
  }

  #paint() {
    if (!this.scene) return;
    const asked = new Set(this.#asked);
    this.#asked.clear();
    Object.assign(this.scene, { left: this.view.scrollLeft, bars: this.bars });
    if (asked.has("ground")) this.#paintGround();
    this.#paintLive();
  }

  #paintGround() {
    const pen = penOf(this.ground), { scene } = this, sweep = this.#sweep();
    drawGround(pen, scene);
    for (const voice of scene.drawn) {
      const upTo = sweep !== null && this.#appearing.keys.has(voice.key) ? sweep : Infinity;
      drawVoice(pen, scene, voice, { isMuted: this.muted.has(voice.key), upTo });
    }
    const { bars, timeline } = this;
    const range = bars ? [timeline.barStart(bars[0]), timeline.barEnd(bars[1])] : [0, timeline.edge];
    for (const voice of scene.drawn) if (this.chosen.has(voice.key)) drawOutlines(pen, scene, voice, range);
    scene.words = drawWords(pen, scene);
    this.#placeLoop();
    this.#placeHead();
    if (sweep !== null) this.ask("ground");
  }

  // How far, in pixels, what is new has drawn itself in; null when it is done.
  #sweep() {
    if (this.#appearing === null) return null;
    const age = (performance.now() - this.#appearing.since) / APPEAR_MS;
    if (age >= 1) this.#appearing = null;
    return age >= 1 ? null : this.scene.width * (1 - (1 - age) ** 3);
  }

  #placeLoop() {
    this.loopBar.hidden = !this.loop;
    if (!this.loop) return;
    const [from, to] = this.loop.map(ticks => ticks * this.scene.perTick - this.scene.left);
    this.loopBar.style.setProperty("transform", `translateX(${from}px)`);
    this.loopBar.style.setProperty("width", `${Math.max(4, to - from)}px`);
  }

  #paintLive() {
    const live = { sounding: this.#sounding, now: this.#now, glow: this.#glow, isMuted: key => this.muted.has(key) };
    if (drawLive(penOf(this.live), this.scene, live)) this.ask("live");
    else this.#glow = null;
    const heard = this.#sounding.filter(([voice]) => !voice.isDrum && !this.muted.has(voice.key));
    const lit = new Map(heard.map(([voice, i]) => [voice.columns.pitches[i], this.scene.scales.get(voice.key).lit]));
    const sign = `${[...lit]}`;
    if (sign === this.scene.keysSign) return;
    this.scene.keysSign = sign;
    drawKeys(penOf(this.keys), this.scene, this.keysPx, lit);
  }

  // ---- sections

  #nameSections() {
    if (!this.scene) return;
    fill(this.names, this.timeline.sections.map((section, i) => this.#sectionName(section, i)));
    this.#scrolled();
  }

  #sectionName(section, i) {
    const name = pick(section.en, section.zh), [first, last] = this.timeline.barsOfSection(i);
    const label = t("stage.section.choose", { name, first: first + 1, last: last + 1 });
    const style = { "--tint": `var(--section-${this.scene.tints[i] + 1})` }, onclick = () => this.to.section(i);
    return h("button.roll-section", { type: "button", title: label, "aria-label": label, onclick, style },
      h("span", {}, name), this.locked.has(i) && icon("lock"));
  }

  #scrolled() {
    if (!this.scene) return;
    const left = this.view.scrollLeft, { perTick, width } = this.scene;
    [...this.names.children].forEach((button, i) => {
      const { start, end } = this.timeline.sections[i];
      const from = Math.max(0, start * perTick - left), to = Math.min(width, end * perTick - left);
      button.classList.toggle("away", to - from <= 1);
      button.style.setProperty("transform", `translateX(${from}px)`);
      button.style.setProperty("width", `${Math.max(0, to - from)}px`);
    });
    this.ask("ground");
  }
}

// A canvas of so many CSS pixels, sharp on this screen.
function fitted(canvas, width, height) {
  const [w, hh] = [width, height].map(length => Math.round(length * sharpness()));
  canvas.style.setProperty("width", `${width}px`);
  canvas.style.setProperty("height", `${height}px`);
  if (canvas.width !== w || canvas.height !== hh) Object.assign(canvas, { width: w, height: hh });
}

const sharpness = () => Math.min(3, devicePixelRatio || 1);

function penOf(canvas) {
  const pen = canvas.getContext("2d");
  pen.setTransform(sharpness(), 0, 0, sharpness(), 0, 0);
  return pen;
}
