// A view in time: ticks, seconds, bars, beats, and what stands where. Bars are counted from 0 here, from 1 in texts.

import { pick } from "./i18n.js";

// The index of the last of the sorted `values` that is at most `value`, or -1.
export function lastAtMost(values, value, of = each => each) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(values[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const begin = each => each[0];

export class Timeline {
  constructor(view) {
    this.view = view;
    this.end = Math.max(1, view.end ?? 0);
    this.bars = view.bars?.length ? view.bars : [0];
    const [count, unit] = (view.meter ?? "4/4").split("/").map(Number);
    this.beatTicks = (view.ticks_per_quarter * 4) / (unit || 4);
    this.barTicks = this.beatTicks * (count || 4);
    const seconds = view.duration_s || (this.end / view.ticks_per_quarter) * (60 / (view.tempo_bpm || 120));
    const times = view.times?.length > 1 ? view.times : [[0, 0], [this.end, seconds]];
    this.ticks = times.map(([ticks]) => ticks);
    this.seconds = times.map(([, at]) => at);
    this.duration = this.seconds[this.seconds.length - 1];
    this.sections = view.sections ?? [];
    this.chords = view.chords ?? [];
  }

  get nBars() {
    return this.bars.length;
  }

  // The end of the last bar, which may lie after the last note.
  get edge() {
    return this.barEnd(this.nBars - 1);
  }

  secondsAt(ticks) {
    return across(ticks, this.ticks, this.seconds);
  }

  ticksAt(seconds) {
    return across(seconds, this.seconds, this.ticks);
  }

  barAt(ticks) {
    return Math.max(0, lastAtMost(this.bars, ticks));
  }

  barStart(bar) {
    return this.bars[bar];
  }

  barEnd(bar) {
    return this.bars[bar + 1] ?? Math.max(this.bars[bar] + 1, this.bars[bar] + this.barTicks);
  }

  // Beats from the beginning of its bar on, counted from 1: 3.5 is half a beat after the third.
  beatAt(ticks) {
    return 1 + (ticks - this.bars[this.barAt(ticks)]) / this.beatTicks;
  }

  sectionIndexAt(ticks) {
    const i = lastAtMost(this.sections, ticks, section => section.start);
    return i >= 0 && ticks < this.sections[i].end ? i : -1;
  }

  sectionNameAt(ticks) {
    const section = this.sections[this.sectionIndexAt(ticks)];
    return section ? pick(section.en, section.zh) : "";
  }

  barsOfSection(i) {
    const { start, end } = this.sections[i];
    return [this.barAt(start), this.barAt(Math.max(start, end - 1))];
  }

  chordIndexAt(ticks) {
    return lastAtMost(this.chords, ticks, begin);
  }

  chordAt(ticks) {
    const i = this.chordIndexAt(ticks);
    return i < 0 ? "" : shownChord(this.chords[i][1]);
  }
}

// The value in `to` that belongs to one in `from`: evenly in between, the first and the last outside.
function across(value, from, to) {
  const i = lastAtMost(from, value);
  if (i < 0) return to[0];
  if (i >= from.length - 1) return to[to.length - 1];
  return to[i] + ((to[i + 1] - to[i]) * (value - from[i])) / (from[i + 1] - from[i]);
}

// "Bbm7b5/F#" as it is printed: "B♭m7♭5/F♯".
export const shownChord = symbol =>
  symbol.replaceAll("#", "♯").replace(/([A-G])b/g, "$1♭").replace(/b(?=\d)/g, "♭");

// 75.26 -> "1:15"; with tenths "1:15.2".
export function clock(seconds, tenths = false) {
  const whole = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  const rest = Math.floor(whole / 10);
  const text = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
  return tenths ? `${text}.${whole % 10}` : text;
}
