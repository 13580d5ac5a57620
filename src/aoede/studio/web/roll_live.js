// What moves over the roll: notes that sound, the chord and the syllable of now, the glow of what an edit changed.

import { css } from "./colours.js";
import { eachIn } from "./notes.js";
import { boxOf, notePath, seen } from "./roll_draw.js";
import { lastAtMost } from "./timeline.js";

const GLOW_MS = 2600, GROWN_PX = 1, PILL_PX = 10;

// The notes that sound at a moment: [[voice, i], ...]
export function soundingAt(voices, ticks) {
  const found = [];
  for (const voice of voices) eachIn(voice.columns, ticks, ticks + 1, i => found.push([voice, i]));
  return found;
}

// The same for two moments with the same picture.
export const signOf = (found, { chord, syllable }) =>
  `${found.map(([voice, i]) => voice.key + i).join()} ${chord} ${syllable}`;

// The indices of the chord and the syllable of a moment; a syllable is over with its note.
export function wordsAt(view, timeline, voices, ticks) {
  const syllables = view.syllables ?? [], i = lastAtMost(syllables, ticks, each => each[0]);
  const melody = voices.find(voice => voice.track.role === "melody");
  const note = melody && i >= 0 ? lastAtMost(melody.columns.starts, ticks) : -1;
  const isHeld = note < 0 || ticks < melody.columns.ends[note] + timeline.beatTicks / 2;
  return { chord: timeline.chordIndexAt(ticks), syllable: isHeld ? i : -1 };
}

// live: {sounding, now, isMuted(key), glow}. Returns whether the glow goes on.
export function drawLive(pen, scene, { sounding, now, isMuted, glow }) {
  pen.clearRect(0, 0, scene.width, scene.lanes.height);
  const [chords, syllables] = scene.words;
  lit(pen, scene, chords, now.chord);
  lit(pen, scene, syllables, now.syllable);
  for (const [voice, i] of sounding) if (!isMuted(voice.key)) drawSounding(pen, scene, voice, i);
  return glow !== null && drawGlow(pen, scene, glow);
}

function lit(pen, scene, lane, i) {
  const found = lane.words.find(each => each.i === i);
  if (!found) return;
  const { page } = scene;
  pen.fillStyle = css(page.accent);
  pen.beginPath();
  pen.roundRect(found.x - PILL_PX / 2, lane.y - PILL_PX, found.width + PILL_PX, 2 * PILL_PX, PILL_PX);
  pen.fill();
  pen.font = lane.font;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillStyle = css(page["accent-ink"]);
  pen.fillText(found.text, found.x, lane.y + 0.5);
}

function drawSounding(pen, scene, voice, i) {
  const [x, y, width, height] = boxOf(scene, voice, i);
  pen.beginPath();
  notePath(pen, [x - GROWN_PX, y - GROWN_PX, width + 2 * GROWN_PX, height + 2 * GROWN_PX]);
  pen.fillStyle = scene.scales.get(voice.key).lit;
  pen.fill();
}

function drawGlow(pen, scene, { since, sets, isStill }) {
  const age = (performance.now() - since) / GLOW_MS;
  if (age >= 1) return false;
  const [from, to] = seen(scene), strength = isStill ? 1 : Math.min(1, 4 * age) * (1 - age) ** 0.8;
  pen.save();
  pen.fillStyle = pen.strokeStyle = pen.shadowColor = css(scene.page.accent, strength);
  pen.shadowBlur = isStill ? 0 : 14;
  pen.lineWidth = 1.5;
  scene.voices.forEach((voice, v) => {
    const path = new Path2D();
    eachIn(voice.columns, from, to, i => {
      if (sets[v]?.has(i)) notePath(path, boxOf(scene, voice, i));
    });
    pen.fill(path);
    pen.stroke(path);
  });
  pen.restore();
  return true;
}
