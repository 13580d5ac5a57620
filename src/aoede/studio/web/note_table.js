// The roll as text: sections, the chords of each bar, the notes of a track bar by bar. Written when it is opened.

import { fill, h } from "./dom.js";
import { pick, t } from "./i18n.js";
import { drumName, eachIn, isFlat, pitchName } from "./notes.js";
import { shownChord } from "./timeline.js";

export class NoteTable {
  constructor() {
    Object.assign(this, { piece: null, isWritten: false, key: null });
    this.body = h("div.stack.loose");
    this.element = h("details.drawer.note-table", { ontoggle: () => this.#write() },
      h("summary", {}, t("stage.table")), this.body);
  }

  show(piece) {
    this.piece = piece;
    this.isWritten = false;
    this.#write();
  }

  #write() {
    if (!this.element.open || this.isWritten || this.piece === null) return;
    this.isWritten = true;
    const { voices } = this.piece, notes = h("div");
    if (!voices.some(voice => voice.key === this.key)) this.key = voices[0]?.key ?? null;
    const write = () => fill(notes, notesTable(this.piece, this.key));
    const choice = h("select", { id: "stage-table-track", onchange: () => { this.key = choice.value; write(); } },
      voices.map(({ key, track }) => h("option", { value: key, selected: key === this.key },
        pick(track.en, track.zh))));
    const field = h("div.field.note-choice", {}, h("label", { for: "stage-table-track" }, t("stage.table.track")),
      choice);
    fill(this.body, sectionsTable(this.piece), field, notes);
    write();
  }
}

function table(caption, heads, rows) {
  const head = h("thead", {}, h("tr", {}, heads.map(name => h("th", { scope: "col" }, name))));
  const row = ([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first),
    rest.map(cell => h("td", {}, cell)));
  const body = h("tbody", {}, rows.map(row));
  return h("div.table-scroll", { tabindex: "0", role: "region", "aria-label": caption },
    h("table.table", {}, h("caption.visually-hidden", {}, caption), head, body));
}

function sectionsTable({ timeline }) {
  const rows = timeline.sections.map((section, i) => {
    const [first, last] = timeline.barsOfSection(i);
    return [pick(section.en, section.zh), `${first + 1}–${last + 1}`];
  });
  return table(t("stage.table.sections"), [t("stage.table.section"), t("stage.table.bars")], rows);
}

function notesTable({ view, timeline, voices }, key) {
  const voice = voices.find(each => each.key === key), flat = isFlat(view.key);
  const rows = timeline.bars.map((start, bar) => {
    const end = timeline.barEnd(bar), notes = [];
    if (voice) eachIn(voice.columns, start, end, i => {
      if (voice.columns.starts[i] >= start) notes.push(written(voice, i, timeline, flat));
    });
    const own = timeline.chords.filter(([ticks]) => ticks >= start && ticks < end);
    const chords = own.map(([, symbol]) => shownChord(symbol));
    return [String(bar + 1), timeline.sectionNameAt(start), chords.join(" ") || timeline.chordAt(start),
      notes.join(t("stage.comma")) || "–"];
  });
  const heads = ["bar", "section", "chords", "notes"].map(name => t(`stage.table.${name}`));
  return table(t("stage.table.notes.of", { name: voice ? pick(voice.track.en, voice.track.zh) : "" }), heads, rows);
}

// "C4 1.5": a note and the beat on which it begins.
function written(voice, i, timeline, flat) {
  const { starts, pitches } = voice.columns, beat = Math.round(timeline.beatAt(starts[i]) * 10) / 10;
  return `${voice.isDrum ? drumName(pitches[i]) : pitchName(pitches[i], flat)} ${beat}`;
}
