// What is remembered of replies that were taken: shown as it is, switched off, forgotten.

import { call, read, send } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { confirmed, failed, notice } from "./notices.js";
import { intentName } from "./reply_intents.js";
import { textButton } from "./words_parts.js";

const OFF = "aoede.reply.forgetful";
const byCount = counts => Object.entries(counts).sort((a, b) => b[1] - a[1]);

// -> {element, picked({text, intent, offered})}
export function rememberedPanel() {
  const list = h("div.stack", {});
  const isOn = h("input", { type: "checkbox", checked: localStorage.getItem(OFF) === null, onchange: () => {
    if (isOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } });
  const drawer = h("details.drawer.reply-memory", { ontoggle: () => { if (drawer.open) load(); } },
    h("summary", {}, t("reply.memory")), h("div.stack", {},
      h("label.check", {}, isOn, h("span", {}, t("reply.memory.on"))),
      h("p.hint.muted", {}, t("reply.memory.hint")), list));

  const load = () => read("/picks").then(show, failed);

  function show(found) {
    if (Object.keys(found.offered ?? {}).length === 0) {
      fill(list, h("p.muted", {}, t("reply.memory.empty")));
      return;
    }
    const replies = byCount(found.replies).map(([text, n]) => [h("span.serif", {}, text), n]);
    const intents = byCount(found.offered).map(([intent, n]) => [intentName(intent), found.taken[intent] ?? 0, n]);
    fill(list, table([t("reply.memory.replies"), t("reply.memory.taken")], replies),
      table([t("reply.memory.intents"), t("reply.memory.taken"), t("reply.memory.offered")], intents),
      h("div", {}, textButton(".small.danger", "trash", t("reply.memory.forget"), forget)));
  }

  async function forget() {
    const said = { yes: t("reply.memory.forget"), hint: t("reply.memory.sure.hint"), danger: true };
    if (!await confirmed(t("reply.memory.sure"), said)) return;
    try {
      await call("DELETE", "/picks");
      notice(t("reply.memory.forgotten"), "good");
      load();
    } catch (error) {
      failed(error);
    }
  }

  async function picked(pick) {
    if (!isOn.checked) return;
    try {
      const found = await send("/picks", pick);
      if (drawer.open) show(found);
    } catch (error) {
      failed(error);
    }
  }

  return { element: drawer, picked };
}

function table(columns, rows) {
  return h("table.table", {}, h("thead", {}, h("tr", {}, columns.map(each => h("th", { scope: "col" }, each)))),
    h("tbody", {}, rows.map(([first, ...figures]) =>
      h("tr", {}, h("td", {}, first), figures.map(each => h("td.figures", {}, each))))));
}
