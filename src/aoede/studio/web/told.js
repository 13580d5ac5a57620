// Sentences that the library tells, which come in both languages, as whole ones in the language of the page.

import { pick } from "./i18n.js";

const HAN = /[\u3400-\u9fff]/, ENDED = /[.!?:。！？：…]$/, WORD = /^[a-z]+(?=[ ,])/;

// Without Chinese (a song of an older library has none) it is English in both.
export function sentence(en, zh = en) {
  const text = pick(en, zh).trim(), stop = HAN.test(text) ? "。" : ".";
  return text.replace(WORD, word => word[0].toUpperCase() + word.slice(1)) + (ENDED.test(text) ? "" : stop);
}

export const sentences = (en, zh) => (en ?? []).map((text, i) => sentence(text, zh?.[i]));
