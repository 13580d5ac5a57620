"""How often a harmonised melody has the chords that people gave it: `python bench/harmonise.py [DATA]`.

Beats (quarters) of melodies that were not learnt from: lead sheets of OpenEWLD held out by name, and folk tunes of
Nottingham in one meter. A beat counts where a chord is written. The key is found from the melody, but in one row.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aoede.encodings.chords import QUALITIES, REDUCED, Chord, encode
from aoede.errors import AoedeError
from aoede.formats import midi
from aoede.learning.harmonise import LeadSheet, held_out, lead_sheets
from aoede.music import harmonise as harmoniser
from aoede.music.given_melody import melody_key
from aoede.music.harmonise import Ear, harmonise
from aoede.music.theory import Key, PlacedChord, make_key, tonic_name
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Song

Harmoniser = Callable[[LeadSheet, Key], Sequence[PlacedChord]]


def main(data: Path) -> None:
    held = [sheet for sheet in lead_sheets(data) if held_out(sheet.name)]
    sets = {"OpenEWLD": held, "Nottingham": nottingham(data)}
    heads = [f"{name} ({len(sheets)})" for name, sheets in sets.items()]
    print(f"{'share of beats in %':42s}" + "".join(f"{head:>26s}" for head in heads))
    print(f"{'':42s}" + f"{'root  triad  chord':>26s}" * len(sets))
    for name, way in ways().items():
        print(f"{name:42s}" + "".join(f"{_cell(sheets, way):>26s}" for sheets in sets.values()), flush=True)
    for name, sheets in sets.items():
        right = np.mean([_same_key(sheet, found_key(sheet)) for sheet in sheets])
        print(f"key found from the melody is that of the last chord, {name}: {100 * right:.1f} %")


def ways() -> dict[str, Harmoniser]:
    shipped = harmoniser.ear()
    flat = replace(shipped, follows=np.broadcast_to(_common(shipped), shipped.follows.shape))
    hasty = replace(flat, changes=np.full(2, 0.999))
    no_places = replace(shipped, places=np.zeros_like(shipped.places))
    deaf = replace(shipped, hears=np.full_like(shipped.hears, 1 / 12))
    return {
        "a triad of the scale by chance, each bar": _by_chance,
        "the tonic always": _tonic,
        "each place alone: notes, common chords": lambda s, k: _harmonised(s, k, hasty),
        "the same, but chords are held": lambda s, k: _harmonised(s, k, flat),
        "no notes: chords as they follow": lambda s, k: _harmonised(s, k, deaf),
        "without the place in the phrase": lambda s, k: _harmonised(s, k, no_places),
        "shipped": lambda s, k: _harmonised(s, k, shipped),
        "shipped, another drawn (one seed)": _drawn,
        "shipped, key of the last chord told": lambda s, _: _harmonised(s, written_key(s), shipped),
    }


def _common(heard: Ear) -> np.ndarray:
    """(2, 1, chords) how common each chord is in the long run of its model."""
    rows = []
    for table in heard.follows:
        p = np.full(len(table), 1 / len(table))
        for _ in range(200):
            p = 0.5 * p + 0.5 * p @ table
        rows.append(p[None])
    return np.array(rows)


def _places(sheet: LeadSheet) -> list[int]:
    return [(bar - sheet.first_bar) % harmoniser.PHRASE_BARS for bar in range(sheet.n_bars)]


def _harmonised(sheet: LeadSheet, key: Key, heard: Ear) -> Sequence[PlacedChord]:
    return harmonise(sheet.notes, key, sheet.meter, sheet.n_bars, places=_places(sheet), heard=heard)


def _drawn(sheet: LeadSheet, key: Key) -> Sequence[PlacedChord]:
    rng = stream(1, "bench", sheet.name)
    return harmonise(sheet.notes, key, sheet.meter, sheet.n_bars, places=_places(sheet), rng=rng)


def _tonic(sheet: LeadSheet, key: Key) -> Sequence[PlacedChord]:
    end = sheet.n_bars * sheet.meter.bar_ticks
    return [PlacedChord(0, end, Chord(key.tonic_pc, "min" if key.is_minor else "maj"))]


def _by_chance(sheet: LeadSheet, key: Key) -> Sequence[PlacedChord]:
    rng, scale, bar = stream(1, "chance", sheet.name), key.scale, sheet.meter.bar_ticks
    placed = []
    for n in range(sheet.n_bars):
        degree = int(rng.integers(7))
        root, third = scale[degree], (scale[(degree + 2) % 7] - scale[degree]) % 12
        fifth = (scale[(degree + 4) % 7] - root) % 12
        quality = "dim" if fifth == 6 else "min" if third == 3 else "maj"
        placed.append(PlacedChord(n * bar, (n + 1) * bar, Chord(root, quality)))
    return placed


def _cell(sheets: Sequence[LeadSheet], way: Harmoniser) -> str:
    hits, n = np.zeros(3), 0
    for sheet in sheets:
        changes = way(sheet, found_key(sheet))
        for ticks in range(0, max(note.end_ticks for note in sheet.notes), TICKS_PER_QUARTER):
            written = sheet.chord_at(ticks)
            if written is not None:
                sounding = next(c.chord for c in changes if c.start_ticks <= ticks < c.end_ticks)
                hits += _alike(written, sounding)
                n += 1
    return "  ".join(f"{100 * hit / n:5.1f}" for hit in hits)


def _alike(a: Chord, b: Chord) -> tuple[bool, bool, bool]:
    """Whether root, triad, and chord without extensions are the same."""
    root = a.root_pc == b.root_pc
    triad = root and _triad(a) == _triad(b)
    return root, triad, root and encode(a, 0) == encode(b, 0)


def _triad(chord: Chord) -> tuple[bool, bool]:
    """Whether it has a minor third, and a diminished fifth."""
    intervals = QUALITIES[REDUCED[encode(chord, 0) % len(REDUCED)]].intervals
    return 3 in intervals, 6 in intervals


def found_key(sheet: LeadSheet) -> Key:
    return melody_key(sheet.notes)


def written_key(sheet: LeadSheet) -> Key:
    tonic_pc, minor = sheet.key
    mode = "minor" if minor else "major"
    return make_key(tonic_name(tonic_pc, mode), mode)


def _same_key(sheet: LeadSheet, key: Key) -> bool:
    return (key.tonic_pc, int(key.is_minor)) == sheet.key


def nottingham(data: Path) -> list[LeadSheet]:
    """The folk tunes: a melody track, and a track of chords in blocks."""
    found = []
    for path in sorted((data / "midi_nottingham" / "midi").glob("*.mid")):
        try:
            song = midi.read(path).song
        except AoedeError:
            continue
        if len(song.tracks) == 2 and len(song.meters) == 1:
            chords = tuple(_blocks(song))
            if chords:
                found.append(LeadSheet(path.stem, song.meters[0], song.tracks[0].notes, chords))
    return found


def _blocks(song: Song) -> list[tuple[int, Chord]]:
    """The chords of the second track: notes that begin together, the lowest one the root if that makes a chord."""
    starts: dict[int, list[int]] = {}
    for note in song.tracks[1].notes:
        starts.setdefault(note.start_ticks, []).append(note.pitch)
    named = [(ticks, _named(pitches)) for ticks, pitches in sorted(starts.items())]
    return [(ticks, chord) for ticks, chord in named if chord is not None]


def _named(pitches: Sequence[int]) -> Chord | None:
    classes, lowest = {pitch % 12 for pitch in pitches}, min(pitches) % 12
    fitting = [
        Chord(root, quality)
        for root in (lowest, *sorted(classes - {lowest}))
        for quality in QUALITIES
        if {(root + interval) % 12 for interval in QUALITIES[quality].intervals} == classes
    ]
    return fitting[0] if fitting else None


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data"))
