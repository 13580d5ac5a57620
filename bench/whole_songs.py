"""Do whole songs hold what they claim, and do they lie where real songs lie? One table.

    python bench/whole_songs.py ../shared/data            # the table of docs/BENCHMARKS.md: 200 songs
    python bench/whole_songs.py ../shared/data --songs 20 --processes 2
    python bench/whole_songs.py ../shared/data --bands    # the constants WHOLE and SUNG of music/bands.py
    python bench/whole_songs.py ../shared/data --real     # what a singer objects to in real melodies

A hundred requests (hundred_requests.py), each with two seeds and random options, first come, none picked. Beside them
stand every fifth of the real songs, which the bands never saw, and what is no music (bench/measures.py). Real songs
are lead sheets of 1850 to 1929 and songs for voice and piano of the 19th century, together; their scores do not
write out repeats. POP909 is not in DATA: its percentiles were measured on its files by the same definitions.
"""

import argparse
import inspect
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from aoede.compose import compose
from aoede.errors import AoedeError
from aoede.music.bands import Corpus, mean_outside, share_inside
from aoede.music.critic import Critique, melody_measures, score
from aoede.music.measures import measure
from aoede.music.singable import WORDS as OBJECTIONS
from aoede.music.singable import faults
from aoede.music.voices import told_apart, with_chords_heard
from aoede.randomness import stream
from aoede.sketches import sketch
from aoede.song import Song
from hundred_requests import REQUESTS
from measures import KEPT_ASIDE, NOISE, corpus_of, read
from song_claims import claims

Facts = dict[str, float | None]
REAL = ("leadsheets_openewld", "songs_openscore_lieder")
KEYS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES = ("major", "minor", "dorian", "mixolydian", "lydian", "phrygian", "harmonic minor")
METERS = ("4/4", "3/4", "6/8", "2/4", "12/8", "5/4", "7/8")
FORMS = (
    "verse chorus verse chorus",
    "intro verse:16 chorus verse chorus bridge chorus outro",
    "verse verse bridge verse",
    "intro:2 verse chorus:12 outro",
)
CHORDS = ("C Am F G", "Dm Bb F C", "Em C G D", "A F#m D E", "Gm Eb Bb F", "Cmaj7 Am7 Dm7 G7")
STYLES = ("ballad", "folk", "pop", "waltz", "march", "lullaby", "anthem")
BANDS = ("piano", "piano, cello", "guitar, flute, bass", "strings, harp, oboe", "piano, bass, drums")
# Asked for: bar repetition and groove similarity of the melody within these.
REPETITION, GROOVE = (0.43, 0.79), (0.59, 0.91)
# 10th and 90th percentile of POP909's 909 songs, whole, and of the melodies of 303.
POP909_WHOLE: Mapping[str, tuple[float, float]] = {
    "pitch_class_entropy_bits": (2.61, 3.11), "scale_consistency": (0.888, 1.0), "groove_consistency": (0.931, 0.982),
    "groove_similarity": (0.662, 0.911), "entropy_1_bar_bits": (1.98, 2.41), "entropy_4_bars_bits": (2.48, 2.76),
    "polyphony": (3.3, 4.2), "copied_bars": (0.01, 0.43), "similar_bars": (0.22, 0.70),
}  # fmt: skip
POP909_MELODY: Mapping[str, tuple[float, float]] = {
    "pitch_class_entropy_bits": (2.29, 2.92), "scale_consistency": (0.924, 1.0), "groove_similarity": (0.59, 0.805),
    "entropy_1_bar_bits": (1.15, 1.83), "entropy_4_bars_bits": (2.04, 2.44), "pitch_classes_a_bar": (2.6, 4.1),
    "copied_bars": (0.30, 0.70), "similar_bars": (0.43, 0.79), "notes_per_beat": (0.83, 1.82),
    "empty_beats": (0.069, 0.212),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=2 * len(REQUESTS))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--bands", action="store_true", help="print constants of music/bands.py instead")
    parser.add_argument(
        "--real", action="store_true", help="print what is objected to in real melodies instead"
    )
    options = parser.parse_args()
    if options.bands:
        print_constants(options.data)
    elif options.real:
        print_objections(options.data)
    else:
        print_table(columns(options.data, options.songs, options.processes))


# --- songs that are composed ------------------------------------------------------------------------


def options_of(index: int) -> dict[str, Any]:
    """Random options, the same for an index whatever the composer knows; those that it does not know are left out."""
    random = stream(index, "options")
    drawn: dict[str, Any] = {}

    def sometimes(name: str, chance: float, value: Callable[[], Any]) -> None:
        happens, drawn_value = random.random() < chance, value()
        if happens:
            drawn[name] = drawn_value

    sometimes("key", 0.3, lambda: KEYS[random.integers(12)] + ("", " minor", " major")[random.integers(3)])
    sometimes("mode", 0.2, lambda: MODES[random.integers(len(MODES))])
    sometimes("tempo", 0.3, lambda: int(random.integers(50, 190)))
    sometimes("meter", 0.3, lambda: METERS[random.integers(len(METERS))])
    sometimes("bars", 0.35, lambda: int(random.integers(8, 97)))
    sometimes("form", 0.25, lambda: FORMS[random.integers(len(FORMS))])
    sometimes("chords", 0.08, lambda: CHORDS[random.integers(len(CHORDS))])
    sometimes("style", 0.2, lambda: STYLES[random.integers(len(STYLES))])
    sometimes("instruments", 0.15, lambda: BANDS[random.integers(len(BANDS))])
    for level in ("density", "register", "surprise"):
        sometimes(level, 0.1, lambda: ("low", "high")[random.integers(2)])
    return without_contradictions(drawn)


def without_contradictions(drawn: dict[str, Any]) -> dict[str, Any]:
    known = set(inspect.signature(compose).parameters)
    kept = {name: value for name, value in drawn.items() if name in known}
    if " " in kept.get("key", ""):
        kept.pop("mode", None)
    if "chords" in kept:
        kept.pop("key", None), kept.pop("mode", None)
    if "bars" in kept:
        kept.pop("form", None)
    return kept


def composed(index: int, alone_: bool = False) -> Facts:
    """The facts of the song with this index. alone_: of the only candidate, without the critic's choice."""
    request, options = REQUESTS[index % len(REQUESTS)], options_of(index)
    more = {"candidates": 1} if alone_ else {}
    began = time.perf_counter()
    try:
        song = compose(request, seed=index, **options, **more)
    except AoedeError as error:
        print(f"song {index}: refused, {error}: {request!r} {options}", file=sys.stderr)
        return {"is composed": 0.0}
    seconds = time.perf_counter() - began
    plan = sketch(request, seed=index, **options).plan
    held = {
        name: None if holds is None else float(holds)
        for name, holds in claims(song, request, options).items()
    }
    broken = [name for name, holds in held.items() if holds == 0]
    if broken:
        print(f"song {index}: not {'; not '.join(broken)}: {request!r} {options}", file=sys.stderr)
    critique = score(song, plan)
    moods = {
        "asked valence": plan.valence, "asked arousal": plan.arousal,
        "judged valence": critique.judged.valence, "judged arousal": critique.judged.arousal,
    }  # fmt: skip
    return {"is composed": 1.0, **held, **facts_of(song, critique), **moods, "seconds": seconds}


# --- where they lie ---------------------------------------------------------------------------------


class Anything:
    """For songs that nobody asked for."""

    valence = arousal = 0.0


def facts_of(song: Song, critique: Critique | None = None) -> Facts:
    """What is told of composed songs, real ones and noise alike."""
    critique = critique or score(song, Anything())
    sung = {name: place for name, place in critique.places.items() if name.startswith("melody:")}
    whole = {name: place for name, place in critique.places.items() if name not in sung}
    voices = told_apart(song)
    all_of, line = measure(song, voices).as_dict(), melody_measures(song, voices.melody)
    return {
        "measures inside, all": share_inside(critique.places),
        "measures inside, whole song": share_inside(whole),
        "measures inside, melody alone": share_inside(sung),
        "outside by, whole song": mean_outside(whole),
        "outside by, melody alone": mean_outside(sung),
        "as near as 19 of 20 real songs": float(not critique.lacks["bands"]),
        "measures inside POP909's, whole song": inside(all_of, POP909_WHOLE),
        "measures inside POP909's, melody alone": inside(line, POP909_MELODY),
        "bar repetition of the melody": line["similar_bars"],
        "... from 0.43 to 0.79": inside(line, {"similar_bars": REPETITION}),
        "groove similarity of the melody": line["groove_similarity"],
        "... from 0.59 to 0.91": inside(line, {"groove_similarity": GROOVE}),
        "bar repetition, whole song": all_of["similar_bars"],
        "groove similarity, whole song": all_of["groove_similarity"],
        "a singer objects to nothing": float(not critique.faults),
    }  # type: ignore[dict-item]


def inside(found: Mapping[str, Any], bands: Mapping[str, tuple[float, float]]) -> float:
    known = [name for name in bands if found[name] is not None]
    return (
        float(np.mean([bands[name][0] <= found[name] <= bands[name][1] for name in known]))
        if known
        else np.nan
    )


def real_songs(data: Path) -> list[Song]:
    return [with_chords_heard(song) for folder in REAL for song in read(data / folder)]


def columns(data: Path, n_songs: int, processes: int) -> dict[str, list[Facts]]:
    made = {f"composed ({n_songs})": in_turn(composed, range(n_songs), processes)}
    if "candidates" in inspect.signature(compose).parameters:
        made["one candidate"] = in_turn(partial(composed, alone_=True), range(n_songs), processes)
    aside = real_songs(data)[::KEPT_ASIDE]
    made[f"real, kept aside ({len(aside)})"] = [facts_of(song) for song in aside]
    for name, make in NOISE.items():
        made[name] = [facts_of(with_chords_heard(make(seed, parts=4))) for seed in range(20)]
    return made


def in_turn(work: Callable[[int], Facts], indices: Iterable[int], processes: int) -> list[Facts]:
    if processes == 1:
        return [work(index) for index in indices]
    with get_context("spawn").Pool(processes) as pool:
        return pool.map(work, indices, chunksize=5)


def print_table(made: Mapping[str, Sequence[Facts]]) -> None:
    first = next(iter(made.values()))
    names = list(dict.fromkeys(name for facts in first for name in facts if "ed valence" not in name))
    names = [name for name in names if "ed arousal" not in name]
    print(f"| | {' | '.join(made)} |\n|---|{'---|' * len(made)}")
    for name in names:
        print(f"| {name} | {' | '.join(cell(facts, name) for facts in made.values())} |")
    for axis in ("valence", "arousal"):
        cells = [spearman_of(facts, axis) for facts in made.values()]
        print(f"| {axis}: asked with judged, Spearman | {' | '.join(cells)} |")
    slowest = [max((row.get("seconds") or 0 for row in facts), default=0) for facts in made.values()]
    print(f"| seconds, the slowest | {' | '.join(f'{s:.2f}' if s else '' for s in slowest)} |")


MEANS = ("outside", "bar repetition", "groove similarity", "seconds")


def cell(facts: Sequence[Facts], name: str) -> str:
    """The mean; a claim that only some songs make is told with how many they are."""
    values = np.array([row[name] for row in facts if row.get(name) is not None], dtype=float)
    values = values[~np.isnan(values)]
    if not len(values):
        return ""
    if name.startswith(MEANS):
        return f"{values.mean():.2f}"
    of = f" of {len(values)}" if len(values) < len(facts) else ""
    return f"{100 * values.mean():.{0 if values.mean() in (0, 1) else 1}f} %{of}"


def spearman_of(facts: Sequence[Facts], axis: str) -> str:
    rows = [(row[f"asked {axis}"], row[f"judged {axis}"]) for row in facts if f"asked {axis}" in row]
    return f"{spearman(*np.array(rows, dtype=float).T):.2f}" if len(rows) > 2 else ""


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r of the ranks, equal values sharing theirs."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


# --- constants --------------------------------------------------------------------------------------


def print_constants(data: Path) -> None:
    seen = [song for i, song in enumerate(real_songs(data)) if i % KEPT_ASIDE]
    whole = corpus_of("whole songs", f"{len(seen)} songs: melody and chords, or voice and piano",
                      [measure(song) for song in seen])  # fmt: skip
    print_corpus("WHOLE", whole)
    lines = [melody_measures(song, told_apart(song).melody) for song in seen]
    nothing = dict.fromkeys(whole.bands, np.nan)
    sung = corpus_of("sung melodies", f"the melodies of the same {len(seen)} songs",
                     [SimpleNamespace(**(nothing | line)) for line in lines])  # fmt: skip
    print_corpus("SUNG", sung)


def print_corpus(name: str, corpus: Corpus) -> None:
    print(f'{name} = Corpus(\n    "{corpus.name}",\n    "{corpus.what}",')
    print(f"    {corpus.usual_inside},\n    {corpus.usual_outside},\n    {{")
    for row, band in corpus.bands.items():
        print(f'        "{row}": Band({band.low}, {band.mean}, {band.high}),')
    print("    },\n)")


def print_objections(data: Path) -> None:
    """How many real melodies a singer would object to, and to what; and the limits that they lie near."""
    for folder in (*REAL, "midi_nottingham"):
        songs = read(data / folder)
        found = [faults(song, told_apart(song).melody) for song in songs]
        told = [f"{name} {np.mean([name in each for each in found]):.1%}" for name in OBJECTIONS]
        print(
            f"{folder}: {len(songs)} songs, {np.mean([not each for each in found]):.0%} without; {', '.join(told)}"
        )


if __name__ == "__main__":
    main()
