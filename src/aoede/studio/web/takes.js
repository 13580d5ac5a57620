// Takes: other songs by the same plan, side by side. They come one by one, sound at the same place, and one is kept.
// A reload brings them back, and those that are still being made then.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { keeps } from "./drafts.js";
import { keep, moreTakes, resumeTakes } from "./edits.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { drawMini } from "./mini_roll.js";
import { get, put, watch } from "./store.js";

const COUNT = 3, MOST = 9;
const isId = text => typeof text === "string" && /^[a-z0-9-]{1,64}$/.test(text);

// to: {heard(takes)} is told of the takes there are, so that their sound is made ready.
export class Takes {
  #draft = keeps("takes", () => this.#fields());
  #kept = null; // what the draft holds, as JSON; null until it was read
  #job = null; // the id of the job that makes takes
  #nCame = 0; // takes that came of it, also those that were dismissed

  constructor(to) {
    Object.assign(this, { to, waiting: 0, cards: new Map() });
    this.list = h("ol.takes-list");
    this.said = h("p.visually-hidden", { role: "status" });
    this.element = h("section.takes", { "aria-label": t("stage.takes"), hidden: true },
      h("div.takes-head", {}, h("h3", {}, t("stage.takes")), h("p.muted", {}, t("stage.takes.hint")),
        h("button.icon-button.small", { type: "button", "aria-label": t("stage.takes.close"),
          title: t("stage.takes.close"),
          onclick: () => this.close() }, icon("close"))),
      this.list, this.said);
    watch("takes", () => this.#changed());
    watch("shown", () => {
      this.#mark();
      this.#remember();
    });
    watch("theme", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.list);
    this.#restore();
  }

  get all() {
    return get("takes") ?? [];
  }

  async begin() {
    if (!get("song") || !get("version") || get("busy")) return;
    this.hear(0); // more takes are of the song as it is, not of a take that is only listened to
    this.#job = null;
    this.#nCame = 0;
    put("takes", [{ version: get("version"), view: get("shown") }]);
    await this.#gather(COUNT, (onTake, onJob) => moreTakes(COUNT, onTake, onJob));
  }

  // Puts each take that a job makes of this song beside the others.
  async #gather(count, begin) {
    const song = get("song").id;
    const onJob = id => {
      this.#job = id;
      this.#remember();
      this.#draft.save();
    };
    this.#wait(count);
    await begin(take => this.#came(song, take), onJob);
    this.#wait(0);
    if (this.all.length === 1) put("takes", []);
  }

  #came(song, take) {
    this.#nCame += 1;
    if (get("song")?.id !== song || this.all.length === 0) return;
    this.waiting = Math.max(0, this.waiting - 1);
    put("takes", [...this.all, take]);
    this.said.textContent = t("stage.take.came", { number: this.all.length, seed: take.version.seed_text });
  }

  #wait(count) {
    this.waiting = count;
    this.#changed();
  }

  // ---- over a reload

  #fields() {
    const takes = this.all;
    if (takes.length === 0) return {};
    const [song, ...versions] = [takes[0].version.song, ...takes.map(take => take.version.id)];
    const heard = takes.find(take => take.view === get("shown"))?.version.id ?? null;
    return { song, versions, heard, job: this.#job, n_came: this.#nCame };
  }

  #remember() {
    const now = JSON.stringify(this.#fields());
    if (this.#kept === null || this.#kept === now) return;
    this.#kept = now;
    this.#draft.changed();
  }

  // Once, for the song that is shown first, where it is still what it was; takes that are gone are left out.
  async #restore() {
    const kept = await this.#draft.stored();
    await firstSong();
    const present = { version: get("version"), view: get("shown") }, { id, song } = present.version;
    const [first, ...ids] = (Array.isArray(kept.versions) ? kept.versions : []).filter(isId).slice(0, MOST);
    const isOurs = kept.song === song && first === id;
    const takes = isOurs ? await versionsOf(song, ids) : [];
    const job = isOurs && isId(kept.job) ? await read(`/jobs/${kept.job}`).catch(() => null) : null;
    this.#kept = JSON.stringify(kept);
    const isSame = get("version") === present.version && get("shown") === present.view && this.all.length === 0;
    if (isSame && (takes.length > 0 || job !== null)) this.#goOn([present, ...takes], kept, job);
    else this.#remember();
  }

  #goOn(takes, { heard, n_came: nCame }, job) {
    this.#nCame = nCame;
    this.#job = job?.id ?? null;
    put("takes", takes);
    this.hear(takes.findIndex(take => take.version.id === heard));
    if (job === null) return;
    let nTold = 0; // the job tells all its takes again
    this.#gather((job.asked.count ?? COUNT) - nCame, (onTake, onJob) =>
      resumeTakes(job.id, take => { if (++nTold > nCame) onTake(take); }, onJob));
  }

  // ---- what is done with them

  // i counts from 0. Returns false where there is no such take.
  hear(i) {
    const take = this.all[i];
    if (!take) return false;
    if (get("shown") !== take.view) put("shown", take.view);
    return true;
  }

  async keep(i) {
    if (i === 0) return this.close();
    const take = this.all[i];
    if (take) await keep(take.version.id);
  }

  dismiss(i) {
    if (get("shown") === this.all[i].view) this.hear(0);
    const left = this.all.filter((_, each) => each !== i);
    put("takes", left.length > 1 || this.waiting > 0 ? left : []);
  }

  close() {
    this.hear(0);
    put("takes", []);
  }

  #changed() {
    const takes = this.all;
    this.element.hidden = takes.length === 0;
    this.to.heard(takes);
    const ghosts = Array.from({ length: takes.length > 0 ? this.waiting : 0 }, (_, i) => ghost(takes.length + i + 1));
    const focused = document.activeElement?.closest?.(".take-hear")?.dataset.number;
    this.cards = new Map(takes.map((take, i) => [take, this.#card(take, i)]));
    fill(this.list, [...this.cards.values()].map(card => card.element), ghosts);
    if (focused) this.list.querySelector(`[data-number="${focused}"]`)?.focus();
    this.#mark();
    this.#draw();
    this.#remember();
  }

  #card(take, i) {
    const number = i + 1, canvas = h("canvas.take-roll", { "aria-hidden": "true" });
    const button = h("button.take-hear", { type: "button", "data-number": number,
      "aria-label": t("stage.take.hear", { number }),
      onclick: () => this.hear(i) }, canvas,
    h("span.take-name", {}, h("span", {}, h("b", {}, i === 0 ? t("stage.take.present") : t("stage.take", { number })),
      h("small.figures.muted", {}, t("stage.take.seed", { seed: take.version.seed_text ?? "–" }))),
    h("kbd", {}, number)));
    const away = t("stage.take.dismiss", { number });
    const tools = h("div.take-tools", {},
      h("button.button.small", { type: "button", onclick: () => this.keep(i),
        "aria-label": t("stage.take.keep.number", { number }) },
        t("stage.take.keep")),
      i > 0 && h("button.icon-button.small", { type: "button", "aria-label": away, title: away,
        onclick: () => this.dismiss(i) }, icon("close")));
    return { element: h("li.take", {}, button, tools), button, canvas };
  }

  #mark() {
    for (const [take, { element, button }] of this.cards) {
      const isShown = get("shown") === take.view;
      element.classList.toggle("now", isShown);
      button.setAttribute("aria-pressed", String(isShown));
    }
  }

  #draw() {
    for (const [take, { canvas }] of this.cards) drawMini(canvas, take.view);
  }
}

// Those versions of a song that there are, as takes.
async function versionsOf(song, ids) {
  const found = await Promise.all(ids.map(id => read(`/versions/${id}`).catch(() => null)));
  return found.filter(each => each?.version.song === song);
}

// Waits until a song is shown.
const firstSong = () => new Promise(resolve => {
  const end = watch("song", song => {
    if (!song) return;
    resolve();
    queueMicrotask(() => end());
  });
});

const ghost = number => h("li.take.coming", {}, h("span.spinner", { "aria-hidden": "true" }),
  t("stage.take", { number }));
