// The view in which songs are made: the wish above, the stage below, the songs made so far beside, facts and files.

import { fill, h } from "./dom.js";
import { factsPanel } from "./facts_panel.js";
import { filesPanel } from "./files_panel.js";
import { foreignPanel } from "./foreign_panel.js";
import { lang, t } from "./i18n.js";
import { icon } from "./icons.js";
import { LibraryPanel } from "./library_panel.js";
import { MakePanel } from "./make_panel.js";
import { failed } from "./notices.js";
import { takesDrops } from "./opening.js";
import { addressed, idInAddress, openSong } from "./song.js";
import { songHead } from "./song_head.js";
import { get, watch } from "./store.js";
import { EXAMPLES } from "./wishes.js";

const LOW = 0.55; // of the window's height: what begins below it is not seen well

export function mount(element) {
  const make = new MakePanel(hasFocus => arrived(head, hasFocus)), stage = h("div.stage-place");
  const head = songHead((request, seed, options) => make.fillIn(request, seed, options));
  const library = libraryDrawer(() => head.scrollIntoView({ block: "start" }));
  const main = h("div.song-main", {}, welcome(), library.bar, h("div.make-frame", {}, make.element),
    examples(text => make.ask(text)), opening(), head, foreignPanel(), stage);
  const side = h("aside.song-side", { "aria-label": t("song.side") }, filesPanel(), factsPanel());
  const layout = h("div.song-view", { "data-state": "empty" }, library.element, main, side);
  fill(element, layout);
  watch("shown", view => { layout.dataset.state = view ? "song" : "empty"; });
  watch("n_songs", n => layout.classList.toggle("has-songs", n > 0));
  mountStageIn(stage);
  takesDrops();
  fromAddress();
  addEventListener("hashchange", fromAddress);
}

// A new song: to its head goes who waited for it, so that Space plays; on a small screen it comes into sight.
function arrived(head, hasFocus) {
  if (hasFocus) head.focus({ preventScroll: true });
  if (head.getBoundingClientRect().top > innerHeight * LOW) head.scrollIntoView({ block: "start" });
}

async function mountStageIn(place) {
  try {
    (await import("./stage.js")).mountStage(place);
  } catch (error) {
    failed(error);
  }
}

function fromAddress() {
  const id = idInAddress(), here = get("song")?.id ?? null;
  if (id === null && here !== null) addressed(here);
  if (id !== null && id !== here && !get("busy")) openSong(id).catch(failed);
}

const welcome = () => h("div.welcome", {}, h("h1", {}, t("song.welcome")), h("p.lede", {}, t("song.welcome.hint")));

// Three wishes; one click makes the song.
function examples(ask) {
  const cards = EXAMPLES[lang()].map(([text, kind]) => h("li", {}, h("button.example", { type: "button",
    onclick: () => ask(text) }, h("span.example-text", {}, text), h("span.example-kind", {}, icon("play"), kind))));
  return h("section.examples", { "aria-labelledby": "examples-title" },
    h("h2.eyebrow", { id: "examples-title" }, t("song.examples")), h("ul", {}, cards));
}

// What is being opened stands in the place where a song will be.
function opening() {
  const told = h("p.loading", { role: "status", hidden: true });
  watch("busy", busy => {
    told.hidden = busy?.what !== "open";
    fill(told, busy && [h("span.spinner", { "aria-hidden": "true" }), busy.text]);
  });
  return told;
}

// Beside the song where there is room, else behind a button.
function libraryDrawer(onOpened) {
  const panel = new LibraryPanel(() => {
    show(false);
    onOpened();
  });
  const element = h("aside.library", { id: "library", "aria-label": t("song.library") }, panel.element);
  const toggle = h("button.button.quiet.small", { type: "button", "aria-expanded": "false",
    "aria-controls": "library", onclick: () => show(!element.classList.contains("is-open")) },
  icon("list"), t("song.library"));
  function show(open) {
    element.classList.toggle("is-open", open);
    toggle.setAttribute("aria-expanded", String(open));
  }
  return { element, bar: h("div.song-bar", {}, toggle) };
}
