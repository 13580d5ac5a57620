// What was asked for and what was measured in the notes, side by side; what was understood; what was planned.

import { fill, h } from "./dom.js";
import { strongest } from "./feelings.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { watch } from "./store.js";
import { sentences } from "./told.js";
import { placeInWords } from "./wish_field.js";

export function factsPanel() {
  const element = h("div.facts");
  watch("shown", view => fill(element, view && [understood(view.mood), planned(view), measured(view)]));
  return element;
}

function part(kind, title, ...content) {
  return h(`section.facts-part.${kind}`, {}, h("h2.eyebrow", {}, title), content);
}

// Rows {what, asked, measured, holds}, the first three also in Chinese; `holds` null where being farther off is no
// fault.
function measured({ asked_and_measured: rows, told, told_zh: toldZh }) {
  const said = sentences(told, toldZh);
  const notes = said.length > 0 && h("ul.facts-told", {}, said.map(line => h("li", {}, line)));
  if (!notes && (rows ?? []).length === 0) return null;
  return part("facts-measured", t("song.facts"), (rows ?? []).length > 0 && tableOf(rows), notes);
}

function tableOf(rows) {
  const columns = ["what", "asked", "measured"].map(name => h("th", { scope: "col" }, t(`song.facts.${name}`)));
  return h("table.table.facts-table", {}, h("caption.visually-hidden", {}, t("song.facts")),
    h("thead", {}, h("tr", {}, columns)), h("tbody", {}, rows.map(rowOf)));
}

function rowOf(row) {
  const [what, asked, found] = ["what", "asked", "measured"]
    .map(name => pick(row[name], row[`${name}_zh`] ?? row[name]));
  return h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, asked), h("td", {}, found, markOf(row.holds)));
}

function markOf(holds) {
  if (holds === null || holds === undefined) return null;
  return h(holds ? "span.holds" : "span.misses", {}, icon(holds ? "check" : "warning"),
    h("span.visually-hidden", {}, t(holds ? "song.facts.holds" : "song.facts.misses")));
}

function understood(mood) {
  if (!mood) return null;
  const feelings = strongest(mood.feelings).map(({ weight, en, zh }) => {
    const share = `${Math.round(weight * 100)}%`;
    return h("li", { style: { "--share": share } }, h("span", {}, pick(en, zh)), h("span.figures", {}, share));
  });
  const words = (mood.keywords ?? []).map(word => h("span.chip", {}, word));
  return part("facts-mood", t("song.facts.understood"), words.length > 0 && h("p.row", {}, words),
    h("p", {}, placeInWords(mood)), feelings.length > 0 && h("ul.feelings", {}, feelings));
}

function planned(view) {
  const { plan } = view;
  if (!plan) return null;
  const band = (view.tracks ?? []).map(({ instrument, en, zh }) => pick(instrument?.en ?? en, instrument?.zh ?? zh));
  const facts = [
    ["song.field.style", plan.style && t(`song.style.${plan.style}`)],
    ["song.field.form", (view.sections ?? []).map(section => pick(section.en, section.zh)).join(" · ")],
    ["song.facts.band", [...new Set(band)].join(pick(", ", "、"))],
    ["song.field.bars", plan.bars],
  ].filter(([, value]) => value);
  return part("facts-planned", t("song.facts.plan"), h("dl.facts-plan", {},
    facts.map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, String(value))])));
}
