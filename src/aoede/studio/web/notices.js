// What the page has to say: short notices in a corner, what failed and what to do, questions.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { put } from "./store.js";

const SHOWN_MS = 6000, MOST = 4;
const PICTURES = { plain: "info", good: "check", bad: "warning" };

// Two regions: screen readers say what failed at once, the rest when they have time.
const calm = h("div", { role: "status", "aria-live": "polite" });
const alarm = h("div", { role: "alert" });
export const noticeRegion = h("div.notices", {}, calm, alarm);

// kind: "plain", "good" or "bad"; `hint`: what to do; `act`: {text, run} for a button. What failed stays until
// closed.
export function notice(text, kind = "plain", { hint = "", act = null } = {}) {
  const close = () => box.remove();
  const acted = () => {
    close();
    act.run();
  };
  const box = h(`div.notice.${kind}`, {}, icon(PICTURES[kind]),
    h("div", {}, h("p", {}, text), hint && h("p.muted", {}, hint),
      act && h("button.button.small", { type: "button", onclick: acted }, act.text)),
    h("button.icon-button.small", { type: "button", "aria-label": t("shell.close"), onclick: close }, icon("close")));
  const region = kind === "bad" ? alarm : calm;
  for (const old of [...region.children].slice(0, Math.max(0, region.children.length + 1 - MOST))) old.remove();
  region.append(box);
  if (kind !== "bad") goesBy(box);
  return close;
}

function goesBy(box) {
  let timer;
  const wait = () => { timer = setTimeout(() => box.remove(), SHOWN_MS); };
  for (const name of ["mouseenter", "focusin"]) box.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["mouseleave", "focusout"]) box.addEventListener(name, wait);
  wait();
}

// Whether an error is worth a word: not what somebody cancelled. A server that is gone gets the banner (main.js).
function isNews(error) {
  if (error?.name === "AbortError" || error?.code === "cancelled") return false;
  if (error?.code === "offline") put("offline", true);
  return error?.code !== "offline";
}

const messageOf = error => error?.message || t("shell.failed");

export function failed(error) {
  if (!isNews(error)) return;
  if (error?.status === undefined) console.error(error); // ours: a defect of the page, not an answer of the server
  notice(messageOf(error), "bad", { hint: error?.hint ?? "" });
}

// The same as an element, to stand beside what caused it (`what`: its name); null where there is nothing to say.
export function failureNote(error, what = "") {
  if (!isNews(error)) return null;
  if (error?.status === undefined) console.error(error);
  return h("div.note.bad", { role: "alert" }, icon("warning"),
    h("div", {}, h("p", {}, what && h("strong", {}, `${what}: `), messageOf(error)),
      error?.hint && h("p.muted", {}, error.hint)));
}

// A native dialog with a title and a close button; resolves to what it was closed with.
export function dialog(title, content, footer = []) {
  const close = h("button.icon-button", { type: "button", "aria-label": t("shell.close"),
    onclick: () => box.close("") },
    icon("close"));
  const box = h("dialog", { "aria-labelledby": "dialog-title", closedby: "any" },
    h("header", {}, h("h2", { id: "dialog-title" }, title), close), content,
    footer.length > 0 && h("footer", {}, footer));
  document.body.append(box);
  box.showModal();
  return new Promise(resolve => box.addEventListener("close", () => {
    box.remove();
    resolve(box.returnValue);
  }));
}

// Asks; resolves to true or false. `yes` says what the button does ("Delete"), never "OK".
export async function confirmed(question, { yes = t("shell.yes"), hint = "", danger = false } = {}) {
  const end = value => event => event.target.closest("dialog").close(value);
  const buttons = [
    h("button.button.quiet", { type: "button", onclick: end("") }, t("shell.no")),
    h(danger ? "button.button.danger" : "button.button.primary", { type: "button", onclick: end("yes") }, yes),
  ];
  return (await dialog(question, h("p.muted", {}, hint), buttons)) === "yes";
}
