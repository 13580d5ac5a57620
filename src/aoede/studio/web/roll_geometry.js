// Where things stand in the piano roll: lanes from top to bottom, rows of pitches and drums, time from left to right.
// All lengths in CSS pixels; x is counted from the beginning of the song, not of what is seen.

import { columnsOf, drumRows, keysOf } from "./notes.js";

export const DRUM_PX = 15;
const SECTION_PX = 30, RULER_PX = 24, CHORD_PX = 26, SYLLABLE_PX = 26, FOOT_PX = 8, NO_LANE_PX = 8;
const LEAST_ROW_PX = 3.5, MOST_ROW_PX = 13, LEAST_PITCHES = 24, AROUND = 2;
const LEAST_QUARTER_PX = 0.25, MOST_QUARTER_PX = 320;
const LETTER_PX = 7, CHINESE_PX = 13, APART_PX = 3;
const LEAST_USUAL_PX = 20, MOST_USUAL_PX = 40; // of a quarter note, before anybody zooms
const BACK_TO_FRONT = ["chords", "", "colour", "bass", "melody"];

// The tracks of a view as the roll has them: {key, track, columns, isDrum}, in their own order.
export function voicesOf(view) {
  const tracks = view.tracks ?? [], keys = keysOf(tracks);
  return tracks.map((track, i) => ({ key: keys[i], track, columns: columnsOf(track), isDrum: track.is_drum }));
}

// The pitched ones as they are drawn: accompaniment first, the melody over all.
export const backToFront = voices => voices.filter(voice => !voice.isDrum).sort((a, b) => depth(a) - depth(b));

const depth = voice => (BACK_TO_FRONT.includes(voice.track.role) ? BACK_TO_FRONT.indexOf(voice.track.role) : 1);

function pitchesOf(voices) {
  let low = 127, high = 0;
  for (const { columns, isDrum } of voices) {
    if (isDrum) continue;
    for (const pitch of columns.pitches) {
      low = Math.min(low, pitch);
      high = Math.max(high, pitch);
    }
  }
  if (low > high) [low, high] = [55, 76];
  const missing = Math.max(0, LEAST_PITCHES - (high - low + 1 + 2 * AROUND));
  return [Math.max(0, low - AROUND - (missing >> 1)), Math.min(127, high + AROUND + ((missing + 1) >> 1))];
}

// The lanes for a roll of about `height` pixels.
export function layOut(view, voices, height) {
  const [low, high] = pitchesOf(voices);
  const drums = drumRows(voices.filter(voice => voice.isDrum).map(voice => voice.columns));
  const chordPx = view.chords?.length ? CHORD_PX : NO_LANE_PX;
  const syllablePx = view.syllables?.length ? SYLLABLE_PX : NO_LANE_PX;
  const drumPx = drums.names.length * DRUM_PX;
  const rest = height - SECTION_PX - RULER_PX - chordPx - syllablePx - drumPx - FOOT_PX;
  const rowPx = Math.min(MOST_ROW_PX, Math.max(LEAST_ROW_PX, Math.floor((2 * rest) / (high - low + 1)) / 2));
  const chord = SECTION_PX + RULER_PX, pitch = chord + chordPx, syllable = pitch + rowPx * (high - low + 1);
  const drum = syllable + syllablePx, foot = drum + drumPx;
  return { low, high, rowPx, drums, ruler: SECTION_PX, chord, pitch, syllable, drum, foot, height: foot + FOOT_PX };
}

// The top of a pitch's row.
export const rowTop = (lanes, pitch) => lanes.pitch + (lanes.high - pitch) * lanes.rowPx;
export const drumTop = (lanes, pitch) => lanes.drum + lanes.drums.rowOf(pitch) * DRUM_PX;

// How wide a quarter note is so that words do not collide, and three to eight bars are seen.
export function usualQuarterPx(view, timeline, width) {
  const perQuarter = view.ticks_per_quarter, words = view.syllables ?? [], needs = [];
  for (let i = 0; i + 1 < words.length && i < 2000; i++) {
    const gap = words[i + 1][0] - words[i][0];
    if (gap > 0) needs.push(((widthOf(words[i][1]) + APART_PX) / gap) * perQuarter);
  }
  needs.sort((a, b) => a - b);
  const need = needs[Math.floor(0.6 * needs.length)] ?? 0;
  const bars = n => (width / (n * timeline.barTicks)) * perQuarter;
  return Math.min(MOST_USUAL_PX, Math.max(LEAST_USUAL_PX, Math.min(bars(3), Math.max(need, bars(8)))));
}

const widthOf = text => [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? CHINESE_PX : LETTER_PX), 0);

// Pixels of a quarter with which the whole song is seen, and the bounds of zooming.
export const fittingQuarterPx = (view, timeline, width) => bounded((width / timeline.edge) * view.ticks_per_quarter);
export const bounded = quarterPx => Math.min(MOST_QUARTER_PX, Math.max(LEAST_QUARTER_PX, quarterPx));
