// What is said when the server is gone, and when it is back: "offline" in the store says which.

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { notice } from "./notices.js";
import { get, put, watch } from "./store.js";

const BACK_MS = 2000, HEARTBEAT_MS = 5000;

// The banner. Whoever finds that the server does not answer puts "offline" to true; a heartbeat finds it as well.
export function watchServer() {
  const banner = h("div.banner", { role: "alert", hidden: true });
  let isWaiting = false;

  async function wait() {
    if (isWaiting) return;
    isWaiting = true;
    let state = await health();
    while (state !== "well") {
      say(banner, state);
      await new Promise(resolve => setTimeout(resolve, BACK_MS));
      state = await health();
    }
    if (!banner.hidden) notice(t("shell.back"), "good");
    say(banner, null);
    isWaiting = false;
    put("offline", false);
  }

  watch("offline", isOffline => { if (isOffline) wait(); });
  setInterval(heartbeat, HEARTBEAT_MS);
  return banner;
}

// "well", "gone", or "moved": it runs, but with another key than the one that this page has.
async function health() {
  if (!(await isAlive())) return "gone";
  try {
    await call("GET", "/about");
    return "well";
  } catch (error) {
    return error.status === 401 ? "moved" : error.status > 0 ? "well" : "gone";
  }
}

function say(banner, state) {
  banner.hidden = state === null;
  if (state === null || banner.dataset.state === state) return;
  banner.dataset.state = state;
  fill(banner, state === "moved" ? t("shell.moved")
    : [h("strong", {}, t("shell.stopped")), h("code", {}, "aoede studio"), h("span", {}, t("shell.stopped.hint"))]);
}

const isAlive = () => fetch("/healthz", { cache: "no-store" }).then(response => response.ok, () => false);

async function heartbeat() {
  if (!document.hidden && !get("offline") && !(await isAlive())) put("offline", true);
}
