// A tune of one voice: notes {start, length, pitch} in beats and MIDI pitches, sorted; never two at a time.

export const MOST_NOTES = 500;
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const EPSILON = 1e-6, MOST_UNDONE = 200;

export const nameOf = pitch => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
export const endOf = notes => notes.reduce((end, note) => Math.max(end, note.start + note.length), 0);
export const rowsOf = notes => notes.map(note => [round(note.start), round(note.length), note.pitch]);

// What is no note is left out: a draft may be from another time.
export function fromRows(rows) {
  const isRow = row => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite);
  const notes = (Array.isArray(rows) ? rows : []).filter(isRow);
  return sorted(notes.map(([start, length, pitch]) => ({ start, length, pitch })));
}

const round = value => Math.round(value * 1e4) / 1e4;
const sorted = notes => [...notes].sort((a, b) => a.start - b.start || b.pitch - a.pitch);

// The note that sounds at a place; undefined where none does.
export function at(notes, beat, pitch) {
  return notes.find(({ start, length, pitch: its }) =>
    its === pitch && start <= beat + EPSILON && beat < start + length - EPSILON);
}

// The tune with one more note: what sounds when it begins is cut off, what begins while it sounds is gone.
export function placed(notes, note) {
  const end = note.start + note.length;
  const cut = each => (each.start < note.start && each.start + each.length > note.start + EPSILON
    ? { ...each, length: note.start - each.start } : each);
  const kept = notes.filter(each => each.start < note.start - EPSILON || each.start >= end - EPSILON).map(cut);
  return kept.length >= MOST_NOTES ? notes : sorted([...kept, note]);
}

export const without = (notes, note) => notes.filter(each => each !== note);

// What was done, to be undone and done again.
export class History {
  constructor(notes = []) {
    Object.assign(this, { past: [], future: [], notes });
  }

  do(notes) {
    if (notes === this.notes) return;
    this.past = [...this.past.slice(1 - MOST_UNDONE), this.notes];
    this.future = [];
    this.notes = notes;
  }

  undo() {
    if (this.past.length === 0) return;
    this.future.push(this.notes);
    this.notes = this.past.pop();
  }

  redo() {
    if (this.future.length === 0) return;
    this.past.push(this.notes);
    this.notes = this.future.pop();
  }
}
