"""What a worker does for the Sound view: list the models of sound, read a tune, and make sounds of notes."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import AoedeError, InputError, UsageError
from aoede.formats import midi
from aoede.formats.audio import KINDS
from aoede.formats.files import write_whole
from aoede.learning.checkpoint import load_preset
from aoede.learning.sounder import Sounder, Wish
from aoede.learning.tunes import melody_in
from aoede.music.note_table import seconds_of
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note, Song, Tempo, Track
from aoede.sound import Audio, Floats, Order, chosen_backend, found, gathered, ordered, streamed
from aoede.studio.catalogue import changed_ns, opened
from aoede.studio.chinese import in_both

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

TITLES: Mapping[str, tuple[str, str]] = {"notes": ("Piano and guitar", "钢琴与吉他")}
RANGES = {"notes": (36, 95)}  # pitches that were measured; beyond them nothing is known
WIDE_RANGE = (24, 108)  # of a model of which nothing was measured
MAX_SECONDS = 60.0
MAX_NOTES = 500
USUAL_BPM = 100.0
TEMPOS = (20.0, 400.0)
TRIED_S = 0.02  # of sound, to learn how fast a backend is
TELL_S = 0.2  # between two words on how far a sound is
N_PEAKS = 480  # of the picture of a sound
TUNE = "tune.mid"
CUT = f"only the first {MAX_SECONDS:g} seconds were made, the most that is made here"


def instruments(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"home"} -> {"instruments": rows}, the shipped models first."""
    rows = [_row(name, "shipped", *TITLES[name], found(name), load_preset(name).metadata) for name in TITLES]
    for model, stored in opened(Path(task["home"]), "instrument"):
        try:
            sounder = Sounder.of(stored.metadata, stored.tensors, name=model["name"], sha256=stored.sha256)
        except AoedeError:
            continue
        rows.append(_row(model["id"], "own", model["name"], model["name"], sounder, stored.metadata))
    return {"instruments": rows}


def _row(
    name: str, kind: str, en: str, zh: str, sounder: Sounder, metadata: Mapping[str, Any]
) -> dict[str, Any]:
    backend = chosen_backend(sounder, "")
    lowest, highest = RANGES.get(name, WIDE_RANGE)
    return {
        "name": name,
        "kind": kind,
        "en": en,
        "zh": zh,
        "labels": {column: list(values) for column, values in sounder.labels.columns},
        "reads_notes": sounder.reads_notes,
        "lowest": lowest,
        "highest": highest,
        "rate_hz": sounder.law.rate_hz,
        "usual_temperature": sounder.usual_temperature,
        "usual_seconds": sounder.usual_s or 2.0,
        "backend": backend,
        "pace": _pace(sounder, backend),
        "licence": str(metadata.get("licence", "")),
    }


def _pace(sounder: Sounder, backend: str) -> float:
    """Seconds of work a second of sound takes, from a moment of it."""
    wish, rng = [Wish()], stream(0, "pace")
    list(sounder.streamed(wish, TRIED_S, rng, backend=backend))  # compiles and warms up
    began = time.perf_counter()
    list(sounder.streamed(wish, TRIED_S * 5, rng, backend=backend))
    return round((time.perf_counter() - began) / (TRIED_S * 5), 4)


# Tunes


def tune(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"path", "name"} of a MIDI file -> the notes of its melody [begin, length, pitch] in beats of `tempo`.

    Where the tempo changes, times are kept as they sound: beats are those of the first tempo. Notes of the first
    `MAX_SECONDS`, at most `MAX_NOTES` of them. Raises InputError where there is nothing to play.
    """
    reading = midi.read(Path(task["path"]))
    table, told = melody_in(reading.song, None, task["name"])
    tempo = min(max(reading.song.tempos[0].bpm, TEMPOS[0]), TEMPOS[1])
    begins, ends = seconds_of(reading.song, table.starts_ticks), seconds_of(reading.song, table.ends_ticks)
    rows = [
        [round(a * tempo / 60, 4), round(max(b - a, 0.01) * tempo / 60, 4), int(pitch)]
        for a, b, pitch in zip(begins.tolist(), ends.tolist(), table.pitches.tolist(), strict=True)
        if a < MAX_SECONDS
    ]
    if not rows:
        raise InputError(f"no note begins in the first {MAX_SECONDS:g} s", where=task["name"])
    return {
        "notes": rows[:MAX_NOTES],
        "n_notes": len(table),
        "tempo": round(tempo, 3),
        "title": reading.song.title[:200],
        **in_both([*reading.repairs, *told], "told"),
    }


def song_of(notes: Sequence[Sequence[float]], tempo: float, velocity: int) -> Song:
    """Notes [begin, length, pitch] in beats as a song."""
    written = sorted(
        Note(
            round(begin * TICKS_PER_QUARTER), int(pitch), max(1, round(length * TICKS_PER_QUARTER)), velocity
        )
        for begin, length, pitch in notes
    )
    track = Track("Melody", tuple(written), role="melody")
    return Song("tune", (track,), tempos=(Tempo(0, tempo),))


# Sounds


def sound(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """A sound of notes, of the MIDI file "midi", or of nothing but a label, in every kind of file.

    {"model", "name", "seed", "notes"?, "midi"?, "midi_name"?, "tempo", "velocity", "label", "seconds"?,
    "temperature"?} -> what it is, and "files": kind -> name in the folder of the job. What was played stands beside
    it as a MIDI file: with it `aoede sound` makes the same bytes.
    """
    tune = _tune_file(task, desk.folder)
    order = _order(task, tune)
    is_cut = order.seconds > MAX_SECONDS
    if is_cut:
        order = _order({**task, "seconds": MAX_SECONDS}, tune)
    desk.tell("began", seconds=order.seconds, backend=order.backend, rate_hz=order.rate_hz, seed=task["seed"])
    audio = gathered(order, _watched(streamed(order, seed=task["seed"]), order, desk), seed=task["seed"])
    return {
        "seconds": round(order.seconds, 4),
        "rate_hz": order.rate_hz,
        "seed": task["seed"],
        "backend": order.backend,
        "model": task["name"],
        "label": task["label"],
        "temperature": order.temperature,
        **in_both([*order.notes, *([CUT] if is_cut else [])], "notes"),
        "peaks": peaks(audio.samples, N_PEAKS),
        "files": _written(audio, desk.folder) | ({"mid": tune.name} if tune else {}),
    }


def _tune_file(task: Mapping[str, Any], folder: Path) -> Path | None:
    """The MIDI file that is played, in the folder of the job; None where no notes are told."""
    if task.get("midi"):
        path = folder / str(task["midi_name"])
        write_whole(path, Path(task["midi"]).read_bytes(), force=True)
        return path
    if not task.get("notes"):
        return None
    path = folder / TUNE
    write_whole(path, midi.to_bytes(song_of(task["notes"], task["tempo"], task["velocity"])), force=True)
    return path


def _order(task: Mapping[str, Any], tune: Path | None) -> Order:
    sounder = _sounder(task["model"], changed_ns(task["model"], TITLES))
    if sounder.reads_notes and tune is None:
        raise UsageError("there are no notes to play", where="notes", hint="Draw some, or open a MIDI file.")
    return ordered(
        sounder,
        label=task["label"],
        seconds=task.get("seconds"),
        midi=tune,
        temperature=task.get("temperature"),
    )


@lru_cache(maxsize=2)
def _sounder(model: str, changed_ns: int) -> Sounder:
    return found(model)


def _watched(blocks: Iterable[Floats], order: Order, desk: "Desk") -> Iterator[Floats]:
    """The blocks, with a word now and then on how far they are and how long the rest will take."""
    began = told = time.monotonic()
    n_done = 0
    for block in blocks:
        yield block
        n_done += len(block)
        now = time.monotonic()
        if now - told >= TELL_S and n_done:
            left_s = (now - began) * (order.n_samples / n_done - 1)
            desk.tell("progress", done=n_done / order.n_samples, left_s=round(left_s, 1))
            told = now


def _written(audio: Audio, folder: Path) -> dict[str, str]:
    """Kind -> name of the file; a kind that has no such sample rate is left out."""
    files = {}
    for kind in KINDS:
        with suppress(UsageError):
            files[kind] = audio.write(folder / f"sound.{kind}", force=True).name
    return files


def peaks(samples: NDArray[np.float32], n: int) -> list[float]:
    """The largest sample of each of `n` equal stretches, in [0, 1]."""
    edges = np.linspace(0, len(samples), n + 1).astype(int)
    sizes = np.abs(samples)
    return [round(float(sizes[a:b].max(initial=0)), 3) for a, b in pairwise(edges)]
