// Where a song is asked for: the wish in words, what was understood of it, and all that can be said more exactly.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { keeps } from "./drafts.js";
import { exactFields } from "./exact_fields.js";
import { lang, t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { MakeBar } from "./make_bar.js";
import { makeSong, resumeSong } from "./making.js";
import { MoodPlane } from "./mood_plane.js";
import { failed, failureNote } from "./notices.js";
import { openButton } from "./opening.js";
import { MOST_SEED, SeedField } from "./seed_field.js";
import { sliders } from "./sliders.js";
import { get, watch } from "./store.js";
import { heardField, understandingOf, wishField } from "./wish_field.js";
import { anyWish } from "./wishes.js";

const DRAWERS = ".make-lean, .make-more";

export class MakePanel {
  #place = { valence: null, arousal: null }; // where the mood was put by hand
  #job = null; // the id of the job that makes the song
  #begun = null; // the same where it was begun on this page
  #draft = keeps("make", () => this.#fields());

  // `onMade(hasFocus)`: the song is there; whether the focus is still here.
  constructor(onMade) {
    this.onMade = onMade;
    const changed = () => this.#changed(), turn = () => this.#drawer(!this.#isOpen());
    this.wish = wishField(() => {
      this.understand();
      changed();
    });
    this.plane = new MoodPlane(place => {
      this.#place = place;
      this.heard.show({ chosen: place });
      changed();
    });
    this.sliders = sliders(changed);
    this.exact = exactFields(changed);
    this.seed = new SeedField(changed);
    this.heard = heardField(turn);
    this.bar = new MakeBar({ surprise: () => this.#surprise(), turn });
    this.error = h("div.make-error");
    this.element = this.#form();
    this.understand = understandingOf(this.wish.element, mood => {
      this.plane.show({ heard: mood });
      this.heard.show({ heard: mood });
    });
    this.#listens();
    this.#restore().catch(failed);
  }

  // Fills in a wish and makes the song.
  ask(text) {
    this.wish.put(text);
    this.bar.make.focus({ preventScroll: true });
    scrollTo(0, 0);
    return this.#make();
  }

  // The wish, seed and settings of a song that there is, to be changed.
  fillIn(request, seed, options) {
    this.wish.put(request);
    this.seed.write({ seed, isUsed: true, isKept: true });
    this.#writeOptions(options ?? {});
    this.#changed();
    this.wish.element.focus();
  }

  #form() {
    const { wish, heard, error, bar, seed } = this;
    const toWish = event => { if (event.target === event.currentTarget) wish.element.focus(); };
    const sent = event => {
      event.preventDefault();
      this.#make();
    };
    this.lean = h("div.make-lean", { id: "make-lean", hidden: true }, h("h3.eyebrow", {}, t("song.nudge")),
      this.sliders.element);
    const words = h("div.make-words", { onclick: toWish }, wish.label, wish.element, heard.element, error,
      h("div.make-bar", {}, bar.element, seed.element, openButton()), bar.progress, this.lean);
    const cleared = () => {
      this.#said(null);
      this.#writeOptions({});
      this.#changed();
    };
    const clear = h("button.button.quiet.small", { type: "button", onclick: cleared }, icon("restore"),
      t("song.clear"));
    this.more = h("div.make-more", { id: "make-more", hidden: true }, h("h3.eyebrow", {}, t("song.exactly")),
      this.exact.element, h("div.row", {}, clear));
    return h("form.make.card", { novalidate: true, "aria-label": t("song.make.title"), onsubmit: sent,
      oninput: event => this.#mended(event.target) }, words,
      h("div.make-plane", {}, this.plane.element), this.more);
  }

  #listens() {
    const view = "song";
    watch("offline", isOffline => { if (!isOffline) this.#resume(); });
    watch("busy", busy => this.bar.show(busy?.what === "song" ? busy : null));
    onKey("Ctrl+Enter", { en: "Make the song", zh: "生成歌曲" }, () => { this.#make(); }, { view, typing: true });
    onKey("/", { en: "To the wish", zh: "跳到愿望输入框" }, () => this.wish.element.focus(), { view });
  }

  // ---- what is asked for

  #asked() {
    const place = Object.fromEntries(Object.entries(this.#place).filter(([, value]) => value !== null));
    return { request: this.wish.element.value.trim(),
      options: { ...this.exact.read(), ...this.sliders.read(), ...place } };
  }

  #fields() {
    return { ...this.#asked(), ...this.seed.read(), job: this.#job };
  }

  #changed() {
    this.bar.count(Object.keys(this.#asked().options).length);
    this.#draft.changed();
  }

  #writeOptions(options) {
    this.#place = { valence: options.valence ?? null, arousal: options.arousal ?? null };
    this.plane.show({ chosen: this.#place });
    this.heard.show({ chosen: this.#place });
    this.sliders.write(options);
    this.exact.write(options);
  }

  async #restore() {
    const kept = await this.#draft.stored();
    if (typeof kept.request === "string" && this.wish.element.value === "") this.wish.put(kept.request);
    if (kept.options && typeof kept.options === "object") this.#writeOptions(kept.options);
    this.seed.write(kept);
    this.bar.count(Object.keys(this.#asked().options).length);
    if (typeof kept.job === "string") this.#job = kept.job;
    watch("lyrics", text => this.#sing(text));
    await this.#resume();
  }

  // Words that were written in the Words view.
  #sing(text) {
    this.#writeOptions({ ...this.#asked().options, lyrics: text });
    this.#drawer(true);
    this.#changed();
  }

  // Goes on with the job that was running, where the server still knows it.
  async #resume() {
    if (this.#job === null || get("busy")) return;
    try {
      await read(`/jobs/${this.#job}`);
    } catch (error) {
      if (error.status !== 404) return;
      if (this.#job === this.#begun) this.#said(lost());
      this.#keepJob(null);
      return;
    }
    await this.#runs(resumeSong(this.#job, id => this.#keepJob(id)));
  }

  #keepJob(id) {
    this.#job = id;
    this.#draft.changed();
    this.#draft.save();
  }

  // ---- making

  async #make() {
    if (get("busy")) return;
    if (this.wish.element.value.trim() === "") {
      this.wish.element.focus();
      this.wish.shake();
      return;
    }
    this.#said(null);
    const wrong = this.#wrong();
    if (wrong !== null) {
      this.#said(wrong);
      return;
    }
    const { request, options } = this.#asked();
    await this.#runs(makeSong({ request, seed: this.seed.next(), options }, id => {
      this.#begun = id ?? this.#begun;
      this.#keepJob(id);
    }));
  }

  async #runs(promise) {
    try {
      await promise;
      this.onMade(this.element.contains(document.activeElement));
    } catch (error) {
      this.#said(error);
      if (error.code === "offline" && this.#job === null) this.#said(lost());
    }
  }

  #inputs() {
    return { request: this.wish.element, seed: this.seed.input, ...this.sliders.inputs, ...this.exact.inputs };
  }

  // What the fields themselves see is wrong, in the form of an error of the server; else null.
  #wrong() {
    const [name, input] = Object.entries(this.#inputs()).find(([, each]) => each.validity?.valid === false) ?? [];
    if (!input) return null;
    const message = name === "seed" ? t("song.wrong.seed", { most: MOST_SEED })
      : t("song.wrong.number", { least: input.min, most: input.max });
    return { status: 0, where: name, message };
  }

  // An error stands at the field that it is about, where that is known, and the field is in focus; else under the
  // wish.
  #said(error) {
    const inputs = this.#inputs();
    for (const each of Object.values(inputs)) each.removeAttribute("aria-invalid");
    fill(this.error);
    if (error === null) return;
    const input = inputs[(error.where ?? "").replace(/^-+/, "").split(".").pop()];
    (input?.closest(".field") ?? this.heard.element).after(this.error);
    fill(this.error, failureNote(error, input && input !== this.wish.element ? nameOf(input) : ""));
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    if (input.closest(DRAWERS)) this.#drawer(true);
    (input.matches("input, select, textarea") ? input : input.querySelector("button"))?.focus();
    requestAnimationFrame(() => input.scrollIntoView({ block: "nearest" })); // what stands above may have changed
  }

  #mended(input) {
    if (input.getAttribute("aria-invalid") === "true") this.#said(null);
  }

  #surprise() {
    this.wish.put(anyWish(lang(), this.wish.element.value));
    this.wish.element.focus();
  }

  #isOpen() {
    return this.element.classList.contains("is-open");
  }

  #drawer(open) {
    this.element.classList.toggle("is-open", open);
    this.more.hidden = this.lean.hidden = !open;
    this.bar.turned(open);
  }
}

// What was asked for and never begun, since the server went before it answered.
const lost = () => ({ status: 0, code: "interrupted", message: t("song.lost"), hint: t("song.lost.hint") });

const nameOf = input => input.labels?.[0]?.textContent ?? input.getAttribute("aria-label") ?? "";
