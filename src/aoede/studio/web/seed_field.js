// The seed: the number that a song grows from. The one shown is the one that the next song gets, or, once a song was
// made from it, the one it had; then the next song draws a new one, unless the seed is kept. It is kept as a text: it
// has up to 63 bits, and a number of JavaScript holds 53.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { notice } from "./notices.js";

const DRAWN_BELOW = 1_000_000_000;
const drawn = () => String(Math.floor(Math.random() * DRAWN_BELOW));
const LONGEST = 40; // more than any seed has, so that none is cut short unseen

// The largest seed that can be sent: a browser without JSON.rawJSON sends no larger number digit by digit.
export const MOST_SEED = typeof JSON.rawJSON === "function" ? 2n ** 63n - 1n : BigInt(Number.MAX_SAFE_INTEGER);

export const isSeed = text => /^\d+$/.test(text) && text.length <= LONGEST && BigInt(text) <= MOST_SEED;

// A text that is a seed, as a number in JSON with all its digits.
export function sentSeed(text) {
  const seed = BigInt(text);
  return seed <= Number.MAX_SAFE_INTEGER ? Number(seed) : JSON.rawJSON(String(seed));
}

export class SeedField {
  #isUsed = false;
  #isKept = false;

  constructor(onChange) {
    this.onChange = onChange;
    this.input = h("input.figures", { id: "make-seed", type: "text", inputmode: "numeric",
      maxlength: LONGEST, autocomplete: "off", spellcheck: "false", value: drawn(), oninput: () => this.#typed() });
    this.lock = h("button.icon-button.small", { type: "button", "aria-label": t("song.seed.keep"),
      onclick: () => this.#keep(!this.#isKept) });
    const roll = button("dice", t("song.seed.roll"), () => this.#rolled());
    const copy = button("copy", t("song.seed.copy"), () => copied(this.input.value));
    this.element = h("div.seed", {}, h("label.label", { for: "make-seed" }, t("song.seed")),
      h("div.affix", {}, this.input, this.lock, roll, copy));
    this.#showLock();
  }

  // The seed of the song to be made now.
  next() {
    if (this.input.value.trim() === "" || (this.#isUsed && !this.#isKept)) this.#put(drawn());
    this.#isUsed = true;
    this.onChange();
    return sentSeed(this.input.value.trim());
  }

  read() {
    return { seed: this.input.value, isUsed: this.#isUsed, isKept: this.#isKept };
  }

  write({ seed, isUsed = false, isKept = false }) {
    if (isSeed(String(seed ?? ""))) this.#put(String(seed));
    this.#isUsed = isUsed;
    this.#isKept = isKept;
    this.#showLock();
  }

  #put(text) {
    this.input.value = text;
    this.#check();
  }

  #check() {
    const text = this.input.value.trim();
    this.input.setCustomValidity(text === "" || isSeed(text) ? "" : t("song.wrong.seed", { most: MOST_SEED }));
  }

  #typed() {
    this.#check();
    this.#isUsed = false;
    this.#keep(this.input.value !== "");
  }

  #rolled() {
    this.#put(drawn());
    this.#isUsed = false;
    this.#keep(false);
  }

  #keep(to) {
    this.#isKept = to;
    this.#showLock();
    this.onChange();
  }

  #showLock() {
    fill(this.lock, icon(this.#isKept ? "lock" : "unlock"));
    this.lock.setAttribute("aria-pressed", String(this.#isKept));
    this.lock.title = t(this.#isKept ? "song.seed.kept" : "song.seed.free");
  }
}

function button(name, label, onclick) {
  return h("button.icon-button.small", { type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

// Copies a seed and says so.
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice(t("song.copied", { text }), "good");
  } catch {
    notice(t("song.not.copied", { text }), "bad");
  }
}
