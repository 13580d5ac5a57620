"""Does `music/measures.py` measure what was published? Does it tell music from noise, and melody from accompaniment?

    python bench/measures.py ../shared/data            # the tables of docs/BENCHMARKS.md
    python bench/measures.py ../shared/data --bands    # the constants of music/bands.py

1. Means over the folk tunes beside the tabled ones (of 1034 tunes).
2. Every fifth song of each corpus, which the bands never saw, and what is no music, judged by the bands. That a song
   is judged by its distance from the bands, not by how many it lies in, was decided with both in view.
3. The melody of songs whose tracks were thrown together, and of songs whose tracks lost their names. The thresholds
   of these rules were chosen on some of the same songs.
4. How much of a melody stands in others: songs that were kept aside, copies, noise.
5. Speed.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aoede.formats import midi
from aoede.music.bands import (
    CORPORA,
    WORDS,
    Band,
    Corpus,
    mean_outside,
    nearest,
    passes,
    positions,
    share_inside,
)
from aoede.music.key_finder import find_key
from aoede.music.measures import Measures, measure, pitch_class_weights
from aoede.music.note_table import NoteTable, pitched_notes, skyline, table_of
from aoede.music.recurrence import Melodies, shared_with
from aoede.music.voices import is_line, melody_of, told_apart, with_chords_heard
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note, Song, Track

# Mean over the jukedeck edition of the Nottingham set: (melody and chords, melody alone).
TABLED: dict[str, tuple[float | None, float | None]] = {
    "pitch_class_entropy_bits": (2.75, 2.67),
    "entropy_1_bar_bits": (1.99, 1.56),
    "entropy_4_bars_bits": (2.62, 2.44),
    "pitch_classes_a_bar": (4.6, 3.4),
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
    "structure_middle": (0.82, 0.82),  # these two by a recipe that is not told
    "structure_long": (0.76, 0.75),
}
ALSO = ("structure_short", "key_clarity", "tonal_clarity", "melody_articulation", "onsets_per_minute")
SIXTEENTH = TICKS_PER_QUARTER // 4
KEPT_ASIDE = 5  # every fifth song
UNUSUAL = 0.05  # of the songs of a corpus
MEASURED_SHARE = 0.2  # of the songs of a corpus must have a measure for it to have a band
# Bands are at least so wide, where all songs of a corpus are alike: what nobody would hear.
GRAIN = dict.fromkeys(WORDS, 0.02) | {
    "pitch_class_entropy_bits": 0.1,
    "entropy_4_bars_bits": 0.1,
    "entropy_1_bar_bits": 0.1,
    "pitch_classes_a_bar": 0.2,
    "polyphony": 0.2,
    "notes_per_beat": 0.2,
    "melody_range_semitones": 2.0,
}
AT_MOST_1 = [name for name, grain in GRAIN.items() if grain == 0.02]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--bands", action="store_true", help="print the constants of music/bands.py instead")
    options = parser.parse_args()
    sets = corpora(options.data)
    if options.bands:
        print_constants(sets)
        return
    print_tabled(sets["tunes"].songs)
    print_judged(sets)
    print_melodies(sets)
    print_shared(sets)
    print_speed(sets)


# --- the corpora ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Set:
    what: str
    songs: list[Song]  # the melody's track has that role


def corpora(data: Path) -> dict[str, Set]:
    tunes = read(data / "midi_nottingham")
    sheets = read(data / "leadsheets_openewld")
    return {
        "chorales": Set("four-part chorales by J. S. Bach", read(data / "midi_jsb_chorales")),
        "tunes": Set("folk tunes with chords", tunes),
        "songs": Set("songs of the 19th century for voices and piano", read(data / "songs_openscore_lieder")),
        "leadsheets": Set("songs of 1850 to 1929 as melody and chords", sheets),
        "melodies": Set("melodies of folk tunes and songs", [*map(melody_only, [*sheets, *tunes[::4]])]),
    }


def read(folder: Path) -> list[Song]:
    return [with_melody(midi.read(path).song) for path in sorted(folder.rglob("*.mid"))]


def with_melody(song: Song) -> Song:
    """Every corpus holds the melody in its first track: tune, soprano, voice."""
    tracks = [track for track in song.tracks if track.notes]
    return replace(song, tracks=(replace(tracks[0], role="melody"), *tracks[1:]))


def melody_only(song: Song) -> Song:
    return replace(song, tracks=song.tracks[:1], chords=())


# --- 1. tabled --------------------------------------------------------------------------------------


def print_tabled(songs: list[Song]) -> None:
    full = [measure(song) for song in songs]
    melodies = [measure(melody_only(song)) for song in songs]
    noise = {name: measure(make(1, parts=1)) for name, make in NOISE.items()}
    print(f"\n1. {len(songs)} folk tunes: mean, and what was tabled" + "".join(f"{n:>17}" for n in noise))
    print(f"{'':26}  all tracks     melody alone")
    print(f"{'':26}  ours  tabled   ours  tabled   p10 .. p90")
    for name in (*TABLED, *ALSO):
        low, high = edges(melodies, name)
        tabled = [f"{x:6.3g}" if x is not None else "     -" for x in TABLED.get(name, (None, None))]
        row = f"{name:26}{mean(full, name):6.3g}  {tabled[0]} {mean(melodies, name):6.3g}  {tabled[1]}"
        cells = (
            f"{v:.3g}{' ' if low <= v <= high else '*'}" for v in (getattr(m, name) for m in noise.values())
        )
        print(f"{row}   {low:.3g} .. {high:.3g}".ljust(74) + "".join(f"{cell:>17}" for cell in cells))
    print(f"key found = key signature: {share_of_right_keys(songs):.1%} of the tunes that state one")


def mean(measures: Iterable[Measures], name: str) -> float:
    return float(np.nanmean([getattr(m, name) for m in measures]))


def edges(measures: Iterable[Measures], name: str) -> tuple[float, float]:
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


# --- 2. bands ---------------------------------------------------------------------------------------


def print_constants(sets: Mapping[str, Set]) -> None:
    for name, corpus in sets.items():
        seen = [song for i, song in enumerate(corpus.songs) if i % KEPT_ASIDE]
        measured = [measured_as_looked_at(song) for song in seen]
        made = corpus_of(name, f"{len(seen)} {corpus.what}", measured)
        print(f'    Corpus(\n        "{made.name}",\n        "{made.what}",')
        print(f"        {made.usual_inside},\n        {made.usual_outside},\n        {{")
        for row, band in made.bands.items():
            print(f'            "{row}": Band({band.low}, {band.mean}, {band.high}),')
        print("        },\n    ),")


def measured_as_looked_at(song: Song) -> Measures:
    return measure(with_chords_heard(song))


def corpus_of(name: str, what: str, measured: list[Measures]) -> Corpus:
    bands = {}
    for row in WORDS:
        values = np.array([getattr(m, row) for m in measured])
        values = values[~np.isnan(values)]
        if len(values) >= MEASURED_SHARE * len(measured):
            bands[row] = band_of(row, values)
    bare = Corpus(name, what, 0.0, 1.0, bands)
    places = [positions(m, bare) for m in measured]
    inside = np.quantile([share_inside(p) for p in places], UNUSUAL)
    outside = np.quantile([mean_outside(p) for p in places], 1 - UNUSUAL)
    return replace(bare, usual_inside=floor3(inside), usual_outside=ceil3(outside))


def band_of(name: str, values: np.ndarray) -> Band:
    """Edges rounded outwards, so that a value at the edge is inside."""
    low, high = np.quantile(values, (0.1, 0.9))
    lacking = max(0.0, GRAIN[name] - (high - low)) / 2
    low, high = low - lacking, high + lacking
    if name in AT_MOST_1:
        low, high = max(0.0, min(low, 1 - GRAIN[name])), min(1.0, max(high, GRAIN[name]))
    return Band(floor3(low), round(float(values.mean()), 3), ceil3(high))


def floor3(value: float) -> float:
    return math.floor(value * 1000) / 1000


def ceil3(value: float) -> float:
    return math.ceil(value * 1000) / 1000


def print_judged(sets: Mapping[str, Set]) -> None:
    print("\n2. Measures inside the bands: kept aside, and no music")
    print(
        f"{'every fifth of':16}{'songs':>6}{'inside':>8}{'outside by':>12}{'pass':>6}   by texture taken for"
    )
    for name, corpus in sets.items():
        aside = [measured_as_looked_at(song) for song in corpus.songs[::KEPT_ASIDE]]
        places = [positions(m, CORPORA[name]) for m in aside]
        inside, outside = (np.mean([of(p) for p in places]) for of in (share_inside, mean_outside))
        passing = np.mean([passes(p, CORPORA[name]) for p in places])
        taken = [nearest(m).name for m in aside]
        told = ", ".join(f"{other} {taken.count(other) / len(taken):.0%}" for other in sorted(set(taken)))
        print(f"{name:16}{len(aside):6}{inside:8.0%}{outside:12.3f}{passing:6.0%}   {told}")
    print("\nno music, 20 of each: measures below, inside, above; outside by how much; how many pass")
    print(f"{'':28}" + "".join(f"{name:>28}" for name in CORPORA))
    for kind, make in NOISE.items():
        for parts in (1, 4):
            measured = [measured_as_looked_at(make(seed, parts=parts)) for seed in range(20)]
            cells = [f"{judged(measured, corpus):>28}" for corpus in CORPORA.values()]
            print(f"{kind + (', four parts' if parts > 1 else ''):28}" + "".join(cells))


def judged(measured: list[Measures], corpus: Corpus) -> str:
    places = [positions(m, corpus) for m in measured]
    values = np.array([list(p.values()) for p in places])
    below, above = (values < 0).sum(axis=1).mean(), (values > 1).sum(axis=1).mean()
    outside = np.mean([mean_outside(p) for p in places])
    passing = np.mean([passes(p, corpus) for p in places])
    inside = values.shape[1] - below - above
    return f"{below:.1f} {inside:.1f} {above:.1f}, {outside:.2f}, {passing:.0%}"


# --- 3. melody and accompaniment --------------------------------------------------------------------


def print_melodies(sets: Mapping[str, Set]) -> None:
    print(
        "\n3. Melody told apart: precision and recall of notes in one track; right track among nameless ones"
    )
    print(f"{'':12}{'highest notes':>20}{'top line':>20}{'track':>8}")
    for name in ("chorales", "tunes", "songs", "leadsheets"):
        songs = [song for song in sets[name].songs[::3] if len(song.tracks) > 1]
        highest = np.mean([found_of(song, skyline) for song in songs], axis=0)
        line = np.mean([found_of(song, lambda notes: notes.chosen(is_line(notes))) for song in songs], axis=0)
        right = np.mean([told_apart(nameless(song)).track == 0 for song in songs])
        print(f"{name:12}{highest[0]:12.1%}{highest[1]:8.1%}{line[0]:12.1%}{line[1]:8.1%}{right:8.0%}")


def found_of(song: Song, melody: Callable[[NoteTable], NoteTable]) -> tuple[float, float]:
    """Precision and recall of (onset, pitch) against the song's melody track, all tracks being one."""
    true, found = onsets_of(skyline(table_of(song.tracks[:1]))), onsets_of(melody(pitched_notes(song)))
    return len(true & found) / len(found), len(true & found) / len(true)


def onsets_of(notes: NoteTable) -> set[tuple[int, int]]:
    return set(zip(notes.starts_ticks.tolist(), notes.pitches.tolist(), strict=True))


def nameless(song: Song) -> Song:
    return replace(song, tracks=tuple(replace(track, name="", role="") for track in song.tracks))


# --- 4. novelty -------------------------------------------------------------------------------------


def print_shared(sets: Mapping[str, Set]) -> None:
    print("\n4. Phrases of eight notes that stand in four fifths of a corpus (intervals and rhythm, any key)")
    print(
        f"{'':12}{'songs':>7}{'kept aside':>12}{'longest: median, most':>24}{'those inside':>14}{'noise':>7}"
    )
    for name in ("chorales", "tunes", "songs", "leadsheets"):
        melodies = [melody_of(song) for song in sets[name].songs]
        known = [melody for i, melody in enumerate(melodies) if i % KEPT_ASIDE]
        index = Melodies.of(known)
        aside = [shared_with(melody, index) for melody in melodies[::KEPT_ASIDE]]
        copies = [shared_with(melody, index) for melody in known[:20]]
        noise = [shared_with(melody_of(chromatic_noise(seed, parts=1)), index) for seed in range(20)]
        shares = [np.nanmean([each.phrases for each in group]) for group in (aside, copies, noise)]
        longest = [each.longest_notes for each in aside]
        print(
            f"{name:12}{len(known):7}{shares[0]:12.1%}{np.median(longest):17.0f}, {max(longest):5}"
            f"{shares[1]:14.0%}{shares[2]:7.1%}"
        )


# --- 5. speed ---------------------------------------------------------------------------------------


def print_speed(sets: Mapping[str, Set]) -> None:
    print("\n5. Milliseconds a song, all measures: mean, slowest; and with the chords that are heard")
    for name, corpus in sets.items():
        songs = corpus.songs[::KEPT_ASIDE]
        plain, heard = ([seconds(how, song) for song in songs] for how in (measure, measured_as_looked_at))
        print(f"{name:12}{1000 * np.mean(plain):8.1f}{1000 * max(plain):8.1f}{1000 * np.mean(heard):8.1f}")
    notes = tuple(sorted(Note(60 * i, 40 + i * 7 % 48, 200, 80) for i in range(100_000)))
    print(f"100,000 notes in 3,125 bars: {seconds(measure, Song('', (Track('', notes),))):.2f} s")
    melodies = Melodies.of([melody_of(song) for song in sets["tunes"].songs])
    asked = melody_of(sets["songs"].songs[0])
    took = seconds(lambda: shared_with(asked, melodies))
    print(f"a melody of {len(asked)} notes against {len(melodies.codes):,}: {1000 * took:.0f} ms")


def seconds(work: Callable[..., object], *arguments: object) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


# --- what is no music: 32 bars of 4/4 ---------------------------------------------------------------


def chromatic_noise(seed: int, parts: int) -> Song:
    """Each part any pitch of two octaves at random sixteenths."""
    random = stream(seed, "chromatic noise")
    lines = []
    for part in range(parts):
        onsets = np.flatnonzero(random.random(512) < 0.4)
        lines.append((onsets, random.integers(60, 85, len(onsets)) - 7 * part))
    return song_of(lines)


def diatonic_walk(seed: int, parts: int) -> Song:
    """Each part a random walk on the scale of C major at random sixteenths."""
    random = stream(seed, "diatonic walk")
    lines = []
    for part in range(parts):
        onsets = np.flatnonzero(random.random(512) < 0.4)
        degrees = (
            np.abs((np.cumsum(random.integers(-2, 3, len(onsets))) + 7) % 28 - 14) - 7
        )  # turns at both ends
        degrees -= 4 * part
        scale = np.array([0, 2, 4, 5, 7, 9, 11])
        lines.append((onsets, 72 + 12 * (degrees // 7) + scale[degrees % 7]))
    return song_of(lines)


def looped_bar(seed: int, parts: int) -> Song:
    """One sensible bar, 32 times."""
    onsets = np.concatenate([bar * 16 + np.array([0, 4, 8, 12]) for bar in range(32)])
    bars = ([72, 74, 76, 74], [67, 67, 67, 67], [64, 65, 67, 65], [48, 47, 48, 43])
    return song_of([(onsets, np.tile(bar, 32) + seed % 12) for bar in bars[:parts]])


def song_of(lines: Iterable[tuple[np.ndarray, np.ndarray]]) -> Song:
    """A melody and what goes with it: (sixteenths, pitches) each; each note lasts until the next."""
    tracks = []
    for sixteenths, pitches in lines:
        ends = [*sixteenths[1:], 512]
        notes = tuple(
            Note(int(start) * SIXTEENTH, int(pitch), int(end - start) * SIXTEENTH, 80)
            for start, end, pitch in zip(sixteenths, ends, pitches, strict=True)
        )
        tracks.append(Track("", notes, role="" if tracks else "melody"))
    return Song("", tuple(tracks))


NOISE: dict[str, Callable[..., Song]] = {
    "chromatic noise": chromatic_noise,
    "diatonic walk": diatonic_walk,
    "looped bar": looped_bar,
}

if __name__ == "__main__":
    main()
