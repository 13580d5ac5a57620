// Which song is on the stage. Everything that shows or changes a song goes through here.

import { call, read } from "./api.js";
import { get, put } from "./store.js";

// {song, version, view} of the server on the stage, and its address: a reload shows it again.
export function show({ song, version, view }) {
  put("song", song);
  put("version", version);
  put("takes", []);
  put("shown", view);
  addressed(song.id);
}

export function addressed(id) {
  const hash = id === null ? "#song" : `#song/${id}`;
  if ((get("view") ?? "song") === "song" && location.hash !== hash) history.replaceState(null, "", hash);
}

// The id that the address names, or null.
export function idInAddress() {
  const [view, id] = location.hash.slice(1).split("/");
  return view === "song" && /^[a-z0-9-]{1,64}$/.test(id ?? "") ? id : null;
}

let asked = 0;

// Raises a Failure where there is no such song. An answer that comes after another song was asked for is dropped.
export async function openSong(id) {
  const number = ++asked;
  const found = await read(`/songs/${id}`);
  if (number === asked) show(found);
}

// A promise of {song, version, view}: shown when it is there.
export async function made(promise) {
  const found = await promise;
  asked += 1;
  show(found);
  return found;
}

// No song: the first page again.
export function leave() {
  asked += 1;
  for (const [name, value] of [["song", null], ["version", null], ["takes", []], ["shown", null]]) put(name, value);
  addressed(null);
}

// Title, star, trash, locks or mix of a song changed: the row comes back and stands in the list and on the stage.
export async function change(id, what) {
  const found = await call("PATCH", `/songs/${id}`, what);
  const row = found.song ?? found;
  put("row", row);
  if (get("song")?.id === id) put("song", row);
  return row;
}
