// The Reply view: a message, three short replies to it or why none fits. No message is stored: this tab remembers what
// stands in the fields, so that a reload loses nothing, and forgets it when it is closed.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { keeps } from "./drafts.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { Asker } from "./reply_asker.js";
import { rememberedPanel } from "./reply_memory.js";
import { iconButton, newId, takesFiles, textButton } from "./words_parts.js";

const SETTLED_MS = 600, MOST_TURNS = 20, MOST_CHARACTERS = 100_000;
const LIVE = "aoede.reply.live", TEXTS = "aoede.reply.texts";
const FILES = ".eml,.txt,message/rfc822,text/plain";

export async function mount(element) {
  const { repliers } = await read("/repliers");
  const memory = rememberedPanel();
  const out = h("div.reply-out", { "aria-live": "polite" });
  const asker = new Asker(out, memory), form = messageForm(repliers, asker, () => changed());
  const draft = keeps("reply", () => ({ model: form.model() }));
  const changed = () => {
    remember(form.texts());
    draft.changed();
  };
  const panel = h("section.card.stack.reply-message", { "aria-label": t("reply.message") }, form.element);
  const files = takesFiles(panel, { accept: FILES, text: t("reply.open"), take: file => taken(file, form, asker) });
  panel.append(h("div.row.spread", {}, files, textButton(".small.quiet", "trash", t("reply.clear"), form.clear)),
    h("p.hint.muted", {}, t("reply.private")));
  fill(element, h("div.view-head", {}, h("h1", {}, t("reply.title")), h("p.lede", {}, t("reply.lede"))),
    h("div.reply-layout", {}, panel, h("section.stack", { "aria-label": t("reply.suggestions") }, out,
      memory.element)));
  onKey("Ctrl+Enter", { en: "Suggest replies", zh: "给出回复" }, form.ask, { view: "reply", typing: true });
  form.restore({ ...await draft.stored(), ...remembered() });
}

function remember(texts) {
  try {
    sessionStorage.setItem(TEXTS, JSON.stringify(texts));
  } catch {
    sessionStorage.removeItem(TEXTS); // there is no room for so much: it stays until the page is loaded again
  }
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(TEXTS)) ?? {};
  } catch {
    return {};
  }
}

// The message, the turns before it, and when to ask.
// -> {element, ask(), model(), write(text), clear(), texts(), restore(kept)}
function messageForm(repliers, asker, onChange) {
  const id = newId("message");
  const message = h("textarea.reply-text", { id, rows: 7, maxlength: MOST_CHARACTERS,
    placeholder: t("reply.placeholder"), oninput: changed });
  const turns = turnList(changed), own = repliers.length > 1 ? modelSelect(repliers, changed) : null;
  const live = h("input", { type: "checkbox", checked: localStorage.getItem(LIVE) !== "0",
    onchange: () => localStorage.setItem(LIVE, live.checked ? "1" : "0") });
  let timer = null;

  function ask() {
    clearTimeout(timer);
    asker.ask({ message: message.value, context: turns.read(), ...(own?.value ? { model: own.value } : {}) });
  }
  function changed() {
    clearTimeout(timer);
    if (live.checked || message.value.trim() === "") timer = setTimeout(ask, SETTLED_MS);
    onChange();
  }
  function write(text) {
    message.value = text;
    onChange();
    ask();
  }
  function clear() {
    turns.write([]);
    write("");
    message.focus();
  }
  function restore(kept) {
    if (own !== null && repliers.some(each => each.name === kept.model)) own.value = kept.model;
    if (typeof kept.message !== "string" || message.value !== "") return;
    message.value = kept.message;
    turns.write(Array.isArray(kept.turns) ? kept.turns.filter(each => typeof each === "string") : []);
    if (live.checked && message.value.trim() !== "") ask();
  }
  const element = h("div.stack", {}, turns.element,
    h("div.field", {}, h("label", { for: id }, t("reply.message")), message),
    own && h("div.field", {}, h("label", { for: own.id }, t("reply.model")), own),
    h("div.row.spread", {}, h("button.button.primary", { type: "button", onclick: ask }, icon("reply"),
      h("span", {}, t("reply.ask"))), h("label.check", {}, live, h("span", {}, t("reply.live")))));
  const model = () => own?.value ?? "";
  return { element, ask, model, write, clear, restore,
    texts: () => ({ message: message.value, turns: turns.read() }) };
}

function modelSelect(repliers, onChange) {
  return h("select", { id: newId("replier"), onchange: onChange },
    repliers.map(each => h("option", { value: each.kind === "shipped" ? "" : each.name }, pick(each.en, each.zh))));
}

// What was said before, the oldest first. -> {element, read(): texts, write(texts)}
function turnList(onChange) {
  const rows = h("ol.stack.reply-turns", {});
  const add = textButton(".small.quiet.reply-turn-add", "plus", t("reply.turn.add"), () => {
    rows.append(row());
    numbered();
    rows.lastElementChild.querySelector("textarea").focus();
  });
  function row(value = "") {
    const element = h("li.affix", {}, h("textarea", { rows: 2, maxlength: MOST_CHARACTERS, value, oninput: onChange }),
      iconButton("close", t("reply.turn.remove"), () => {
        element.remove();
        numbered();
        add.focus();
        onChange();
      }));
    return element;
  }
  function numbered() {
    [...rows.children].forEach((each, i) =>
      each.querySelector("textarea").setAttribute("aria-label", t("reply.turn", { number: i + 1 })));
    add.disabled = rows.children.length >= MOST_TURNS;
  }
  const texts = () => [...rows.querySelectorAll("textarea")].map(each => each.value);
  function write(said) {
    fill(rows, said.slice(0, MOST_TURNS).map(each => row(each)));
    numbered();
  }
  return { element: h("div.stack.tight", {}, rows, h("div", {}, add)), write,
    read: () => texts().filter(text => text.trim() !== "") };
}

// A mail goes to the worker as it is; a text is put into the field.
async function taken(file, form, asker) {
  if (file.name.toLowerCase().endsWith(".txt") && file.size <= MOST_CHARACTERS) form.write(await file.text());
  else asker.mail(file, form.model());
}
