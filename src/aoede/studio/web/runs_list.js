// All trainings: what each is, where it stands, its best figure.

import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { figure, findLearner, partsOf, stateName, titleOf, unitName, whole } from "./train_words.js";

const PICTURES = { done: "check", training: "train", preparing: "clock", queued: "clock", stopped: "pause",
  damaged: "warning" };

// -> {element, show(rows, id of the one that is open)}
export function runsList(known) {
  const list = h("ul.runs");
  const element = h("aside.runs-place", { "aria-labelledby": "runs-title" },
    h("h2.eyebrow", { id: "runs-title" }, t("train.runs")), list);

  function show(rows, open) {
    fill(list, rows.length === 0 ? h("li.muted", {}, t("train.runs.empty"))
      : rows.map(row => item(row, row.id === open, known)));
  }
  return { element, show };
}

function item(row, isOpen, known) {
  const learner = findLearner(known.learners, row), unit = partsOf(row.watched)?.unit;
  const best = row.best === null || !unit ? "" : ` · ${figure(row.best)} ${unitName(unit)}`;
  const told = h("span.run-told", {}, h("strong", {}, row.name),
    h("span.muted", {}, learner ? titleOf(learner) : row.family),
    h("span.muted.tabular", {}, stateName(row), best));
  const far = `${whole(row.step)} / ${whole(row.n_steps)}`;
  const bar = () => h("progress", { max: row.n_steps, value: row.step, "aria-label": far });
  const attributes = { href: `#train/${row.id}`, "aria-current": isOpen ? "page" : null, "data-state": row.state };
  const picture = h("span.run-state", { "aria-hidden": "true" }, icon(PICTURES[row.state]));
  return h("li", {}, h("a.run-item", attributes, picture, told, row.n_steps > 0 && row.state !== "done" && bar()));
}
