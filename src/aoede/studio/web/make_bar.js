// The buttons under the wish, and how far the song is while it is made.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { cancelMaking } from "./making.js";

export class MakeBar {
  // surprise(): another wish; turn(): opens and closes what can be said more exactly.
  constructor({ surprise, turn }) {
    this.make = h("button.button.primary.large", { type: "submit", title: "Ctrl+Enter" }, icon("song"),
      t("song.make"));
    this.number = h("span.count", { hidden: true });
    this.toggle = h("button.button.quiet", { type: "button", "aria-expanded": "false",
      "aria-controls": "make-lean make-more", onclick: turn }, icon("sliders"), t("song.more"), this.number);
    this.element = h("div.make-actions", {}, this.make,
      h("button.button.quiet", { type: "button", onclick: surprise }, icon("surprise"), t("song.surprise")),
        this.toggle);
    this.told = h("span");
    this.share = h("progress", { max: 1, "aria-label": t("song.making") });
    this.cancel = h("button.button.small", { type: "button", onclick: () => cancelMaking() }, icon("close"),
      t("song.cancel"));
    this.progress = h("div.make-progress", { hidden: true }, h("div.row.spread", {}, h("span.row", { role: "status" },
      h("span.spinner", { "aria-hidden": "true" }), this.told), this.cancel), this.share);
  }

  // How many things are said beside the words.
  count(n) {
    this.number.hidden = n === 0;
    fill(this.number, String(n));
  }

  turned(isOpen) {
    this.toggle.setAttribute("aria-expanded", String(isOpen));
  }

  // busy: {text, share} or null. Whoever pressed the button finds the focus on Cancel, and then back.
  show(busy) {
    const isHeld = this.make === document.activeElement, wasHeld = this.cancel === document.activeElement;
    this.make.disabled = busy !== null;
    this.progress.hidden = busy === null;
    if (busy === null) {
      if (wasHeld) this.make.focus({ preventScroll: true });
      return;
    }
    fill(this.told, busy.text);
    this.share.value = busy.share;
    if (isHeld) this.cancel.focus({ preventScroll: true });
  }
}
