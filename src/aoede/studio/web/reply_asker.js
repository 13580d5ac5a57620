// Asks for replies, one message at a time, and shows them: of those that come meanwhile the last is asked next. What
// is being worked on is never cancelled, since it takes moments.

import { call, send } from "./api.js";
import { fill, h } from "./dom.js";
import { lang, pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { failureNote } from "./notices.js";
import { copied } from "./words_parts.js";

export class Asker {
  // out: where replies stand; memory.picked({text, intent, offered}) hears of the one that is taken.
  constructor(out, memory) {
    Object.assign(this, { out, memory, isBusy: false, next: null });
    this.idle();
  }

  idle() {
    fill(this.out, h("div.words-empty", {}, icon("reply"), h("p", {}, t("reply.empty"))));
  }

  ask(body) {
    const isEmpty = body.message.trim() === "";
    this.run(isEmpty ? null : () => send("/replies", body, { wait: 1 }));
  }

  mail(file, model) {
    const query = { name: file.name, wait: 1, ...(model === "" ? {} : { model }) };
    this.run(() => call("POST", "/mails", file, { query }), file.name);
  }

  async run(request, name = "") {
    if (this.isBusy) {
      this.next = [request, name];
      return;
    }
    this.isBusy = true;
    this.out.classList.add("is-busy");
    try {
      if (request === null) this.idle();
      else this.show(await request(), name);
    } catch (error) {
      fill(this.out, failureNote(error));
    }
    this.out.classList.remove("is-busy");
    this.isBusy = false;
    const waiting = this.next;
    this.next = null;
    if (waiting !== null) this.run(...waiting);
  }

  show(found, name) {
    const from = name !== "" && h("p.muted.affix", {}, icon("file"), t("reply.from", { name }));
    if (found.replies.length === 0) {
      const reason = ended(found.reasons?.[lang()] ?? found.reason);
      fill(this.out, from, h("div.reply-none", {}, h("h2", {}, t("reply.none")), h("p", {}, reason)));
      return;
    }
    const offered = found.replies.map(reply => reply.intent);
    fill(this.out, from, h("p.muted", {}, t("reply.take")),
      h("ul.replies", {}, found.replies.map(reply => h("li", {}, this.button(reply, offered)))));
  }

  button(reply, offered) {
    const language = /\p{Script=Han}/u.test(reply.text) ? "zh-Hans" : "en";
    const take = async () => {
      if (!await copied(reply.text)) return;
      for (const each of this.out.querySelectorAll(".reply-bubble"))
        each.classList.toggle("is-taken", each === button);
      this.memory.picked({ text: reply.text, intent: reply.intent, offered });
    };
    const button = h("button.reply-bubble", { type: "button", title: t("reply.copy"), onclick: take },
      h("span.serif", { lang: language }, reply.text), icon("copy"));
    return button;
  }
}

// A reason as a sentence.
const ended = text => (/[.!?。！？]$/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1) + pick(".", "。"));
