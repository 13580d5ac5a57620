// Small pictures for buttons, drawn with lines on a field of 24 by 24. `icon("play")`: always beside a text or inside
// a button that has a name of its own, hence hidden from screen readers.

import { svg } from "./dom.js";

const DOTS = [[8.5, 8.5], [15.5, 8.5], [12, 12], [8.5, 15.5], [15.5, 15.5]]; // of a die
const STAR = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";
const RING = "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z";
const LOUDSPEAKER = "*M4 9.5v5h3.5l4.5 4v-13l-4.5 4z";

const disc = (x, y, r) => `*M${x + r} ${y}a${r} ${r} 0 1 1-${2 * r} 0 ${r} ${r} 0 0 1 ${2 * r} 0z`;

// Each a list of paths; a path that begins with "*" is filled.
const SHAPES = {
  play: ["*M8 5.5v13l10.5-6.5z"],
  pause: ["*M7.5 5.5h3v13h-3z", "*M13.5 5.5h3v13h-3z"],
  stop: ["*M6.5 6.5h11v11h-11z"],
  start: ["M6 5.5v13", "*M18 5.5v13L8.5 12z"],
  back: ["M11 7l-5 5 5 5", "M18 7l-5 5 5 5"],
  on: ["M6 7l5 5-5 5", "M13 7l5 5-5 5"],
  loop: ["M17 3l3 3-3 3", "M4 11V9.5A3.5 3.5 0 0 1 7.5 6H20", "M7 21l-3-3 3-3", "M20 13v1.5a3.5 3.5 0 0 1-3.5 3.5H4"],
  undo: ["M8 5L4 9l4 4", "M4 9h10a5.5 5.5 0 0 1 0 11h-3"],
  redo: ["M16 5l4 4-4 4", "M20 9H10a5.5 5.5 0 0 0 0 11h3"],
  again: ["M20 5v5h-5", "M19.6 10A8 8 0 1 0 20 13.5"],
  star: [STAR],
  starred: [`*${STAR}`],
  trash: ["M4.5 7h15", "M9.5 7V4.5h5V7", "M6.5 7l.8 12.5h9.4L17.5 7", "M10.2 11v5", "M13.8 11v5"],
  restore: ["M4 5v5h5", "M4.4 10A8 8 0 1 1 4 13.5"],
  search: ["M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z", "M15.5 15.5L20 20"],
  dice: ["M6.5 4h11A2.5 2.5 0 0 1 20 6.5v11a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 17.5v-11A2.5 2.5 0 0 1 6.5 4z",
    ...DOTS.map(([x, y]) => disc(x, y, 1.2))],
  copy: ["M9 9h9.5v10.5H9z", "M15 9V4.5H5.5V15H9"],
  check: ["M4.5 12.5l5 5 10-11"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  plus: ["M12 5v14", "M5 12h14"],
  minus: ["M5 12h14"],
  download: ["M12 4v11", "M7.5 11l4.5 4.5 4.5-4.5", "M5 20h14"],
  open: ["M12 16V5", "M7.5 9.5L12 5l4.5 4.5", "M5 20h14"],
  file: ["M7 3.5h6.5L18 8v12.5H7z", "M13.5 3.5V8H18"],
  folder: ["M3.5 6.5h6l2 2.5h9v10.5h-17z"],
  print: ["M7 9V4h10v5", "M7 17H4.5V9h15v8H17", "M7 14h10v6.5H7z"],
  sliders: ["M4 8h8", "M16 8h4", "M4 16h3", "M11 16h9", "M14 6v4", "M9 14v4"],
  edit: ["M5 19l1-4L16.5 4.5l3 3L9 18z", "M14 7l3 3"],
  help: ["M9 9.2a3 3 0 1 1 4.6 2.6c-1 .7-1.6 1.3-1.6 2.5", disc(12, 18, 1)],
  sun: ["M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z", "M12 2.5v2", "M12 19.5v2", "M2.5 12h2", "M19.5 12h2",
    "M5.3 5.3l1.4 1.4",
    "M17.3 17.3l1.4 1.4", "M5.3 18.7l1.4-1.4", "M17.3 6.7l1.4-1.4"],
  moon: ["M19.5 14.5a8 8 0 0 1-10-10 8 8 0 1 0 10 10z"],
  auto: [RING, "*M12 4a8 8 0 0 1 0 16z"],
  language: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M3.5 12h17", "M12 3.5c5 5 5 12 0 17",
    "M12 3.5c-5 5-5 12 0 17"],
  lock: ["M6 10.5h12V20H6z", "M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"],
  unlock: ["M6 10.5h12V20H6z", "M8.5 10.5V8a3.5 3.5 0 0 1 6.8-1.2"],
  volume: [LOUDSPEAKER, "M15 9a4 4 0 0 1 0 6", "M17.5 6.5a7.5 7.5 0 0 1 0 11"],
  mute: [LOUDSPEAKER, "M15.5 9.5l5 5", "M20.5 9.5l-5 5"],
  solo: ["M4.5 15v-2.5a7.5 7.5 0 0 1 15 0V15", "M4.5 14h3v6h-3z", "M16.5 14h3v6h-3z"],
  down: ["M6 9.5l6 6 6-6"],
  up: ["M6 14.5l6-6 6 6"],
  left: ["M14.5 6l-6 6 6 6"],
  right: ["M9.5 6l6 6-6 6"],
  song: ["M9 18V5.5l10-2V16", "*M9 18a2.7 2.3 0 1 1-5.4 0A2.7 2.3 0 0 1 9 18z",
    "*M19 16a2.7 2.3 0 1 1-5.4 0 2.7 2.3 0 0 1 5.4 0z"],
  words: ["M4 19c3-8 8-13.5 16-15-1 7-5.5 11-12 11.5", "M4 20c2.5-4.5 5-7.5 8.5-9.5"],
  reply: ["M4 5h16v11h-8.5L7 20v-4H4z", "M8 9.5h8", "M8 12.5h5"],
  sound: ["M3.5 12h2L8 6l3.5 13L15 4.5 17.5 15l1.2-3h1.8"],
  train: ["M12 20.5V11", "M12 13.5C12 9.5 9 7 4.5 7c0 4 3 6.5 7.5 6.5z",
    "M12 11c0-4 3-6.5 7.5-6.5 0 4-3 6.5-7.5 6.5z",
    "M7.5 20.5h9"],
  surprise: ["M12 3.5l1.8 6.7 6.7 1.8-6.7 1.8L12 20.5l-1.8-6.7L3.5 12l6.7-1.8z"],
  list: ["M8.5 6H20", "M8.5 12H20", "M8.5 18H20", disc(4.1, 6, 1.1), disc(4.1, 12, 1.1), disc(4.1, 18, 1.1)],
  score: ["M3.5 7h17", "M3.5 10.5h17", "M3.5 14h17", "M3.5 17.5h17", "M14 15.5v-10",
    "*M14 15.7a2.4 1.9 0 1 1-4.8 0 2.4 1.9 0 0 1 4.8 0z"],
  picture: ["M4 5h16v14H4z", "M4 16l4.5-4.5L12 15l3-3 5 5", disc(8.7, 9.3, 1.3)],
  info: [RING, "M12 11.5V16", "M12 8v.1"],
  warning: ["M12 4.5l8.5 15h-17z", "M12 10v4.5", "M12 16.9v.1"],
  grip: ["M9 6v.1", "M15 6v.1", "M9 12v.1", "M15 12v.1", "M9 18v.1", "M15 18v.1"],
  clock: [RING, "M12 8v4.5l3 2"],
  branch: ["M7 5v14", "M7 12c6 0 9-1.5 9-5.5", "M13.5 9L16 6.5 18.5 9"],
  scissors: ["M8 8l11 9", "M8 16l11-9", "M6 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
    "M6 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"],
};

export const ICONS = Object.keys(SHAPES);

export function icon(name) {
  const paths = SHAPES[name].map(path =>
    path.startsWith("*") ? svg("path.solid", { d: path.slice(1) }) : svg("path", { d: path }));
  return svg("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", width: 20, height: 20 },
    paths);
}
