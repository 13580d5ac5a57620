// Choosing a folder among those that a training may read: where one is, the folders in it, files by their kinds.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failureNote } from "./notices.js";

const MANY = 24; // folders from which on one is looked for by name
const MOST_KINDS = 6;

// -> {element}; `chosen({id, name})` is called with the folder to learn from.
export function folderPicker(chosen) {
  const element = h("div.folder-picker", {});
  let trail = [], number = 0; // the folders from the root to here; the newest request

  async function show(load) {
    const mine = ++number, hadFocus = element.contains(document.activeElement);
    element.setAttribute("aria-busy", "true");
    const made = await load().catch(error => [failureNote(error), toRoots()]);
    if (mine !== number) return;
    fill(element, made);
    element.removeAttribute("aria-busy");
    if (hadFocus) element.querySelector("[aria-current]")?.focus(); // what was pressed is gone
  }

  const toRoots = () => h("div.row", {},
    h("button.button.small", { type: "button", onclick: roots }, icon("restore"), t("train.folder.roots")));

  const roots = () => show(async () => {
    const { folders } = await read("/folders");
    trail = [];
    if (folders.length === 0) return h("p.muted", {}, t("train.folder.no.roots"));
    if (folders.length === 1) return inside(folders[0], true);
    return [crumbs([[t("train.folder.roots"), roots]]), folderList(folders, open)];
  });

  const open = folder => show(() => inside(folder));

  async function inside(folder, isOnly = false) {
    const found = await read(`/folders/${folder.id}`);
    const at = trail.findIndex(each => each.id === folder.id);
    trail = at >= 0 ? trail.slice(0, at + 1) : [...trail, { id: folder.id, name: folder.name, isOnly }];
    const steps = trail.map(each => [each.name, () => open(each)]);
    const take = () => chosen({ id: found.id, name: folder.name });
    return [crumbs(trail[0].isOnly ? steps : [[t("train.folder.roots"), roots], ...steps]), filesHere(found),
      found.folders.length > 0 ? folderList(found.folders, open) : h("p.muted", {}, t("train.folder.empty")),
      found.more && h("p.muted", {}, t("train.folder.more")),
      h("button.button.primary.folder-this", { type: "button", onclick: take }, icon("check"),
        h("span", {}, t("train.folder.this")))];
  }

  roots();
  return { element };
}

// steps: [[name, what opens it]] from the top to where one is.
function crumbs(steps) {
  const here = ([name]) => h("li", {}, h("span", { "aria-current": "location", tabindex: "-1" }, name));
  const above = ([name, go]) => h("li", {}, h("button.crumb", { type: "button", onclick: go }, name),
    h("span.muted", { "aria-hidden": "true" }, "/"));
  return h("nav", { "aria-label": t("train.folder.path") },
    h("ol.crumbs", {}, steps.slice(0, -1).map(above), here(steps.at(-1))));
}

function folderList(folders, open) {
  const rows = folders.map(each => h("li", {}, h("button.folder", { type: "button", onclick: () => open(each) },
    icon("folder"), h("span.grow", {}, each.name), icon("right"))));
  const filter = event => {
    const wanted = event.target.value.trim().toLowerCase();
    folders.forEach((each, i) => { rows[i].hidden = !each.name.toLowerCase().includes(wanted); });
  };
  const label = t("train.folder.filter");
  const field = h("input", { type: "search", placeholder: label, "aria-label": label, oninput: filter });
  return [folders.length >= MANY && field, h("ul.folders", {}, rows)];
}

function filesHere(found) {
  if (found.n_files === 0) return h("p.muted", {}, t("train.folder.none"));
  const kinds = Object.entries(found.files).slice(0, MOST_KINDS);
  return h("div.row", {}, h("span.muted", {}, t("train.folder.files", { n: found.n_files })),
    kinds.map(([suffix, n]) => h("span.chip.tabular", {}, `${suffix ? `.${suffix}` : "–"} ${n}`)));
}
