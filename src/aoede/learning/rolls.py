"""Songs -> what a family trains on as piano rolls: moved to one key, labelled, without endless rests.

    encoding = fit(train_songs, transpose="key")
    labels = fit_labels(train_songs)
    train, valid = (pieces(songs, encoding, transpose="key", labels=labels) for songs in (train_songs, valid_songs))

What is fitted (the range of pitches, the edges of the labels) comes from the training songs alone.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import ConfigError, InputError, UsageError
from aoede.learning.told import Told
from aoede.music.key_finder import find_key
from aoede.music.means import NEUTRAL_VALENCE
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.song import TICKS_PER_QUARTER, Song

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bits = NDArray[np.bool_]
Shift = Callable[[UInt8, np.random.Generator], UInt8]

TRANSPOSITIONS = ("key", "all", "none")
LEAST_SHIFT, MOST_SHIFT = -5, 6  # semitones: twelve keys, none far away
LABEL_NAMES = ("major", "minor", "calm", "moving", "busy")
_CALM_BELOW, _BUSY_ABOVE = 0.0, 0.4  # arousal
_PLAIN = PianoRoll()
_LONG_REST_QUARTERS = 4
_RARE = 0.001  # share of the notes on either side that the fitted range may leave out


@dataclass(frozen=True)
class Pieces:
    """Piano rolls with what is known about them, one after another."""

    rolls: tuple[UInt8, ...]  # each (T_i, width)
    labels: UInt8 | None  # (n_pieces, n_labels)
    n_left_out: int  # songs without a note in the range of pitches, or too long for a roll


def fit(
    songs: Iterable[Song],
    *,
    transpose: str = "key",
    low: int | None = None,
    high: int | None = None,
    steps_a_beat: int = 4,
    struck: bool = True,
) -> PianoRoll:
    """The encoding that is just wide enough for nearly all notes of these songs, moved, inside 24 to 101.

    One note in a thousand may lie below and one above: a few very high notes would cost as much as all others.
    `low` and `high` win. Raises InputError where no song has a pitched note, and UsageError for another
    `transpose` than "key", "all" and "none".
    """
    lowest, highest = _range(songs, _checked(transpose))
    if transpose == "all":
        lowest, highest = lowest + LEAST_SHIFT, highest + MOST_SHIFT
    fitted = [min(max(pitch, _PLAIN.low), _PLAIN.high) for pitch in (lowest, highest)]
    return PianoRoll(
        fitted[0] if low is None else low, fitted[1] if high is None else high, steps_a_beat, struck
    )


def pieces(
    songs: Iterable[Song], encoding: PianoRoll, *, transpose: str = "key", labels: "Labels | None" = None
) -> Pieces:
    """The songs as rolls, with their labels where `labels` are wanted. Raises UsageError as `fit` does."""
    _checked(transpose)
    found = [(song, roll_of(song, encoding, transpose)) for song in songs]
    kept = [(song, roll) for song, roll in found if roll.any()]
    rows = [labels.of(song) for song, _ in kept] if labels else []
    return Pieces(
        rolls=tuple(roll for _, roll in kept),
        labels=np.array(rows, np.uint8).reshape(-1, len(LABEL_NAMES)) if labels else None,
        n_left_out=len(found) - len(kept),
    )


def roll_of(song: Song, encoding: PianoRoll, transpose: str) -> UInt8:
    """(T, width) one song, moved to C if `transpose` is "key", rests shortened; no rows where it is too long."""
    roll = _moved_roll(song, encoding, transpose)
    return roll[_kept(roll, _rest_steps(song, encoding))]


def told_of(song: Song, encoding: PianoRoll, transpose: str, told: Told) -> tuple[UInt8, Floats]:
    """The roll of a song as `roll_of` has it, and (T, told.n) what is told of its steps."""
    roll = _moved_roll(song, encoding, transpose)
    kept = _kept(roll, _rest_steps(song, encoding))
    rows = told.rows(len(roll), encoding.step_ticks, song.meters, key_of(song, transpose))
    return roll[kept], rows[kept]


def key_of(song: Song, transpose: str) -> tuple[int, str]:
    """The pitch class of the tonic of a song after it was moved, and its mode."""
    key = find_key(pitch_class_weights(pitched_notes(song)))
    return 0 if transpose == "key" else key.tonic_pc, key.mode


def _moved_roll(song: Song, encoding: PianoRoll, transpose: str) -> UInt8:
    wide = replace(encoding, low=0, high=127)
    try:
        roll = wide.encode(song)
    except InputError:
        return np.zeros((0, encoding.width), np.uint8)
    if transpose == "key":
        roll = wide.transposed(roll, semitones_to_c(song))
    halves = roll.reshape(len(roll), wide.width // 128, 128)[:, :, encoding.low : encoding.high + 1]
    return halves.reshape(len(roll), encoding.width)


def semitones_to_c(song: Song) -> int:
    """By how much to move the song, -5..6, so that the tonic of its key is C, in major and in minor."""
    tonic_pc = find_key(pitch_class_weights(pitched_notes(song))).tonic_pc
    return (-tonic_pc - LEAST_SHIFT) % 12 + LEAST_SHIFT


def shift_of(encoding: PianoRoll, transpose: str) -> Shift | None:
    """What training does to every batch: for "all" a random transposition of each window, else nothing."""
    if _checked(transpose) != "all":
        return None

    def shift(windows: UInt8, rng: np.random.Generator) -> UInt8:
        """(B, n_steps, width) windows, each moved by -5..6 semitones that keep all its notes in range."""
        least, most = _room(windows, encoding.n_pitches)
        semitones = rng.integers(least, most, endpoint=True)
        moved = np.empty_like(windows)
        for amount in np.unique(semitones):
            rows = semitones == amount
            moved[rows] = encoding.transposed(windows[rows], int(amount))
        return moved

    return shift


def _checked(transpose: str) -> str:
    if transpose not in TRANSPOSITIONS:
        raise UsageError(
            f"{transpose!r} is no way to transpose",
            where="--transpose",
            hint=f"Say {', '.join(TRANSPOSITIONS)}.",
        )
    return transpose


def _range(songs: Iterable[Song], transpose: str) -> tuple[int, int]:
    """The pitches between which nearly all notes of all songs lie after they were moved."""
    moved = [np.zeros(0, np.int64)]
    for song in songs:
        pitches = pitched_notes(song).pitches
        if len(pitches):
            moved.append(pitches + (semitones_to_c(song) if transpose == "key" else 0))
    pitches = np.concatenate(moved)
    if not len(pitches):
        raise InputError("no song has a pitched note", hint="A piano roll does not hold drums.")
    low, high = np.quantile(pitches, [_RARE, 1 - _RARE])
    return math.floor(low), math.ceil(high)


def _room(windows: UInt8, n_pitches: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(B,) how far each window can go down (<= 0) and up (>= 0)."""
    n_windows, n_steps, width = windows.shape
    used = np.any(windows.reshape(n_windows, n_steps * width // n_pitches, n_pitches), axis=1)
    below, above = used.argmax(axis=1), used[:, ::-1].argmax(axis=1)  # free pitches on either side
    return np.maximum(LEAST_SHIFT, -below), np.minimum(MOST_SHIFT, above)


# Rests


def _rest_steps(song: Song, encoding: PianoRoll) -> int:
    """Steps of the fewest whole bars that last four quarter notes or more."""
    bar_ticks = song.meters[0].bar_ticks
    n_bars = -(-_LONG_REST_QUARTERS * TICKS_PER_QUARTER // bar_ticks)
    return max(1, n_bars * bar_ticks // encoding.step_ticks)


def _kept(roll: UInt8, unit: int) -> Bits:
    """(T,) the steps that stay where every rest of two `unit` steps or more is shortened by whole units to less.

    Some recordings begin with minutes of silence; windows of it would teach a model to be silent.
    """
    sounds = roll.any(axis=1)
    edges = np.flatnonzero(np.diff(sounds, prepend=True, append=True))  # rests begin and end in turn
    keep = np.ones(len(roll), bool)
    for begin, end in edges.reshape(-1, 2):
        keep[begin : begin + max(0, (end - begin) // unit - 1) * unit] = False
    return keep


# Labels


@dataclass(frozen=True)
class Labels:
    """What is told of a piece as five bits: its mode, and how busy it is.

    `edges` are notes a beat: below the first a piece is calm, above the second busy, else moving.
    """

    edges: tuple[float, float]
    names: tuple[str, ...] = LABEL_NAMES

    def __post_init__(self) -> None:
        is_rising = len(self.edges) == 2 and 0 <= self.edges[0] <= self.edges[1] < math.inf
        if not is_rising or self.names != LABEL_NAMES:
            raise ConfigError(f"no labels of this version: names {self.names}, edges {self.edges}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Labels":
        """What `as_mapping` gave. Raises ConfigError for anything else."""
        try:
            first, second = values["edges"]
            labels = cls((float(first), float(second)), tuple(values["names"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError("labels need names and two edges") from error
        if set(values) != {"edges", "names"}:
            raise ConfigError(f"labels have names and edges only, not {', '.join(sorted(values))}")
        return labels

    def as_mapping(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: list(value) for name, value in asdict(self).items()}

    def of(self, song: Song) -> UInt8:
        """(5,) the bits of a song, by the key finder and the number of notes a beat."""
        mode = find_key(pitch_class_weights(pitched_notes(song))).mode
        rate = notes_a_beat(song)
        return _bits(mode, "calm" if rate < self.edges[0] else "busy" if rate > self.edges[1] else "moving")

    def bits_for(self, valence: float, arousal: float) -> UInt8:
        """(5,) the bits to wish for a mood, both axes in [-1, 1].

        Major and minor part where `music.plan` parts them; calm, moving and busy have a third of the named
        feelings each.
        """
        mode = "major" if valence >= NEUTRAL_VALENCE else "minor"
        return _bits(mode, "calm" if arousal < _CALM_BELOW else "busy" if arousal > _BUSY_ABOVE else "moving")


def fit_labels(songs: Iterable[Song]) -> Labels:
    """Labels whose edges cut these songs into three equal parts. Raises InputError where none has a pitched note."""
    rates = [rate for song in songs if (rate := notes_a_beat(song))]
    if not rates:
        raise InputError("no song has a pitched note", hint="Drums have neither mode nor activity.")
    first, second = np.quantile(rates, [1 / 3, 2 / 3])
    return Labels((float(first), float(second)))


def notes_a_beat(song: Song) -> float:
    """Pitched notes a quarter note, from the first begin to the last end; 0 where there are none."""
    notes = pitched_notes(song)
    if not len(notes):
        return 0.0
    return len(notes) * TICKS_PER_QUARTER / float(notes.ends_ticks.max() - notes.starts_ticks[0])


def _bits(mode: str, activity: str) -> UInt8:
    return np.array([name in (mode, activity) for name in LABEL_NAMES], np.uint8)
