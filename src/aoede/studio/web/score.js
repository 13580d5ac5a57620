// The engraved lead sheet of the version on the stage: made when it is looked at, zoomed, printed.

import { Failure, link } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed, failureNote } from "./notices.js";
import { printScore } from "./score_pages.js";
import { get, watch } from "./store.js";
import { tool } from "./transport.js";

const LEAST = 0.5, MOST = 3, STEP = 1.25;

export class Score {
  constructor() {
    Object.assign(this, { piece: null, isOpen: false, drawn: undefined, zoom: 1 });
    this.page = h("div.score-page", { tabindex: "0", role: "region", "aria-label": t("stage.score") });
    this.tools = h("div.score-tools", {}, tool("minus", t("stage.zoom.out"), () => this.#zoomed(this.zoom / STEP)),
      tool("plus", t("stage.zoom.in"), () => this.#zoomed(this.zoom * STEP)),
      h("button.button.small", { type: "button", onclick: () => printScore(this.piece.id).catch(failed) },
        icon("print"), t("stage.score.print")));
    this.element = h("div.score", {}, this.tools, this.page);
    watch("about", () => this.#draw());
  }

  show(piece) {
    this.piece = piece;
    this.#draw();
  }

  open(isOpen) {
    this.isOpen = isOpen;
    this.#draw();
  }

  #draw() {
    const has = get("about")?.features?.score !== false, id = this.piece?.isPlayable && has ? this.piece.id : null;
    this.tools.hidden = id === null;
    if (!this.isOpen || this.drawn === id) return;
    this.drawn = id;
    if (id !== null) this.#load(id);
    else if (has) fill(this.page, h("p.muted", {}, t("stage.score.later")));
    else fill(this.page, h("div.note", {}, icon("info"), h("p", {}, t("stage.score.missing"), " ",
      h("code", {}, 'pip install "aoede[score]"'))));
  }

  #load(id) {
    const source = link(`/versions/${id}/files/svg?inline=1`);
    const sheet = h("img.score-sheet", { alt: t("stage.score.of", { title: this.piece.view.title }), hidden: true });
    const wait = h("p.loading", { role: "status" }, h("span.spinner", { "aria-hidden": "true" }),
      t("stage.score.engraving"));
    sheet.addEventListener("load", () => { wait.remove(); sheet.hidden = false; });
    sheet.addEventListener("error", () => this.#missed(id, source));
    fill(this.page, wait, sheet);
    sheet.src = source;
    this.#zoomed(this.zoom);
  }

  // A picture says nothing of why it is not there: the answer does.
  async #missed(id, source) {
    const answer = await fetch(source).catch(() => null), told = await answer?.json().catch(() => null);
    if (this.drawn !== id) return;
    const problem = told?.error ?? { message: t("stage.score.failed") };
    fill(this.page, failureNote(new Failure(answer?.status ?? 0, problem)));
    this.drawn = undefined;
  }

  #zoomed(to) {
    this.zoom = Math.min(MOST, Math.max(LEAST, to));
    this.page.style.setProperty("--zoom", String(this.zoom));
  }
}
