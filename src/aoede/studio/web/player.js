// The player: what is on the stage, heard by the audio clock. Tracks are mixed here, so that each can be muted.
//
//   const player = new Player();
//   player.show({id, song, timeline, keys, isPlayable});   // a version on the stage
//   player.play(); player.position();                       // seconds, from the clock of the sound itself
//
// States: "empty", "paused", "preparing" (not rendered yet), "waiting" (the sound is late), "playing", "failed".

import { FADE, Pass } from "./passes.js";
import { RATE, Sounds } from "./sounds.js";

const LEAD = Math.round(0.04 * RATE); // samples from a wish to when it is heard
const AHEAD = 8 * RATE; // samples that are scheduled
const KEPT_SEGMENTS = 3; // that are fetched beyond those
const SOON = Math.round(0.5 * RATE); // so much of the sound has to be there before it begins
const NEAR = 64; // frames: what should sound so soon comes too late
const PUMP_MS = 120, ASLEEP_MS = 20_000, RESUME_MS = 3000, RELEASE_MS = 500;

const newContext = () => new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });

// A fader's place, 0 to 1, as a factor: what looks like half sounds like half.
export const loudness = place => place * place;

export class Player {
  #passes = []; // in the order of time; the last one is being scheduled
  #turn = 0; // counts wishes: what was wished before the last one is dropped when it is ready
  #rest = 0; // seconds: where the song is while nothing sounds
  #aim = null; // {seconds, frame}: where somebody wished to be, until that is heard
  #listeners = new Set();
  #levels = new Map(); // key of a track -> gain
  #others = [];
  #pump = null;
  #sleep = null;

  constructor({ sounds = new Sounds(), makeContext = newContext } = {}) {
    Object.assign(this, { sounds, makeContext, context: null, master: null, piece: null, loop: null });
    Object.assign(this, { state: "empty", failure: null, volume: 1 });
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  get isBusy() {
    return this.state === "playing" || this.state === "waiting" || this.state === "preparing";
  }

  // ---- what is on the stage

  // A piece takes the place of the last one. Within a song what plays goes on at the same bar and beat.
  show(piece) {
    const before = this.piece, isSame = before !== null && piece !== null && before.song === piece.song;
    const ticks = isSame ? before.timeline.ticksAt(this.position()) : 0, wasBusy = this.isBusy;
    this.piece = piece;
    if (piece?.isPlayable) this.sounds.prepare(piece.id).then(() => this.#prefetch(), () => {});
    if (isSame && wasBusy && piece.isPlayable) {
      if (this.#passes.length > 0) this.#jump(piece, frame => this.#sampleIn(piece, frame));
      else {
        this.#rest = piece.timeline.secondsAt(ticks);
        this.play();
      }
      return;
    }
    this.#silence();
    this.#rest = isSame ? piece.timeline.secondsAt(ticks) : 0;
    this.#become(piece === null ? "empty" : "paused");
    this.#prefetch();
  }

  // Pieces that may be shown next: their sound is kept ready where the song is.
  setOthers(pieces) {
    this.#others = pieces;
    for (const piece of pieces) this.sounds.prepare(piece.id).then(() => this.#prefetch(), () => {});
  }

  // ---- wishes

  // Must be called from a click or a key the first time: browsers want that.
  async play() {
    const piece = this.piece, turn = ++this.#turn;
    if (!piece?.isPlayable) return;
    try {
      const awake = this.#wake();
      this.#become("preparing");
      await Promise.all([awake, this.sounds.prepare(piece.id)]);
      if (turn !== this.#turn) return;
      const sample = this.#inLoop(piece, this.#within(piece, this.#rest * RATE));
      await this.#fetched(piece, sample);
      if (turn === this.#turn) this.#open(piece, this.#soon(), sample);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  pause() {
    if (!this.isBusy) return;
    this.#rest = this.position();
    this.#silence();
    this.#become("paused");
    clearTimeout(this.#sleep);
    this.#sleep = setTimeout(() => { if (!this.isBusy) this.context?.suspend(); }, ASLEEP_MS);
  }

  toggle() {
    return this.isBusy ? this.pause() : this.play();
  }

  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), this.piece?.timeline.duration ?? 0);
    if (this.state === "playing" || this.state === "waiting") {
      const sample = this.#within(this.piece, to * RATE);
      this.#jump(this.piece, () => sample);
      this.#aim = { seconds: to, frame: Infinity };
      return;
    }
    this.#rest = to;
    this.#prefetch();
    this.#tell();
  }

  // Plays [from, to) ticks again and again, or null. What is heard goes on where it is.
  setLoop(range) {
    this.loop = range;
    const piece = this.piece;
    if (this.state === "playing") this.#jump(piece, frame => this.#inLoop(piece, this.#sampleIn(piece, frame)));
    else this.#tell();
  }

  // levels: Map of a track's key -> gain, 1 where it is not named.
  setLevels(levels) {
    this.#levels = levels;
    for (const pass of this.#passes) pass.piece.keys.forEach((key, i) => pass.setLevel(i, levels.get(key) ?? 1));
  }

  setVolume(place) {
    this.volume = place;
    if (this.master === null) return;
    const gain = this.master.gain, now = this.context.currentTime;
    gain.cancelScheduledValues(now);
    gain.setValueAtTime(gain.value, now);
    gain.linearRampToValueAtTime(loudness(place), now + FADE / RATE);
  }

  // ---- where it is

  // Seconds of the piece that is shown, at this moment, as it is heard.
  position() {
    if (this.#passes.length === 0 || this.context === null) return this.#rest;
    const { piece, sample } = this.#heardAt(this.#heardFrame());
    if (piece === this.piece) return sample / RATE;
    return this.piece?.timeline.secondsAt(piece.timeline.ticksAt(sample / RATE)) ?? 0;
  }

  // Where it will be when the last wish is heard: keys that are pressed fast count from there.
  aim() {
    return this.#aim !== null && this.#heardFrame() < this.#aim.frame ? this.#aim.seconds : this.position();
  }

  #heardFrame() {
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    return (this.context.currentTime - Math.min(1, latency)) * RATE;
  }

  #heardAt(frame) {
    const pass = this.#passes.findLast(each => each.frame <= frame) ?? this.#passes[0];
    return { piece: pass.piece, sample: pass.sampleAt(frame) };
  }

  // The sample of `piece` at the bar and beat that is scheduled for a frame.
  #sampleIn(piece, frame) {
    const now = this.#heardAt(frame);
    if (now.piece === piece) return Math.round(now.sample);
    return this.#within(piece, piece.timeline.secondsAt(now.piece.timeline.ticksAt(now.sample / RATE)) * RATE);
  }

  #within(piece, sample) {
    const sound = this.sounds.ready(piece.id);
    const last = sound ? sound.nSamples - 1 : Infinity;
    return Math.round(Math.min(Math.max(0, sample), last));
  }

  // ---- how it is done

  async #wake() {
    clearTimeout(this.#sleep);
    if (this.context === null) {
      const context = this.makeContext();
      this.master = new GainNode(context, { gain: loudness(this.volume) });
      this.master.connect(context.destination);
      context.onstatechange = () => this.#interrupted();
      this.context = context;
    }
    if (this.context.state === "running") return;
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(Object.assign(new Error(""), { code: "refused" })), RESUME_MS);
    });
    await Promise.race([this.context.resume(), late]);
  }

  #interrupted() {
    if (this.context.state !== "running" && this.state === "playing") this.pause();
  }

  #soon() {
    return Math.ceil(this.context.currentTime * RATE) + LEAD;
  }

  // Waits until what is heard first is there.
  async #fetched(piece, sample) {
    await Promise.all([sample, sample + SOON].map(each => this.sounds.want(piece.id, each)));
  }

  // Goes on elsewhere, without a gap: what sounds now goes on sounding until the new place is there.
  async #jump(piece, sampleAt) {
    const turn = ++this.#turn;
    this.#aim = null;
    try {
      await this.sounds.prepare(piece.id);
      let frame = this.#soon(), sample = sampleAt(frame);
      while (!this.sounds.segment(piece.id, sample) && turn === this.#turn) {
        await this.#fetched(piece, sample);
        frame = this.#soon();
        sample = sampleAt(frame);
      }
      if (turn !== this.#turn) return;
      for (const pass of this.#passes) pass.cut(frame);
      if (this.#aim !== null) this.#aim.frame = frame;
      this.#open(piece, frame, sample);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  #loopOf(piece) {
    if (this.loop === null) return null;
    const [from, to] = this.loop.map(ticks => Math.round(piece.timeline.secondsAt(ticks) * RATE));
    return to - from > 4 * FADE ? { from, to } : null;
  }

  // What lies behind the loop is its beginning.
  #inLoop(piece, sample) {
    const loop = this.#loopOf(piece);
    return loop !== null && sample >= loop.to ? loop.from : sample;
  }

  #open(piece, frame, from) {
    const { nSamples, nTracks } = this.sounds.ready(piece.id), loop = this.#loopOf(piece);
    const isCut = loop !== null && from < loop.to && loop.to < nSamples;
    const levels = Array.from({ length: nTracks }, (_, i) => this.#levels.get(piece.keys[i]) ?? 1);
    const to = isCut ? loop.to : nSamples;
    this.#passes.push(new Pass(this.context, this.master, piece, { frame, from, to, levels, isCut }));
    this.#become("playing");
    this.#pump ??= setInterval(() => this.#schedule(), PUMP_MS);
    this.#schedule();
  }

  // Keeps enough of the sound scheduled; begins the next turn of a loop; notices the end.
  #schedule() {
    if (this.state !== "playing") return;
    this.#forget();
    const now = this.context.currentTime * RATE;
    const pass = this.#passes.at(-1);
    while (!pass.isComplete && pass.frameOf(pass.next) < now + AHEAD) {
      if (pass.frameOf(pass.next) < now + NEAR) return this.#late(pass);
      const segment = this.sounds.segment(pass.piece.id, pass.next);
      if (segment === null) break;
      pass.schedule(segment);
    }
    this.#prefetch();
    if (!pass.isComplete) return;
    const loop = this.#loopOf(pass.piece), end = pass.frameOf(pass.to);
    if (loop?.to === pass.to) {
      if (end < now + AHEAD) this.#open(pass.piece, end, loop.from);
    } else if (this.#heardFrame() >= end) this.#finish();
  }

  // The sound did not come in time: silence, and on from there as soon as it is there.
  #late(pass) {
    const sample = pass.next;
    this.#become("waiting");
    this.#jump(pass.piece, () => sample);
  }

  #finish() {
    this.#silence();
    this.#rest = 0;
    this.#become("paused");
    this.#prefetch();
  }

  #forget() {
    const old = this.context.currentTime * RATE - RATE;
    const isOver = pass => pass.frameOf(pass.to) < old;
    while (this.#passes.length > 1 && isOver(this.#passes[0])) this.#passes.shift().release();
  }

  #silence() {
    this.#turn++;
    this.#aim = null;
    clearInterval(this.#pump);
    this.#pump = null;
    if (this.context === null) return;
    const end = Math.ceil(this.context.currentTime * RATE) + 2 * FADE, passes = this.#passes;
    for (const pass of passes) pass.cut(end);
    this.#passes = [];
    setTimeout(() => passes.forEach(pass => pass.release()), RELEASE_MS);
  }

  // Fetches what is likely to be heard next: of this piece, and of the others at the same place.
  #prefetch() {
    const piece = this.piece;
    if (!piece?.isPlayable || !this.sounds.ready(piece.id)) return;
    const pass = this.state === "playing" ? this.#passes.at(-1) : null;
    const at = pass?.piece === piece ? pass.next : this.position() * RATE;
    const { span } = this.sounds.ready(piece.id), n = pass ? KEPT_SEGMENTS : 2;
    for (let i = 0; i < n; i++) this.#wish(piece.id, at + i * span);
    const ticks = piece.timeline.ticksAt(this.position());
    for (const other of this.#others) {
      if (other.id === piece.id || !this.sounds.ready(other.id)) continue;
      const now = other.timeline.secondsAt(ticks) * RATE;
      for (const sample of [now, now + span / 2]) this.sounds.want(other.id, sample).catch(() => {});
    }
  }

  #wish(id, sample) {
    if (this.sounds.segment(id, sample)) return;
    this.sounds.want(id, sample).then(segment => {
      if (segment !== null) this.#schedule();
    }, error => this.#missed(error));
  }

  #missed(error) {
    if (this.isBusy) this.#fail(error);
  }

  #fail(error) {
    if (this.#passes.length > 0) this.#rest = this.position();
    this.#silence();
    this.failure = error;
    this.#become("failed");
  }

  #become(state) {
    if (state !== "failed") this.failure = null;
    if (state === this.state && state !== "failed") return;
    this.state = state;
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this.state);
  }
}
