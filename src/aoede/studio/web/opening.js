// Files that are brought here: dropped anywhere on the page, or chosen by a button. One of Aoede's own comes back
// with all its settings; a MIDI file of somebody else can be harmonised or gone on with.

import { work } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed, notice } from "./notices.js";
import { made } from "./song.js";
import { get, put } from "./store.js";

const MOST_BYTES = 20 * 1024 * 1024, MOST_NAME = 120;
const KINDS = ".mid,.midi,.wav,.mp3,.flac,.ogg,.musicxml,.svg,.png,.html,.json,.lrc";

export async function openFile(file) {
  if (get("busy")) return;
  if (file.size > MOST_BYTES) {
    notice(t("song.open.large", { name: file.name }), "bad");
    return;
  }
  scrollTo(0, 0);
  put("busy", { what: "open", text: t("song.open.reading", { name: file.name }), share: 0.3 });
  try {
    const { view } = await made(work("/opened", file, { query: { name: file.name.slice(-MOST_NAME) } }));
    notice(t(view.is_foreign ? "song.open.foreign" : "song.open.own", { title: view.title }), "good");
  } catch (error) {
    failed(error);
  } finally {
    put("busy", null);
  }
}

export function openButton() {
  const chosen = () => {
    if (input.files[0]) openFile(input.files[0]);
    input.value = "";
  };
  const input = h("input", { type: "file", accept: KINDS, hidden: true, "aria-label": t("song.open"),
    onchange: chosen });
  const button = h("button.button.quiet.small", { type: "button", title: t("song.open.hint"),
    onclick: () => input.click() }, icon("open"), t("song.open"));
  return h("span.open-file", {}, button, input);
}

// Files dragged over the page: a sheet says that they can be dropped. Views with a place of their own for files take
// them there: they call preventDefault on the drop.
export function takesDrops() {
  const sheet = h("div.drop-sheet", { hidden: true, "aria-hidden": "true" }, h("div", {}, icon("open"),
    h("strong", {}, t("song.drop")), h("span", {}, t("song.open.hint"))));
  document.body.append(sheet);
  const hasFile = event => event.dataTransfer?.types.includes("Files");
  const isOurs = event => hasFile(event) && get("view") === "song";
  addEventListener("dragenter", event => { if (isOurs(event)) sheet.hidden = false; });
  addEventListener("dragleave", event => { if (event.relatedTarget === null) sheet.hidden = true; });
  addEventListener("dragover", event => { if (hasFile(event)) event.preventDefault(); });
  addEventListener("drop", event => {
    sheet.hidden = true;
    const isTaken = event.defaultPrevented;
    if (hasFile(event)) event.preventDefault(); // the browser would leave the page for the file
    if (!isTaken && isOurs(event) && event.dataTransfer.files[0]) openFile(event.dataTransfer.files[0]);
  });
}
