// The songs made so far: search, the starred ones, the trash, what each is; a click shows it on the stage.

import { call, read } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { clock, keyName, whenOf } from "./named.js";
import { failed, notice } from "./notices.js";
import { openButton } from "./opening.js";
import { change, leave, openSong } from "./song.js";
import { get, put, watch } from "./store.js";

const PAGE = 30, SEARCH_MS = 200;
const FILTERS = ["all", "starred", "trash"];

// `onOpened()`: a song was chosen. Puts "n_songs" (at least so many) in the store.
export class LibraryPanel {
  #rows = [];
  #filter = "all";
  #search = "";
  #number = 0; // of the last question: older answers are dropped

  constructor(onOpened) {
    this.onOpened = onOpened;
    this.list = h("ul.songs");
    this.empty = h("p.muted", { role: "status" });
    this.more = h("button.button.quiet.small", { type: "button", hidden: true, onclick: () => this.load(true) },
      t("song.library.more"));
    this.element = h("div.library-inner", {}, h("div.row.spread", {}, h("h2.eyebrow", {}, t("song.library")),
      openButton()), this.#searchField(),
      this.#filters(), this.list, this.empty, this.more);
    watch("song", row => { if (row !== undefined) this.#follow(row); });
    watch("row", row => this.#follow(row));
    watch("offline", isOffline => { if (!isOffline) this.load(); });
    this.load();
  }

  async load(further = false) {
    const mine = ++this.#number;
    const query = { limit: PAGE, ...(this.#search && { search: this.#search }),
      ...(this.#filter === "starred" && { starred: true }), ...(this.#filter === "trash" && { trashed: true }),
      ...(further && this.#rows.length > 0 && { before: this.#rows.at(-1).id }) };
    try {
      const found = await read("/songs", query);
      if (mine !== this.#number) return;
      this.#rows = further ? [...this.#rows, ...found.songs] : found.songs;
      this.more.hidden = !found.more;
      this.#draw();
    } catch (error) {
      failed(error);
    }
  }

  #searchField() {
    let timer;
    const input = h("input", { id: "library-search", type: "search", maxlength: 200, autocomplete: "off",
      placeholder: t("song.library.search"), oninput: () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.#searched(input.value.trim()), SEARCH_MS);
      } });
    return h("div.library-search", {}, h("label.visually-hidden", { for: "library-search" },
      t("song.library.search")),
      icon("search"), input);
  }

  #searched(text) {
    this.#search = text;
    this.load();
  }

  #filters() {
    const choose = filter => {
      this.#filter = filter;
      for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(FILTERS[i] === filter));
      this.load();
    };
    const buttons = FILTERS.map(name => h("button", { type: "button", "aria-pressed": String(name === this.#filter),
      onclick: () => choose(name) }, t(`song.library.${name}`)));
    return h("div.segmented", { role: "group", "aria-label": t("song.library.show") }, buttons);
  }

  #draw() {
    const held = document.activeElement?.closest?.("[data-song]")?.dataset.song;
    const isTrash = this.#filter === "trash", here = get("song")?.id;
    fill(this.list, this.#rows.map(row => songItem(row, { isTrash, isHere: row.id === here,
      open: () => this.#open(row) })));
    if (held) this.list.querySelector(`[data-song="${CSS.escape(held)}"] button`)?.focus({ preventScroll: true });
    this.empty.hidden = this.#rows.length > 0;
    fill(this.empty, t(this.#search ? "song.library.none" : `song.library.empty.${this.#filter}`));
    if (this.#filter === "all" && !this.#search) put("n_songs", this.#rows.length);
  }

  async #open(row) {
    try {
      await openSong(row.id);
      this.onOpened();
    } catch (error) {
      failed(error);
    }
  }

  // A song that was made or changed: in its place, else the list is read again.
  #follow(row) {
    const at = this.#rows.findIndex(each => each.id === row?.id);
    const stays = row && row.trashed === (this.#filter === "trash") && (this.#filter !== "starred" || row.starred);
    if (row && at >= 0 && stays) this.#rows[at] = row;
    else if (row && (at >= 0 || stays || this.#filter === "trash")) this.load();
    this.#draw();
  }
}

function songItem(row, { isTrash, isHere, open }) {
  const facts = [row.key && keyName(row.key), row.tempo_bpm && `${Math.round(row.tempo_bpm)} bpm`,
    clock(row.duration_s), whenOf(row.changed)];
  const song = h("button.song-open", { type: "button", "aria-current": isHere ? "true" : null, onclick: open },
    h("span.song-title", {}, row.title),
    row.request && row.request !== row.title && h("span.song-request", {}, row.request),
    h("span.song-facts", {}, facts.filter(Boolean).map(fact => h("span", {}, fact))));
  return h("li.song-item", { "data-song": row.id }, song, h("span.song-acts", {},
    isTrash ? act("restore", "song.restore", row, restored)
      : [starOf(row), act("trash", "song.trash", row, thrown)]));
}

function starOf(row) {
  const star = act(row.starred ? "starred" : "star", "song.star", row,
    () => change(row.id, { starred: !row.starred }).catch(failed));
  star.setAttribute("aria-pressed", String(row.starred));
  return star;
}

function act(picture, key, row, run) {
  return h("button.icon-button.small", { type: "button", title: t(key),
    "aria-label": t(`${key}.of`, { title: row.title }),
    onclick: () => run(row) }, icon(picture));
}

// To the trash, and how to take that back.
async function thrown(row) {
  try {
    await call("DELETE", `/songs/${row.id}`);
    if (get("song")?.id === row.id) leave();
    put("row", { ...row, trashed: true });
    notice(t("song.trashed", { title: row.title }), "plain",
      { act: { text: t("song.undo"), run: () => restored(row) } });
  } catch (error) {
    failed(error);
  }
}

const restored = row => change(row.id, { trashed: false }).catch(failed);
