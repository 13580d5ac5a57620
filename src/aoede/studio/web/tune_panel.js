// The tune of the Sound view: the grid with its tools, MIDI files, and the melody of the present song.

import { call, follow } from "./api.js";
import { blip } from "./blip.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { confirmed, failed } from "./notices.js";
import { get, watch } from "./store.js";
import { sentences } from "./told.js";
import { endOf, fromRows, MOST_NOTES, rowsOf } from "./tune.js";
import { tuneGrid } from "./tune_grid.js";
import { LENGTHS } from "./tune_keys.js";
import { iconButton, number, oneOf, takesFiles, textButton } from "./words_parts.js";

const STEPS = [[1, "1"], [0.5, "½"], [0.25, "¼"]], LENGTH_NAMES = ["¼", "½", "1", "2", "4"];
const MOST_S = 60, USUAL_BPM = 100, LEAST_BPM = 20, MOST_BPM = 400, FEW = 8; // notes that are gone without a question
const MUTE = "aoede.sound.mute";
const bpmOf = tempo => Math.min(MOST_BPM, Math.max(LEAST_BPM, Math.round(tempo * 1000) / 1000));

// -> {element, order(): what of a request says the tune, seconds(), isEmpty(), isFile(), read(), write(kept),
// setRange, look}
export function tunePanel(onChange) {
  let source = null; // {id, name}: the MIDI file that is played as it is until a note or the tempo is changed
  const mute = muteSwitch();
  const grid = tuneGrid({ onChange: edited, onLength: value => lengths.set(value),
    heard: pitch => mute.isOn() && blip(pitch) });
  const { history } = grid;
  const tempo = number(t("sound.tempo"), { min: LEAST_BPM, max: MOST_BPM, step: 0.001, value: USUAL_BPM,
    unit: t("sound.bpm") }, edited);
  const tool = oneOf(t("sound.tool"), ["draw", "erase", "move"].map(each => [each, t(`sound.tool.${each}`)]),
    "draw", grid.setTool);
  const lengths = oneOf(t("sound.length"), LENGTHS.map((value, i) => [value, LENGTH_NAMES[i]]), 1, grid.setLength);
  const steps = oneOf(t("sound.step"), STEPS, 0.5, grid.setStep);
  const undo = iconButton("undo", t("sound.undo"), () => grid.turn("undo"));
  const redo = iconButton("redo", t("sound.redo"), () => grid.turn("redo"));
  const clear = iconButton("trash", t("sound.clear"), clearAll);
  const from = h("p.muted.tune-from", { "aria-live": "polite" });
  const ofSong = textButton(".small", "song", t("sound.of.song"), takeSong);
  const element = h("section.card.stack.tune-card", { "aria-label": t("sound.tune") });
  const opener = takesFiles(element, { accept: ".mid,.midi,audio/midi", text: t("sound.open"), take: open });
  element.append(
    h("div.row.tune-tools", {}, tool.element, lengths.element, steps.element,
      h("div.affix.tune-undo", {}, undo, redo, clear)),
    grid.element, from,
    h("div.row.tune-sources", {}, tempo.element, h("div.row", {}, opener, ofSong), mute.element),
    h("details.drawer", {}, h("summary", {}, t("sound.keys")), h("p.muted.prose", {}, t("sound.grid.help"))));
  const bpm = () => tempo.value() ?? USUAL_BPM;

  function edited() {
    source = null;
    tell();
    onChange();
  }

  function tell(more = []) {
    const n = history.notes.length;
    const said = source ? t("sound.from.file", { name: source.name })
      : t(n > 0 ? "sound.from.notes" : "sound.from.nothing", { n });
    fill(from, [said, ...more].join(t("words.gap")));
    undo.disabled = history.past.length === 0;
    redo.disabled = history.future.length === 0;
    clear.disabled = n === 0;
  }

  async function open(file) {
    try {
      const job = await call("POST", "/tunes", file, { query: { name: file.name } });
      const found = await follow(job.id);
      grid.load(fromRows(found.notes));
      tempo.set(found.tempo);
      source = { id: found.id, name: found.name };
      const isShort = found.n_notes > found.notes.length;
      const said = sentences(found.told, found.told_zh);
      tell([...said, ...(isShort ? [t("sound.shortened", { n: found.notes.length })] : [])]);
      onChange();
    } catch (error) {
      failed(error);
    }
  }

  function takeSong() {
    tempo.set(bpmOf(get("shown").tempo_bpm));
    grid.load(melodyOf(get("shown")));
    edited();
  }

  async function clearAll() {
    const said = { yes: t("sound.clear"), hint: t("sound.clear.hint") };
    if (history.notes.length > FEW && !await confirmed(t("sound.clear.sure"), said)) return;
    grid.load([]);
    edited();
  }

  function write({ notes = [], tempo: stored, source: its = null }) {
    grid.load(fromRows(notes), { isStep: false });
    tempo.set(stored ?? USUAL_BPM);
    source = its;
    tell();
  }

  ofSong.hidden = true;
  watch("shown", view => { ofSong.hidden = melodyOf(view).length === 0; });
  tell();
  return {
    element, write,
    isEmpty: () => history.notes.length === 0,
    isFile: () => source !== null,
    seconds: () => (endOf(history.notes) * 60) / bpm(),
    order: () => (source ? { midi: source.id, midi_name: source.name }
      : { notes: rowsOf(history.notes), tempo: bpm() }),
    read: () => ({ notes: rowsOf(history.notes), tempo: bpm(), source }),
    setRange: grid.setRange,
    look: grid.look,
  };
}

function muteSwitch() {
  const box = h("input", { type: "checkbox", checked: localStorage.getItem(MUTE) === null, onchange: () => {
    if (box.checked) localStorage.removeItem(MUTE);
    else localStorage.setItem(MUTE, "1");
  } });
  return { element: h("label.check", {}, box, h("span", {}, t("sound.blips"))), isOn: () => box.checked };
}

// The melody of a song that is shown, as notes in beats from its first one on; what begins a minute later is left away.
function melodyOf(view) {
  const track = view?.tracks?.find(each => each.role === "melody");
  if (!track?.notes || !view.tempo_bpm) return [];
  const beat = view.ticks_per_quarter, most = (MOST_S * view.tempo_bpm) / 60;
  const first = Math.floor(Math.min(...track.notes.map(([start]) => start)) / beat);
  const rows = track.notes.map(([start, length, pitch]) => [start / beat - first, length / beat, pitch]);
  return fromRows(rows.filter(([start]) => start < most)).slice(0, MOST_NOTES);
}
