"""The judge of songs, `music/judge.py`: its constants, and what can be said of it without listeners.

    python bench/judge.py ../shared/data              # the tables of docs/BENCHMARKS.md
    python bench/judge.py ../shared/data --constants  # the constants of music/judge.py

1. Where real songs lie in each feature. The four sets that make the constants are songs for voice and piano, lead
   sheets, piano performances in excerpts of 90 seconds, and short songs; each counts alike. Lead sheets state no
   tempo and are left out of what is measured in seconds.
2. How often the strongest pulse is the stated beat.
3. Do songs whose words are bright sound brighter? The mood of the lyrics against the judge, who does not know them.
4. Speed.
"""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import aoede
from aoede.formats import midi
from aoede.mood.request import MAX_CHARACTERS, mood_of
from aoede.music.judge import FEATURES, UNITS_A_SECOND, features, heard, heard_tempo, judged, pace, sums
from aoede.music.note_table import NoteTable
from aoede.song import Meter, Song

SETS = {
    "songs": "songs_openscore_lieder",
    "leadsheets": "leadsheets_openewld",
    "piano": "midi_piano_giantmidi",
    "short songs": "midi_gutenberg_songs",
}
UNTIMED = "leadsheets"
IN_SECONDS = ("note_length", "pace", "notes_a_second")
EXCERPT_S, MOST_EXCERPTS = 90, 4
FEWEST_NOTES = 20
NEAR = 0.04  # of a tempo
Found = list[dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument(
        "--constants", action="store_true", help="print the constants of music/judge.py instead"
    )
    options = parser.parse_args()
    songs = {name: read(options.data / folder) for name, folder in SETS.items()}
    found = {name: [features(each) for each in heard_in(name, songs[name])] for name in SETS}
    if options.constants:
        print_constants(found)
        return
    print_features(found)
    print_pulse(songs)
    print_words(options.data, songs)
    print_speed(songs["songs"])


def read(folder: Path) -> dict[str, Song]:
    """Songs by the stem of their file."""
    return {path.stem: midi.read(path).song for path in sorted(folder.rglob("*.mid"))}


def heard_in(name: str, songs: Mapping[str, Song]) -> list[NoteTable]:
    every = [heard(song) for song in songs.values()]
    if name == "piano":
        every = [excerpt for notes in every for excerpt in excerpts(notes)]
    return [notes for notes in every if len(notes) >= FEWEST_NOTES]


def excerpts(notes: NoteTable) -> list[NoteTable]:
    """The first whole stretches of a performance that lasts for minutes, each as a piece of its own."""
    length = EXCERPT_S * UNITS_A_SECOND
    n_whole = min(MOST_EXCERPTS, int(notes.ends_ticks.max(initial=0)) // length)
    parts = []
    for i in range(n_whole):
        part = notes.chosen((notes.starts_ticks >= i * length) & (notes.starts_ticks < (i + 1) * length))
        begin = part.starts_ticks[:1].sum()
        parts.append(
            NoteTable(part.starts_ticks - begin, part.ends_ticks - begin, part.pitches, part.velocities)
        )
    return parts


# --- 1. features ------------------------------------------------------------------------------------


def moments(found: Mapping[str, Found], name: str) -> tuple[float, float]:
    """Mean and spread of a feature over the sets, each counting alike."""
    sets = [column(songs, name) for key, songs in found.items() if key != UNTIMED or name not in IN_SECONDS]
    mean = np.mean([values.mean() for values in sets])
    square = np.mean([((values - mean) ** 2).mean() for values in sets])
    return round(float(mean), 3), round(float(np.sqrt(square)), 3)


def column(songs: Found, name: str) -> np.ndarray:
    values = np.array([song[name] for song in songs])
    return values[~np.isnan(values)]


def print_constants(found: Mapping[str, Found]) -> None:
    """The places of sums are those under the constants that stand in the file: run it twice."""
    for name, feature in FEATURES.items():
        mean, spread = moments(found, name)
        print(f'        "{name}": Feature({feature.valence}, {feature.arousal}, {mean}, {spread}),')
    timed = [songs for name, songs in found.items() if name != UNTIMED]
    axes = [np.array([sums(song) for song in songs]) for songs in timed]
    mean = np.mean([values.mean(axis=0) for values in axes], axis=0)
    spread = np.sqrt(np.mean([((values - mean) ** 2).mean(axis=0) for values in axes], axis=0))
    (valence, arousal), (valence_spread, arousal_spread) = mean.round(3).tolist(), spread.round(3).tolist()
    print(f"VALENCE_OF_REAL, AROUSAL_OF_REAL = ({valence}, {valence_spread}), ({arousal}, {arousal_spread})")


def print_features(found: Mapping[str, Found]) -> None:
    print("1. Features of real songs: mean ± spread\n")
    heads = [f"{name} ({len(songs)})" for name, songs in found.items()]
    print(f"| | valence | arousal | {' | '.join(heads)} | together |\n|---|{'---|' * (len(heads) + 3)}")
    for name, feature in FEATURES.items():
        cells = [f"{(v := column(songs, name)).mean():.2f} ± {v.std():.2f}" for songs in found.values()]
        weights = [f"{weight:+.2f}" if weight else "" for weight in (feature.valence, feature.arousal)]
        print(f"| {name} | {' | '.join([*weights, *cells])} | {feature.mean:.2f} ± {feature.spread:.2f} |")


# --- 2. pulse ---------------------------------------------------------------------------------------


def print_pulse(songs: Mapping[str, Mapping[str, Song]]) -> None:
    print("\n2. The strongest pulse beside the stated beat (a dotted quarter in 6/8, a half in 2/2)\n")
    print("| | songs | the beat | its double | its half | pace with the beat, r |\n|---|---|---|---|---|---|")
    for name in ("songs", "short songs"):
        rows = [(heard(song), beat_bpm(song)) for song in songs[name].values()]
        rows = [(notes, bpm) for notes, bpm in rows if len(notes) >= FEWEST_NOTES]
        stated = np.array([bpm for _, bpm in rows])
        found = np.array([heard_tempo(notes) for notes, _ in rows])
        paces = np.array([pace(notes) for notes, _ in rows])
        shares = [float(np.mean(np.abs(found / stated / times - 1) < NEAR)) for times in (1, 2, 0.5)]
        r = np.corrcoef(np.log(paces), np.log(stated))[0, 1]
        print(f"| {name} | {len(rows)} | {' | '.join(f'{share:.0%}' for share in shares)} | {r:.2f} |")


def beat_bpm(song: Song) -> float:
    """The beat of the tempo that lasts longest."""
    ends = [*(tempo.start_ticks for tempo in song.tempos[1:]), song.end_ticks]
    lasts = [end - tempo.start_ticks for tempo, end in zip(song.tempos, ends, strict=True)]
    return song.tempos[int(np.argmax(lasts))].bpm / quarters_a_beat(song.meters[0])


def quarters_a_beat(meter: Meter) -> float:
    if meter.denominator >= 8 and meter.numerator % 3 == 0:
        return 12 / meter.denominator
    return 2.0 if meter.denominator == 2 else 1.0


# --- 3. words ---------------------------------------------------------------------------------------


def print_words(data: Path, songs: Mapping[str, Mapping[str, Song]]) -> None:
    print("\n3. The mood of the lyrics (English ones) with the judge's: Pearson r, its 95 % interval\n")
    print("| | songs | valence | arousal | valence of words with major or not |\n|---|---|---|---|---|")
    for name in ("songs", "leadsheets"):
        rows = []
        for path in sorted((data / SETS[name] / "lyrics").glob("*.txt")):
            mood = mood_of(path.read_text("utf-8")[:MAX_CHARACTERS] or "-")
            if mood.language == "en" and mood.coverage > 0.5 and path.stem in songs[name]:
                answer = judged(songs[name][path.stem])
                rows.append(
                    (mood.valence, mood.arousal, answer.valence, answer.arousal, answer.features["major"])
                )
        table = np.array(rows)
        cells = [correlated(table[:, i], table[:, j]) for i, j in ((0, 2), (1, 3), (0, 4))]
        print(f"| {name} | {len(rows)} | {' | '.join(cells)} |")


def correlated(a: np.ndarray, b: np.ndarray) -> str:
    """r with its interval by Fisher's z."""
    r = float(np.corrcoef(a, b)[0, 1])
    low, high = (np.tanh(np.arctanh(r) + side * 1.96 / np.sqrt(len(a) - 3)) for side in (-1, 1))
    return f"{r:+.2f} ({low:+.2f} to {high:+.2f})"


# --- 4. speed ---------------------------------------------------------------------------------------


def print_speed(songs: Mapping[str, Song]) -> None:
    spent = []
    for song in [*list(songs.values())[::5], aoede.compose("hope and wonder", seed=1, bars=64)]:
        began = time.process_time()
        judged(song)
        spent.append(1000 * (time.process_time() - began))
    print(
        f"\n4. Milliseconds a song: mean {np.mean(spent):.1f}, most {max(spent):.1f}; "
        f"64 bars of ours {spent[-1]:.1f}"
    )


if __name__ == "__main__":
    main()
