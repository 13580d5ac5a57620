"""Small MIDI files to piano rolls: Aoede beside pretty_midi in one run, and every cell in which the rolls differ.

    python bench/midi_rolls.py ../shared/data

Both make the same rolls: held and struck, 128 pitches, sixteenths, drums left out. pretty_midi's are made of its
notes, whose seconds its own `time_to_tick` takes back to ticks of the file (`get_piano_roll` samples seconds).
Measured are seconds of the processor, system included; rounds alternate and the median round counts.

Where rolls differ, the notes are read once more, with mido, and the roll is made again with one rule of pretty_midi's
after the other in the place of ours. What each rule changes is counted; what no rule explains would be too.
"""

import statistics
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import mido
import numpy as np
import pretty_midi
from numpy.typing import NDArray

from aoede.encodings.pianoroll import PianoRoll
from aoede.formats import midi
from aoede.learning import rolls
from aoede.learning.dataset import from_folder
from aoede.song import DRUM_CHANNEL, TICKS_PER_QUARTER

Roll = NDArray[np.uint8]
Spans = list[tuple[int, int, int]]  # begin and end in ticks of the file, and pitch

N_FILES, N_ROUNDS = 900, 3
ENCODING = PianoRoll(0, 127)
STEPS = ENCODING.steps_a_beat
COMPARED = ("midi_nottingham", "midi_gutenberg_songs", "midi_js_fakes", "midi_piano_giantmidi")
RULES = (
    "times rounded once, not to 480 ticks a quarter note and then to steps",
    "a note without length is dropped, not given the shortest one",
    "an end ends all notes of its pitch and channel, not the one that began first",
)


# Readers


def by_aoede(paths: list[Path]) -> list[Roll]:
    return [
        ENCODING.encode(reading.song)
        for reading in midi.read_many(paths)
        if isinstance(reading, midi.Reading)
    ]


def one_by_one(paths: list[Path]) -> list[Roll]:
    return [ENCODING.encode(midi.read(path).song) for path in paths]


def by_pretty_midi(paths: list[Path]) -> list[Roll]:
    return [pretty_roll(pretty_midi.PrettyMIDI(str(path))) for path in paths]


def only_read_by_pretty_midi(paths: list[Path]) -> list[pretty_midi.PrettyMIDI]:
    return [pretty_midi.PrettyMIDI(str(path)) for path in paths]


READERS: dict[str, Callable[[list[Path]], list[Roll]]] = {
    "Aoede, as training reads": by_aoede,
    "Aoede, one by one": one_by_one,
    "pretty_midi 0.2.11, its notes to rolls": by_pretty_midi,
    "pretty_midi 0.2.11, no rolls made": only_read_by_pretty_midi,
}


def pretty_roll(song: pretty_midi.PrettyMIDI) -> Roll:
    spans: Spans = []
    last = 0
    for instrument in song.instruments:
        for note in instrument.notes:
            begin, end = song.time_to_tick(note.start), song.time_to_tick(note.end)
            last = max(last, end)
            if not instrument.is_drum:
                spans.append((begin, end, note.pitch))
    return roll_of(spans, last, song.resolution)


def roll_of(spans: Iterable[tuple[int, int, int]], last: int, resolution: int) -> Roll:
    """The roll of notes in ticks; it is as long as `last`, or as its last note."""
    notes = [(nearest(a, STEPS, resolution), nearest(b, STEPS, resolution), pitch) for a, b, pitch in spans]
    notes = [(first, max(beyond, first + 1), pitch) for first, beyond, pitch in notes]
    n_steps = max(-(-last * STEPS // resolution), max((beyond for _, beyond, _ in notes), default=0))
    roll = np.zeros((n_steps, ENCODING.width), np.uint8)
    for first, beyond, pitch in notes:
        roll[first:beyond, pitch] = 1
        roll[first, ENCODING.n_pitches + pitch] = 1
    return roll


def nearest(ticks: int, to: int, of: int) -> int:
    """`ticks`, of which there are `of` a quarter note, in units of which there are `to`; halves go up."""
    return (2 * ticks * to + of) // (2 * of)


# The same rolls by each rule


def events_of(file: mido.MidiFile) -> dict[tuple[int, int, int], list[tuple[int, bool]]]:
    """Of each track, channel and pitch the ticks of its events, and whether a note begins."""
    events = defaultdict(list)
    for i, track in enumerate(file.tracks):
        now = 0
        for message in track:
            now += message.time
            if message.type in ("note_on", "note_off"):
                begins = message.type == "note_on" and message.velocity > 0
                events[i, message.channel, message.note].append((now, begins))
    return events


def first_to_begin_ends(events: list[tuple[int, bool]]) -> list[tuple[int, int]]:
    spans, sounding = [], []
    for at, begins in events:
        if begins:
            sounding.append(at)
        elif sounding:
            spans.append((sounding.pop(0), at))
    return spans


def all_end(events: list[tuple[int, bool]]) -> list[tuple[int, int]]:
    """As pretty_midi pairs: an end ends all but what began with it, and if there is nothing else, drops that."""
    spans, sounding = [], []
    for at, begins in events:
        if begins:
            sounding.append(at)
            continue
        ended = [begin for begin in sounding if begin != at]
        spans += [(begin, at) for begin in ended]
        sounding = [begin for begin in sounding if begin == at] if ended else []
    return spans


def by_rules(path: Path) -> list[Roll]:
    """The roll by our rules, then with one more rule of pretty_midi's each time."""
    file = mido.MidiFile(path)
    events, resolution = events_of(file), file.ticks_per_beat
    first = {key: first_to_begin_ends(found) for key, found in events.items()}
    long = {key: [(a, b) for a, b in spans if a < b] for key, spans in first.items()}
    every = {key: all_end(found) for key, found in events.items()}
    return [
        twice_rounded(first, resolution),
        *(once_rounded(spans, resolution) for spans in (first, long, every)),
    ]


def once_rounded(spans: dict[tuple[int, int, int], list[tuple[int, int]]], resolution: int) -> Roll:
    last = max((b for found in spans.values() for _, b in found), default=0)
    pitched = ((a, b, key[2]) for key, found in spans.items() if key[1] != DRUM_CHANNEL for a, b in found)
    return roll_of(pitched, last, resolution)


def twice_rounded(spans: dict[tuple[int, int, int], list[tuple[int, int]]], resolution: int) -> Roll:
    def rounded(span: tuple[int, int]) -> tuple[int, int]:
        begin, end = (nearest(ticks, TICKS_PER_QUARTER, resolution) for ticks in span)
        return begin, max(end, begin + 1)

    return once_rounded({key: list(map(rounded, found)) for key, found in spans.items()}, TICKS_PER_QUARTER)


def n_different(one: Roll, two: Roll) -> int:
    """Cells in which two rolls differ; the shorter one is silent at its end."""
    n_steps = max(len(one), len(two))
    padded = (np.pad(roll, ((0, n_steps - len(roll)), (0, 0))) for roll in (one, two))
    return int(np.not_equal(*padded).sum())


# What is printed


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))


def small_files(data: Path) -> list[Path]:
    """900 files: all of Nottingham, and the smallest songs of Gutenberg."""
    songs = sorted(files_of(data / "midi_gutenberg_songs"), key=lambda path: path.stat().st_size)
    return (files_of(data / "midi_nottingham") + songs)[:N_FILES]


def print_speed(paths: list[Path]) -> None:
    took: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(N_ROUNDS):
        for name, reader in READERS.items():
            began = time.process_time()
            reader(paths)
            took[name].append(time.process_time() - began)
    n_bytes = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {n_bytes / 1e6:.1f} MB, one core, median of {N_ROUNDS}\n")
    print("| | seconds | files a second | times as long as Aoede |\n|---|---|---|---|")
    ours_s = statistics.median(took["Aoede, as training reads"])
    for name, rounds in took.items():
        median_s = statistics.median(rounds)
        print(f"| {name} | {median_s:.2f} | {len(paths) / median_s:,.0f} | {median_s / ours_s:.1f} |")


def print_differences(folder: Path) -> None:
    paths = files_of(folder)
    counts, n_files, n_cells, n_unexplained = [0] * len(RULES), 0, 0, 0
    for path, ours, theirs in zip(paths, by_aoede(paths), by_pretty_midi(paths), strict=True):
        n_cells += ours.size
        if not n_different(ours, theirs):
            continue
        n_files += 1
        chain = by_rules(path)
        n_unexplained += n_different(ours, chain[0]) + n_different(theirs, chain[-1])
        for i in range(len(RULES)):
            counts[i] += n_different(chain[i], chain[i + 1])
    cells = " | ".join(f"{count:,}" for count in counts)
    print(f"| {folder.name} | {len(paths)} | {n_cells:,} | {n_files} | {cells} | {n_unexplained} |")


def print_whole_way(folder: Path) -> None:
    """A folder with its account, fingerprints and duplicates, to rolls in C with labels."""
    took = []
    for _ in range(N_ROUNDS):
        began = time.process_time()
        songs = [item.value for item in from_folder(folder).items]
        read_s = time.process_time() - began
        rolls.pieces(songs, rolls.fit(songs), labels=rolls.fit_labels(songs))
        took.append((time.process_time() - began, read_s))
    whole_s, read_s = statistics.median(took)
    print(
        f"\nThe whole way of training, {folder.name}: {whole_s:.2f} s, of which reading with account {read_s:.2f} s"
    )


def main() -> None:
    warnings.simplefilter("ignore")  # pretty_midi's, about tempos outside the first track
    data = Path(sys.argv[1])
    print_speed(small_files(data))
    print_whole_way(data / "midi_nottingham")
    print("\nCells that differ, by the rule of pretty_midi that makes them:")
    for number, rule in enumerate(RULES, 1):
        print(f"{number}. {rule}")
    print("\n| folder | files | cells | files with any | 1 | 2 | 3 | unexplained |")
    print("|---|---|---|---|---|---|---|---|")
    for name in COMPARED:
        print_differences(data / name)


if __name__ == "__main__":
    main()
