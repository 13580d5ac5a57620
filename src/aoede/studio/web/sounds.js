// The sound of versions: rendered by the server once, fetched in segments, kept while there is room for it.
//
// A sound is {id, nSamples, nTracks, span, url}, `span` the samples of a segment; a segment is {start, length,
// buffers}, a stereo AudioBuffer for each track.

import { Failure, link, work } from "./api.js";

export const RATE = 44100;
const MOST_S = 4, LEAST_S = 1, TRACK_SECONDS = 24; // of a segment: shorter ones for many tracks
const MOST_BYTES = 96_000_000; // of all segments that are kept: about twelve of a band of five
const FULL_SCALE = 1 / 32768;

const spanOf = nTracks => Math.round(RATE * Math.min(MOST_S, Math.max(LEAST_S, TRACK_SECONDS / nTracks)));

// Told as soon as its first seconds are made; the server waits with the others until they are.
async function rendered(id) {
  const told = await new Promise((resolve, reject) => {
    const onEvent = event => { if (event.event === "beginning") resolve(event.sound); };
    work(`/versions/${id}/sound`, {}, { onEvent }).then(resolve, reject);
  });
  const url = told.url ?? link(`/versions/${id}/sound.pcm`);
  return { id, nSamples: told.n_samples, nTracks: told.n_tracks, span: spanOf(told.n_tracks), url };
}

async function fetched({ url }, from, count) {
  const response = await fetch(`${url}?${new URLSearchParams({ from, count })}`);
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw new Failure(response.status, told?.error ?? { code: "http", message: response.statusText });
  }
  return response.arrayBuffer();
}

// Lets what waits (a frame, a key) go first; a timer would wait a second in a hidden tab.
function breath() {
  const { port1, port2 } = new MessageChannel();
  return new Promise(resolve => {
    port1.onmessage = () => { port1.close(); resolve(); };
    port2.postMessage(null);
  });
}

// Interleaved 16-bit frames of 2 * nTracks channels -> a stereo AudioBuffer for each track.
async function unpacked(bytes, nTracks) {
  const frames = new Int16Array(bytes), step = 2 * nTracks, length = Math.floor(frames.length / step);
  const buffers = [];
  for (let track = 0; track < nTracks; track++) {
    const buffer = new AudioBuffer({ length, numberOfChannels: 2, sampleRate: RATE });
    for (let channel = 0; channel < 2; channel++) {
      const out = buffer.getChannelData(channel);
      for (let i = 0, at = 2 * track + channel; i < length; i++, at += step) out[i] = frames[at] * FULL_SCALE;
    }
    buffers.push(buffer);
    await breath();
  }
  return buffers;
}

const keyOf = (sound, sample) => `${sound.id} ${Math.floor(sample / sound.span)}`;

export class Sounds {
  #sounds = new Map(); // id -> {promise, sound}
  #segments = new Map(); // "id number" -> {promise, segment, bytes}, the least wanted first

  constructor({ render = rendered, fetchFrames = fetched } = {}) {
    this.render = render;
    this.fetchFrames = fetchFrames;
  }

  // Resolves to the sound of a version. One that failed is tried again when it is asked for again.
  prepare(id) {
    if (!this.#sounds.has(id)) {
      const entry = { sound: null };
      entry.promise = this.render(id).then(sound => (entry.sound = sound));
      entry.promise.catch(() => this.#sounds.delete(id));
      this.#sounds.set(id, entry);
    }
    return this.#sounds.get(id).promise;
  }

  // The sound, if it is there already.
  ready(id) {
    return this.#sounds.get(id)?.sound ?? null;
  }

  // The segment with a sample, if it is there.
  segment(id, sample) {
    const sound = this.ready(id);
    return sound === null ? null : this.#touched(keyOf(sound, sample))?.segment ?? null;
  }

  // Resolves to the segment with a sample, or to null outside the sound.
  async want(id, sample) {
    const sound = await this.prepare(id);
    if (sample < 0 || sample >= sound.nSamples) return null;
    const entry = this.#touched(keyOf(sound, sample)) ?? this.#begun(sound, sample);
    return entry.promise;
  }

  #touched(key) {
    const entry = this.#segments.get(key);
    if (entry) {
      this.#segments.delete(key);
      this.#segments.set(key, entry);
    }
    return entry;
  }

  #begun(sound, sample) {
    const key = keyOf(sound, sample), start = Math.floor(sample / sound.span) * sound.span;
    const count = Math.min(sound.span, sound.nSamples - start);
    const entry = { segment: null, bytes: count * sound.nTracks * 8 };
    entry.promise = (async () => {
      const bytes = await this.fetchFrames(sound, start, count);
      const buffers = await unpacked(bytes, sound.nTracks);
      entry.segment = { start, length: buffers[0].length, buffers };
      return entry.segment;
    })();
    entry.promise.catch(() => {
      this.#segments.delete(key);
      this.#sounds.delete(sound.id); // it may not have been made to its end
    });
    this.#segments.set(key, entry);
    this.#makeRoom();
    return entry;
  }

  #makeRoom() {
    let bytes = 0;
    for (const entry of this.#segments.values()) bytes += entry.bytes;
    for (const [key, entry] of this.#segments) {
      if (bytes <= MOST_BYTES) return;
      bytes -= entry.bytes;
      this.#segments.delete(key);
    }
  }
}
