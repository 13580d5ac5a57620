"""Do finished songs borrow melodies from what the model was trained on? One table.

    python bench/novelty_songs.py ../shared/data            # 200 songs, as in bench/whole_songs.py
    python bench/novelty_songs.py ../shared/data --songs 20

What is counted: runs of eight notes, their intervals and the time between their onsets, that stand in the training
set of the melody model (presets/phrases.md). Beside the finished songs stand the training set's own melodies, each
beside all others, folk tunes that no model saw, and what should be found: training melodies moved to another key.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from aoede.compose import chosen, fill
from aoede.errors import AoedeError
from aoede.formats import midi
from aoede.learning.known_phrases import melodies_in
from aoede.music.borrowed import phrase_hashes, share_among, trained_on
from aoede.music.critic import MORE_THAN_USUAL
from aoede.music.melody import melodies_for
from aoede.music.note_table import NoteTable, table_of
from aoede.music.plan import Plan
from aoede.music.recurrence import Melodies, shared_with
from aoede.music.voices import told_apart
from aoede.sketches import changes_of, sketch
from aoede.song import Note, Track
from hundred_requests import REQUESTS
from whole_songs import options_of


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the research data folder")
    parser.add_argument("--songs", type=int, default=2 * len(REQUESTS))
    options = parser.parse_args()
    known, trained = trained_on(), melodies_in(options.data)
    all_of = Melodies.of(trained)
    print(f"{len(known.hashes):,} phrases of {len(trained)} melodies; usual {known.usual:.2%}")
    print(
        "| melodies | phrases known, mean | 19 of 20 below | most | beyond the usual + 5 % | longest run, median |"
    )
    print("|---|---|---|---|---|---|")
    played, written = [], []
    for as_played, as_written in composed(options.songs):
        played.append(as_played)
        written.append(as_written)
    print_row(f"finished songs ({len(played)})", shares(played), longest(played, all_of))
    print_row("the same as written, without swing and feel", shares(written), longest(written, all_of))
    print_row("training melodies, each beside the others", among_others(trained), [])
    tunes = [told_apart(midi.read(path).song).melody for path in folk_tunes(options.data)]
    print_row(f"folk tunes that nothing saw ({len(tunes)})", shares(tunes), longest(tunes[:200], all_of))
    moved = [NoteTable(m.starts_ticks, m.ends_ticks, m.pitches + 1, m.velocities) for m in trained]
    print_row("training melodies a semitone higher", shares(moved), [])


def composed(n_songs: int) -> Iterator[tuple[NoteTable, NoteTable]]:
    """The melodies of songs as they are played and as they are written."""
    for index in range(n_songs):
        try:
            taken = chosen(sketch(REQUESTS[index % len(REQUESTS)], seed=index, **options_of(index)))
        except AoedeError:
            continue
        tunes = melodies_for(taken.plan, changes_of(taken), taken.seed_of("melody"))
        yield told_apart(fill(taken)).melody, one_after_another(tunes, taken.plan)


def one_after_another(tunes: Sequence[Sequence[Note]], plan: Plan) -> NoteTable:
    lengths_ticks = [section.bars * plan.meter.bar_ticks for section in plan.sections]
    begins = np.cumsum([0, *lengths_ticks])[:-1].tolist()
    notes = sorted(
        Note(note.start_ticks + begin, note.pitch, note.duration_ticks, note.velocity)
        for begin, tune in zip(begins, tunes, strict=True)
        for note in tune
    )
    return table_of([Track("", tuple(notes), 0)])


def folk_tunes(data: Path) -> list[Path]:
    return sorted((data / "midi_nottingham").rglob("*.mid"))


def shares(melodies: Sequence[NoteTable]) -> list[float]:
    return [trained_on().shared(melody) for melody in melodies if len(phrase_hashes(melody))]


def among_others(melodies: Sequence[NoteTable]) -> list[float]:
    """Of each melody the share of its phrases that stands in another one."""
    parts = [phrase_hashes(melody) for melody in melodies]
    hashes, counts = np.unique(np.concatenate([np.unique(part) for part in parts]), return_counts=True)
    return [share_among(part, hashes[counts > 1]) for part in parts if len(part)]


def longest(melodies: Sequence[NoteTable], all_of: Melodies) -> list[int]:
    return [shared_with(melody, all_of).longest_notes for melody in melodies]


def print_row(what: str, found: Sequence[float], runs: Sequence[int]) -> None:
    high, most = np.percentile(found, 95), max(found)
    beyond = np.mean(np.array(found) > trained_on().usual + MORE_THAN_USUAL)
    run = f"{np.median(runs):.0f} notes" if runs else ""
    print(
        f"| {what} | {np.mean(found):.2%} | {high:.2%} | {most:.2%} | {beyond:.1%} of them | {run} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
