// Takes: other songs by the same plan, side by side. They come one by one, sound at the same place, and one is kept.

import { fill, h } from "./dom.js";
import { keep, moreTakes } from "./edits.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { drawMini } from "./mini_roll.js";
import { get, put, watch } from "./store.js";

const COUNT = 3;

// to: {heard(takes)} is told of the takes there are, so that their sound is made ready.
export class Takes {
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
    watch("shown", () => this.#mark());
    watch("theme", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.list);
  }

  get all() {
    return get("takes") ?? [];
  }

  async begin() {
    if (!get("song") || !get("version") || get("busy")) return;
    this.hear(0); // more takes are of the song as it is, not of a take that is only listened to
    const song = get("song").id;
    put("takes", [{ version: get("version"), view: get("shown") }]);
    this.#wait(COUNT);
    await moreTakes(COUNT, take => this.#came(song, take));
    this.#wait(0);
    if (this.all.length === 1) put("takes", []);
  }

  #came(song, take) {
    if (get("song")?.id !== song || this.all.length === 0) return;
    this.waiting = Math.max(0, this.waiting - 1);
    put("takes", [...this.all, take]);
    this.said.textContent = t("stage.take.came", { number: this.all.length, seed: take.version.seed });
  }

  #wait(count) {
    this.waiting = count;
    this.#changed();
  }

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
  }

  #card(take, i) {
    const number = i + 1, canvas = h("canvas.take-roll", { "aria-hidden": "true" });
    const button = h("button.take-hear", { type: "button", "data-number": number,
      "aria-label": t("stage.take.hear", { number }),
      onclick: () => this.hear(i) }, canvas,
    h("span.take-name", {}, h("span", {}, h("b", {}, i === 0 ? t("stage.take.present") : t("stage.take", { number })),
      h("small.figures.muted", {}, t("stage.take.seed", { seed: take.version.seed ?? "–" }))),
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

const ghost = number => h("li.take.coming", {}, h("span.spinner", { "aria-hidden": "true" }),
  t("stage.take", { number }));
