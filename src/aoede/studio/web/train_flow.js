// The way from files to a training: choose data, see what is in them, choose who learns and how long, begin.

import { call, read, send, work } from "./api.js";
import { fill, h } from "./dom.js";
import { keeps } from "./drafts.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { fileDrop } from "./file_drop.js";
import { folderPicker } from "./folder_picker.js";
import { learnerCards } from "./learner_cards.js";
import { confirmed, failed, failureNote, notice } from "./notices.js";
import { scanReport } from "./scan_report.js";
import { trainSettings } from "./train_settings.js";
import { nameOf, whole } from "./train_words.js";

// known: the answer of GET /learners. `begun(job)` is called with the job of a training. -> {element, restore()}
export function trainFlow(known, begun) {
  const state = { source: null, found: null, learner: null, scanning: null };
  const draft = keeps("train", () => ({ dataset: state.source?.dataset ?? null, name: state.source?.name ?? "",
    learner: state.learner && nameOf(state.learner), ...settings.read() }));
  const changed = () => draft.changed();
  const settings = trainSettings(changed);
  const dataPlace = h("section.train-data", { "aria-label": t("train.data") }), scanPlace = h("div"),
    choosePlace = h("div");
  const element = h("div.train-flow", {}, dataPlace, scanPlace, choosePlace);

  function choosing() {
    state.scanning?.cancel();
    Object.assign(state, { source: null, found: null, learner: null, scanning: null });
    fill(scanPlace);
    fill(choosePlace);
    fill(dataPlace, h("h2", {}, t("train.data")), h("div.sources", {},
      h("section.card.source", {},
        h("div", {}, h("h3", {}, t("train.data.folder")), h("p.muted", {}, t("train.data.folder.hint"))),
        folderPicker(({ id, name }) => take({ folder: id, name })).element),
      fileDrop(known, ({ id, name }) => take({ dataset: id, name })).element),
        kept(({ id, name }) => take({ dataset: id, name })));
  }

  async function take(source) {
    state.source = source;
    fill(dataPlace,
      h("div.row.spread.chosen", {}, h("h2", {}, icon(source.folder ? "folder" : "file"), h("span", {}, source.name)),
      h("button.button.quiet", { type: "button", onclick: () => { choosing(); changed(); } }, icon("left"),
        h("span", {}, t("train.data.other")))));
    changed();
    fill(choosePlace);
    try {
      state.found = await looked(source);
      if (state.source !== source) return;
      shown();
    } catch (error) {
      if (state.source !== source) return;
      if (error.code === "cancelled") choosing();
      else fill(scanPlace, failureNote(error));
    }
  }

  async function looked(source) {
    const bar = h("progress", { "aria-label": t("train.scan.going", { name: source.name }) }),
      line = h("p.muted", { role: "status" });
    const body = source.folder ? { folder: source.folder } : { dataset: source.dataset };
    const onEvent = event => {
      if (event.event !== "reading") return;
      bar.max = event.total;
      bar.value = event.done;
      line.textContent = t("train.scan.reading",
        { kind: t(`train.kind.${event.kind}`), done: event.done, total: event.total });
    };
    state.scanning = work("/scans", body, { onEvent });
    fill(scanPlace,
      h("div.card.stack", {}, h("p", {}, t("train.scan.going", { name: source.name })), bar,
      h("div.row.spread", {}, line,
      h("button.button.quiet.small", { type: "button", onclick: () => state.scanning?.cancel() },
        t("train.scan.cancel")))));
    return state.scanning;
  }

  function shown(wanted = null) {
    const { found, source } = state;
    fill(scanPlace, h("div.card.scan-card", {}, scanReport(found, source.name)));
    const cards = learnerCards(found, wanted, chosen);
    state.learner = cards.value();
    if (state.learner === null) return fill(choosePlace, h("div.card", {}, cards.element));
    settings.suggest(source.name);
    settings.show(state.learner);
    fill(choosePlace, cards.element, beginForm());
    return choosePlace;
  }

  function chosen(learner) {
    state.learner = learner;
    settings.show(learner);
    changed();
  }

  function beginForm() {
    const problem = h("div"),
      button = h("button.button.primary.large", { type: "submit" }, icon("train"), h("span", {}, t("train.begin")));
    const submit = async event => {
      event.preventDefault();
      button.disabled = true;
      fill(problem);
      try {
        begun(await send("/runs", order()));
      } catch (error) {
        fill(problem, failureNote(error));
      } finally {
        button.disabled = false;
      }
    };
    return h("form.card.begin", { novalidate: true, onsubmit: submit }, settings.element, problem,
      h("div.row", {}, button));
  }

  function order() {
    const { source, learner } = state, said = settings.read();
    const body = { ...(source.folder ? { folder: source.folder } : { dataset: source.dataset }),
      family: learner.family, encoding: learner.encoding,
      settings: said.settings };
    if (said.name) body.name = said.name;
    if (said.seed !== null) body.seed = said.seed;
    if (learner.takes_time && said.minutes !== null) body.minutes = said.minutes;
    return body;
  }

  // What stood here before the page was loaded anew; a folder on the machine is chosen once more.
  async function restore() {
    choosing();
    const before = await draft.stored();
    settings.write({ minutes: before.minutes, seed: before.seed ?? undefined });
    if (typeof before.dataset !== "string") return;
    const { datasets } = await read("/datasets");
    const row = datasets.find(each => each.id === before.dataset && each.n_files > 0);
    if (row && state.source === null) await take({ dataset: row.id, name: row.name });
    if (state.found && typeof before.learner === "string") shown(before.learner);
  }

  return { element, restore, choosing };
}

// Sets of files that were added before.
function kept(chosen) {
  const place = h("div");
  const show = async () => {
    const { datasets } = await read("/datasets");
    const rows = datasets.filter(row => row.n_files > 0);
    fill(place,
      rows.length > 0 && h("section.kept", {}, h("h3.eyebrow", {}, t("train.data.kept")),
      h("ul.row", {}, rows.map(row => h("li.kept-set", {},
      h("button.chip", { type: "button", onclick: () => chosen(row) }, icon("file"), h("span", {}, row.name),
        h("span.muted.figures", {}, whole(row.n_files))),
      h("button.icon-button.small",
        { type: "button", "aria-label": t("train.data.remove", { name: row.name }),
        title: t("train.data.remove", { name: row.name }),
        onclick: () => remove(row).then(show, failed) }, icon("trash")))))));
  };
  show().catch(failed);
  return place;
}

async function remove(row) {
  const yes = await confirmed(t("train.data.remove.sure", { name: row.name }),
    { yes: t("train.data.remove.yes"), hint: t("train.data.remove.hint"), danger: true });
  if (!yes) return;
  await call("DELETE", `/datasets/${row.id}`);
  notice(t("train.data.removed", { name: row.name }), "good");
}
