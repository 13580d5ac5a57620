// Above the stage: the title, to be changed in place, the star, and what the song is in one line.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { isComposed } from "./keys.js";
import { clock, keyName } from "./named.js";
import { failed } from "./notices.js";
import { copied } from "./seed_field.js";
import { change, leave } from "./song.js";
import { get, watch } from "./store.js";

// `again(request, seed, options)`: puts what the song was made from back into the fields.
export function songHead(again) {
  const title = new TitleField(), facts = h("p.song-line"), acts = h("div.row");
  const element = h("header.song-head", { hidden: true, tabindex: "-1" },
    h("div.song-head-title", {}, title.element, acts), facts);
  const draw = () => {
    const view = get("shown") ?? null, isMaking = get("busy")?.what === "song";
    const row = isMaking ? null : get("song") ?? null;
    element.hidden = view === null;
    if (view === null) return;
    title.show(row?.title ?? view.title, row);
    fill(facts, lineOf(view, row));
    fill(acts, row && actsOf(row, view, again));
  };
  for (const name of ["song", "shown", "busy"]) watch(name, draw);
  return element;
}

// The heading is a button until it is clicked, then a field: Enter or leaving it keeps the title, Esc does not.
class TitleField {
  #row = null;

  constructor() {
    this.text = h("span");
    this.button = h("button.song-name", { type: "button", title: t("song.retitle"), onclick: () => this.#edit() },
      this.text, icon("edit"));
    this.input = h("input.song-name-field", { type: "text", maxlength: 200, "aria-label": t("song.title"),
      hidden: true, onblur: () => this.#keep(), onkeydown: event => this.#key(event) });
    this.element = h("h1", {}, this.button, this.input);
  }

  show(text, row) {
    if (this.#row?.id !== row?.id) this.#back();
    this.#row = row;
    fill(this.text, text);
    this.button.disabled = row === null;
  }

  #edit() {
    this.input.value = this.#row.title;
    this.button.hidden = true;
    this.input.hidden = false;
    this.input.focus();
    this.input.select();
  }

  #back() {
    this.input.hidden = true;
    this.button.hidden = false;
  }

  #keep() {
    if (this.input.hidden) return;
    const title = this.input.value.trim(), row = this.#row;
    this.#back();
    if (row !== null && title !== "" && title !== row.title) change(row.id, { title }).catch(failed);
  }

  #key(event) {
    if (isComposed(event) || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.input.value = this.#row.title;
    this.#keep();
    this.button.focus();
  }
}

function lineOf(view, row) {
  const parts = [view.key && keyName(view.key), view.tempo_bpm && `${Math.round(view.tempo_bpm * 10) / 10} bpm`,
    view.meter, view.duration_s > 0 && clock(view.duration_s), view.request && `“${view.request}”`];
  return [...parts.filter(Boolean).map(part => h("span", {}, part)), row?.seed_text && seedOf(row.seed_text)];
}

function seedOf(seed) {
  return h("span.song-seed", {}, t("song.seed"), h("button.seed-copy", { type: "button", title: t("song.seed.copy"),
    "aria-label": `${t("song.seed.copy")}: ${seed}`, onclick: () => copied(seed) }, h("span.figures", {}, seed),
      icon("copy")));
}

function actsOf(row, view, again) {
  const star = h("button.icon-button", { type: "button", "aria-pressed": String(row.starred),
    "aria-label": t("song.star"),
    title: t("song.star"), onclick: () => change(row.id, { starred: !row.starred }).catch(failed) },
  icon(row.starred ? "starred" : "star"));
  const same = row.request && h("button.button.quiet.small", { type: "button", title: t("song.again.hint"),
    onclick: () => again(row.request, row.seed_text, view.options) }, icon("again"), t("song.again"));
  const fresh = h("button.button.quiet.small", { type: "button", onclick: leave }, icon("plus"), t("song.new"));
  return [star, same, fresh];
}
