// What is chosen of the song on the stage: bars (counted from 0, both ends included) and tracks, with "harmony" and
// "lyrics" among them. Nothing chosen means the whole song.

export class Selection {
  #listeners = new Set();

  constructor() {
    Object.assign(this, { anchor: null, head: null, tracks: new Set(), nBars: 0 });
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  // [first, last] or null.
  get bars() {
    return this.anchor === null ? null : [Math.min(this.anchor, this.head), Math.max(this.anchor, this.head)];
  }

  get isEmpty() {
    return this.anchor === null && this.tracks.size === 0;
  }

  setBars(anchor, head) {
    if (anchor === this.anchor && head === this.head) return;
    Object.assign(this, { anchor: this.#within(anchor), head: this.#within(head) });
    this.#tell();
  }

  // As Shift and a click do: the end that moves goes to `bar`; without a choice it begins at `from`.
  extend(bar, from = bar) {
    this.setBars(this.anchor ?? from, bar);
  }

  toggleTrack(key) {
    if (!this.tracks.delete(key)) this.tracks.add(key);
    this.#tell();
  }

  clear() {
    if (this.isEmpty) return;
    Object.assign(this, { anchor: null, head: null, tracks: new Set() });
    this.#tell();
  }

  // A song of so many bars, with these things to choose: what is not in it is not chosen any more.
  fit(nBars, keys) {
    this.nBars = nBars;
    if (this.anchor !== null && Math.min(this.anchor, this.head) >= nBars)
      Object.assign(this, { anchor: null, head: null });
    if (this.anchor !== null)
      Object.assign(this, { anchor: this.#within(this.anchor), head: this.#within(this.head) });
    this.tracks = new Set([...this.tracks].filter(key => keys.has(key)));
    this.#tell();
  }

  // As the server reads it: {bars: "5-8", tracks: "bass,drums"}; what is not chosen is not named.
  asOptions() {
    const found = {}, { bars } = this;
    if (bars) found.bars = bars[0] === bars[1] ? `${bars[0] + 1}` : `${bars[0] + 1}-${bars[1] + 1}`;
    if (this.tracks.size > 0) found.tracks = [...this.tracks].join(",");
    return found;
  }

  #within(bar) {
    return Math.min(this.nBars - 1, Math.max(0, bar));
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
}
