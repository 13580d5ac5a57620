"""Does `music/measures.py` measure what was published? And does it tell music from noise?

    python bench/measures.py ../shared/data

Prints the means over the folk tunes beside the tabled ones (of 1034 tunes), the range from the
10th to the 90th percentile, and three melodies that are no music: a `*` marks what falls outside the range.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from aoede.formats import midi
from aoede.music.key_finder import find_key
from aoede.music.measures import Measures, measure, pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note, Song, Track

# Mean over the jukedeck edition of the Nottingham set: (melody and chords, melody alone).
TABLED: dict[str, tuple[float | None, float | None]] = {
    "pitch_class_entropy_bits": (2.75, 2.67),
    "scale_consistency": (0.980, 0.984),
    "groove_consistency": (0.978, 0.978),
    "groove_similarity": (0.878, 0.886),
    "copied_bars": (0.51, 0.54),
    "similar_bars": (0.66, 0.64),
    "polyphony": (4.12, 1.0),
    "notes_per_beat": (2.6, 1.44),
    "empty_beats": (0.017, 0.018),
    "melody_steps": (None, 0.53),
    "melody_leaps": (None, 0.13),
    "melody_repeats": (None, 0.12),
    "melody_range_semitones": (None, 16.9),
}
ALSO = ("key_clarity", "tonal_clarity", "melody_articulation", "mean_pitch", "onsets_per_minute")
SIXTEENTH = TICKS_PER_QUARTER // 4


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=2000, help="at most so many")
    options = parser.parse_args()
    paths = sorted((options.data / "midi_nottingham").rglob("*.mid"))[: options.songs]
    songs = [with_melody(midi.read(path).song) for path in paths]
    began = time.perf_counter()
    full = [measure(song) for song in songs]
    seconds = time.perf_counter() - began
    melodies = [measure(melody_only(song)) for song in songs]
    print(f"{len(songs)} songs, {1000 * seconds / len(songs):.1f} ms each\n")
    print_table(full, melodies, {name: measure(make(1)) for name, make in NOISE.items()})
    print(f"\nkey found = key signature: {share_of_right_keys(songs):.1%} of the songs that state one")


def with_melody(song: Song) -> Song:
    """Folk tunes hold the melody in their first track and the chords in the second."""
    tracks = [track for track in song.tracks if track.notes]
    return replace(song, tracks=(replace(tracks[0], role="melody"), *tracks[1:]))


def melody_only(song: Song) -> Song:
    return replace(song, tracks=song.tracks[:1])


def print_table(full: list[Measures], melodies: list[Measures], noise: dict[str, Measures]) -> None:
    print(f"{'':26}  all tracks     melody alone" + " " * 22 + "".join(f"{name:>18}" for name in noise))
    print(f"{'':26}  ours  tabled   ours  tabled   p10 .. p90")
    for name in (*TABLED, *ALSO):
        low, high = band(melodies, name)
        tabled = [
            f"{value:6.3g}" if value is not None else "     -" for value in TABLED.get(name, (None, None))
        ]
        row = f"{name:26}{mean(full, name):6.3g}  {tabled[0]} {mean(melodies, name):6.3g}  {tabled[1]}"
        cells = (
            f"{v:.3g}{' ' if low <= v <= high else '*'}" for v in (getattr(m, name) for m in noise.values())
        )
        print(f"{row}   {low:.3g} .. {high:.3g}".ljust(74) + "".join(f"{cell:>18}" for cell in cells))


def mean(measures: Iterable[Measures], name: str) -> float:
    return float(np.nanmean([getattr(m, name) for m in measures]))


def band(measures: Iterable[Measures], name: str) -> tuple[float, float]:
    """10th and 90th percentile."""
    low, high = np.nanquantile([getattr(m, name) for m in measures], (0.1, 0.9))
    return float(low), float(high)


def share_of_right_keys(songs: list[Song]) -> float:
    found = [
        (find_key(pitch_class_weights(pitched_notes(song))), song.keys[0]) for song in songs if song.keys
    ]
    tonics = [(7 * key.sharps + (9 if key.is_minor else 0)) % 12 for _, key in found]
    right = [
        (estimate.tonic_pc, estimate.mode == "minor") == (tonic, key.is_minor)
        for (estimate, key), tonic in zip(found, tonics, strict=True)
    ]
    return float(np.mean(right))


# --- what is no music: 32 bars of 4/4 ---------------------------------------------------------------


def chromatic_noise(seed: int) -> Song:
    """Any pitch of two octaves at random sixteenths."""
    random = stream(seed, "chromatic noise")
    onsets = np.flatnonzero(random.random(512) < 0.4)
    return line(onsets, random.integers(60, 85, len(onsets)))


def diatonic_walk(seed: int) -> Song:
    """A random walk on the scale of C major at random sixteenths."""
    random = stream(seed, "diatonic walk")
    onsets = np.flatnonzero(random.random(512) < 0.4)
    degrees = np.abs((np.cumsum(random.integers(-2, 3, len(onsets))) + 7) % 28 - 14) - 7  # turns at both ends
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    return line(onsets, 72 + 12 * (degrees // 7) + scale[degrees % 7])


def looped_bar(seed: int) -> Song:
    """One sensible bar, 32 times."""
    onsets = np.concatenate([bar * 16 + np.array([0, 4, 8, 12]) for bar in range(32)])
    return line(onsets, np.tile([60 + seed, 62 + seed, 64 + seed, 62 + seed], 32))


def line(sixteenths: np.ndarray, pitches: np.ndarray) -> Song:
    """One melody; each note lasts until the next."""
    ends = [*sixteenths[1:], 512]
    notes = tuple(
        Note(int(start) * SIXTEENTH, int(pitch), int(end - start) * SIXTEENTH, 80)
        for start, end, pitch in zip(sixteenths, ends, pitches, strict=True)
    )
    return Song("", (Track("melody", notes, role="melody"),))


NOISE: dict[str, Callable[[int], Song]] = {
    "chromatic noise": chromatic_noise,
    "diatonic walk": diatonic_walk,
    "looped bar": looped_bar,
}

if __name__ == "__main__":
    main()
