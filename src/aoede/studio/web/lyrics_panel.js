// The words of the song by section: the line that is sung is marked, a click goes there, each can be locked.

import { fill, h } from "./dom.js";
import { edit, toggleLock } from "./edits.js";
import { lang, pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { get, watch } from "./store.js";
import { lastAtMost } from "./timeline.js";

const NOT_HEADINGS = new Set(["独奏"]); // which a song's words do not know as a section

// Indices of the lines by section, in order.
function bySection(lines) {
  const groups = new Map();
  lines.forEach((line, i) => groups.set(line.section, [...(groups.get(line.section) ?? []), i]));
  return [...groups];
}

// The lines as a text that can be changed and given back: a heading above each section that is sung.
export function asText(view) {
  return bySection(view.lines ?? []).map(([i, members]) => {
    const { en, zh } = view.sections[i] ?? {}, [english, chinese] =
      [en, zh].map(name => name?.replace(/\s*\d+$/, ""));
    const name = lang() === "zh" && !NOT_HEADINGS.has(chinese) ? chinese : english;
    return (name ? `[${name}]\n` : "") + members.map(each => view.lines[each].text).join("\n");
  }).join("\n\n");
}

// to: {seek(ticks), say(text)}
export class LyricsPanel {
  constructor(to) {
    Object.assign(this, { to, piece: null, rows: [], now: -1, isEditing: false });
    this.lines = h("div.lyrics-lines");
    this.form = h("div.lyrics-form", { hidden: true });
    this.change = h("button.button.small", { type: "button", onclick: () => this.#open() }, icon("edit"),
      t("stage.lyrics.edit"));
    this.none = h("p.muted", { hidden: true }, t("stage.lyrics.none"));
    this.element = h("div.lyrics", {}, h("div.lyrics-head", {}, this.none, this.change), this.lines, this.form);
    for (const name of ["song", "busy"]) watch(name, () => this.#update());
  }

  show(piece) {
    if (piece.song !== this.piece?.song) this.#close();
    Object.assign(this, { piece, now: -1 });
    const { view } = piece, lines = view.lines ?? [];
    this.rows = lines.map((line, i) => this.#row(line, i));
    fill(this.lines, bySection(lines).map(([i, members]) => h("section.stanza", {},
      view.sections[i] && h("h3", {}, pick(view.sections[i].en, view.sections[i].zh)),
      h("ol", {}, members.map(each => this.rows[each].element)))));
    this.none.hidden = lines.length > 0;
    this.#update();
  }

  // The line that is sung at a moment is marked.
  at(ticks) {
    const lines = this.piece?.view.lines ?? [], i = lastAtMost(lines, ticks, line => line.start);
    const now = i >= 0 && ticks < lines[i].end ? i : -1;
    if (now === this.now) return;
    this.rows[this.now]?.text.removeAttribute("aria-current");
    this.rows[now]?.text.setAttribute("aria-current", "true");
    this.now = now;
  }

  #row(line, i) {
    const row = {}, label = t("stage.lyrics.lock", { line: line.text });
    row.text = h("button.lyric", { type: "button", onclick: () => this.to.seek(line.start) }, line.text);
    row.lock = h("button.track-toggle.lyric-lock", { type: "button", "aria-label": label,
      title: t("stage.lyrics.lock.short"),
      onclick: () => toggleLock("lines", i + 1) });
    row.element = h("li", {}, row.text, row.lock);
    return row;
  }

  #update() {
    const locked = new Set(get("song")?.locks?.lines ?? []), can = this.piece?.isPlayable === true;
    this.rows.forEach(({ lock }, i) => {
      const is = locked.has(i + 1);
      if (lock.getAttribute("aria-pressed") !== String(is)) fill(lock, icon(is ? "lock" : "unlock"));
      lock.setAttribute("aria-pressed", String(is));
      lock.hidden = !can;
    });
    const hasMelody = this.piece?.view.tracks.some(track => track.role === "melody") === true;
    this.change.hidden = !can || !hasMelody || this.isEditing || this.piece.view.is_foreign === true;
    this.change.disabled = Boolean(get("busy"));
  }

  // ---- other words

  #open() {
    const text = h("textarea", { id: "stage-words", rows: 14, maxlength: 20000, value: asText(this.piece.view),
      spellcheck: "true" });
    const keeps = h("input", { type: "checkbox" });
    this.isEditing = true;
    fill(this.form,
      h("div.field", {}, h("label", { for: "stage-words" }, t("stage.lyrics.words")), text,
        h("p.hint", {}, t("stage.lyrics.hint"))),
      h("label.check", {}, keeps, t("stage.lyrics.keeps")),
      h("div.row", {}, h("button.button.primary", { type: "button",
        onclick: () => this.#sing(text.value, keeps.checked) }, t("stage.lyrics.sing")),
        h("button.button.quiet", { type: "button", onclick: () => this.#close() }, t("stage.cancel"))));
    this.form.hidden = false;
    this.lines.hidden = true;
    this.#update();
    text.focus();
  }

  #close() {
    this.isEditing = false;
    this.form.hidden = true;
    this.lines.hidden = false;
    fill(this.form);
    this.#update();
  }

  async #sing(text, keepsMelody) {
    const result = await edit("set_lyrics", { text, ...(keepsMelody ? { lock: "melody" } : {}) });
    if (result === null) return;
    this.#close();
    this.to.say(pick(result.changed?.why, result.changed?.why_zh) || t("stage.lyrics.sung"));
    this.change.focus();
  }
}
