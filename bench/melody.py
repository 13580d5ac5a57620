"""How well models of melodies foresee the next note, and what melodies are drawn from the shipped one.

    python bench/melody.py ../shared/data                     # everything: a quarter of an hour on one core
    python bench/melody.py ../shared/data --only nottingham   # or preset, songs, speed

Nottingham: 80 % of the tunes are learnt for 60 seconds of one core, a tenth is for looking, a tenth judges; versions
of a tune stay together. Its MIDI files write repeats out, so all is done once more with what is repeated at once
taken out. Bits a note are those of the time to it and of its pitch; lengths stand beside.
"""

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from songs import NAMES, real_melodies
from songs import melody_of as from_its_first_bar

from aoede.encodings.melody import PARTS, Bars, Frame, Melody
from aoede.encodings.melody_columns import shape_of
from aoede.encodings.melody_sight import piece_of
from aoede.learning import families
from aoede.learning.dataset import from_folder, split
from aoede.learning.generators import MELODIES, tune
from aoede.learning.melodies import melody_of as melody_in
from aoede.learning.melody_preset import OPTIONS, SEED, SETS
from aoede.models.ngram.melody import Config as Counts
from aoede.models.ngram.melody import Model as NGram
from aoede.music.measures import measure
from aoede.music.melody import melodies_for
from aoede.music.melody_ground import ground_for
from aoede.music.melody_line import draw
from aoede.music.melody_model import MelodyModel
from aoede.music.note_table import NoteTable
from aoede.music.recurrence import Melodies, shared_with
from aoede.music.singable import faults
from aoede.music.theory import Key, PlacedChord, parse_chord
from aoede.music.voices import melody_of as notes_of
from aoede.neural.events.piece import EventPiece
from aoede.randomness import stream
from aoede.sketches import changes_of, sketch
from aoede.song import Meter, Note, Song, Tempo, Track
from hundred_requests import REQUESTS

Told = tuple[str, ...]
BUDGET_S = 60.0  # of one core
PRESET_STEPS = 1_088  # as the shipped one was trained
NOTHING: Told = ()
PLACE: Told = ("meter", "chords", "mode")
USUAL: Told = ("meter", "chords", "mode", "before")
HEAD = (
    "| model | told | bits a note | time | pitch | lengths beside | core-seconds | updates |\n"
    + "|---" * 8
    + "|"
)
LEAST_REPEAT, MOST_REPEAT = 2, 32  # bars


@dataclass(frozen=True)
class Parts:
    train: Sequence[Melody]
    valid: Sequence[Melody]
    test: Sequence[Melody]

    def pieces(self, told: Told) -> dict[str, list[EventPiece]]:
        return {
            name: [piece_of(melody, told) for melody in getattr(self, name)]
            for name in ("train", "valid", "test")
        }


# --- Nottingham -------------------------------------------------------------------------------------


def nottingham(data: Path) -> None:
    items = from_folder(data / "midi_nottingham" / "midi").items
    rest, test = split(items, 0.1, seed=SEED)
    train, valid = split(rest, 1 / 9, seed=SEED + 1)  # with chances of its own
    parts = Parts(*([m for i in part if (m := melody_in(i.value))] for part in (train, valid, test)))
    for name, told in (("repeats written out", parts), ("repeats once", _once(parts))):
        sizes = [sum(map(len, part)) for part in (told.train, told.valid, told.test)]
        print(f"\nNottingham, {name}: {len(told.train)} + {len(told.valid)} + {len(told.test)} tunes, "
              f"{sizes[0]:,} + {sizes[1]:,} + {sizes[2]:,} notes")  # fmt: skip
        print(
            "| model | told | bits a note | time | pitch | lengths beside | core-seconds | updates |\n"
            + "|---" * 8
            + "|"
        )
        for kind, known in (("n-gram", NOTHING), ("n-gram", PLACE), ("n-gram", USUAL), ("GRU-96", NOTHING),
                            ("GRU-96", PLACE), ("GRU-96", USUAL)):  # fmt: skip
            pieces = told.pieces(known)
            began_s = time.process_time()
            n_steps = 0
            if kind == "n-gram":
                model: Any = _counted(known, pieces)
            else:
                model, n_steps = _trained(known, pieces, seconds=BUDGET_S)
            _row(kind, known, model, pieces["test"], time.process_time() - began_s, n_steps)


def _once(parts: Parts) -> Parts:
    return Parts(*([_folded(melody) for melody in part] for part in (parts.train, parts.valid, parts.test)))


def _folded(melody: Melody) -> Melody:
    """The melody without stretches of bars that follow their own copy at once; the longest first."""
    if len(melody.frame.meters) > 1:
        return melody
    bar = Bars(melody.frame.meters).start_of(1)
    n_bars = int(melody.onsets[-1]) // bar + 1
    notes = list(zip(melody.onsets.tolist(), melody.pitches.tolist(), strict=True))
    bars = [
        tuple((at % bar, pitch) for at, pitch in notes if at // bar == number) for number in range(n_bars)
    ]
    kept = list(range(n_bars))
    for length in range(MOST_REPEAT, LEAST_REPEAT - 1, -1):
        at = 0
        while at + 2 * length <= len(kept):
            one, two = ([bars[n] for n in kept[begin : begin + length]] for begin in (at, at + length))
            if one == two:
                del kept[at + length : at + 2 * length]
            else:
                at += 1
    return _with_bars(melody, kept, bar)


def _with_bars(melody: Melody, kept: list[int], bar: int) -> Melody:
    places = {number: place for place, number in enumerate(kept)}
    which = np.array([int(onset) // bar in places for onset in melody.onsets])
    onsets = np.array([places[int(o) // bar] * bar + int(o) % bar for o in melody.onsets[which]])
    spans = [
        replace(span, start=max(place * bar, place * bar + span.start - number * bar))
        for number, place in places.items()
        for i, span in enumerate(melody.frame.chords)
        if span.start < (number + 1) * bar
        and (i + 1 == len(melody.frame.chords) or melody.frame.chords[i + 1].start > number * bar)
    ]
    frame = replace(melody.frame, chords=tuple(spans))
    return Melody.of(
        frame,
        onsets,
        onsets + 12,
        melody.pitches[which] + 48 + melody.semitones,
        tonic_pc=melody.semitones % 12,
    )


# --- models -----------------------------------------------------------------------------------------


def _counted(told: Told, pieces: Mapping[str, list[EventPiece]]) -> NGram:
    """The n-gram with the number of columns that the pieces for looking like best."""
    models = [NGram.fit(Counts(shape_of(told), n), pieces["train"]) for n in range(1, 6)]
    return min(models, key=lambda model: float(sum(nats.sum() for nats in model.nats(pieces["valid"]))))


def _trained(
    told: Told, pieces: Mapping[str, list[EventPiece]], *, seconds: float = math.inf, n_steps: int = 1 << 30
) -> tuple[Any, int]:
    """A network, trained for so many seconds of one core or so many updates, and its updates."""
    torch.set_num_threads(1)
    family = families.load("rnn", encoding="melody")
    config = family.Config(shape=shape_of(told))
    recipe = family.Recipe().suited(sum(map(len, pieces["train"])))
    learner = family.Learner(config, recipe, pieces["train"], [], seed=SEED)
    spent_s, step = 0.0, 0
    while spent_s < seconds and step < n_steps:
        began_s = time.process_time()
        progress = min(0.999, spent_s / seconds if math.isfinite(seconds) else step / n_steps)
        learner.update(np.zeros(1, np.int64), stream(SEED, "update", step), progress)
        spent_s, step = spent_s + time.process_time() - began_s, step + 1
    return family.Model.from_tensors(asdict(config), learner.tensors()), step


def _row(
    name: str, told: Told, model: Any, pieces: Sequence[EventPiece], took_s: float, n_steps: int
) -> None:
    total = sum(nats.sum(axis=0) for nats in model.nats(pieces)) / sum(map(len, pieces)) / math.log(2)
    bits_time, bits_length, bits_pitch = np.asarray(total, np.float64)
    print(
        f"| {name} | {', '.join(told) or 'the notes before'} | **{bits_time + bits_pitch:.3f}** | {bits_time:.3f} | "
        f"{bits_pitch:.3f} | {bits_length:.3f} | {took_s:.0f} | {n_steps or ''} |",
        flush=True,
    )


# --- the shipped one --------------------------------------------------------------------------------


def preset(data: Path) -> None:
    train, held_out = _preset_parts(data)
    sizes = [sum(map(len, part)) for part in (train, held_out)]
    print(
        f"\nThe shipped model's songs: {len(train)} + {len(held_out)} melodies, {sizes[0]:,} + {sizes[1]:,} notes"
    )
    print(
        "| model | told | bits a note | time | pitch | lengths beside | core-seconds | updates |\n"
        + "|---" * 8
        + "|"
    )
    for name in MELODIES:
        found = tune(name).model
        told = found.encoding.told
        _row(f"shipped {name}", told, found.model, [piece_of(m, told) for m in held_out], 0, 0)
    without = [tuple(part for part in PARTS if part != left_out) for left_out in PARTS]
    for told in (*without, NOTHING):
        pieces = Parts(train, [], held_out).pieces(told)
        began_s = time.process_time()
        model, n_steps = _trained(told, pieces, n_steps=PRESET_STEPS)
        _row("GRU-96", told, model, pieces["test"], time.process_time() - began_s, n_steps)
    for told in (NOTHING, PLACE, USUAL):
        pieces = Parts(train, held_out, held_out).pieces(told)
        began_s = time.process_time()
        _row("n-gram", told, _counted(told, pieces), pieces["test"], time.process_time() - began_s, 0)


def _preset_parts(data: Path) -> tuple[list[Melody], list[Melody]]:
    items = [item for name in SETS for item in from_folder(data / name / "midi").items]
    parts = split(items, 0.1, seed=int(OPTIONS["seed"]))
    train, held_out = ([m for i in part if (m := melody_in(i.value))] for part in parts)
    return train, held_out


# --- melodies ---------------------------------------------------------------------------------------


def composed(n: int = 100) -> list[Song]:
    """The melodies of songs for a hundred requests, first seed, none picked."""
    songs = []
    for number, request in enumerate(REQUESTS[:n]):
        drawn = sketch(request, seed=number)
        plan, at, notes = drawn.plan, 0, list[Note]()
        written = melodies_for(plan, changes_of(drawn), number)
        for section, part in zip(plan.sections, written, strict=True):
            notes += [replace(note, start_ticks=note.start_ticks + at) for note in part]
            at += section.bars * plan.meter.bar_ticks
        track = Track("Melody", tuple(notes), role="melody")
        songs.append(Song("", (track,), tempos=(Tempo(0, plan.tempo_bpm),), meters=(plan.meter,)))
    return songs


def songs(data: Path) -> None:
    real = [measure(song) for song in real_melodies(data)]
    known, judged = real[::2], real[1::2]
    made = composed()
    measures = [measure(from_its_first_bar(song)) for song in made]
    print(
        f"\n{len(made)} melodies beside {len(known)} of lead sheets that make the bands, and {len(judged)} others"
    )
    print("| | lead sheets | 10th | 90th | ours | inside: lead sheets | ours |\n" + "|---" * 7 + "|")
    shares = []
    for name in NAMES:
        values = [np.array([getattr(m, name) for m in group], float) for group in (known, judged, measures)]
        low, high = np.nanquantile(values[0], (0.1, 0.9))
        inside = [float(np.mean((low <= v) & (v <= high))) for v in values[1:]]
        shares.append(inside)
        print(f"| {name} | {np.nanmean(values[0]):.3f} | {low:.3f} | {high:.3f} | {np.nanmean(values[2]):.3f} | "
              f"{inside[0]:.0%} | {inside[1]:.0%} |")  # fmt: skip
    means = np.mean(shares, axis=0)
    print(f"| mean share inside | | | | | {means[0]:.1%} | {means[1]:.1%} |")
    objected = sum(bool(faults(song, song.tracks[0].table)) for song in made)
    print(f"a singer would object to {objected} of {len(made)}")
    _novelty(data, made)


def _novelty(data: Path, made: Sequence[Song]) -> None:
    """Phrases of eight notes, interval and rhythm, that stand in the songs that were learnt."""
    items = [item for name in SETS for item in from_folder(data / name / "midi").items]
    train, held_out = split(items, 0.1, seed=int(OPTIONS["seed"]))
    learnt = Melodies.of([notes_of(item.value) for item in train])
    for name, tables in (
        ("held-out songs", [notes_of(item.value) for item in held_out]),
        ("composed melodies", [song.tracks[0].table for song in made]),
    ):
        print(f"phrases of 8 notes of {name} that stand in the training set: {_shared(tables, learnt):.2%}")


def _shared(tables: Sequence[NoteTable], learnt: Melodies) -> float:
    found = [shared_with(table, learnt).phrases for table in tables]
    return float(np.nanmean(found))


# --- speed ------------------------------------------------------------------------------------------


def speed(data: Path) -> None:
    names = ["C", "Am", "F", "G", "C", "F", "G", "C"] * 4
    chords = [PlacedChord(1920 * i, 1920 * (i + 1), parse_chord(name)) for i, name in enumerate(names)]
    ground = ground_for(Meter(0, 4, 4), Key("C", "major"), 32, chords, density=1.0, centre=69.0, tempo_bpm=100.0,
                        phrase_bars=[4] * 8, closes=True)  # fmt: skip
    model = MelodyModel.preset()
    draw(model, ground, 2, stream(0))
    took_s, n_notes = [], 0
    for seed in range(5):
        began_s = time.perf_counter()
        lines = draw(model, ground, 16, stream(seed))
        took_s.append(time.perf_counter() - began_s)
        n_notes = sum(len(line.notes) for line in lines)
    print(
        f"\n16 lines of 32 bars, {n_notes} notes: {min(took_s):.3f} s, {min(took_s) / n_notes * 1e6:.0f} us a note"
    )
    _step(model)


def _step(model: MelodyModel) -> None:
    """The network alone: reading an event and weighing its three choices, one line at a time."""
    drafts = model.begin(Frame(), 1)
    drafts.waits()
    slots = drafts.slots
    state, network = model.model.begin(1), model.model
    took_s = []
    for _ in range(300):
        began_s = time.perf_counter()
        state = network.advance(state, slots.read)
        for which, known in enumerate(slots.known):
            network.scores(state, which, known)
        took_s.append(time.perf_counter() - began_s)
    print(f"the network alone, one line: {np.median(took_s) * 1e6:.0f} us a note, three choices")


def main() -> None:
    tables = {"nottingham": nottingham, "preset": preset, "songs": songs, "speed": speed}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=list(tables), nargs="*", default=list(tables))
    options = parser.parse_args()
    for name in options.only:
        tables[name](options.data)


if __name__ == "__main__":
    main()
