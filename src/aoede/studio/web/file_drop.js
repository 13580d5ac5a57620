// Files that are dropped here, or chosen: copied into the studio as a set to learn from, folders and all.

import { call, send } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed, failureNote } from "./notices.js";

const AT_ONCE = 3, MOST_DEEP = 6, MOST_LEFT_OUT = 8;

// limits: {suffixes, max_files, max_file_bytes}. `chosen({id, name})` is called with the set that was made.
export function fileDrop(limits, chosen) {
  const input = h("input", { type: "file", multiple: true, hidden: true, accept: limits.suffixes.join(",") });
  input.addEventListener("change", () => {
    take([...input.files].map(file => ({ file, path: file.name })), "");
    input.value = "";
  });
  const button = h("button.button", { type: "button", onclick: () => input.click() }, icon("file"),
    h("span", {}, t("train.data.choose")));
  const told = h("div.stack.tight", { role: "status" });
  const zone = h("div.file-drop", {}, icon("open"), h("strong", {}, t("train.data.drop")),
    h("p.muted", {}, t("train.data.drop.hint")), button, input, h("p.muted.small", {}, t("train.data.kinds")), told);
  let isBusy = false;

  async function take(found, name) {
    if (isBusy || found.length === 0) return;
    isBusy = true;
    button.disabled = true;
    try {
      const made = await copied(found, name || t("train.upload.name"), limits, told);
      if (made) chosen(made);
    } catch (error) {
      fill(told, failureNote(error));
    } finally {
      isBusy = false;
      button.disabled = false;
    }
  }

  takesDrops(zone, take);
  return { element: zone };
}

function takesDrops(zone, take) {
  let depth = 0;
  const over = by => {
    depth = Math.max(0, depth + by);
    zone.classList.toggle("is-over", depth > 0);
  };
  const isFile = event => event.dataTransfer?.types.includes("Files");
  zone.addEventListener("dragenter", event => { if (isFile(event)) { event.preventDefault(); over(1); } });
  zone.addEventListener("dragover", event => { if (isFile(event)) event.preventDefault(); });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("drop", async event => {
    if (!isFile(event)) return;
    event.preventDefault();
    over(-depth);
    const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
    const folder = entries.find(entry => entry.isDirectory)?.name ?? "";
    try {
      take(entries.length > 0 ? (await Promise.all(entries.map(entry => filesOf(entry, "")))).flat()
        : [...event.dataTransfer.files].map(file => ({ file, path: file.name })), folder);
    } catch (error) {
      failed(error);
    }
  });
}

// Every file in what was dropped: [{file, path}]; hidden ones are passed over.
async function filesOf(entry, above) {
  if (entry.name.startsWith(".")) return [];
  const path = above ? `${above}/${entry.name}` : entry.name;
  if (entry.isFile) return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path }];
  if (path.split("/").length >= MOST_DEEP) return [];
  const reader = entry.createReader(), inside = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(each => filesOf(each, path)))).flat();
}

// Why a file is not even sent; "" where it is.
function leftOut({ file, path }, { suffixes, max_file_bytes }) {
  const suffix = path.slice(path.lastIndexOf(".")).toLowerCase();
  if (!suffixes.includes(suffix)) return t("train.upload.kind");
  return file.size > max_file_bytes ? t("train.upload.large") : "";
}

// Sends the files, some at a time; -> {id, name} of the set, or null where nothing of it could be kept.
async function copied(found, name, limits, told) {
  const refused = [], good = [];
  for (const each of found) {
    const why = leftOut(each, limits) || (good.length >= limits.max_files ? t("train.upload.many") : "");
    if (why) refused.push([each.path, why]);
    else good.push(each);
  }
  if (good.length === 0) {
    fill(told, h("p", {}, t("train.upload.nothing")), refusedList(refused));
    return null;
  }
  const set = await send("/datasets", { name: [...name].slice(0, 80).join("") });
  const kept = await sendAll(set, good, refused, told);
  fill(told, refused.length > 0 && refusedList(refused));
  if (kept > 0) return set;
  await call("DELETE", `/datasets/${set.id}`).catch(() => {}); // nothing is in it
  return null;
}

async function sendAll(set, files, refused, told) {
  const bar = h("progress", { max: files.length, value: 0, "aria-label": t("train.data.drop") });
  const line = h("span.muted"), stop = new AbortController();
  const cancel = h("button.button.quiet.small", { type: "button", onclick: () => stop.abort() },
    t("train.upload.cancel"));
  fill(told, bar, h("div.row.spread", {}, line, cancel));
  let next = 0, done = 0, kept = 0;
  const one = async () => {
    while (next < files.length && !stop.signal.aborted) {
      const { file, path } = files[next++];
      try {
        await call("POST", `/datasets/${set.id}/files`, file, { query: { name: path }, signal: stop.signal });
        kept += 1;
      } catch (error) {
        if (error.name === "AbortError") return;
        if (error.code === "offline" || error.status === 507) throw error;
        refused.push([path, error.message]);
      }
      bar.value = ++done;
      line.textContent = t("train.upload.going", { done, total: files.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return kept;
}

function refusedList(refused) {
  if (refused.length === 0) return null;
  const row = ([path, why]) => h("li", {}, h("span.mono", {}, path), " ", h("span.muted", {}, why));
  const n_more = refused.length - MOST_LEFT_OUT;
  return h("details.drawer", {}, h("summary", {}, t("train.upload.left", { n: refused.length })),
    h("ul.left-out", {}, refused.slice(0, MOST_LEFT_OUT).map(row),
      n_more > 0 && h("li.muted", {}, t("train.scan.more", { n: n_more }))));
}
