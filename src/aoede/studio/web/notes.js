// The notes of a view, ready to be found by time: columns, sorted by start. Names of pitches and drums.

import { pick } from "./i18n.js";
import { lastAtMost } from "./timeline.js";

// Columns of a track's [start, duration, pitch, velocity] rows; `longest` is how far back a sounding note can begin.
export function columnsOf(track) {
  const rows = [...(track.notes ?? [])].sort((a, b) => a[0] - b[0] || a[2] - b[2]);
  const starts = Float64Array.from(rows, row => row[0]);
  const ends = Float64Array.from(rows, row => row[0] + row[1]);
  const longest = rows.reduce((most, row) => Math.max(most, row[1]), 0);
  return { n: rows.length, starts, ends, longest,
    pitches: Uint8Array.from(rows, row => row[2]), velocities: Uint8Array.from(rows, row => row[3]) };
}

// Calls visit(i) for each note that lies, at least in part, in [from, to) ticks.
export function eachIn(columns, from, to, visit) {
  const { starts, ends, longest, n } = columns;
  for (let i = lastAtMost(starts, from - longest - 1) + 1; i < n && starts[i] < to; i++)
    if (ends[i] > from || starts[i] >= from) visit(i);
}

// How a track is called in a mix and in choices: by its role, numbered where it is not the first one.
export function keysOf(tracks) {
  const seen = new Map();
  return tracks.map(track => {
    const name = track.role || "track";
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name}-${n}`;
  });
}

// The notes of `after` that `before` does not have, as a list of sets of indices into the columns of each track.
export function newNotes(before, after) {
  return after.map(({ key, columns }) => {
    const old = before.find(each => each.key === key);
    const known = new Set(old ? signs(old.columns) : []);
    return new Set(signs(columns).flatMap((sign, i) => (known.has(sign) ? [] : [i])));
  });
}

const signs = ({ starts, ends, pitches, velocities }) =>
  Array.from(starts, (start, i) => `${start} ${ends[i]} ${pitches[i]} ${velocities[i]}`);

const SHARP = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const FLAT = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"];
const FLAT_KEYS = new Set(["F major", "D minor", "G minor", "C minor", "F minor"]);

// Whether the notes of a key are written with flats: "Ab major", "C minor".
export const isFlat = key => /^[A-G]b/.test(key ?? "") || FLAT_KEYS.has(key);

// 60 -> "C4", the one in the middle of a piano.
export const pitchName = (pitch, flat = false) => (flat ? FLAT : SHARP)[pitch % 12] + (Math.floor(pitch / 12) - 1);

// Sounds of a drum kit that are called by one name, from the top of the roll to its bottom.
const DRUMS = [
  ["Congas", "康加", [62, 63, 64]], ["Bongos", "邦戈", [60, 61]], ["Timbales", "天巴", [65, 66]],
  ["Woodblock", "木鱼", [75, 76, 77]], ["Triangle", "三角铁", [80, 81]], ["Cowbell", "牛铃", [56, 67, 68]],
  ["Shaker", "沙锤", [69, 70, 82]], ["Tambourine", "铃鼓", [54]], ["Crash", "吊镲", [49, 52, 55, 57]],
  ["Ride", "叮叮镲", [51, 53, 59]], ["Open hat", "开镲", [46]], ["Hat", "踩镲", [42, 44]],
  ["Toms", "通鼓", [41, 43, 45, 47, 48, 50]], ["Clap", "拍手", [39]], ["Rim", "边击", [37]],
  ["Snare", "军鼓", [38, 40]], ["Kick", "底鼓", [35, 36]],
];
const OTHER = DRUMS.length;
const FAMILY = new Map(DRUMS.flatMap(([, , pitches], family) => pitches.map(pitch => [pitch, family])));
const MOST_ROWS = 10;

const family = pitch => FAMILY.get(pitch) ?? OTHER;

export function drumName(pitch) {
  const found = DRUMS[family(pitch)];
  return found ? pick(found[0], found[1]) : pick("Other", "其他");
}

// The rows that the drums of these columns need: {names, rowOf(pitch)}. Rare sounds share the last row.
export function drumRows(columns) {
  const counts = new Map();
  for (const each of columns)
    for (const pitch of each.pitches) counts.set(family(pitch), (counts.get(family(pitch)) ?? 0) + 1);
  const found = [...counts.keys()].filter(each => each !== OTHER).sort((a, b) => counts.get(b) - counts.get(a));
  const kept = found.slice(0, MOST_ROWS - 1).sort((a, b) => a - b);
  const hasRest = found.length > kept.length || counts.has(OTHER);
  const names = kept.map(each => pick(DRUMS[each][0], DRUMS[each][1]));
  if (hasRest) names.push(pick("Other", "其他"));
  const rows = new Map(kept.map((each, row) => [each, row]));
  return { names, rowOf: pitch => rows.get(family(pitch)) ?? kept.length };
}
