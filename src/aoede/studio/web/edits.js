// What changes the song on the stage, one at a time: edits, takes, undo and redo. What fails is told.

import { send, work } from "./api.js";
import { t } from "./i18n.js";
import { failed } from "./notices.js";
import { change, show } from "./song.js";
import { get, put } from "./store.js";

let running = null;

export const cancelEdit = () => running?.cancel?.();

// Runs one change while nothing else is being made; resolves to its result, or to null.
async function alone(text, begin) {
  if (get("busy") || !get("song")) return null;
  put("busy", { what: "edit", text });
  try {
    running = begin(get("song").id);
    return await running;
  } catch (error) {
    failed(error);
    return null;
  } finally {
    running = null;
    put("busy", null);
  }
}

// The song may have been left while its edit was made: then the result is in its history, and not shown.
function shown(id, result) {
  if (result === null || get("song")?.id !== id) return null;
  show(result);
  return result;
}

export async function edit(name, options) {
  const id = get("song")?.id;
  return shown(id, await alone(t(`stage.doing.${name}`), () => work(`/songs/${id}/edits`, { edit: name, options })));
}

// way: "undo" or "redo".
export async function step(way) {
  const id = get("song")?.id;
  return shown(id, await alone(t(`stage.${way}`), () => send(`/songs/${id}/${way}`)));
}

export async function keep(version) {
  const id = get("song")?.id;
  return shown(id, await alone(t("stage.take.keep"), () => send(`/songs/${id}/current`, { version })));
}

// Calls onTake({version, view}) for each; resolves to whether all came.
export async function moreTakes(count, onTake) {
  const onEvent = event => {
    if (event.event === "take") onTake({ version: event.version, view: event.view });
  };
  return (await alone(t("stage.doing.takes"), id => work(`/songs/${id}/takes`, { count }, { onEvent }))) !== null;
}

// what: "tracks", "sections" or "lines"; locks it, or lets it go.
export async function toggleLock(what, value) {
  const song = get("song");
  if (!song) return;
  const locks = { tracks: [], sections: [], lines: [], ...song.locks }, old = locks[what];
  const now = old.includes(value) ? old.filter(each => each !== value) : [...old, value];
  await change(song.id, { locks: { ...locks, [what]: now } }).catch(failed);
}
