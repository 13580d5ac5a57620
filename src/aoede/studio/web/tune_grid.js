// A grid on which a tune is drawn: beats to the right, pitches upwards. With the pointer or with the keyboard alone.

import { h, svg } from "./dom.js";
import { t } from "./i18n.js";
import { at, History, placed, without } from "./tune.js";
import { BEAT, drawAll, drawCursor, drawNotes, inSight, placeOf } from "./tune_draw.js";
import { pressed, say } from "./tune_keys.js";
import { newId } from "./words_parts.js";

const EDGE = 9; // pixels at the end of a note that change its length

// onChange() hears of every change of the notes, onLength(beats) of another length of the next note, heard(pitch) of
// a note that was set. -> {element, history, load(notes, isStep), turn("undo" or "redo"), setRange, setTool, setStep,
// setLength, look()}
export function tuneGrid({ onChange, onLength, heard }) {
  const state = { lowest: 48, highest: 84, step: 0.5, length: 1, tool: "draw", beat: 0, pitch: 60,
    history: new History() };
  const picture = svg("svg.tune-picture", { "aria-hidden": "true" }),
    keys = svg("svg.tune-keys", { "aria-hidden": "true" });
  const status = h("p.visually-hidden", { role: "status" });
  const help = h("p.visually-hidden", { id: newId("tune-help") }, t("sound.grid.help"));
  const box = h("div.tune-grid", { tabindex: "0", role: "application", "aria-label": t("sound.grid"),
    "aria-describedby": help.id }, h("div.tune-sheet", {}, keys, picture));
  const grid = { state, picture, keys, box, status, onLength, heard, drag: null };
  grid.change = (notes, pitch = null) => {
    state.history.do(notes);
    if (pitch !== null) heard(pitch);
    onChange();
  };
  grid.erase = note => { if (note) grid.change(without(state.history.notes, note)); };
  grid.turn = which => {
    state.history[which]();
    drawAll(grid);
    onChange();
  };
  box.addEventListener("keydown", event => { if (pressed(grid, event)) event.preventDefault(); });
  box.addEventListener("focus", () => { if (box.matches(":focus-visible")) say(grid); });
  pointed(grid);
  new ResizeObserver(() => drawAll(grid)).observe(box);
  drawAll(grid);
  return { element: h("div.stack.tight", {}, box, help, status), history: state.history, turn: grid.turn,
    ...setters(grid) };
}

function setters(grid) {
  const { state, box } = grid;
  return {
    load: (notes, { isStep = true } = {}) => {
      if (isStep) state.history.do(notes);
      else state.history.notes = notes;
      drawAll(grid);
      inSight(grid);
    },
    setRange: (lowest, highest) => {
      Object.assign(state, { lowest, highest, pitch: Math.min(Math.max(state.pitch, lowest), highest) });
      drawAll(grid);
      inSight(grid);
    },
    setTool: tool => { state.tool = box.dataset.tool = tool; },
    setStep: step => {
      state.step = step;
      drawAll(grid);
    },
    setLength: length => {
      state.length = length;
      drawCursor(grid);
    },
    look: () => inSight(grid),
  };
}

// ---- pointer

function pointed(grid) {
  const { picture } = grid;
  picture.addEventListener("pointerdown", event => begin(grid, event));
  picture.addEventListener("pointermove", event => go(grid, event));
  for (const name of ["pointerup", "pointercancel"]) picture.addEventListener(name, () => end(grid));
  picture.addEventListener("contextmenu", event => event.preventDefault());
}

function begin(grid, event) {
  const { state, picture, box } = grid, notes = state.history.notes;
  if (state.tool === "move" || event.button === 1) return;
  box.focus({ preventScroll: true });
  picture.setPointerCapture(event.pointerId);
  const place = placeOf(grid, event), found = at(notes, place.beat, place.pitch);
  if (state.tool === "erase" || event.button === 2) {
    grid.drag = { kind: "erase", notes };
    rub(grid, place);
    return;
  }
  const start = Math.floor(place.beat / state.step) * state.step;
  const note = found ?? { start, length: state.length, pitch: place.pitch };
  const left = found ? (found.start + found.length - place.beat) * BEAT : 0;
  const isEdge = found && left <= Math.min(EDGE, (found.length * BEAT) / 3);
  const base = found ? without(notes, found) : notes;
  grid.drag = { kind: found ? (isEdge ? "length" : "move") : "new", note, from: place, base, to: note };
  Object.assign(state, { beat: note.start, pitch: note.pitch });
  if (!found) grid.heard(note.pitch);
  drawNotes(grid, placed(base, note), note);
}

function go(grid, event) {
  const { state, drag } = grid;
  if (drag === null) return;
  const place = placeOf(grid, event);
  if (drag.kind === "erase") {
    rub(grid, place);
    return;
  }
  const moved = place.beat - drag.from.beat, snap = beats => Math.round(beats / state.step) * state.step;
  const note = { ...drag.note };
  if (drag.kind === "move") note.start = Math.max(0, drag.note.start + snap(moved));
  else if (drag.kind === "length" || moved > state.length / 2)
    note.length = Math.max(state.step, snap(place.beat - note.start + state.step / 2));
  if (drag.kind !== "length") note.pitch = place.pitch;
  if (note.pitch !== drag.to.pitch) grid.heard(note.pitch);
  drag.to = note;
  drawNotes(grid, placed(drag.base, note), note);
}

function rub(grid, place) {
  const { drag } = grid, note = at(drag.notes, place.beat, place.pitch);
  if (note) drag.notes = without(drag.notes, note);
  drawNotes(grid, drag.notes);
}

function end(grid) {
  const { state, drag } = grid;
  if (drag === null) return;
  grid.drag = null;
  if (drag.kind === "erase") grid.change(drag.notes);
  else {
    const isEqual = name => drag.to[name] === drag.note[name];
    const isSame = drag.kind !== "new" && ["start", "length", "pitch"].every(isEqual);
    if (!isSame) grid.change(placed(drag.base, drag.to));
    Object.assign(state, { beat: drag.to.start, pitch: drag.to.pitch });
  }
  drawAll(grid);
}
