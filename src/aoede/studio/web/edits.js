// What changes the song on the stage, one at a time: edits, takes, undo and redo. What fails is told.

import { send, work } from "./api.js";
import { t } from "./i18n.js";
import { followed } from "./making.js";
import { failed, notice } from "./notices.js";
import { change, show } from "./song.js";
import { get, put } from "./store.js";

let running = null;

export const cancelEdit = () => running?.cancel?.();

// Runs one change while nothing else is being made; resolves to its result, or to null. onJob(null): its job is over.
async function alone(text, begin, onJob = () => {}) {
  if (get("busy") || !get("song")) return null;
  put("busy", { what: "edit", text });
  try {
    running = begin(get("song").id);
    const found = await running;
    onJob(null);
    return found;
  } catch (error) {
    failed(error);
    if (error.code === "offline") notice(t("song.lost"), "bad", { hint: t("song.lost.hint") });
    else onJob(null); // where the server or the page goes, the job may be followed later
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

// Calls onTake({version, view}) for each, and onJob(id of the job, or null when it is over).
export function moreTakes(count, onTake, onJob) {
  return alone(t("stage.doing.takes"), id => work(`/songs/${id}/takes`, { count },
    { onEvent: takeHeard(onTake), onJob: job => onJob(job.id) }), onJob);
}

// Goes on hearing of takes that were begun before this page was loaded, from the first one on.
export function resumeTakes(job, onTake, onJob) {
  return alone(t("stage.doing.takes"), () => followed(job, takeHeard(onTake)), onJob);
}

const takeHeard = onTake => ({ event, version, view }) => {
  if (event === "take") onTake({ version, view });
};

// what: "tracks", "sections" or "lines"; locks it, or lets it go.
export async function toggleLock(what, value) {
  const song = get("song");
  if (!song) return;
  const locks = { tracks: [], sections: [], lines: [], ...song.locks }, old = locks[what];
  const now = old.includes(value) ? old.filter(each => each !== value) : [...old, value];
  await change(song.id, { locks: { ...locks, [what]: now } }).catch(failed);
}
