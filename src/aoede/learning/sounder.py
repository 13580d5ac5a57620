"""A trained model of sound at work: free-running, from a label, a score or the beginning of a recording.

Nothing but what it made itself is read by the model, also while it trains: a preview never misleads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from aoede.score import one_hot

Floats = NDArray[np.float32]

MAX_SECONDS = 600.0
BLOCK_FRAMES = 10  # made at once, so that a sound streams: a tenth of a second


@dataclass(frozen=True)
class Wish:
    """One sound that is to be made."""

    label: tuple[str, ...] = ()  # a value a column, "" where nothing is said; () says nothing at all
    notes: tuple[Sounding, ...] = ()


@dataclass(frozen=True, eq=False)
class Sounder:
    """A model file opened for making sound."""

    name: str
    model: Any
    law: MuLaw
    labels: Labels
    frames: ScoreFrames | None
    sha256: str = ""
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
            reading = Wishes(str(provenance.get("names") or ""), tuple(columns) if columns else None)
            model = family.Model.from_tensors(metadata["config"], tensors)
        except (KeyError, TypeError, UsageError) as error:
            raise InputError("this is no model of sound", where=name) from error
        return cls(
            name, model, law, labels, ScoreFrames.from_mapping(told) if told else None, sha256, reading
        )

    def made(
        self,
        wishes: Sequence[Wish],
        seconds: float,
        rng: np.random.Generator,
        *,
        temperature: float = 1.0,
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
        temperature: float = 1.0,
        start: Floats | None = None,
        backend: str = "",
    ) -> Iterator[Floats]:
        """(n, t) samples in [-1, 1] of each wish, block after block, `seconds` in all.

        `start` (T,) is a recording that all go on from; it is not given back. Raises UsageError for a length, label
        or temperature that cannot be, MissingError for a backend that is not installed.
        """
        if not 0 < seconds <= MAX_SECONDS:
            raise UsageError(f"a sound lasts more than 0 and at most {MAX_SECONDS:g} s, not {seconds:g}")
        if any(wish.notes for wish in wishes) and self.frames is None:
            raise UsageError(f"{self.name} reads no notes: it was trained without", where="--midi")
        n_samples, hop = round(seconds * self.law.rate_hz), self.law.rate_hz // FRAME_HZ
        told = self._telling(wishes, -(-n_samples // hop))
        voices = Voices(self.model, len(wishes), backend=backend)
        states = self._begun(voices, told(0, 1), start, temperature)
        for first in range(0, -(-n_samples // hop), BLOCK_FRAMES):
            gates = told(first, first + BLOCK_FRAMES)
            n = min(BLOCK_FRAMES * hop, n_samples - first * hop)
            uniforms = rng.random((len(wishes), n))
            codes = [
                voices.advance(
                    gates[:, min(at // hop, gates.shape[1] - 1)],
                    uniforms[:, at : at + hop],
                    temperature=temperature,
                )
                for at in range(0, n, hop)
            ]
            block = np.concatenate(codes, axis=1)
            found = [self.law.continued(row, state) for row, state in zip(block, states, strict=True)]
            states = [state for _, state in found]
            yield np.clip(np.stack([samples for samples, _ in found]), -1.0, 1.0)

    def _begun(self, voices: Voices, told: Floats, start: Floats | None, temperature: float) -> list[float]:
        """The states of de-emphasis after `start`, which the voices have read then."""
        n = len(told)
        if start is None or not len(start):
            return [0.0] * n
        codes = self.law.encode(start)
        given = np.broadcast_to(codes, (n, len(codes)))
        voices.advance(told[:, 0], np.zeros(given.shape), temperature=temperature, given=given)
        return [self.law.continued(codes, 0.0)[1]] * n

    def _telling(self, wishes: Sequence[Wish], n_frames: int) -> Callable[[int, int], Floats]:
        """(first, stop) frames -> (n, stop - first, L, 2 R) what each wish gives to the gates then."""
        sizes = self.model.config.label_sizes
        conditions = [
            one_hot(self.labels.ids(wish.label)[None], sizes)[0] if sizes and wish.label else None
            for wish in wishes
        ]
        if self.frames is None:
            still = np.stack([self.model.told(condition, None) for condition in conditions])
            return lambda first, stop: still
        scores = [self.frames.encode(wish.notes, n_frames) for wish in wishes]
        pairs = list(zip(conditions, scores, strict=True))
        return lambda first, stop: np.stack([self.model.told(c, score[first:stop]) for c, score in pairs])
