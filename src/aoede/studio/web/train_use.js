// What can be done with a model as soon as it has learnt: a button for each use, and its files.

import { call, link, read } from "./api.js";
import { h } from "./dom.js";
import { saveAll } from "./drafts.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed } from "./notices.js";
import { openFile } from "./opening.js";

// use -> [text, icon, view, what of its fields is set before it is opened]
const USES = {
  writer: ["train.use.write", "words", "words", id => ({ model: id })],
  melody: ["train.use.sing", "song", "song", (id, before) => ({ options: { ...before.options, melody: id } })],
  harmony: ["train.use.chords", "song", "song", (id, before) => ({ options: { ...before.options, harmony: id } })],
  instrument: ["train.use.play", "sound", "sound", id => ({ model: id })],
  replier: ["train.use.answer", "reply", "reply", id => ({ model: id })],
};
const DRAFTS = { song: "make", words: "words", sound: "sound", reply: "reply" };

// row: of GET /runs. Null where there is nothing yet.
export function useButtons(row) {
  if (row.step === 0) return null;
  const isDone = row.state === "done", uses = row.uses.filter(use => USES[use]);
  const open = () => h("button.button", { type: "button", onclick: () => openSample(row).catch(failed) },
    icon("open"), h("span", {}, t("train.use.open")));
  return h("section.stack.tight.uses", {}, h("h3", {}, t(isDone ? "train.use" : "train.use.early")),
    h("div.row", {}, uses.map((use, i) => useButton(row, use, isDone && i === 0)),
      row.sample.endsWith(".mid") && open()), downloads(row));
}

function useButton(row, use, isFirst) {
  const [text, picture, view, fields] = USES[use];
  return h(isFirst ? "button.button.primary" : "button.button",
    { type: "button", onclick: () => goTo(view, row.id, fields).catch(failed) },
    icon(picture), h("span", {}, t(text)));
}

// The fields of the other view are set as if somebody had, and the page is loaded anew: its lists know the model.
async function goTo(view, id, fields) {
  await saveAll();
  await keep(view, id, fields);
  location.hash = `#${view}`;
  location.reload();
}

async function keep(view, id, fields) {
  const path = `/drafts/${DRAFTS[view]}`;
  const before = await read(path).catch(() => ({}));
  await call("PUT", path, { ...before, ...fields(id, before) });
}

async function openSample(row) {
  location.hash = "#song";
  const data = await read(`/runs/${row.id}/files/${row.sample}`);
  await openFile(new File([data], `${row.id}.mid`, { type: "audio/midi" }));
}

function downloads(row) {
  const kind = row.sample.split(".").at(-1);
  const files = [["model.safetensors", t("train.use.get.model")],
    ["mid", "wav"].includes(kind) && [row.sample, t(`train.use.get.${kind}`)],
    row.has_losses && ["losses.png", t("train.use.get.losses")]].filter(Boolean);
  return h("p.row.downloads", {}, h("span.muted", {}, t("train.use.downloads")),
    files.map(([name, text]) => h("a.chip-link",
      { href: link(`/runs/${row.id}/files/${name}`), download: `${row.id}-${name}` }, icon("download"), text)));
}
