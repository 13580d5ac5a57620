// Keys, lengths and times as they are written in the language of the page.

import { lang, t } from "./i18n.js";
import { shownChord } from "./timeline.js";

const MODES = ["major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "harmonic minor"];

// "F# harmonic minor" -> "F♯ 和声小调".
export function keyName(key) {
  const [tonic, ...words] = key.split(" "), mode = words.join(" ");
  return MODES.includes(mode) ? `${shownChord(tonic)} ${t(`song.mode.${mode}`)}` : key;
}

// Seconds as "2:05".
export function clock(seconds) {
  const whole = Math.floor(seconds ?? 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// Of today the time, else the day. Times come as seconds since 1970 or as ISO text.
export function whenOf(time) {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  if (Number.isNaN(date.getTime())) return "";
  const isToday = date.toDateString() === new Date().toDateString();
  const form = isToday ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return date.toLocaleString(lang() === "zh" ? "zh-CN" : "en-GB", form);
}
