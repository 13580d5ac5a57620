"""Do composed melodies lie where those of real songs lie? Both against the 10th to 90th percentile of real ones.

    python bench/songs.py ../shared/data

The real melodies are the lead sheets of OpenEWLD (songs of 1850 to 1929), every second one for the band, the others
to be judged by it; the composed ones are the melodies of 60 songs, twenty requests of both languages, three seeds.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import aoede
from aoede.music.measures import Measures, measure
from aoede.song import TICKS_PER_QUARTER, Meter, Note, Song, Track
from contrast import UNSEEN_BRIGHT_DARK

NAMES = (
    "pitch_class_entropy_bits",
    "scale_consistency",
    "groove_similarity",
    "similar_bars",
    "copied_bars",
    "notes_per_beat",
    "empty_beats",
    "melody_steps",
    "melody_leaps",
    "melody_repeats",
    "melody_range_semitones",
    "key_clarity",
)


def real_melodies(data: Path) -> list[Song]:
    lines = (data / "leadsheets_openewld" / "songs.jsonl").read_text("utf-8").splitlines()
    songs = []
    for sheet in map(json.loads, lines):
        ticks = [[round(x * TICKS_PER_QUARTER) for x in note[:2]] for note in sheet["notes"]]
        pitches = [note[2] for note in sheet["notes"]]
        notes = tuple(sorted(Note(a, p, b, 80) for (a, b), p in zip(ticks, pitches, strict=True) if b > 0))
        numerator, denominator = map(int, (sheet["time"] or "4/4").split("/"))
        meters = (Meter(0, numerator, denominator),)
        songs.append(Song("", (Track("Melody", notes, role="melody"),), meters=meters))
    return songs


def melody_of(song: Song) -> Song:
    """The melody alone, from the bar in which it begins."""
    track = song.tracks[0]
    bar = song.meters[0].bar_ticks
    begin = track.notes[0].start_ticks // bar * bar
    notes = tuple(replace(note, start_ticks=note.start_ticks - begin) for note in track.notes)
    return Song("", (replace(track, notes=notes),), tempos=song.tempos, meters=song.meters)


def values(measures: list[Measures], name: str) -> np.ndarray:
    return np.array([getattr(m, name) for m in measures], dtype=float)


def main() -> None:
    real = [measure(song) for song in real_melodies(Path(sys.argv[1]))]
    known, judged = real[::2], real[1::2]
    requests = [request for pair in UNSEEN_BRIGHT_DARK for request in pair]
    composed = [
        measure(melody_of(aoede.compose(request, seed=seed))) for request in requests for seed in range(3)
    ]
    print(
        f"{len(known)} melodies make the bands, {len(judged)} others and {len(composed)} composed ones are judged"
    )
    print(f"{'':26} {'real':>7} {'p10':>7} {'p90':>7} {'composed':>9}  inside: real, composed")
    shares = []
    for name in NAMES:
        low, high = np.nanquantile(values(known, name), (0.1, 0.9))
        inside = [
            float(np.mean((low <= values(m, name)) & (values(m, name) <= high))) for m in (judged, composed)
        ]
        shares.append(inside)
        means = np.nanmean(values(known, name)), np.nanmean(values(composed, name))
        print(
            f"{name:26} {means[0]:7.3f} {low:7.3f} {high:7.3f} {means[1]:9.3f}  {inside[0]:7.0%} {inside[1]:9.0%}"
        )
    print(f"{'mean share inside':59}  {np.mean(shares, axis=0)[0]:7.0%} {np.mean(shares, axis=0)[1]:9.0%}")


if __name__ == "__main__":
    main()
