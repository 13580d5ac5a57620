// What to do with what is chosen: make it anew, make the song longer, lock what stays; undo, redo, takes.

import { fill, h } from "./dom.js";
import { cancelEdit, edit, step } from "./edits.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { locksPanel } from "./locks_panel.js";
import { isSeed, sentSeed } from "./seed_field.js";
import { get, watch } from "./store.js";
import { tool } from "./transport.js";

const ROLES = ["melody", "chords", "colour", "bass", "drums"];
const ADDED = ["bridge chorus", "bridge", "chorus", "verse", "pre-chorus", "solo", ""];
const DRAWN_BELOW = 1_000_000_000;

// What of a view can be made anew.
export function regenerable(view) {
  const has = ROLES.filter(role => view.tracks.some(track => track.role === role));
  const found = has[0] === "melody" ? ["melody", "harmony", ...has.slice(1)] : ["harmony", ...has];
  return view.syllables?.length ? [...found, "lyrics"] : found;
}

// to: {takes}
export class EditPanel {
  constructor(selection, to) {
    Object.assign(this, { selection, to, last: null, piece: null });
    this.what = h("p.edit-what");
    this.chips = h("div.edit-chips", { role: "group", "aria-label": t("stage.edit.what") });
    this.seed = seedField("stage-seed");
    this.go = h("button.button.primary", { type: "button", onclick: () => this.regenerate(), title: "R" },
      icon("again"), h("span"));
    this.again = h("button.button", { type: "button", hidden: true, onclick: () => this.regenerateAgain() },
      icon("dice"), t("stage.edit.again"));
    this.said = h("p.edit-said", { role: "status", "aria-live": "polite" });
    this.note = h("p.muted", { hidden: true }, t("stage.edit.foreign"));
    this.tools = this.#buildTools();
    this.locks = locksPanel();
    this.body = h("div.edit-body", {}, this.chips, h("div.edit-row", {}, this.seed.element, this.go, this.again),
      h("div.edit-more", {}, this.#buildLonger(), this.locks.element));
    this.element = h("section.edit.card.flat", { "aria-label": t("stage.edit") },
      h("div.edit-head", {}, this.what, this.tools.element), this.note, this.body, this.said);
    selection.onChange(() => this.update());
    for (const name of ["song", "busy"]) watch(name, () => this.update());
  }

  #buildTools() {
    const takes = h("button.button.small", { type: "button", onclick: () => this.to.takes() }, icon("branch"),
      t("stage.takes.more"));
    const [undo, redo] = ["undo", "redo"].map(way => tool(way, t(`stage.${way}`), () => this.step(way)));
    return { takes, undo, redo, element: h("div.edit-tools", {}, takes, undo, redo) };
  }

  #buildLonger() {
    this.added = h("select", { id: "stage-add" }, ADDED.map(add =>
      h("option", { value: add }, t(`stage.add.${add || "bars"}`))));
    this.bars = h("input", { id: "stage-add-bars", type: "number", min: 1, max: 512, inputmode: "numeric",
      placeholder: t("stage.add.usual") });
    this.longer = h("button.button", { type: "button", onclick: () => this.extend() }, icon("plus"),
      t("stage.add.go"));
    const field = (id, label, control) => h("div.field", {}, h("label", { for: id }, label), control);
    return h("details.drawer", {}, h("summary", {}, t("stage.add")),
      h("div.edit-row", {}, field("stage-add", t("stage.add.what"), this.added),
      field("stage-add-bars", t("stage.add.bars.label"), this.bars), this.longer));
  }

  show(piece) {
    if (piece.song !== this.piece?.song) this.last = null;
    if (piece.song !== this.piece?.song) fill(this.said);
    this.piece = piece;
    fill(this.chips, regenerable(piece.view).map(key => this.#chip(key)));
    this.update();
  }

  #chip(key) {
    const { tracks } = this.piece.view, i = tracks.findIndex(track => track.role === key);
    return h("button.chip", { type: "button", "data-key": key, onclick: () => this.selection.toggleTrack(key) },
      i >= 0 && h("span.chip-colour", { style: { "--colour": `var(--voice-${i})` } }),
      i >= 0 ? pick(tracks[i].en, tracks[i].zh) : t(`stage.what.${key}`));
  }

  update() {
    if (this.piece === null) return;
    const { view, isPlayable } = this.piece, busy = get("busy"), isForeign = view.is_foreign === true;
    this.note.hidden = !isForeign;
    this.body.hidden = this.tools.takes.hidden = isForeign;
    fill(this.what, this.#chosenText());
    for (const chip of this.chips.children)
      chip.setAttribute("aria-pressed", String(this.selection.tracks.has(chip.dataset.key)));
    this.go.lastChild.textContent = t(this.selection.isEmpty ? "stage.edit.whole" : "stage.edit.go");
    for (const button of [this.go, this.again, this.longer, this.tools.takes])
      button.disabled = !isPlayable || Boolean(busy) || isForeign;
    this.again.hidden = this.last === null;
    for (const way of ["undo", "redo"]) this.#stepButton(way, busy);
    this.locks.show(this.piece, regenerable(view));
    this.#showBusy(busy);
  }

  #showBusy(busy) {
    if (busy?.what === "edit") fill(this.said, h("span.spinner", { "aria-hidden": "true" }), busy.text,
      h("button.button.quiet.small", { type: "button", onclick: cancelEdit }, t("stage.cancel")));
    else if (this.said.querySelector(".spinner")) fill(this.said);
  }

  #stepButton(way, busy) {
    const song = get("song"), what = song?.[way], can = Boolean(song?.[`can_${way}`]) && !busy;
    const button = this.tools[way];
    const label = can && what ? t(`stage.${way}.what`, { what: stepName(what) }) : t(`stage.${way}`);
    button.disabled = !can;
    button.setAttribute("aria-label", label);
    button.title = `${label} (${way === "undo" ? "Ctrl+Z" : "Ctrl+Y"})`;
  }

  #chosenText() {
    const { selection } = this, { bars } = selection, found = [];
    if (bars) found.push(bars[0] === bars[1] ? t("stage.bar", { bar: bars[0] + 1 })
      : t("stage.bars", { first: bars[0] + 1, last: bars[1] + 1 }));
    if (selection.tracks.size > 0) found.push([...selection.tracks].map(roleName).join(t("stage.comma")));
    if (found.length === 0 && this.piece.view.is_foreign) return null;
    if (found.length === 0)
      return [h("strong", {}, t("stage.chosen.none")), h("span.muted", {}, t("stage.chosen.hint"))];
    return [h("strong", {}, found.join(" · ")), tool("close", t("stage.chosen.clear"), () => selection.clear(),
      "Esc")];
  }

  // ---- what the buttons and keys do

  regenerate() {
    const seed = this.go.disabled ? undefined : this.seed.value();
    if (seed !== undefined) this.#run({ ...this.selection.asOptions(), ...(seed === null ? {} : { seed }) });
  }

  regenerateAgain() {
    if (this.last === null || this.again.disabled) return;
    this.#run({ ...this.last, seed: Math.floor(Math.random() * DRAWN_BELOW) });
  }

  async #run(options) {
    const result = await edit("regenerate", options);
    if (result === null) return;
    this.last = options;
    this.#tell(result);
  }

  async extend() {
    const options = {};
    if (this.added.value) options.add = this.added.value;
    if (this.bars.value) options.bars = Number(this.bars.value);
    const result = await edit("extend", options);
    if (result !== null) this.#tell(result);
  }

  async step(way) {
    const song = get("song"), what = song?.[way];
    if (!song?.[`can_${way}`]) return;
    if ((await step(way)) !== null) this.say(t(`stage.${way}.done`, { what: what ? stepName(what) : "" }));
  }

  #tell({ changed, version }) {
    const notes = Object.entries(changed?.tracks ?? {}).filter(([, n]) => n > 0)
      .map(([role, n]) => t("stage.changed.notes", { what: roleName(role), n }));
    const seed = version?.seed_text;
    const told = notes.length > 0 ? t("stage.changed", { what: notes.join(t("stage.comma")) })
      : t("stage.unchanged", { why: pick(changed?.why, changed?.why_zh) ?? "" });
    this.say(seed == null ? told : `${told} ${t("stage.changed.seed", { seed })}`);
    this.update();
  }

  say(text) {
    fill(this.said, text);
  }
}

const KNOWN = new Set([...ROLES, "harmony", "lyrics"]);
const roleName = role => (KNOWN.has(role) ? t(`stage.what.${role}`) : role);

const STEPS = new Set(["compose", "regenerate", "extend", "set_lyrics", "harmonise", "open", "continue", "retitle",
  "take"]);
const stepName = what => (STEPS.has(what) ? t(`stage.step.${what}`) : String(what));

// A field for a seed: value() is what is sent of it, null where it is empty, undefined (and shown as wrong) where it
// is none.
function seedField(id) {
  const input = h("input.figures", { id, inputmode: "numeric", autocomplete: "off", placeholder: t("stage.seed.new"),
    oninput: () => input.removeAttribute("aria-invalid") });
  const element = h("div.field.edit-seed", {}, h("label", { for: id }, t("stage.seed")), input);
  const value = () => {
    const text = input.value.trim();
    if (text === "") return null;
    if (isSeed(text)) return sentSeed(text);
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return undefined;
  };
  return { element, value };
}
