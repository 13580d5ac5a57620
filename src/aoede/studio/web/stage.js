// The stage: a song to be heard, seen and worked on. Its parts are put together here; each knows what it is given.

import { h } from "./dom.js";
import { EditPanel, regenerable } from "./edit_panel.js";
import { toggleLock } from "./edits.js";
import { t } from "./i18n.js";
import { sectionKeys } from "./locks_panel.js";
import { LyricsPanel } from "./lyrics_panel.js";
import { Mix } from "./mix.js";
import { newNotes } from "./notes.js";
import { NoteTable } from "./note_table.js";
import { Player } from "./player.js";
import { Roll } from "./roll.js";
import { voicesOf } from "./roll_geometry.js";
import { Score } from "./score.js";
import { Selection } from "./selection.js";
import { keysOf } from "./stage_keys.js";
import { get, put, watch } from "./store.js";
import { tabs } from "./tabs.js";
import { Takes } from "./takes.js";
import { Timeline } from "./timeline.js";
import { TrackList } from "./track_list.js";
import { Transport } from "./transport.js";

const NEAR_START_S = 0.35; // so soon after the beginning of a bar, back means the bar before

class Stage {
  #versions = new WeakMap(); // view -> the version that it shows
  #pieces = new WeakMap(); // view -> what is made of it once
  #version = null;
  #isSettling = false;
  #frame = 0;

  constructor(element) {
    Object.assign(this, { piece: null, isLooped: false, selection: new Selection(), mix: new Mix(),
      player: new Player() });
    this.#build();
    element.append(this.element);
    this.player.onChange(() => this.#updated());
    this.selection.onChange(() => this.#chosen());
    this.mix.onChange(() => this.#mixed());
    for (const name of ["song", "version", "shown"]) watch(name, () => this.#settleSoon());
    keysOf(this);
  }

  #build() {
    const seek = ticks => this.seek(this.piece.timeline.secondsAt(ticks));
    this.transport = new Transport(this.player, {
      play: () => this.play(), start: () => this.toBar(0), loop: () => this.loop(),
      zoom: factor => this.roll.zoom(factor), fit: () => this.roll.fit(), follow: () => this.#follow(),
    });
    this.roll = new Roll({
      seek, bars: (first, last) => this.selection.setBars(first, last),
      extend: bar => this.selection.extend(bar, this.#barNow()),
      section: i => this.selection.setBars(...this.piece.timeline.barsOfSection(i)),
      follow: () => this.#updated(), keys: event => this.#sliderKey(event),
        coloured: colours => this.#coloured(colours),
    });
    const choose = key => this.selection.toggleTrack(key);
    this.tracks = new TrackList(this.mix, { choose, lock: key => toggleLock("tracks", key) });
    this.takes = new Takes({ heard: takes => this.#others(takes) });
    this.edit = new EditPanel(this.selection, { takes: () => this.takes.begin() });
    this.lyrics = new LyricsPanel({ seek, say: text => this.edit.say(text) });
    this.score = new Score();
    this.table = new NoteTable();
    const onOpen = isOpen => this.score.open(isOpen);
    const below = tabs("stage-tabs", t("stage.below"), [
      { id: "lyrics", name: t("stage.lyrics"), element: this.lyrics.element },
      { id: "score", name: t("stage.score"), element: this.score.element, onOpen },
    ]);
    this.element = h("section.stage", { "aria-label": t("stage"), hidden: true },
      this.transport.element, this.takes.element, h("div.stage-frame", {}, this.tracks.element, this.roll.element),
      this.edit.element, below, this.table.element);
  }

  // ---- what is shown

  // show() puts the song, its version and its view one after another: they are looked at together.
  #settleSoon() {
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  #settle() {
    const [song, version, view] = ["song", "version", "shown"].map(name => get(name) ?? null);
    if (version !== this.#version && version !== null && view !== null) this.#versions.set(view, version);
    this.#version = version;
    if (view !== (this.piece?.view ?? null)) this.#show(song, view);
    this.#locked();
  }

  #show(song, view) {
    const before = this.piece;
    this.piece = view === null ? null : this.#pieceOf(song, view);
    this.element.hidden = view === null;
    if (view === null) return this.player.show(null);
    const { timeline, voices, keys } = this.piece;
    this.mix.open(this.piece.isPlayable ? song : null, keys);
    this.player.show(this.piece); // first of all: what is heard waits for nothing that is drawn
    this.transport.of(timeline);
    this.tracks.show(voices);
    this.#showRoll(before);
    for (const part of [this.edit, this.lyrics, this.score, this.table]) part.show(this.piece);
    this.selection.fit(timeline.nBars, new Set([...regenerable(view), ...keys]));
    this.#mixed();
  }

  // A view without a version is that of a song that is still being written.
  #pieceOf(song, view) {
    if (this.#pieces.has(view)) return this.#pieces.get(view);
    const version = this.#versions.get(view), voices = voicesOf(view);
    const piece = { id: version?.id ?? null, song: version ? song?.id ?? null : null, view, voices,
      timeline: new Timeline(view),
      keys: voices.map(voice => voice.key), isPlayable: version !== undefined };
    if (piece.isPlayable) this.#pieces.set(view, piece);
    return piece;
  }

  #showRoll(before) {
    const { view, timeline, voices, isPlayable, song } = this.piece;
    const isTake = (get("takes") ?? []).some(take => take.view === view);
    const isSame = before !== null && before.isPlayable && isPlayable && before.song === song;
    const grows = before !== null && !before.isPlayable;
    const had = new Set((before?.voices ?? []).filter(voice => voice.columns.n > 0).map(voice => voice.key));
    const isNew = voice => voice.columns.n > 0 && !had.has(voice.key);
    const appearing = new Set(grows ? voices.filter(isNew).map(voice => voice.key) : []);
    this.roll.show(view, timeline, voices, { appearing, keepsPlace: isSame || grows });
    if (isSame && !isTake) this.roll.glow(newNotes(before.voices, voices));
  }

  // The colours of the tracks as the roll has them, for all that names a track.
  #coloured(colours) {
    colours.forEach((colour, i) => this.element.style.setProperty(`--voice-${i}`, colour));
  }

  #others(takes) {
    for (const take of takes) this.#versions.set(take.view, take.version);
    const song = get("song") ?? null;
    this.player.setOthers(takes.map(take => this.#pieceOf(song, take.view)));
  }

  #chosen() {
    this.roll.setBars(this.selection.bars);
    this.roll.setChosen(this.selection.tracks);
    if (this.isLooped) this.#setLoop();
    this.#updated();
  }

  #mixed() {
    if (this.piece === null) return;
    this.player.setLevels(this.mix.levels());
    this.roll.setMuted(new Set(this.piece.keys.filter(key => !this.mix.isHeard(key))));
    this.#updated();
  }

  #locked() {
    if (this.piece === null) return;
    const locked = new Set(get("song")?.locks?.sections ?? []);
    this.roll.setLocked(new Set(sectionKeys(this.piece.view).flatMap((key, i) => (locked.has(key) ? [i] : []))));
    this.#updated();
  }

  #updated() {
    this.transport.update({ canPlay: this.piece?.isPlayable === true, isLooped: this.isLooped,
      follows: this.roll.follows });
    this.tracks.update({ chosen: this.selection.tracks, locked: new Set(get("song")?.locks?.tracks ?? []),
      canLock: this.piece?.isPlayable === true && !this.piece.view.is_foreign });
    if (get("playing") !== this.player.isBusy) put("playing", this.player.isBusy);
    this.#moved();
  }

  // ---- time

  has() {
    return this.piece !== null;
  }

  play() {
    if (!this.piece?.isPlayable) return false;
    if (!this.player.isBusy) this.roll.setFollow(true);
    this.player.toggle();
    return true;
  }

  seek(seconds) {
    const ticks = this.piece.timeline.ticksAt(seconds);
    this.player.seek(seconds);
    this.roll.reveal(ticks);
    this.roll.tell(ticks);
  }

  toBar(bar) {
    const { timeline } = this.piece;
    this.seek(timeline.secondsAt(timeline.barStart(Math.min(timeline.nBars - 1, Math.max(0, bar)))));
  }

  // On a bar, or back: to the beginning of this one, or of the one before.
  bar(by) {
    const { timeline } = this.piece, bar = this.#barNow();
    const isNear = this.player.aim() - timeline.secondsAt(timeline.barStart(bar)) < NEAR_START_S;
    this.toBar(by > 0 ? bar + 1 : isNear ? bar - 1 : bar);
  }

  extend(by) {
    const { head } = this.selection, from = this.#barNow();
    this.selection.extend(head === null ? from : head + by, from);
    this.roll.reveal(this.piece.timeline.barStart(this.selection.head));
  }

  loop() {
    this.isLooped = !this.isLooped;
    this.#setLoop();
    this.#updated();
  }

  // The key of a track in focus, or that is chosen alone.
  toggleTrack(what) {
    const key = this.tracks.focused();
    if (key === null) return false;
    this.mix.set(key, { [what]: !this.mix.of(key)[what] });
    return true;
  }

  #setLoop() {
    const { timeline } = this.piece, bars = this.selection.bars ?? [0, timeline.nBars - 1];
    const range = this.isLooped ? [timeline.barStart(bars[0]), timeline.barEnd(bars[1])] : null;
    if (String(range) === String(this.player.loop)) return;
    this.player.setLoop(range);
    this.roll.setLoop(range);
  }

  // A tick more, so that the beginning of a bar is in it whatever a clock rounds.
  #barNow() {
    const { timeline } = this.piece;
    return timeline.barAt(timeline.ticksAt(this.player.aim()) + 1);
  }

  #follow() {
    this.roll.setFollow(!this.roll.follows);
    if (this.roll.follows) this.roll.reveal(this.piece.timeline.ticksAt(this.player.position()));
  }

  #sliderKey(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (this.piece === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined && event.shiftKey) this.extend(by);
    else if (by !== undefined) this.bar(by);
    else if (event.key === "Home") this.toBar(0);
    else if (event.key === "End") this.toBar(Infinity);
    else if (event.key === "PageDown") this.#section(1);
    else if (event.key === "PageUp") this.#section(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #section(by) {
    const { timeline } = this.piece, last = timeline.sections.length - 1;
    const i = timeline.sectionIndexAt(timeline.barStart(this.#barNow())) + by;
    if (last >= 0) this.toBar(timeline.barsOfSection(Math.min(last, Math.max(0, i)))[0]);
  }

  // Everything that shows where the song is; again in the next frame while it plays.
  #moved() {
    cancelAnimationFrame(this.#frame);
    if (this.piece === null) return;
    const { timeline } = this.piece, seconds = this.player.position(), ticks = timeline.ticksAt(seconds);
    const isPlaying = this.player.state === "playing";
    this.transport.at(seconds, timeline);
    this.roll.showPosition(ticks, isPlaying);
    this.lyrics.at(ticks);
    if (isPlaying) this.#frame = requestAnimationFrame(() => this.#moved());
  }
}

export function mountStage(element) {
  return new Stage(element);
}
