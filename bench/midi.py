"""Files a second of our MIDI reader beside mido, pretty_midi and bare symusic, in one run.

    python bench/midi.py ../shared/data

Each reader reads the same files in turn, several rounds over; the median round counts. Our reader checks every
file and makes a Song of it; the others give their own values. The counts of notes are compared.
"""

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import mido
import pretty_midi
import symusic

from aoede.formats import midi

MAX_FILES, N_ROUNDS = 150, 3
MAX_BYTES = 1_000_000  # of all files together: the slow readers take minutes otherwise


def by_aoede(path: Path) -> int:
    return sum(len(track.table) for track in midi.read(path).song.tracks)


def by_symusic(path: Path) -> int:
    return int(symusic.Score.from_midi(path.read_bytes()).note_num())


def by_mido(path: Path) -> int:
    tracks = mido.MidiFile(path).tracks
    return sum(message.type == "note_on" and message.velocity > 0 for track in tracks for message in track)


def by_pretty_midi(path: Path) -> int:
    return sum(len(instrument.notes) for instrument in pretty_midi.PrettyMIDI(str(path)).instruments)


READERS: dict[str, Callable[[Path], int]] = {
    "aoede": by_aoede,
    "symusic, unguarded": by_symusic,
    "mido": by_mido,
    "pretty_midi": by_pretty_midi,
}


def choose(folder: Path) -> list[Path]:
    """Files of `folder`, evenly taken, up to the limits."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))
    paths = paths[:: max(1, len(paths) // MAX_FILES)][:MAX_FILES]
    total, chosen = 0, []
    for path in paths:
        total += path.stat().st_size
        if chosen and total > MAX_BYTES:
            break
        chosen.append(path)
    return chosen


def measure(paths: list[Path]) -> dict[str, tuple[float, int]]:
    """For each reader: median seconds of a round, count of notes."""
    rounds: dict[str, list[float]] = {name: [] for name in READERS}
    notes: dict[str, int] = {}
    for _ in range(N_ROUNDS):
        for name, reader in READERS.items():
            start = time.perf_counter()
            notes[name] = sum(map(reader, paths))
            rounds[name].append(time.perf_counter() - start)
    return {name: (statistics.median(rounds[name]), notes[name]) for name in READERS}


def main(folders: list[str]) -> None:
    warnings.simplefilter("ignore")  # pretty_midi's, about tempos outside the first track
    for folder in map(Path, folders):
        paths = choose(folder)
        if not paths:
            print(f"{folder}: no MIDI files")
            continue
        print(f"{folder}: {len(paths)} files")
        results = measure(paths)
        ours_s = results["aoede"][0]
        for name, (took_s, n_notes) in results.items():
            ratio = f"aoede takes {ours_s / took_s:7.3f} of its time"
            print(f"  {name:20} {len(paths) / took_s:9.1f} files/s  {n_notes:7} notes  {ratio}")


if __name__ == "__main__":
    main([f"{sys.argv[1]}/midi_nottingham", f"{sys.argv[1]}/midi_piano_giantmidi"])
