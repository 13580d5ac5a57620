// The files of the song on the stage: links that download, MIDI to be dragged into another program, the score to
// print.

import { link } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { onKey } from "./keys.js";
import { failed } from "./notices.js";
import { printScore } from "./score_pages.js";
import { get, watch } from "./store.js";

const GROUPS = [
  ["song.files.play", "sound", ["wav", "mp3", "flac", "ogg"]],
  ["song.files.go.on", "song", ["mid", "musicxml", "json", "lrc"]],
  ["song.files.see", "picture", ["svg", "png", "html"]],
  ["song.files.stems", "sliders", ["stems.zip", "stems-midi.zip"]],
];
const SHORT = { mid: "MIDI", musicxml: "MusicXML" };
const MIDI_TYPE = "audio/midi";

export function filesPanel() {
  const element = h("section.files", { hidden: true, "aria-labelledby": "files-title" });
  const draw = () => {
    const version = get("version");
    element.hidden = !version;
    if (version) fill(element, content(version.id, get("about")?.features?.score !== false));
  };
  watch("version", draw);
  watch("about", draw);
  onKey("Ctrl+s", { en: "Download MIDI", zh: "下载 MIDI" }, () => {
    const version = get("version");
    if (!version) return false;
    return h("a", { href: address(version.id, "mid"), download: "" }).click();
  }, { view: "song", typing: true });
  return element;
}

const address = (id, kind) => link(`/versions/${id}/files/${kind}`);

function content(id, hasScore) {
  const groups = GROUPS.map(([title, picture, kinds]) => [h("dt", {}, icon(picture), t(title)),
    h("dd", {}, kinds.filter(kind => hasScore || kind !== "svg").map(kind => fileLink(id, kind)))]);
  const printed = () => printScore(id).catch(failed);
  return [h("h2.eyebrow", { id: "files-title" }, t("song.files")), dragOut(id), h("dl.files-list", {}, groups),
    hasScore && h("button.button.small", { type: "button", onclick: printed }, icon("print"), t("song.files.print"))];
}

function fileLink(id, kind) {
  const name = kind.endsWith(".zip") ? t(`song.file.short.${kind}`) : SHORT[kind] ?? kind.toUpperCase();
  return h("a.file", { href: address(id, kind), download: "", title: t(`song.file.${kind}`) }, name);
}

// Dragged out of the page it is a file for whatever program it is dropped on, where the browser can do that.
function dragOut(id) {
  const name = () => `${(get("song")?.title ?? "song").replace(/[\\/:*?"<>|]+/g, " ").trim()}.mid`;
  const dragged = event => {
    const url = new URL(address(id, "mid"), location.href).href;
    event.dataTransfer.effectAllowed = "copy";
    event.dataTransfer.setData("DownloadURL", `${MIDI_TYPE}:${name()}:${url}`);
    event.dataTransfer.setData("text/uri-list", url);
  };
  return h("a.drag-out", { href: address(id, "mid"), download: "", draggable: "true", ondragstart: dragged },
    icon("grip"),
    h("span", {}, h("strong", {}, t("song.drag")), h("small.muted", {}, t("song.drag.hint"))), icon("download"));
}
