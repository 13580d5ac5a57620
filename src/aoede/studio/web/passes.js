// One pass of a sound through the loudspeakers, from a sample of it to another, at an exact frame of the audio clock.
//
// Between two passes lies a short cross-fade before the border: from the border on, every sample is the sound's own.

import { RATE } from "./sounds.js";

export const FADE = Math.round(0.005 * RATE); // samples

export class Pass {
  // `frame` of the context is when the sample `from` is played; `to` is where the pass ends. `levels`: of each track.
  constructor(context, output, piece, { frame, from, to, levels, isCut }) {
    Object.assign(this, { context, piece, frame, from, to });
    const lead = Math.min(FADE, from);
    this.next = from - lead; // the first sample that is not scheduled yet
    this.sources = new Set();
    this.fade = new GainNode(context, { gain: lead > 0 ? 0 : 1 });
    if (lead > 0) {
      this.fade.gain.setValueAtTime(0, (frame - lead) / RATE);
      this.fade.gain.linearRampToValueAtTime(1, frame / RATE);
    }
    this.tracks = levels.map(gain => {
      const node = new GainNode(context, { gain });
      node.connect(this.fade);
      return node;
    });
    this.fade.connect(output);
    if (isCut) this.#fadeOut(this.frameOf(to));
  }

  frameOf(sample) {
    return this.frame + sample - this.from;
  }

  // The sample that is played at a frame, as far as any is.
  sampleAt(frame) {
    const end = Math.max(this.from, Math.min(this.to, this.next));
    return Math.min(end, Math.max(this.from, this.from + frame - this.frame));
  }

  get isComplete() {
    return this.next >= this.to;
  }

  // Plays what of a segment comes next.
  schedule(segment) {
    const first = this.next - segment.start, count = Math.min(segment.length, this.to - segment.start) - first;
    const when = this.frameOf(this.next) / RATE;
    segment.buffers.forEach((buffer, track) => {
      const source = new AudioBufferSourceNode(this.context, { buffer });
      source.connect(this.tracks[track]);
      source.onended = () => this.#ended(source);
      if (first + count < segment.length) source.start(when, first / RATE, count / RATE);
      else source.start(when, first / RATE);
      this.sources.add(source);
    });
    this.next += count;
  }

  // Nothing of this pass is heard from `frame` on.
  cut(frame) {
    if (frame >= this.frameOf(this.to)) return;
    this.to = Math.min(this.to, Math.max(this.from, this.from + frame - this.frame));
    this.#fadeOut(frame);
    for (const source of this.sources) source.stop(frame / RATE);
  }

  setLevel(track, gain) {
    const now = this.context.currentTime, parameter = this.tracks[track]?.gain;
    if (!parameter) return;
    parameter.cancelScheduledValues(now);
    parameter.setValueAtTime(parameter.value, now);
    parameter.linearRampToValueAtTime(gain, now + FADE / RATE);
  }

  release() {
    for (const source of this.sources) source.disconnect();
    this.sources.clear();
    for (const node of this.tracks) node.disconnect();
    this.fade.disconnect();
  }

  #fadeOut(frame) {
    const gain = this.fade.gain, begin = Math.max(0, (frame - FADE) / RATE);
    gain.cancelScheduledValues(begin);
    gain.setValueAtTime(1, begin);
    gain.linearRampToValueAtTime(0, frame / RATE);
  }

  #ended(source) {
    source.disconnect();
    source.buffer = null;
    this.sources.delete(source);
  }
}
