// Chords of one's own: a line for all sections, and one for each kind of section that has others.

import { h } from "./dom.js";
import { t } from "./i18n.js";

export const SECTIONS = ["intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "outro"];

// `field(name, input, {...})` makes the labelled field. read(): "C Am F G; verse: F G", or null.
export function chordRows(field) {
  const input = line(t("song.chords.example"));
  const rows = SECTIONS.map(section => [section, line("")]);
  const own = h("details.drawer", {}, h("summary", {}, t("song.chords.sections")), h("div.chord-rows", {},
    rows.map(([section, row]) => h("label", {}, h("span.label", {}, t(`song.section.${section}`)), row))));
  const write = value => {
    const parts = partsOf(value ?? "");
    input.value = parts.get("") ?? "";
    for (const [section, row] of rows) row.value = parts.get(section) ?? "";
    own.open = rows.some(([, row]) => row.value !== "");
  };
  const read = () => {
    const parts = [["", input], ...rows].map(([section, row]) => [section, row.value.trim()])
      .filter(([, chords]) => chords);
    const said = parts.map(([section, chords]) => (section ? `${section}: ${chords}` : chords));
    return said.length > 0 ? said.join("; ") : null;
  };
  const element = field("chords", input, { wide: true, more: own, hint: t("song.chords.hint") });
  return { name: "chords", input, read, write, element };
}

// "C Am; verse: F G" -> the chords of each section, under "" those of all.
function partsOf(text) {
  const parts = text.split(/[;\n]/).filter(part => part.trim()).map(part => part.split(":"));
  return new Map(parts.map(([first, ...rest]) => (rest.length > 0 ? [first.trim(), rest.join(":").trim()]
    : ["", first.trim()])));
}

const line = placeholder => h("input.figures", { type: "text", maxlength: 2000, autocomplete: "off",
  autocapitalize: "off", spellcheck: "false", placeholder });
