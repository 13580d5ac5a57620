// What stands in the fields of a view, kept on this machine: a reload or a restart loses nothing.
//
//   const draft = keeps("make", () => fields());   // what to keep, asked for when it is time
//   const before = await draft.stored();           // {} where nothing was kept
//   draft.changed();                               // at every change; written 400 ms later, or when the page goes

import { call, link } from "./api.js";
import { watch } from "./store.js";

const WAIT_MS = 400;
const drafts = new Set();

export function keeps(name, fields) {
  let timer = null, isLost = false;
  const path = `/drafts/${name}`;

  async function save() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    isLost = await call("PUT", path, fields()).then(() => false, () => true); // no reason to disturb anybody
  }

  function leave() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    const headers = { "Content-Type": "application/json" };
    fetch(link(path), { method: "PUT", headers, body: JSON.stringify(fields()), keepalive: true }).catch(() => {});
  }

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  }

  async function stored() {
    const found = await call("GET", path).catch(() => ({}));
    return found && typeof found === "object" ? found : {};
  }

  watch("offline", isOffline => { if (!isOffline && isLost) changed(); });
  drafts.add(save);
  addEventListener("pagehide", leave);
  return { changed, stored, save };
}

// Everything that waits to be written is written: before the page is loaded anew.
export const saveAll = () => Promise.all([...drafts].map(save => save()));
