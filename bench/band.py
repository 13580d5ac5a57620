"""Do chords, bass and colour do what players do? Composed songs of every style beside chorales and songs with piano.

    python bench/band.py ../shared/data            # the tables of docs/BENCHMARKS.md
    python bench/band.py ../shared/data --seeds 5

1. By style: chord tones of the bass on the beats that carry the others, chord tones of the chord part (jazz plays
   ninths), melody notes that a note of the chord part covers, and melody notes beside which the colour sounds a
   semitone or a tone away.
2. Semitones that a voice moves from chord to chord, and how often the outer voices go in parallel fifths or octaves:
   strings and keys, the same chords each in its closest form about one place (least motion, anything else left out of
   account) and in root position, and the chorales' voices from beat to beat where their harmony changes.
3. Seconds of work for the three parts of a song.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.formats import midi
from aoede.music.beats import beats_of
from aoede.music.colour import colour_parts_for
from aoede.music.melody import melodies_for
from aoede.music.parts import bass_parts_for, chord_parts_for
from aoede.music.styles import STYLES
from aoede.music.theory import Chord, PlacedChord
from aoede.music.voices import told_apart
from aoede.music.voicings import Hand, voicings_for
from aoede.sketches import Sketch, changes_of, sketch
from aoede.song import Note, Song

REQUESTS = (
    "a walk at night",
    "the first day of summer",
    "we lost the game",
    "a letter to my sister",
    "the storm over the sea",
)
Pitches = NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """Of one song, each 0..1, nan where there is nothing to count."""

    bass: float  # notes on heavy beats that are of the chord
    chords: float  # notes that are of the chord
    covered: float  # melody notes with a note of the chord part as high or higher at their onset
    rubbed: float  # melody notes with a note of the colour one or two semitones away at their onset


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=2, help="songs of each of the five requests a style")
    arguments = parser.parse_args()
    print("| style | bass in the chord | chords in the chord | melody covered | colour within a tone |")
    print("|---|---|---|---|---|")
    for style in STYLES:
        shares = [
            shares_of(sketch(request, seed=seed, style=style))
            for request in REQUESTS
            for seed in range(arguments.seeds)
        ]
        print(f"| {style} | {row([s.bass for s in shares])} | {row([s.chords for s in shares])} | ", end="")
        print(f"{row([s.covered for s in shares])} | {row([s.rubbed for s in shares])} |", flush=True)
    lieder = sorted((arguments.data / "songs_openscore_lieder" / "midi").glob("*.mid"))[:100]
    print(f"\nmelody covered in {len(lieder)} songs with piano: {row(covered_in(lieder))}\n")
    voice_leading(sorted((arguments.data / "midi_js_fakes" / "midi").glob("*.mid"))[:100], arguments.seeds)
    speed()


def row(values: Iterable[float]) -> str:
    known = [value for value in values if not np.isnan(value)]
    return f"{100 * mean(known):.1f} %" if known else "none"


# --- shares -----------------------------------------------------------------------------------------


def shares_of(sketched: Sketch) -> Shares:
    """Of the parts as they are written, before hands move them."""
    plan, changes = sketched.plan, changes_of(sketched)
    melodies = melodies_for(plan, changes, sketched.seed)
    starts_ticks = [0, *accumulate(section.bars * plan.meter.bar_ticks for section in plan.sections)]
    placed = [
        replace(chord, start_ticks=chord.start_ticks + start, end_ticks=chord.end_ticks + start)
        for start, section in zip(starts_ticks, changes, strict=False)
        for chord in section
    ]

    def whole(part: Sequence[Sequence[Note]]) -> list[Note]:
        return [
            replace(note, start_ticks=note.start_ticks + start)
            for start, notes in zip(starts_ticks, part, strict=False)
            for note in notes
        ]

    tune = whole(melodies)
    bass = whole(bass_parts_for(plan, changes, sketched.seed))
    chords = whole(chord_parts_for(plan, changes, sketched.seed))
    colour = whole(colour_parts_for(plan, changes, melodies, sketched.seed))
    heavy = {beat.start_ticks for beat in beats_of(plan.meter) if beat.weight}
    on_heavy = [note for note in bass if note.start_ticks % plan.meter.bar_ticks in heavy]
    return Shares(
        in_chord(placed, on_heavy),
        in_chord(placed, chords),
        beside(tune, chords, lambda apart: apart >= 0),
        beside(tune, colour, lambda apart: np.isin(np.abs(apart), (1, 2))),
    )


def in_chord(placed: Sequence[PlacedChord], notes: Sequence[Note]) -> float:
    """Share of the notes that belong to the chord at their onset."""
    starts = np.array([chord.start_ticks for chord in placed])
    which = np.searchsorted(starts, [note.start_ticks for note in notes], side="right") - 1
    hits = [note.pitch % 12 in placed[i].chord.pitch_classes for note, i in zip(notes, which, strict=True)]
    return float(np.mean(hits)) if hits else float("nan")


def beside(melody: Sequence[Note], others: Sequence[Note], is_so: Callable[[Pitches], Any]) -> float:
    """Share of melody notes at whose onset some other note sounds whose distance in semitones `is_so`."""
    if not others or not melody:
        return float("nan")
    starts, ends, pitches = np.array([(n.start_ticks, n.end_ticks, n.pitch) for n in others]).T
    hits = []
    for note in melody:
        sounding = (starts <= note.start_ticks) & (ends > note.start_ticks)
        hits.append(bool(np.any(is_so(pitches[sounding] - note.pitch))))
    return float(np.mean(hits))


def covered_in(paths: Sequence[Path]) -> list[float]:
    """The same share for the voice and the piano of songs that people wrote."""
    shares = []
    for path in paths:
        voices = told_apart(midi.read(path).song)
        if voices.how != "none" and len(voices.accompaniment) and len(voices.melody):
            melody, others = (
                [
                    Note(start, pitch, end - start, 80)
                    for start, end, pitch in zip(
                        table.starts_ticks.tolist(),
                        table.ends_ticks.tolist(),
                        table.pitches.tolist(),
                        strict=True,
                    )
                    if end > start
                ]
                for table in (voices.melody, voices.accompaniment)
            )
            shares.append(beside(melody, others, lambda apart: apart >= 0))
    return shares


# --- voice leading ----------------------------------------------------------------------------------


def voice_leading(paths: Sequence[Path], n_seeds: int) -> None:
    chords = [
        progression
        for seed in range(n_seeds)
        for request in REQUESTS
        for progression in progressions(sketch(request, seed=seed))
    ]
    hands = {"strings": Hand("section", adds_bass=False), "keys": Hand("keys", adds_bass=False)}
    led = {
        name: [np.array(voicings_for(progression, hand)) for progression in chords]
        for name, hand in hands.items()
    }
    led["the closest form about one place"] = [
        np.array([closest(chord) for chord in progression]) for progression in chords
    ]
    led["root position"] = [np.array([rooted(chord) for chord in progression]) for progression in chords]
    basses = [np.array([bass_pc(chord) for chord in progression]) for progression in chords]
    print(
        "| voices | semitones a voice and change | top voice | parallels with the bass |\n|---|---|---|---|"
    )
    for name, progression in led.items():
        print_row(name, progression, basses)
    chorales = [voices for path in paths if (voices := chorale(midi.read(path).song)) is not None]
    print_row(f"{len(chorales)} chorales", [v[:, 1:] for v in chorales], [v[:, 0] for v in chorales])


def progressions(sketched: Sketch) -> list[list[Chord]]:
    """The changes of each section, as triads so that every form has three voices."""
    triads = {"7": "maj", "maj7": "maj", "min7": "min", "m7b5": "dim"}
    return [
        [
            replace(placed.chord, quality=triads.get(placed.chord.quality, placed.chord.quality))
            for placed in section
        ]
        for section in changes_of(sketched)
    ]


def bass_pc(chord: Chord) -> int:
    return chord.root_pc if chord.bass_pc is None else chord.bass_pc


def rooted(chord: Chord) -> list[int]:
    return [54 + (chord.root_pc - 6) % 12 + interval for interval in chord.intervals[:3]]


def closest(chord: Chord) -> list[int]:
    """The three tones from C#4 up: motion as small as it is without looking at the chord before."""
    return sorted(55 + (chord.root_pc + interval - 55) % 12 for interval in chord.intervals[:3])


def chorale(song: Song) -> Pitches | None:
    """(T, 4) pitches from bass to soprano on each beat whose notes differ from the last; None without four voices."""
    notes = [note for track in song.tracks for note in track.notes]
    rows: list[list[int]] = []
    for beat in range(0, max(note.end_ticks for note in notes), 480):
        sounding = sorted(note.pitch for note in notes if note.start_ticks <= beat < note.end_ticks)
        pcs = {pitch % 12 for pitch in sounding}
        if len(sounding) == 4 and (not rows or {pitch % 12 for pitch in rows[-1]} != pcs):
            rows.append(sounding)
    return np.array(rows) if len(rows) > 1 else None


def print_row(name: str, voices: Sequence[Pitches], basses: Sequence[Pitches]) -> None:
    steps = np.concatenate([np.abs(np.diff(pitches, axis=0)) for pitches in voices])
    moved = steps.sum(axis=1) > 0
    parallels = [
        parallel(a, b, c, d)
        for pitches, lows in zip(voices, basses, strict=True)
        for (a, b), (c, d) in zip(pairwise(lows.tolist()), pairwise(pitches[:, -1].tolist()), strict=True)
        if (a - b) % 12
    ]
    print(
        f"| {name} | {steps[moved].mean():.2f} | {steps[moved, -1].mean():.2f} | {100 * mean(parallels):.1f} % |"
    )


def parallel(bass: int, next_bass: int, top: int, next_top: int) -> bool:
    apart = (top - bass) % 12
    return apart in (0, 7) and (next_top - next_bass) % 12 == apart and top != next_top


# --- speed ------------------------------------------------------------------------------------------


def speed() -> None:
    took = []
    for style in ("rock", "folk", "jazz", "ballad"):
        sketched = sketch("hope and wonder", seed=1, style=style, bars=96, instruments=None)
        plan, changes = sketched.plan, changes_of(sketched)
        melodies = melodies_for(plan, changes, 1)
        for seed in range(4):
            begun = time.perf_counter()
            chord_parts_for(plan, changes, seed)
            bass_parts_for(plan, changes, seed)
            colour_parts_for(plan, changes, melodies, seed)
            took.append((seed > 0, time.perf_counter() - begun))
    warm = [seconds for is_warm, seconds in took if is_warm]
    cold = [seconds for is_warm, seconds in took if not is_warm]
    print(
        f"\nthree parts of 96 bars: {1000 * mean(warm):.0f} ms warm, {1000 * mean(cold):.0f} ms the first time"
    )


if __name__ == "__main__":
    main()
