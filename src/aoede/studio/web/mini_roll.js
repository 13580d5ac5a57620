// A song as a small picture: all its notes, on a canvas.

import { css, pageColours, rgbOf } from "./colours.js";

export function drawMini(canvas, view) {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = Math.min(2, devicePixelRatio || 1);
  if (width === 0 || !view.tracks) return;
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const pen = canvas.getContext("2d"), page = pageColours(canvas), across = width / Math.max(1, view.end);
  pen.scale(scale, scale);
  const kinds = [...new Set(view.sections.map(section => section.kind))];
  for (const section of view.sections) {
    pen.fillStyle = css(page.sections[kinds.indexOf(section.kind) % 6], 0.7);
    pen.fillRect(section.start * across, 0, (section.end - section.start) * across, height);
  }
  drawNotes(pen, view, across, height);
}

function drawNotes(pen, view, across, height) {
  const pitched = view.tracks.filter(track => !track.is_drum && track.notes.length > 0);
  const pitches = pitched.flatMap(track => track.notes.map(note => note[2]));
  const [low, high] = pitches.reduce(([a, b], pitch) => [Math.min(a, pitch), Math.max(b, pitch)], [127, 0]);
  const row = (height - 6) / Math.max(12, high - low + 1), isLead = track => track.role === "melody";
  for (const track of [...pitched].sort((a, b) => isLead(a) - isLead(b))) {
    pen.fillStyle = css(rgbOf(track.colour), isLead(track) ? 1 : 0.7);
    for (const [start, duration, pitch] of track.notes)
      pen.fillRect(start * across, 3 + (high - pitch) * row, Math.max(1, duration * across - 0.3),
        Math.max(1.2, row));
  }
}
