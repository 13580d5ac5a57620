// What stays as it is, whatever else is made anew: tracks, sections, lines of the words.

import { fill, h } from "./dom.js";
import { toggleLock } from "./edits.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { get } from "./store.js";

const KINDS = ["tracks", "sections", "lines"];

// The names by which the sections of a view are locked: "verse1", "verse2".
export function sectionKeys(view) {
  const counts = new Map();
  return view.sections.map(({ name }) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return `${name}${counts.get(name)}`;
  });
}

export function locksPanel() {
  const count = h("span", {}), body = h("div.edit-locks");
  const element = h("details.drawer", {}, h("summary", {}, t("stage.locks"), count),
    h("p.muted", {}, t("stage.locks.hint")), body);
  let drawn = "";

  // keys: the tracks that can be locked.
  function show({ view, timeline }, keys) {
    const locks = { tracks: [], sections: [], lines: [], ...get("song")?.locks };
    const sign = JSON.stringify([locks, keys, view.sections]);
    if (sign === drawn) return;
    drawn = sign;
    const n = KINDS.reduce((sum, what) => sum + locks[what].length, 0);
    const focused = document.activeElement?.dataset?.lock;
    count.textContent = n > 0 ? `(${n})` : "";
    const names = sectionKeys(view), of = (what, value, name) =>
      button(what, value, name, locks[what].includes(value));
    fill(body, h("div.edit-chips", {}, keys.map(key => of("tracks", key, t(`stage.what.${key}`)))),
      h("div.edit-chips", {}, view.sections.map((section, i) =>
        of("sections", names[i], sectionName(section, timeline.barsOfSection(i))))),
      locks.lines.length > 0 && h("div.edit-chips", {}, locks.lines.map(line =>
        of("lines", line, t("stage.line", { line })))));
    if (focused) body.querySelector(`[data-lock="${CSS.escape(focused)}"]`)?.focus();
  }

  return { element, show };
}

const sectionName = (section, [first, last]) => `${pick(section.en, section.zh)} ${first + 1}–${last + 1}`;

function button(what, value, name, isLocked) {
  return h("button.chip", { type: "button", "aria-pressed": String(isLocked), "data-lock": `${what} ${value}`,
    onclick: () => toggleLock(what, value) },
    icon(isLocked ? "lock" : "unlock"), name);
}
