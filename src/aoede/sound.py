"""A model of sound and a wish -> raw audio, made sample by sample: a label, a tune, a recording to go on from.

    for made in sound("my-run", seed=7, label="three, jackson", seconds=2):
        made.samples, made.rate_hz

`ordered` makes of a model and options what is to be made, `streamed` makes it piece by piece; `sound` is both.
A tune is played phrase by phrase, each from silence, while the last note of the one before rings on.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.score_frames import Sounding
from aoede.errors import ConfigError, InputError, MissingError, UsageError
from aoede.formats import audio, midi
from aoede.formats.files import write_whole
from aoede.formats.midi_song import RECIPE_PREFIX
from aoede.learning import checkpoint
from aoede.learning.recording import READ_S, begun_with, gain_for
from aoede.learning.sampling import find_checkpoint
from aoede.learning.sounder import MAX_SECONDS, Sounder, Wish
from aoede.learning.tunes import Piece, melody_in, phrases, soundings
from aoede.models.wavenet.backends import Voices
from aoede.randomness import checked_seed, stream
from aoede.song import Song
from aoede.version import __version__

Floats = NDArray[np.float32]

ENCODING = "mulaw"  # of models of sound
SECONDS, LEAST_S = 2.0, 0.01  # where neither a person nor the model says how long; the shortest
COOLEST, WARMEST = 0.05, 5.0  # temperatures
MAX_COUNT = 256
FADE_S = 0.05  # of a phrase, at its end
LONG_S = 2.0  # of silence before a tune, from which it is told
SLOW = "numpy"  # the backend that is always there


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be made, by which model."""

    sounder: Sounder
    pieces: tuple[Piece, ...]  # in order; one may ring on over the next
    n_samples: int  # in all, the beginning included
    start: Floats  # (n,) the recording that is gone on from, at the model's rate; empty where there is none
    temperature: float
    backend: str
    settings: Mapping[str, Any]  # what was said, for the recipe
    notes: tuple[str, ...]  # what the person should know, a sentence each

    @property
    def rate_hz(self) -> int:
        return self.sounder.law.rate_hz

    @property
    def seconds(self) -> float:
        return self.n_samples / self.rate_hz


@dataclass(frozen=True, eq=False)
class Audio:
    """What was made."""

    samples: Floats  # (n,) in [-1, 1]
    rate_hz: int
    recipe: Mapping[str, Any]
    title: str

    def to_bytes(self, suffix: str) -> bytes:
        """A whole file, with the recipe in it; the suffix is one of .wav .flac .ogg .mp3, else UsageError."""
        kind = suffix.lower().removeprefix(".")
        comment = recipe_text(self.recipe)
        return audio.to_bytes(
            self.samples, sample_rate_hz=self.rate_hz, kind=kind, comment=comment, title=self.title
        )

    def write(self, path: str | Path, *, force: bool = False) -> Path:
        """`to_bytes` into a file, by its suffix. Raises UsageError or OutputError."""
        path = Path(path)
        write_whole(path, self.to_bytes(path.suffix), force=force)
        return path


def sound(model: str | Path | Sounder, *, seed: int, n: int = 1, **options: Any) -> list[Audio]:
    """`n` sounds by a run, a model file or a shipped model, of `seed` and the seeds that follow.

    Options are label ("three, jackson", or "digit=three"), seconds (unless said as long as the tune, or as what was
    learnt), midi (a file or a Song, whose melody is played; a chord is told as its highest note), track (of that: a
    number from 1, or a name), start (a recording that is gone on from and stands at the beginning), temperature and
    backend ("c", "numba", "numpy"; "" is the fastest). The same seed and backend give the same samples.
    Raises UsageError, InputError or MissingError, saying what to do.
    """
    if not 1 <= n <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT} sounds can be made at once, not {n}", where="--count")
    order = ordered(model, **options)
    return [made(order, seed=seed + i) for i in range(n)]


def ordered(
    model: str | Path | Sounder,
    *,
    label: str = "",
    seconds: float | None = None,
    midi: str | Path | Song | None = None,
    track: str | int | None = None,
    start: str | Path | None = None,
    temperature: float | None = None,
    backend: str = "",
) -> Order:
    """What these options ask of this model, all of it checked."""
    sounder = found(model)
    temperature = sounder.usual_temperature if temperature is None else temperature
    _check(seconds, temperature)
    if midi is not None and start is not None:
        raise UsageError("a tune and a recording cannot both say how it begins", where="--start")
    if track is not None and midi is None:
        raise UsageError(
            "there is no file to choose a track of", where="--track", hint="Name one with --midi."
        )
    said = sounder.labels.said(label)
    used = chosen_backend(sounder, backend)
    notes = [*_on_label(sounder, said), *([] if backend else on_speed(used))]
    begun, settings = np.zeros(0, np.float32), _said(sounder, said, temperature, used)
    if midi is not None:
        tune, more, told = _tune(midi, track)
        pieces, n_samples = phrases(sounder, tune, said if label else (), seconds)
        settings |= more
        notes += told
    else:
        if start is not None:
            begun, more, told = begun_with(Path(start), sounder.law.rate_hz)
            settings |= more
            notes += told
        length_s = (sounder.usual_s or SECONDS) if seconds is None else seconds
        n_samples = len(begun) + round(length_s * sounder.law.rate_hz)
        pieces = (Piece(len(begun), n_samples - len(begun), Wish(said if label else ())),)
        if sounder.reads_notes:
            notes.append("this model plays notes, and none are told: --midi names some")
    _check_length(n_samples / sounder.law.rate_hz)
    settings["seconds"] = round((n_samples - len(begun)) / sounder.law.rate_hz, 4)
    return Order(sounder, pieces, n_samples, begun, temperature, used, settings, tuple(notes))


def streamed(order: Order, *, seed: int) -> Iterator[Floats]:
    """(n,) samples, block after block, `order.n_samples` in all: the recording that is gone on from, then the new."""
    seed = checked_seed(seed)
    return _whole(order, [_played(order, number, seed) for number in range(len(order.pieces))])


def _whole(order: Order, played: Sequence[Iterable[Floats]]) -> Iterator[Floats]:
    """The blocks of all pieces in their places."""
    if len(order.start):
        yield order.start
    reached, ringing = len(order.start), np.zeros(0, np.float32)
    nexts = [*(piece.first for piece in order.pieces[1:]), order.n_samples]
    for piece, until, blocks in zip(order.pieces, nexts, played, strict=True):
        if piece.first > reached:
            rest, ringing = _over(np.zeros(piece.first - reached, np.float32), ringing)
            yield rest
        reached, tail = piece.first, list[Floats]()
        for block in blocks:
            n_now = min(len(block), until - reached)
            if n_now:
                now, ringing = _over(block[:n_now], ringing)
                yield now
            reached += n_now
            tail.append(block[n_now:])
        ringing = _added(ringing, np.concatenate(tail))
    if order.n_samples > reached:
        yield _over(np.zeros(order.n_samples - reached, np.float32), ringing)[0]


def _over(block: Floats, ringing: Floats) -> tuple[Floats, Floats]:
    """A block with what still rings of earlier ones, and what rings on after it."""
    return np.clip(_added(block, ringing[: len(block)]), -1.0, 1.0), ringing[len(block) :]


def _added(one: Floats, other: Floats) -> Floats:
    """(max(n, m),) two sounds that begin together."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    found = longer.copy()
    found[: len(shorter)] += shorter
    return found


def _played(order: Order, number: int, seed: int) -> Iterator[Floats]:
    """The blocks of a piece, at the level of what it goes on from."""
    piece, rng, rate_hz = order.pieces[number], stream(seed, "sound", number), order.rate_hz
    heard = order.start[-round(READ_S * rate_hz) :]
    gain = gain_for(heard, order.sounder.law)
    blocks = order.sounder.streamed(
        [piece.wish],
        piece.n_samples / rate_hz,
        rng,
        temperature=order.temperature,
        start=heard * gain if len(heard) else None,
        backend=order.backend,
    )
    reached, n_faded = 0, round(FADE_S * rate_hz)
    for (block,) in blocks:
        if len(heard):
            block = np.clip(block / gain, -1.0, 1.0)
        if piece.fades:
            left = piece.n_samples - reached - np.arange(len(block), dtype=np.float32)
            block = block * np.clip(left / n_faded, 0, 1)
        yield np.asarray(block, np.float32)
        reached += len(block)


def made(order: Order, *, seed: int) -> Audio:
    """All of it: what `streamed` gives, several pieces at the same time."""
    seed, stop = checked_seed(seed), Event()

    def whole(number: int) -> list[Floats]:
        return list(takewhile(lambda _: not stop.is_set(), _played(order, number, seed)))

    with ThreadPoolExecutor(_n_threads(order)) as pool:
        try:
            parts = list(pool.map(whole, range(len(order.pieces))))
        except BaseException:  # Ctrl-C among them: what has begun ends with its next block
            stop.set()
            raise
    return gathered(order, _whole(order, parts), seed=seed)


def _n_threads(order: Order) -> int:
    """As many as there are processors for: of the backends C alone lets others work beside it."""
    affinity = getattr(os, "sched_getaffinity", None)
    n_processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(n_processors, len(order.pieces))) if order.backend == "c" else 1


def gathered(order: Order, blocks: Iterable[Floats], *, seed: int) -> Audio:
    """What `streamed` gave, whole, with its recipe."""
    samples = np.concatenate([np.zeros(0, np.float32), *blocks])
    return Audio(samples, order.rate_hz, recipe_of(order, seed), title_of(order))


def recipe_of(order: Order, seed: int) -> dict[str, Any]:
    """All it takes to make the same samples again."""
    return {
        "aoede": __version__,
        "model": order.sounder.name,
        "sha256": order.sounder.sha256[:16],
        "seed": seed,
        **order.settings,
    }


def recipe_text(recipe: Mapping[str, Any]) -> str:
    """A recipe as one line of ASCII JSON, as it stands in files."""
    return f"{RECIPE_PREFIX}{json.dumps(dict(recipe), separators=(',', ':'))}"


def title_of(order: Order) -> str:
    """The model, and what it was told: "my-run: three, jackson"."""
    told = [*order.settings.get("label", {}).values()]
    told += [str(order.settings[name]["name"]) for name in ("midi", "start") if name in order.settings]
    return ": ".join([order.sounder.name, *filter(None, [", ".join(told)])])


# Models


def found(model: str | Path | Sounder) -> Sounder:
    """The model of sound of this name. Raises MissingError, naming those that are shipped, or InputError."""
    if isinstance(model, Sounder):
        return model
    try:
        stored, name = find_checkpoint(model)
    except MissingError as error:
        if error.where != str(model) or Path(model).is_dir() or Path(model).suffix == checkpoint.SUFFIX:
            raise
        raise MissingError(error.message, where=str(model), hint=_offer()) from error
    encoding = _encoding_of(stored.metadata)
    if encoding != ENCODING:
        raise InputError(
            f"this is a model of {encoding or 'something else'}, not of sound",
            where=str(model),
            hint=_offer(),
        )
    try:
        return Sounder.of(stored.metadata, stored.tensors, name=name, sha256=stored.sha256)
    except (InputError, ConfigError) as error:
        raise type(error)(error.message, hint=error.hint, where=error.where or str(model)) from error


def shipped_sounders() -> list[str]:
    """The presets that make sound, by name."""
    presets = ((name, checkpoint.load_preset(name)) for name in checkpoint.preset_names())
    return [name for name, preset in presets if _encoding_of(preset.metadata) == ENCODING]


def _encoding_of(metadata: Mapping[str, Any]) -> str:
    encoding = metadata.get("encoding")
    return str(encoding.get("name", "")) if isinstance(encoding, Mapping) else ""


def _offer() -> str:
    shipped = ", ".join(shipped_sounders())
    told = f"Shipped models of sound are {shipped}." if shipped else "No model of sound is shipped."
    return f"{told} Train your own with: aoede train wavenet FOLDER"


def chosen_backend(sounder: Sounder, backend: str) -> str:
    """The backend that works here, of this name or the fastest. Raises MissingError where that one does not."""
    return Voices(sounder.model, 1, backend=backend).backend


def on_speed(backend: str) -> list[str]:
    """A word on a backend that is slow."""
    if backend != SLOW:
        return []
    return [
        "made in NumPy, which is slow: a C compiler (cc), or pip install 'aoede[wavenet]', makes it many times faster"
    ]


# Wishes


def _check(seconds: float | None, temperature: float) -> None:
    if seconds is not None:
        _check_length(seconds)
    if not isinstance(temperature, int | float) or not COOLEST <= temperature <= WARMEST:
        raise UsageError(
            f"the temperature lies from {COOLEST:g} to {WARMEST:g}, not {temperature}",
            where="--temperature",
            hint="Below 1 it is tamer, above 1 wilder.",
        )


def _check_length(seconds: float) -> None:
    if not LEAST_S <= seconds <= MAX_SECONDS:
        raise UsageError(
            f"a sound lasts from {LEAST_S:g} to {MAX_SECONDS:g} s, not {seconds:g}", where="--seconds"
        )


def _on_label(sounder: Sounder, said: Sequence[str]) -> Iterator[str]:
    """A word on columns of labels of which nothing is said."""
    silent = [pair for pair, value in zip(sounder.labels.columns, said, strict=True) if not value]
    if silent and len(silent) == len(said):
        example = ", ".join(values[0] for _, values in silent if values)
        yield f'no label is said, so it is nothing in particular: say one, such as --label "{example}"'
    elif silent:
        yield f"nothing is said of its {', '.join(name for name, _ in silent)}"


def _said(sounder: Sounder, said: Sequence[str], temperature: float, backend: str) -> dict[str, Any]:
    label = {name: value for name, value in zip(sounder.labels.names, said, strict=True) if value}
    told: dict[str, Any] = {"temperature": temperature, "backend": backend}
    return ({"label": label} if label else {}) | told


def _tune(
    given: str | Path | Song, track: str | int | None
) -> tuple[list[Sounding], dict[str, Any], list[str]]:
    """The notes to be played, what the recipe says of them, and what is told of how they were chosen."""
    notes = list[str]()
    if isinstance(given, Song):
        song, name, where = given, given.title, ""
    else:
        reading = midi.read(Path(given))
        song, name, where = reading.song, Path(given).name, str(given)
        notes += reading.repairs
    table, told = melody_in(song, track, where)
    tune = soundings(song, table)
    if tune[0].onset_s > LONG_S:
        told = [*told, f"its first note comes after {tune[0].onset_s:.1f} s, as in the file"]
    print_ = hashlib.sha256(midi.to_bytes(song)).hexdigest()[:16]
    settings: dict[str, Any] = {"midi": {"name": name, "sha256": print_}}
    if track is not None:
        settings["track"] = str(track)
    return tune, settings, [*notes, *told]
