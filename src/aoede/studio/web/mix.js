// How loud each track of a song is heard: muted, alone, its volume. Remembered with the song on the server.

import { loudness } from "./player.js";
import { change } from "./song.js";

const WAIT_MS = 600;

export class Mix {
  #listeners = new Set();
  #timer = null;
  #tracks = new Map(); // key -> {mute, solo, volume}

  constructor() {
    Object.assign(this, { song: null, keys: [] });
    addEventListener("pagehide", () => this.#save());
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  // The mix of a song, as its row has it. That of the song that is shown already is not touched.
  open(song, keys) {
    this.keys = keys;
    if ((song?.id ?? null) !== this.song) {
      this.#save();
      this.song = song?.id ?? null;
      this.#tracks = new Map(Object.entries(song?.mix?.tracks ?? {}).map(([key, told]) => [key, checked(told)]));
    }
    this.#tell();
  }

  of(key) {
    return this.#tracks.get(key) ?? checked({});
  }

  set(key, what) {
    this.#tracks.set(key, { ...this.of(key), ...what });
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), WAIT_MS);
  }

  // key -> gain
  levels() {
    return new Map(this.keys.map(key => [key, this.isHeard(key) ? loudness(this.of(key).volume) : 0]));
  }

  isHeard(key) {
    const hasSolo = this.keys.some(each => this.of(each).solo);
    return hasSolo ? this.of(key).solo : !this.of(key).mute;
  }

  #save() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.song === null) return;
    const tracks = Object.fromEntries(this.#tracks);
    change(this.song, { mix: { tracks } }).catch(error => console.warn(error)); // it is heard all the same
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
}

const checked = told => ({ mute: told?.mute === true, solo: told?.solo === true,
  volume: typeof told?.volume === "number" ? Math.min(1, Math.max(0, told.volume)) : 1 });
