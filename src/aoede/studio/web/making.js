// Making a song: the job runs, its parts are shown as they come, and it can be cancelled. It goes on over a reload.

import { call, follow, work } from "./api.js";
import { t } from "./i18n.js";
import { made } from "./song.js";
import { get, put } from "./store.js";

let cancelNow = null;

// {request, seed, options} -> what the server tells of the song. `onJob(id or null)`: the job to be kept in the
// draft.
export function makeSong(asked, onJob) {
  return ran(onEvent => work("/songs", asked, { onEvent, onJob: job => onJob(job.id) }), onJob);
}

// Goes on hearing of a job that was begun before this page was loaded.
export function resumeSong(id, onJob) {
  return ran(onEvent => {
    const promise = follow(id, onEvent);
    promise.cancel = () => call("DELETE", `/jobs/${id}`);
    return promise;
  }, onJob);
}

export const cancelMaking = () => cancelNow?.();

async function ran(begin, onJob) {
  const before = { takes: get("takes") ?? [], shown: get("shown") ?? null };
  tell("song.making.begins", 0.05);
  try {
    const promise = begin(heard);
    cancelNow = promise.cancel;
    const found = await made(promise);
    onJob(null);
    return found;
  } catch (error) {
    if (error.code !== "offline") onJob(null); // else the page or the server goes, and the job may be followed later
    put("takes", before.takes);
    put("shown", before.shown);
    throw error;
  } finally {
    cancelNow = null;
    put("busy", null);
  }
}

const tell = (key, share) => put("busy", { what: "song", text: t(key), share });

function heard(event) {
  if (event.event === "plan") {
    put("takes", []);
    put("shown", event.view);
    tell("song.making.plan", 0.35);
  } else if (event.event === "part") {
    put("shown", event.view);
    const nWritten = (event.view.tracks ?? []).filter(track => track.notes.length > 0).length;
    tell(nWritten > 2 ? "song.making.band" : "song.making.tune", Math.min(0.9, 0.45 + 0.1 * nWritten));
  }
}
