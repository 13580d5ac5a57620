// What can be done with a MIDI file of somebody else: chords and a band for its melody, or going on where it ends.

import { work } from "./api.js";
import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { failureNote } from "./notices.js";
import { made } from "./song.js";
import { get, put, watch } from "./store.js";

export function foreignPanel() {
  const mood = h("input", { id: "foreign-mood", type: "text", maxlength: 1000,
    placeholder: t("song.foreign.mood.example") });
  const style = h("select", { id: "foreign-style" });
  const problem = h("div");
  const harmonised = () => ran("harmonise", { ...(mood.value.trim() && { mood: mood.value.trim() }),
    ...(style.value && { style: style.value }) }, problem);
  const buttons = h("div.row", {},
    h("button.button.primary", { type: "button", onclick: harmonised }, icon("song"), t("song.foreign.harmonise")),
    h("button.button", { type: "button", onclick: () => ran("continue", {}, problem) }, icon("on"),
      t("song.foreign.continue")));
  const element = h("section.foreign.card.flat.stack", { hidden: true, "aria-labelledby": "foreign-title" },
    h("h3", { id: "foreign-title" }, t("song.foreign")), h("p.muted", {}, t("song.foreign.hint")),
    h("div.grid", {}, field("foreign-mood", "song.foreign.mood", mood),
      field("foreign-style", "song.field.style", style)),
    buttons, problem);
  watch("about", ({ choices }) => fill(style, h("option", { value: "" }, t("song.as.it.comes")),
    (choices?.styles ?? []).map(each => h("option", { value: each.id }, pick(each.en, each.zh)))));
  watch("shown", view => { element.hidden = !view?.is_foreign; });
  watch("busy", busy => { for (const button of buttons.children) button.disabled = Boolean(busy); });
  return element;
}

const field = (id, key, input) => h("div.field", {}, h("label", { for: id }, t(key)), input);

async function ran(name, body, problem) {
  const song = get("song");
  if (!song || get("busy")) return;
  fill(problem);
  put("busy", { what: name, text: t("song.foreign.working"), share: 0.3 });
  try {
    await made(work(`/songs/${song.id}/${name}`, body));
  } catch (error) {
    fill(problem, failureNote(error));
  } finally {
    put("busy", null);
  }
}
