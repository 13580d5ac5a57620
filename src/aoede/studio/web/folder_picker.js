// Choosing a folder among those that a training may read: where one is, the folders in it, files by their kinds.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failureNote } from "./notices.js";

const MANY = 24; // folders from which on one is looked for by name

// -> {element}; `chosen({id, name})` is called with the folder to learn from.
export function folderPicker(chosen) {
  const element = h("div.folder-picker", {});
  let trail = [], number = 0;

  async function show(load) {
    const mine = ++number;
    element.setAttribute("aria-busy", "true");
    try {
      const made = await load();
      if (mine === number) fill(element, made);
    } catch (error) {
      if (mine === number) fill(element, failureNote(error), trail.length > 0 && again());
    } finally {
      if (mine === number) element.removeAttribute("aria-busy");
    }
  }

  const again = () => h("div.row", {},
    h("button.button.small", { type: "button", onclick: roots }, icon("restore"), t("train.folder.roots")));

  function roots() {
    trail = [];
    return show(async () => {
      const { folders } = await read("/folders");
      if (folders.length === 0) return h("p.muted", {}, t("train.folder.no.roots"));
      if (folders.length === 1) return inside(folders[0]);
      return [crumbs([]), list(folders)];
    });
  }

  const open = folder => show(() => inside(folder));

  async function inside(folder) {
    const found = await read(`/folders/${folder.id}`);
    const at = trail.findIndex(each => each.id === folder.id);
    trail = at >= 0 ? trail.slice(0, at + 1) : [...trail, { id: folder.id, name: folder.name }];
    return [crumbs(trail), filesHere(found), found.folders.length > 0 ? list(found.folders)
      : h("p.muted", {}, t("train.folder.empty")),
      found.more && h("p.muted", {}, t("train.folder.more")),
      h("button.button.primary.folder-this",
        { type: "button", onclick: () => chosen({ id: found.id, name: folder.name }) },
        icon("check"), h("span", {}, t("train.folder.this")))];
  }

  function crumbs(path) {
    const step = (name, go, isLast) => h("li", {}, isLast ? h("span", { "aria-current": "location" }, name)
      : h("button.crumb", { type: "button", onclick: go }, name),
        !isLast && h("span.muted", { "aria-hidden": "true" }, "/"));
    return h("nav", { "aria-label": t("train.folder.path") },
      h("ol.crumbs", {}, step(t("train.folder.roots"), roots, path.length === 0),
      path.map((each, i) => step(each.name, () => open(each), i === path.length - 1))));
  }

  function list(folders) {
    const rows = folders.map(each => h("li", { "data-name": each.name.toLowerCase() },
      h("button.folder", { type: "button", onclick: () => open(each) }, icon("folder"), h("span.grow", {}, each.name),
        icon("right"))));
    const filter = folders.length >= MANY
      && h("input", { type: "search", placeholder: t("train.folder.filter"), "aria-label": t("train.folder.filter"),
      oninput: event =>
        rows.forEach(row => { row.hidden = !row.dataset.name.includes(event.target.value.toLowerCase()); }) });
    return [filter, h("ul.folders", {}, rows)];
  }

  roots();
  return { element };
}

function filesHere(found) {
  if (found.n_files === 0) return h("p.muted", {}, t("train.folder.none"));
  return h("div.row", {}, h("span.muted", {}, t("train.folder.files", { n: found.n_files })),
    Object.entries(found.files).slice(0,
      6).map(([suffix, n]) => h("span.chip.figures", {}, `${suffix ? `.${suffix}` : "–"} ${n}`)));
}
