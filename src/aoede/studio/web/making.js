// Making a song: the job runs, its parts are shown as they come, and it can be cancelled. It goes on over a reload.

import { call, follow, read, work } from "./api.js";
import { t } from "./i18n.js";
import { made } from "./song.js";
import { get, put } from "./store.js";

const LOOK_MS = 700;

let cancelNow = null, queued = null; // queued: the id of the job while it waits for its turn

// {request, seed, options} -> what the server tells of the song. `onJob(id or null)`: the job to be kept in the
// draft.
export function makeSong(asked, onJob) {
  let id = null;
  const begun = job => {
    id = job.id;
    onJob(id);
  };
  return ran(onEvent => work("/songs", asked, { onEvent: event => onEvent(event, id), onJob: begun }), onJob);
}

// Goes on hearing of a job that was begun before this page was loaded.
export function resumeSong(id, onJob) {
  return ran(onEvent => followed(id, event => onEvent(event, id)), onJob);
}

// A job that was begun before this page was loaded, as `work` gives one.
export function followed(id, onEvent) {
  const promise = follow(id, onEvent);
  promise.cancel = () => call("DELETE", `/jobs/${id}`);
  return promise;
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
    cancelNow = queued = null;
    put("busy", null);
  }
}

const tell = (key, share, values) => put("busy", { what: "song", text: t(key, values), share });

// Its place changes, without an event, as others are done or are put before it: it is asked for anew.
async function tellPlace(id) {
  let told = null;
  while (queued === id) {
    const { state, position } = await read(`/jobs/${id}`).catch(() => ({}));
    if (queued === id && state === "queued" && position !== told) {
      tell("song.making.waits", 0.02, { place: position });
      told = position;
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
  }
}

function heard(event, id) {
  queued = event.event === "queued" ? id : null;
  if (queued !== null) tellPlace(id);
  else if (event.event === "running") {
    tell("song.making.begins", 0.05);
  } else if (event.event === "plan") {
    put("takes", []);
    put("shown", event.view);
    tell("song.making.plan", 0.35);
  } else if (event.event === "part") {
    put("shown", event.view);
    const nWritten = (event.view.tracks ?? []).filter(track => track.notes.length > 0).length;
    tell(nWritten > 2 ? "song.making.band" : "song.making.tune", Math.min(0.9, 0.45 + 0.1 * nWritten));
  }
}
