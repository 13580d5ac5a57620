// What was found in a folder: how much there is to learn from, and every file that was repaired or left out and why.

import { h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { icon } from "./icons.js";
import { duration, reasonName, whole } from "./train_words.js";

const MOST_ROWS = 200;

// The report of POST /scans on the data called `name`.
export function scanReport(found, name) {
  const amounts = Object.entries(found.kinds).map(([kind, counts]) => amountsOf(kind, counts)).filter(Boolean);
  const isNone = amounts.length === 0;
  return h("section.scan", { "aria-label": t("train.scan.found", { name }) },
    h("h3", {}, t("train.scan.found", { name })), isNone ? nothing() : h("div.amounts", {}, amounts),
    outcomes(found), files(found, isNone));
}

// The numbers of the report in one line.
export function summaryOf(found) {
  const counted = ["read", "repaired", "skipped"].filter(name => found[name] > 0);
  if (found.recommended === null) return t("train.scan.none");
  return counted.map(name => `${whole(found[name])} ${t(`train.scan.${name}`)}`).join(", ");
}

const nothing = () => h("div.note.bad", {}, icon("warning"),
  h("div", {}, h("p", {}, t("train.scan.none")), h("p.muted", {}, t("train.scan.none.hint"))));

function amountsOf(kind, counts) {
  const parts = Object.entries(counts).filter(([name, n]) => n > 0 && name !== "labels").slice(0, 3);
  if (parts.length === 0) return null;
  return h("dl.amount", {}, parts.map(([name, n], i) => h(i === 0 ? "div.amount-first" : "div", {},
    h("dt", {}, t(`train.scan.${name}`, { n })), h("dd", {}, name === "seconds" ? duration(n) : whole(n)))));
}

function outcomes(found) {
  const chips = ["read", "repaired", "skipped", "duplicates"].filter(name => found[name] > 0)
    .map(name => h(`span.chip.outcome-${name}`, {}, h("strong.figures", {}, whole(found[name])),
      t(`train.scan.${name}`, { n: found[name] })));
  return h("div.row", {}, chips);
}

function files(found, isOpen) {
  const n_odd = found.repaired + found.skipped;
  const others = Object.entries(found.others).map(([suffix, n]) => `${suffix || "–"} (${whole(n)})`).join(", ");
  const summary = n_odd > 0 ? t("train.scan.problems", { n: n_odd }) : t("train.scan.files");
  return h("div.stack", {}, n_odd === 0 && found.read > 0 && h("p.muted", {}, t("train.scan.fine")),
    others && h("p.muted", {}, t("train.scan.others"), " ", others),
    found.n_rows > 0 && h("details.drawer", { open: isOpen }, h("summary", {}, summary),
      fileTable(found.rows, found.n_rows)));
}

// Files with what became of them; the ones with something to say stand first.
export function fileTable(rows, total) {
  const shown = rows.slice(0, MOST_ROWS);
  const head = ["file", "outcome", "why"].map(name => h("th", { scope: "col" }, t(`train.column.${name}`)));
  return h("div.file-table", { tabindex: "0", role: "region", "aria-label": t("train.scan.files") },
    h("table.table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, shown.map(fileRow))),
    total > shown.length && h("p.muted", {}, t("train.scan.more", { n: total - shown.length })));
}

function fileRow({ path, outcome, reason, remarks, remarks_zh: remarksZh = remarks }) {
  const said = pick(remarks, remarksZh);
  return h("tr", { "data-outcome": outcome }, h("td.mono", {}, path), h("td", {}, t(`train.outcome.${outcome}`)),
    h("td", {}, reason && h("span", {}, reasonName(reason)),
      said.length > 0 && h("span.remarks", {}, said.join(pick("; ", "；")))));
}
