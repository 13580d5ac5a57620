// How a tune is drawn on its grid: rows of pitches, lines of beats, notes, the cursor, and what is in sight.

import { fill, svg } from "./dom.js";
import { at, endOf, nameOf } from "./tune.js";

export const BEAT = 44, ROW = 18, KEYS = 52; // pixels; KEYS is the width of the names of pitches
export const BAR = 4, MOST_BEATS = 400;
const LEAST_BEATS = 16, SPARE_BEATS = 4;
const BLACK = new Set([1, 3, 6, 8, 10]);

const yOf = (state, pitch) => (state.highest - pitch) * ROW;

function beatsOf({ state, box }) {
  const wanted = Math.ceil((endOf(state.history.notes) + SPARE_BEATS) / BAR) * BAR;
  const inBox = Math.ceil((box.clientWidth - KEYS) / BEAT);
  return Math.min(MOST_BEATS, Math.max(LEAST_BEATS, wanted, Math.ceil(state.beat + state.length), inBox));
}

export function drawAll(grid) {
  const { state, picture, keys } = grid;
  const n = state.highest - state.lowest + 1, width = beatsOf(grid) * BEAT, height = n * ROW;
  for (const [element, wide] of [[picture, width], [keys, KEYS]])
    for (const [name, value] of [["width", wide], ["height", height], ["viewBox", `0 0 ${wide} ${height}`]])
      element.setAttribute(name, value);
  const pitches = Array.from({ length: n }, (_, i) => state.highest - i);
  grid.layer = svg("g", {});
  grid.cursor = svg("rect.tune-cursor", { height: ROW, rx: 4 });
  fill(picture, rows(state, pitches, width), lines(state, width, height), grid.layer, grid.cursor);
  fill(keys, pitches.map(pitch => keyOf(state, pitch)));
  drawNotes(grid);
}

function rows(state, pitches, width) {
  const black = pitches.filter(pitch => BLACK.has(pitch % 12));
  const octaves = pitches.filter(pitch => pitch % 12 === 0);
  return [black.map(pitch => svg("rect.tune-black", { x: 0, y: yOf(state, pitch), width, height: ROW })),
    octaves.map(pitch => line("octave", 0, width, yOf(state, pitch) + ROW, yOf(state, pitch) + ROW))];
}

function lines(state, width, height) {
  const n = Math.floor(width / BEAT / state.step);
  return Array.from({ length: n }, (_, i) => i * state.step).map(beat => {
    const kind = beat % BAR === 0 ? "bar" : Number.isInteger(beat) ? "beat" : "step";
    return line(kind, beat * BEAT, beat * BEAT, 0, height);
  });
}

const line = (kind, x1, x2, y1, y2) => svg(`line.tune-${kind}`, { x1, x2, y1, y2 });

function keyOf(state, pitch) {
  const y = yOf(state, pitch), kind = BLACK.has(pitch % 12) ? "rect.tune-key.black" : "rect.tune-key";
  const name = pitch % 12 === 0 && svg("text", { x: 8, y: y + ROW - 5 }, nameOf(pitch));
  return svg("g", {}, svg(kind, { x: 0, y, width: KEYS, height: ROW }), name);
}

// The notes; a pitch out of range is drawn at the border, so that it can be seen and moved.
export function drawNotes(grid, notes = grid.state.history.notes, chosen = null) {
  const { state } = grid;
  fill(grid.layer, notes.map(note => {
    const pitch = Math.min(Math.max(note.pitch, state.lowest), state.highest);
    const kind = `${note === chosen ? ".chosen" : ""}${pitch === note.pitch ? "" : ".outside"}`;
    return svg(`rect.tune-note${kind}`, { x: note.start * BEAT + 1, y: yOf(state, pitch) + 1.5, height: ROW - 3,
      rx: 4, width: Math.max(4, note.length * BEAT - 2) });
  }));
  drawCursor(grid);
}

export function drawCursor({ state, cursor }) {
  const note = at(state.history.notes, state.beat, state.pitch);
  cursor.setAttribute("x", (note?.start ?? state.beat) * BEAT);
  cursor.setAttribute("y", yOf(state, state.pitch));
  cursor.setAttribute("width", (note?.length ?? state.length) * BEAT);
}

// Scrolls so that the notes, or the middle of the range, can be seen.
export function inSight({ state, box }) {
  const pitches = state.history.notes.map(note => note.pitch);
  const middle = pitches.length > 0 ? (Math.max(...pitches) + Math.min(...pitches)) / 2
    : Math.min(Math.max(64, state.lowest), state.highest);
  box.scrollTop = yOf(state, middle) - box.clientHeight / 2;
  box.scrollLeft = Math.max(0, (state.history.notes[0]?.start ?? 0) - 1) * BEAT;
}

// Scrolls so that the cursor can be seen.
export function followCursor({ state, box }) {
  const x = state.beat * BEAT, end = x + state.length * BEAT, y = yOf(state, state.pitch),
    wide = box.clientWidth - KEYS;
  if (x < box.scrollLeft) box.scrollLeft = Math.max(0, x - BEAT);
  else if (end > box.scrollLeft + wide) box.scrollLeft = end - wide + BEAT;
  if (y < box.scrollTop) box.scrollTop = y - ROW;
  else if (y + ROW > box.scrollTop + box.clientHeight) box.scrollTop = y + 2 * ROW - box.clientHeight;
}

// The place of a pointer: beats (not rounded) and a pitch within the range.
export function placeOf({ state, picture }, event) {
  const box = picture.getBoundingClientRect();
  const pitch = state.highest - Math.floor((event.clientY - box.top) / ROW);
  return { beat: Math.max(0, (event.clientX - box.left) / BEAT),
    pitch: Math.min(state.highest, Math.max(state.lowest, pitch)) };
}
