// The tracks beside the roll: name, instrument, mute, solo, volume, lock. Its names choose what an edit is about.

import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";

// to: {choose(key), lock(key)}
export class TrackList {
  #rows = new Map();

  constructor(mix, to) {
    Object.assign(this, { mix, to });
    this.element = h("ul.tracks", { "aria-label": t("stage.tracks") });
  }

  // voices as of voicesOf(view). The same tracks stay as they are: whoever has the focus keeps it.
  show(voices) {
    const sign = JSON.stringify(voices.map(({ key, track }) =>
      [key, track.colour, track.en, track.zh, track.instrument]));
    if (sign === this.sign) return;
    this.sign = sign;
    this.#rows = new Map(voices.map((voice, i) => [voice.key, this.#row(voice, i)]));
    fill(this.element, [...this.#rows.values()].map(row => row.element));
  }

  // What is muted, chosen, locked now; `canLock`: whether there is a song whose locks are kept.
  update({ chosen, locked, canLock }) {
    for (const [key, row] of this.#rows) {
      const { mute, solo, volume } = this.mix.of(key), percent = Math.round(volume * 100), isLocked = locked.has(key);
      pressed(row.mute, mute);
      pressed(row.solo, solo);
      pressed(row.name, chosen.has(key));
      if (row.lock.getAttribute("aria-pressed") !== String(isLocked))
        fill(row.lock, icon(isLocked ? "lock" : "unlock"));
      pressed(row.lock, isLocked);
      row.lock.hidden = !canLock || !row.isOurs;
      row.element.classList.toggle("unheard", !this.mix.isHeard(key));
      row.element.classList.toggle("chosen", chosen.has(key));
      if (document.activeElement !== row.volume) row.volume.value = percent;
      row.volume.style.setProperty("--fill", `${percent}%`);
      row.volume.setAttribute("aria-valuetext", `${percent}%`);
    }
  }

  // The track that has the focus, or null.
  focused() {
    return document.activeElement?.closest?.(".track")?.dataset.key ?? null;
  }

  #row({ key, track }, i) {
    const name = pick(track.en, track.zh), instrument = pick(track.instrument?.en, track.instrument?.zh) ?? "";
    const row = { isOurs: Boolean(track.role) };
    row.name = h("button.track-name", { type: "button", title: t("stage.track.choose"),
      onclick: () => this.to.choose(key) },
      h("span.track-colour", { style: { "--colour": `var(--voice-${i})` } }),
      h("span.track-words", {}, h("b", {}, name), instrument && instrument !== name && h("small", {}, instrument)));
    row.mute = toggle("M", t("stage.mute", { name }), () => this.mix.set(key, { mute: !this.mix.of(key).mute }));
    row.solo = toggle("S", t("stage.solo", { name }), () => this.mix.set(key, { solo: !this.mix.of(key).solo }));
    row.lock = toggle(null, t("stage.lock", { name }), () => this.to.lock(key));
    row.volume = h("input.track-volume", { type: "range", min: 0, max: 100, "aria-label": t("stage.volume", { name }),
      oninput: event => this.mix.set(key, { volume: Number(event.target.value) / 100 }) });
    const held = event => event.target.closest("button")?.focus({ preventScroll: true }); // a Mac's click does not
    row.element = h("li.track", { "data-key": key, onclick: held }, row.name,
      h("span.track-tools", {}, row.mute, row.solo, row.lock, row.volume));
    return row;
  }
}

function toggle(letter, label, onclick) {
  return h("button.track-toggle", { type: "button", "aria-label": label, title: label, onclick }, letter);
}

const pressed = (button, is) => button.setAttribute("aria-pressed", String(is));
