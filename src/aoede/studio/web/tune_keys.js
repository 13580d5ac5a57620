// Drawing a tune with the keyboard alone: a cursor on the grid, and what is said of where it stands.

import { t } from "./i18n.js";
import { at, endOf, nameOf, placed, without } from "./tune.js";
import { BAR, drawAll, followCursor, MOST_BEATS } from "./tune_draw.js";

export const LENGTHS = [0.25, 0.5, 1, 2, 4]; // beats, by the keys 1 to 5
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 12],
  PageDown: [0, -12] };

const noteAt = ({ history, beat, pitch }) => at(history.notes, beat, pitch);
const shown = value => String(Math.round(value * 100) / 100);

// Whether the key was ours; then it is done.
export function pressed(grid, event) {
  const { state } = grid;
  if (event.ctrlKey || event.metaKey) return undone(grid, event);
  if (event.key in MOVES) move(grid, ...MOVES[event.key], event);
  else if (event.key === "Home") state.beat = 0;
  else if (event.key === "End") state.beat = Math.min(MOST_BEATS - state.step,
    snapped(state, endOf(state.history.notes)));
  else if (event.key === "Enter" || event.key === " ") toggle(grid);
  else if (event.key === "Delete" || event.key === "Backspace") grid.erase(noteAt(state));
  else if (event.key === "[" || event.key === "-") lengthen(grid, -1);
  else if (event.key === "]" || event.key === "+") lengthen(grid, 1);
  else if (/^[1-5]$/.test(event.key)) setLength(grid, LENGTHS[event.key - 1]);
  else return false;
  drawAll(grid);
  followCursor(grid);
  say(grid);
  return true;
}

const snapped = (state, beat) => Math.round(beat / state.step) * state.step;

function undone(grid, event) {
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return false;
  grid.turn(key === "y" || event.shiftKey ? "redo" : "undo");
  return true;
}

function move(grid, right, up, event) {
  const { state } = grid, before = noteAt(state);
  const beats = right * (event.shiftKey ? BAR : state.step),
    steps = up * (event.shiftKey && Math.abs(up) === 1 ? 12 : 1);
  const beat = Math.min(MOST_BEATS - state.step, Math.max(0, snapped(state, state.beat + beats)));
  const pitch = Math.min(state.highest, Math.max(state.lowest, state.pitch + steps));
  if (event.altKey && before) {
    const start = Math.max(0, before.start + beat - state.beat);
    grid.change(placed(without(state.history.notes, before), { ...before, start, pitch }), pitch);
  }
  Object.assign(state, { beat, pitch });
}

function toggle(grid) {
  const { state } = grid, note = noteAt(state);
  if (note) grid.erase(note);
  else grid.change(placed(state.history.notes, { start: state.beat, length: state.length, pitch: state.pitch }),
    state.pitch);
}

function lengthen(grid, by) {
  const { state } = grid, note = noteAt(state);
  if (note) {
    const length = Math.max(state.step, note.length + by * state.step);
    grid.change(placed(without(state.history.notes, note), { ...note, length }));
  } else setLength(grid, LENGTHS[Math.min(LENGTHS.length - 1, Math.max(0, LENGTHS.indexOf(state.length) + by))]);
}

function setLength(grid, length) {
  grid.state.length = length;
  grid.onLength(length);
}

export function say({ state, status }) {
  const note = noteAt(state);
  status.textContent = t(note ? "sound.grid.on" : "sound.grid.off", { pitch: nameOf(state.pitch),
    bar: Math.floor(state.beat / BAR) + 1, beat: shown((state.beat % BAR) + 1),
    length: shown(note?.length ?? state.length) });
}
