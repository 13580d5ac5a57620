// The Train view: choose files, see what can be learnt from them, watch it learn, use it at once.

import { read } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { failed } from "./notices.js";
import { runPanel } from "./run_panel.js";
import { runsList } from "./runs_list.js";
import { get, watch } from "./store.js";
import { trainFlow } from "./train_flow.js";

const POLL_MS = 3000;
const LIVE = new Set(["queued", "preparing", "training"]);

const idInAddress = () => /^#train\/([a-z0-9-]{1,64})$/.exec(location.hash)?.[1] ?? null;

export async function mount(element) {
  const known = await read("/learners");
  const main = h("div.train-main"), list = runsList(known);
  const flow = trainFlow(known, job => { location.hash = `#train/${job.asked.run}`; });
  const place = { rows: [], panel: null, open: null, timer: null };

  async function rows() {
    place.rows = (await read("/runs")).runs;
    list.show(place.rows, place.open);
    place.panel?.refresh(place.rows);
    polled();
    return place.rows;
  }

  // While somebody trains and somebody looks, the list is read again now and then.
  function polled() {
    clearTimeout(place.timer);
    if (place.rows.some(row => LIVE.has(row.state)) && get("view") === "train")
      place.timer = setTimeout(() => rows().catch(() => {}), POLL_MS); // the banner says that the server is gone
  }

  function route() {
    if ((get("view") ?? "train") !== "train") return;
    const id = idInAddress();
    if (id === place.open && main.childElementCount > 0) return;
    place.panel?.close();
    place.open = id;
    place.panel = id === null ? null : runPanel(id, known, rows);
    fill(main, id === null ? [heading(), flow.element] : [back(), place.panel.element]);
    list.show(place.rows, id);
    if (id === null) rows().catch(failed);
    scrollTo(0, 0);
  }

  fill(element, h("div.train-layout", {}, main, list.element));
  addEventListener("hashchange", route);
  route();
  watch("view", view => { if (view === "train") rows().catch(failed); });
  await flow.restore().catch(failed);
}

const heading = () => h("div.view-head", {}, h("h1", {}, t("train.title")), h("p.lede", {}, t("train.lede")));

const back = () => h("p.train-back", {},
  h("a.button.quiet.small", { href: "#train" }, icon("plus"), h("span", {}, t("train.new"))));
