"""A trained model of sound at work: free-running, from a label, a score or the beginning of a recording.

Nothing but what it made itself is read by the model, also while it trains: a preview never misleads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.mulaw import MuLaw
from aoede.encodings.score_frames import FRAME_HZ, ScoreFrames, Sounding
from aoede.errors import InputError, UsageError
from aoede.learning import families
from aoede.learning.clip_labels import Labels
from aoede.learning.clips import Wishes
from aoede.models.wavenet.backends import Voices
from aoede.models.wavenet.outline import waves
from aoede.score import one_hot

Floats = NDArray[np.float32]

MAX_SECONDS = 600.0
NOTES_TEMPERATURE = 0.5
ATTACK_S = 0.05  # of a sound is drawn at temperature 1 at least: cooler, some never begin
FADE_SAMPLES = 200  # before a sound is over
BLOCK_FRAMES = 10  # made at once, so that a sound streams: a tenth of a second


@dataclass(frozen=True)
class Wish:
    """One sound that is to be made."""

    label: tuple[str, ...] = ()  # a value a column, "" where nothing is said; () says nothing at all
    notes: tuple[Sounding, ...] = ()
    lasts_s: float = 0.0  # how long a sound without notes is, 0: as those that were learnt


@dataclass(frozen=True, eq=False)
class Sounder:
    """A model file opened for making sound."""

    name: str
    model: Any
    law: MuLaw
    labels: Labels
    frames: ScoreFrames | None
    sha256: str = ""
    usual_s: float = 0.0  # how long what it learnt from lasts, where that has no notes; 0: not told
    reading: Wishes = field(default_factory=Wishes)  # how labels were read of the folder it was trained on

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Sounder":
        """Raises InputError or ConfigError where the file is no model of sound, or a damaged one."""
        try:
            family = families.load(metadata["family"], encoding=metadata["encoding"]["name"])
            law = MuLaw.from_mapping(metadata["encoding"])
            labels = Labels.from_mapping(metadata["labels"])
            provenance = metadata["provenance"]
            told, columns = provenance["frames"], provenance.get("label_columns")
            usual_s = float(provenance.get("usual_s") or 0)
            reading = Wishes(str(provenance.get("names") or ""), tuple(columns) if columns else None)
            model = family.Model.from_tensors(metadata["config"], tensors)
        except (KeyError, TypeError, ValueError, UsageError) as error:
            raise InputError("this is no model of sound", where=name) from error
        frames = ScoreFrames.from_mapping(told) if told else None
        return cls(name, model, law, labels, frames, sha256, usual_s, reading)

    @property
    def reads_notes(self) -> bool:
        """Whether it is an instrument: pitches are told to it."""
        return bool(self.model.config.n_harmonics)

    @property
    def usual_temperature(self) -> float:
        """Where notes are in tune and words as loud as they were said: the outline of a note says more of it."""
        return NOTES_TEMPERATURE if self.reads_notes else 1.0

    def made(
        self,
        wishes: Sequence[Wish],
        seconds: float,
        rng: np.random.Generator,
        *,
        temperature: float | None = None,
        start: Floats | None = None,
        backend: str = "",
    ) -> Floats:
        """(n, T) a sound for each wish, side by side; see `streamed`."""
        blocks = self.streamed(wishes, seconds, rng, temperature=temperature, start=start, backend=backend)
        return np.concatenate(list(blocks), axis=1)

    def streamed(
        self,
        wishes: Sequence[Wish],
        seconds: float,
        rng: np.random.Generator,
        *,
        temperature: float | None = None,
        start: Floats | None = None,
        backend: str = "",
    ) -> Iterator[Floats]:
        """(n, t) samples in [-1, 1] of each wish, block after block, `seconds` in all.

        `temperature` None is the usual one; `start` (T,) is a recording that all go on from; it is not given back.
        Raises UsageError for a length, label or temperature that cannot be, MissingError for a backend that is not
        installed.
        """
        if not 0 < seconds <= MAX_SECONDS:
            raise UsageError(f"a sound lasts more than 0 and at most {MAX_SECONDS:g} s, not {seconds:g}")
        if any(wish.notes for wish in wishes) and not self.reads_notes:
            raise UsageError(f"{self.name} reads no notes: it was trained without", where="--midi")
        n_samples, hop = round(seconds * self.law.rate_hz), self.law.rate_hz // FRAME_HZ
        temperature = self.usual_temperature if temperature is None else temperature
        read_s = 0.0 if start is None else len(start) / self.law.rate_hz
        told = [self._told(wish, read_s, n_samples) for wish in wishes]
        voices = Voices(self.model, len(wishes), backend=backend)
        states = self._begun(voices, told, start, temperature)
        for first in range(0, -(-n_samples // hop), BLOCK_FRAMES):
            n = min(BLOCK_FRAMES * hop, n_samples - first * hop)
            codes = self._block(voices, told, first, rng.random((len(wishes), n)), temperature)
            found = [self.law.continued(row, state) for row, state in zip(codes, states, strict=True)]
            states = [state for _, state in found]
            gains = np.stack([each.gains(first * hop, n) for each in told])
            yield np.clip(np.stack([samples for samples, _ in found]) * gains, -1.0, 1.0)

    def _block(
        self, voices: Voices, told: Sequence["_Told"], first: int, uniforms: Any, temperature: float
    ) -> NDArray[np.uint8]:
        """(n, t) the next codes of each voice, from frame `first` on."""
        hop, n = self.law.rate_hz // FRAME_HZ, uniforms.shape[1]
        n_frames = -(-n // hop)
        gates = np.stack([each.gates(self.model, first, first + n_frames) for each in told])
        parts = []
        for frame in range(n_frames):
            samples = slice((first + frame) * hop, first * hop + min(n, (frame + 1) * hop))
            part = voices.advance(
                gates[:, frame],
                uniforms[:, frame * hop : (frame + 1) * hop],
                temperature=max(temperature, 1.0) if _begins(told, first + frame) else temperature,
                **_leaning(told, first + frame, samples),
            )
            parts.append(part)
        return np.concatenate(parts, axis=1)

    def _begun(
        self, voices: Voices, told: Sequence["_Told"], start: Floats | None, temperature: float
    ) -> list[float]:
        """The states of de-emphasis after `start`, which the voices have read then."""
        n = len(told)
        if start is None or not len(start):
            return [0.0] * n
        codes = self.law.encode(start)
        given = np.broadcast_to(codes, (n, len(codes)))
        gates = np.stack([each.gates(self.model, 0, 1)[0] for each in told])
        voices.advance(gates, np.zeros(given.shape), temperature=temperature, given=given)
        return [self.law.continued(codes, 0.0)[1]] * n

    def _told(self, wish: Wish, read_s: float, n_samples: int) -> "_Told":
        sizes = self.model.config.label_sizes
        condition = one_hot(self.labels.ids(wish.label)[None], sizes)[0] if sizes and wish.label else None
        if self.frames is None:
            return _Told.of(self.model, condition, np.zeros((1, 0), np.float32), _NO_TURNS, n_samples)
        notes = wish.notes or self._untold(wish, read_s, n_samples / self.law.rate_hz)
        n_frames = self.frames.n_frames(n_samples)
        turns = self.frames.turns(notes, n_frames, self.model.config.n_harmonics)
        told = _Told.of(self.model, condition, self.frames.encode(notes, n_frames), turns, n_samples)
        begins, n = [round(note.onset_s * FRAME_HZ) for note in notes], round(ATTACK_S * FRAME_HZ)
        told = replace(told, onsets=frozenset(begin + i for begin in begins for i in range(n)))
        return (
            told if wish.notes or not notes else replace(told, ends=round(notes[0].end_s * self.law.rate_hz))
        )

    def _untold(self, wish: Wish, read_s: float, seconds: float) -> tuple[Sounding, ...]:
        """What is told where no notes are: a sound without pitch, that began with the recording that was read."""
        if not self.usual_s:
            return ()
        left_s = (wish.lasts_s or self.usual_s) - read_s
        return (Sounding(float("nan"), -read_s, min(seconds, left_s) if left_s > 0 else seconds),)


_NO_TURNS = np.zeros((0, 0, 2), np.float32)


@dataclass(frozen=True, eq=False)
class _Told:
    """What a wish says all along; a single frame is for all of them."""

    condition: NDArray[Any] | None
    frames: Floats  # (n_frames, n_frame_features)
    rows: NDArray[np.float64] | None  # (n_frames, n_quick + 1) of its outline, where the model has one
    waves: NDArray[np.float64]  # (T,)
    onsets: frozenset[int] = frozenset()  # frames in which a sound has just begun
    ends: int | None = None  # the sample from which on there is silence: nothing that was learnt went on

    @classmethod
    def of(cls, model: Any, condition: Any, frames: Floats, turns: Floats, n_samples: int) -> "_Told":
        if not model.config.has_prior:
            return cls(condition, frames, None, np.zeros(n_samples))
        found = model.outlined(condition, frames)
        moving = waves(found.harmonics, turns, model.config.frame_samples, n_samples)
        return cls(condition, frames, found.rows, moving)

    def gains(self, first: int, n: int) -> Floats:
        """(n,) by what the samples from `first` on are multiplied."""
        if self.ends is None:
            return np.ones(n, np.float32)
        left = (self.ends - np.arange(first, first + n)) / FADE_SAMPLES
        return np.clip(left, 0, 1).astype(np.float32)

    def gates(self, model: Any, first: int, stop: int) -> Floats:
        """(stop - first, L, 2 R)."""
        which = np.minimum(np.arange(first, stop), len(self.frames) - 1)
        found: Floats = model.told(self.condition, self.frames[which], making=True)
        return found


def _begins(told: Sequence[_Told], frame: int) -> bool:
    return any(frame in each.onsets for each in told)


def _leaning(told: Sequence[_Told], frame: int, samples: slice) -> dict[str, Any]:
    """What the prior of each voice leans on in a frame."""
    rows = [each.rows[min(frame, len(each.rows) - 1)] for each in told if each.rows is not None]
    if not rows:
        return {}
    return {"outline": np.stack(rows), "waves": np.stack([each.waves[samples] for each in told])}
