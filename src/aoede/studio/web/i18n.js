// The words of the page in both languages. Each text_*.js file holds {en: {key: text}, zh: {key: text}}, with the same
// keys; "{name}" in a text is filled in. A text may be a function of what is filled in.

import { shell } from "./text_shell.js";
import { song } from "./text_song.js";
import { stage } from "./text_stage.js";
import { train } from "./text_train.js";
import { words } from "./text_words.js";

export const TEXTS = { en: {}, zh: {} };
for (const part of [shell, song, stage, words, train])
  for (const language of ["en", "zh"]) Object.assign(TEXTS[language], part[language]);

const KEY = "aoede.language";
let language = localStorage.getItem(KEY) ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const lang = () => language;
export const pick = (en, zh) => (language === "zh" ? zh : en);

// The text of a key, filled in. An unknown key is an error of ours, which a test finds.
export function t(key, values = {}) {
  const text = TEXTS[language][key] ?? TEXTS.en[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  if (typeof text === "function") return text(values);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function setLanguage(to) {
  language = to;
  localStorage.setItem(KEY, to);
  document.documentElement.lang = to === "zh" ? "zh-Hans" : "en";
}
setLanguage(language);
