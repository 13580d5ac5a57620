// Sets of files that were added to the studio before: to learn from once more, or to be removed.

import { call, read } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { confirmed, failed, notice } from "./notices.js";
import { whole } from "./train_words.js";

// `chosen({id, name})` is called with the one to learn from. -> an element, empty where there are none
export function keptSets(chosen) {
  const place = h("div");
  const show = async () => {
    const { datasets } = await read("/datasets");
    const rows = datasets.filter(row => row.n_files > 0);
    fill(place, rows.length > 0 && h("section.kept", {}, h("h3.eyebrow", {}, t("train.data.kept")),
      h("ul.row", {}, rows.map(row => item(row, chosen, show)))));
  };
  show().catch(failed);
  return place;
}

function item(row, chosen, show) {
  const remove = t("train.data.remove", { name: row.name });
  return h("li.kept-set", {},
    h("button.chip", { type: "button", onclick: () => chosen(row) }, icon("file"), h("span", {}, row.name),
      h("span.muted.tabular", {}, whole(row.n_files))),
    h("button.icon-button.small", { type: "button", "aria-label": remove, title: remove,
      onclick: () => removed(row).then(show, failed) }, icon("trash")));
}

async function removed(row) {
  const words = { yes: t("train.data.remove.yes"), hint: t("train.data.remove.hint"), danger: true };
  if (!await confirmed(t("train.data.remove.sure", { name: row.name }), words)) return;
  await call("DELETE", `/datasets/${row.id}`);
  notice(t("train.data.removed", { name: row.name }), "good");
}
