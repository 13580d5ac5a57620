// The keys of the piano at the left of the roll, with the names of the drums below.

import { css } from "./colours.js";
import { isFlat, pitchName } from "./notes.js";
import { DARK_KEYS } from "./roll_draw.js";
import { DRUM_PX, rowTop } from "./roll_geometry.js";

const KEY_PX = 22, DARK_KEY_PX = 14;

// sounding: Map of a pitch -> the colour in which its key is lit.
export function drawKeys(pen, scene, width, sounding) {
  const { lanes, page, view } = scene, left = width - KEY_PX;
  pen.fillStyle = css(page.card);
  pen.fillRect(0, 0, width, lanes.height);
  for (let pitch = lanes.low; pitch <= lanes.high; pitch++) {
    const y = rowTop(lanes, pitch), isDark = DARK_KEYS.has(pitch % 12);
    pen.fillStyle = sounding.get(pitch) ?? (isDark ? css(page.ink, 0.72) : css(page.raised));
    pen.fillRect(left, y, isDark ? DARK_KEY_PX : KEY_PX, lanes.rowPx - (lanes.rowPx > 5 ? 0.5 : 0));
    if (pitch % 12 === 0) named(pen, pitchName(pitch, isFlat(view.key)), left - 4, y + lanes.rowPx / 2, page);
  }
  pen.fillStyle = css(page.line);
  pen.fillRect(left - 0.5, lanes.pitch, 1, lanes.syllable - lanes.pitch);
  for (const y of [lanes.pitch, lanes.syllable, ...(lanes.drums.names.length ? [lanes.drum] : [])])
    pen.fillRect(0, y - 0.5, width, 1);
  lanes.drums.names.forEach((name, row) => named(pen, name, width - 6, lanes.drum + (row + 0.5) * DRUM_PX, page));
}

function named(pen, name, right, y, page) {
  pen.font = `400 10.5px ${page.font}`;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillStyle = css(page.muted);
  pen.fillText(name, right, y + 0.5);
}
