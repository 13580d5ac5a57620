// Draws the roll: the ground with its lines, the notes, the words. A scene is {view, timeline, voices, lanes, page,
// scales, perTick, left, width, ...}: everything that is seen, `left` pixels into the song.

import { CHOSEN_WASH, css, SECTION_WASH, shade } from "./colours.js";
import { eachIn } from "./notes.js";
import { drumTop, DRUM_PX, rowTop } from "./roll_geometry.js";
import { lastAtMost, shownChord } from "./timeline.js";

export const DARK_KEYS = new Set([1, 3, 6, 8, 10]);
const LEAST_BEAT_PX = 11, LEAST_BAR_PX = 12, LEAST_NUMBER_PX = 26, CHORDS_FROM_PX = 26;
const STEPS = [1, 2, 4, 8, 16, 32, 64, 128]; // bars between two lines, or two numbers
const ROUND_FROM_PX = 4, DRUM_HIT_PX = 9, DRUM_TICKS = 240;
const TEXT_PX = 13, SUNG_PX = 12, MOVED_PX = 10;
const WORDS_FROM_PX = 13; // a quarter note is at least so wide where words are shown

export const xOf = (scene, ticks) => ticks * scene.perTick - scene.left;
export const seen = scene => [scene.left / scene.perTick, (scene.left + scene.width) / scene.perTick];

export function drawGround(pen, scene) {
  const { lanes, page, width } = scene;
  pen.fillStyle = css(page.card);
  pen.fillRect(0, 0, width, lanes.height);
  drawSections(pen, scene);
  drawRows(pen, scene);
  drawSelection(pen, scene);
  drawBars(pen, scene);
}

function drawSections(pen, scene) {
  const { timeline, lanes, page, tints } = scene;
  timeline.sections.forEach((section, i) => {
    const x = xOf(scene, section.start), end = xOf(scene, section.end);
    if (end < 0 || x > scene.width) return;
    pen.fillStyle = css(page.sections[tints[i]], SECTION_WASH);
    pen.fillRect(x, lanes.ruler, end - x, lanes.height - lanes.ruler);
  });
}

function drawRows(pen, { lanes, page, width }) {
  pen.fillStyle = css(page.ink, 0.035);
  for (let pitch = lanes.low; pitch <= lanes.high; pitch++)
    if (DARK_KEYS.has(pitch % 12)) pen.fillRect(0, rowTop(lanes, pitch), width, lanes.rowPx);
  pen.fillStyle = css(page.line, 0.9);
  for (let pitch = lanes.low + 1; pitch <= lanes.high; pitch++)
    if (pitch % 12 === 0) pen.fillRect(0, rowTop(lanes, pitch) + lanes.rowPx - 0.5, width, 1);
  for (const y of [lanes.pitch, lanes.syllable, lanes.drum, lanes.foot]) pen.fillRect(0, y - 0.5, width, 1);
  pen.fillStyle = css(page.line, 0.45);
  for (let row = 1; row < lanes.drums.names.length; row++)
    pen.fillRect(0, lanes.drum + row * DRUM_PX - 0.5, width, 1);
}

function drawSelection(pen, scene) {
  const { timeline, lanes, page, bars } = scene;
  if (!bars) return;
  const x = xOf(scene, timeline.barStart(bars[0])), end = xOf(scene, timeline.barEnd(bars[1]));
  pen.fillStyle = css(page["accent-soft"], CHOSEN_WASH);
  pen.fillRect(x, lanes.ruler, end - x, lanes.foot - lanes.ruler);
  pen.fillStyle = css(page.accent, 0.85);
  pen.fillRect(x - 0.5, lanes.ruler, 1.5, lanes.foot - lanes.ruler);
  pen.fillRect(end - 1, lanes.ruler, 1.5, lanes.foot - lanes.ruler);
}

function drawBars(pen, scene) {
  const { timeline, lanes, page } = scene, [from, to] = seen(scene), barPx = timeline.barTicks * scene.perTick;
  const lines = STEPS.find(n => n * barPx >= LEAST_BAR_PX) ?? 256;
  const numbers = STEPS.find(n => n * barPx >= LEAST_NUMBER_PX) ?? 256;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.font = `500 11.5px ${page.font}`;
  for (let bar = timeline.barAt(from); bar <= timeline.nBars; bar++) {
    const ticks = timeline.bars[bar] ?? timeline.edge, x = Math.round(xOf(scene, ticks));
    if (ticks > to + 1) return;
    if (bar % lines === 0) {
      pen.fillStyle = css(page.edge, bar % 4 === 0 ? 0.5 : 0.3);
      pen.fillRect(x - 0.5, lanes.ruler + 14, 1, lanes.foot - lanes.ruler - 14);
    }
    if (bar === timeline.nBars) return;
    if (bar % numbers === 0) {
      pen.fillStyle = css(page.muted);
      pen.fillText(String(bar + 1), x + 5, lanes.ruler + 13);
    }
    drawBeats(pen, scene, bar);
  }
}

function drawBeats(pen, scene, bar) {
  const { timeline, lanes, page } = scene;
  if (timeline.beatTicks * scene.perTick < LEAST_BEAT_PX) return;
  pen.fillStyle = css(page.line, 0.55);
  const end = timeline.barEnd(bar) - 1;
  for (let ticks = timeline.barStart(bar) + timeline.beatTicks; ticks < end; ticks += timeline.beatTicks)
    pen.fillRect(Math.round(xOf(scene, ticks)) - 0.5, lanes.pitch, 1, lanes.foot - lanes.pitch);
}

// ---- notes

// The box of a note: [x, y, width, height]. Louder notes are higher.
export function boxOf(scene, voice, i) {
  const { lanes, perTick } = scene, { starts, ends, pitches, velocities } = voice.columns;
  const x = xOf(scene, starts[i]), loud = 0.5 + velocities[i] / 254;
  if (voice.isDrum) {
    const height = (DRUM_PX - 3) * loud, width = Math.max(1, Math.min(DRUM_HIT_PX, DRUM_TICKS * perTick - 1));
    return [x, drumTop(lanes, pitches[i]) + (DRUM_PX - height) / 2, width, height];
  }
  const height = Math.max(2.5, (lanes.rowPx - 0.5) * (0.35 + 0.65 * loud));
  return [x, rowTop(lanes, pitches[i]) + (lanes.rowPx - height) / 2,
    Math.max(1, (ends[i] - starts[i]) * perTick - 0.75), height];
}

export function notePath(path, [x, y, width, height]) {
  if (width < ROUND_FROM_PX) path.rect(x, y, width, height);
  else path.roundRect(x, y, width, height, Math.min(2.5, height / 2, width / 2));
}

// The notes of a voice. What is muted is an outline; `upTo`: pixels from the left, while it draws itself in.
export function drawVoice(pen, scene, voice, { isMuted = false, upTo = Infinity } = {}) {
  const { scale } = scene.scales.get(voice.key), paths = scale.map(() => null), [from, to] = seen(scene);
  pen.save();
  if (upTo < scene.width) {
    pen.beginPath();
    pen.rect(0, 0, Math.max(0, upTo), scene.lanes.height);
    pen.clip();
  }
  eachIn(voice.columns, from, to, i => {
    const kind = shade(voice.columns.velocities[i]);
    notePath((paths[kind] ??= new Path2D()), boxOf(scene, voice, i));
  });
  pen.lineWidth = 1;
  pen.strokeStyle = scale[0];
  paths.forEach((path, kind) => {
    pen.fillStyle = scale[kind];
    if (path !== null && isMuted) pen.stroke(path);
    else if (path !== null) pen.fill(path);
  });
  pen.restore();
}

// Notes that are chosen get an outline.
export function drawOutlines(pen, scene, voice, [from, to]) {
  const [left, right] = seen(scene), path = new Path2D();
  eachIn(voice.columns, Math.max(from, left), Math.min(to, right), i => {
    if (voice.columns.starts[i] >= from) notePath(path, boxOf(scene, voice, i));
  });
  pen.strokeStyle = css(scene.page.ink);
  pen.lineWidth = 1.25;
  pen.stroke(path);
}

// ---- words

const hasRoomForWords = ({ view, perTick }) => perTick * view.ticks_per_quarter >= WORDS_FROM_PX;

// The lanes with words: {items, textOf, font, y, indent, stays}, `stays`: what began before is said at the edge.
function chordLane({ view, timeline, perTick, page, lanes }) {
  const items = timeline.barTicks * perTick >= CHORDS_FROM_PX ? view.chords ?? [] : [];
  return { items, textOf: ([, symbol]) => shownChord(symbol), font: `600 ${TEXT_PX}px ${page.font}`,
    y: (lanes.chord + lanes.pitch) / 2, indent: 4, stays: true };
}

function syllableLane(scene) {
  const { view, page, lanes } = scene, items = hasRoomForWords(scene) ? view.syllables ?? [] : [];
  return { items, textOf: ([, text, joins]) => (joins ? `${text}-` : text), font: `400 ${SUNG_PX}px ${page.font}`,
    y: (lanes.syllable + lanes.drum) / 2, indent: 1, stays: false };
}

// What stands in a lane without one word over another, some moved a little: [{i, x, text, width}]
function placed(pen, scene, { items, textOf, font, indent, stays }) {
  const [from, to] = seen(scene), found = [];
  const xAt = i => (i < items.length ? xOf(scene, items[i][0]) + indent : Infinity);
  pen.font = font;
  let free = -Infinity;
  for (let i = Math.max(0, lastAtMost(items, from, each => each[0])); i < items.length && items[i][0] <= to; i++) {
    const text = textOf(items[i]), width = pen.measureText(text).width;
    const own = stays && xAt(i) < indent ? Math.min(indent, xAt(i + 1) - width - 10) : xAt(i),
      x = Math.max(own, free);
    if (x - own > MOVED_PX) continue;
    found.push({ i, x, text, width });
    free = x + width + 3;
  }
  return found;
}

// Draws the words and returns what stands where, of the chords and of the syllables: [{y, font, words}].
export function drawWords(pen, scene) {
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = css(scene.page.ink);
  return [chordLane(scene), syllableLane(scene)].map(lane => {
    const words = placed(pen, scene, lane);
    for (const { x, text } of words) pen.fillText(text, x, lane.y + 0.5);
    return { y: lane.y, font: lane.font, words };
  });
}
