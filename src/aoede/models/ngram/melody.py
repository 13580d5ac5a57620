"""n-grams of melodies: every choice from a few columns of what is known, the most telling first.

The counterpart of the networks on melodies: the same events, the same choices, and no memory but the last notes and
what the encoding tells. Each choice is an interpolated n-gram (`conditioned.py`) whose context is a row of columns:
for a pitch the last pitch, the chord, the place in the bar, what was sung bars ago; the last is forgotten first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.models.ngram.conditioned import ConditionedConfig, NGram
from aoede.neural.events.model import FORBIDDEN
from aoede.neural.events.piece import EventPiece, Known, check_pieces
from aoede.neural.events.score import score
from aoede.neural.events.shape import Choice, Shape
from aoede.score import Check
from aoede.settings import from_mapping, whole_numbers

ENCODINGS = ("melody",)
CAPABILITIES = ("scores", "samples", "trains")
MATERIAL = "melodies"
MAX_COLUMNS = 7

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Config:
    shape: Shape  # by the encoding
    n_columns: int = 3  # of the context at most

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", Shape.of(self.shape))
        whole_numbers(self, {"n_columns": (0, MAX_COLUMNS)})

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "an n-gram of melodies")

    def columns(self, choice: Choice) -> tuple[int, ...]:
        return choice.counted[: self.n_columns]

    def conditioned(self, choice: Choice) -> ConditionedConfig:
        return ConditionedConfig(len(self.columns(choice)) + 1, choice.n_values)


@dataclass(frozen=True)
class Recipe:
    """Counting has no settings but how often: once is enough."""

    patience: int = 3

    def __post_init__(self) -> None:
        whole_numbers(self, {"patience": (1, 1_000_000)})

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Recipe":
        """Raises ConfigError for unknown keys and for values out of range."""
        return from_mapping(cls, values, "counting melodies")

    def suited(self, n_events: int) -> "Recipe":
        return self


@dataclass(frozen=True)
class Preset:
    shape: Mapping[str, Any]
    recipe: Recipe

    def shape_for(self, n_symbols: int, minutes: float | None) -> dict[str, Any]:
        return dict(self.shape)


RECIPES: Mapping[str, Preset] = {"default": Preset({}, Recipe())}


class Model:
    """An n-gram a choice."""

    def __init__(self, config: Config, ngrams: Sequence[NGram]) -> None:
        self.config, self._ngrams = config, tuple(ngrams)

    @classmethod
    def fit(cls, config: Config, pieces: Sequence[EventPiece]) -> "Model":
        """Count the choices of pieces. Raises InputError where there is none."""
        check_pieces(config.shape, pieces)
        ngrams = []
        for which, choice in enumerate(config.shape.choices):
            made = [_made(config, piece, which) for piece in pieces]
            targets = np.concatenate([np.zeros(0, np.int64), *(chosen for chosen, _ in made)])
            contexts = [context for _, context in made]
            rows = np.concatenate([np.zeros((0, len(config.columns(choice))), np.int64), *contexts])
            ngrams.append(NGram.fit_columns(config.conditioned(choice), targets, rows))
        return cls(config, ngrams)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "Model":
        """Raises ConfigError or InputError where these are not such counts."""
        checked = Config.from_mapping(config)
        ngrams = []
        for choice in checked.shape.choices:
            own = {
                name.removeprefix(f"{choice.name}."): tensor
                for name, tensor in tensors.items()
                if name.startswith(f"{choice.name}.")
            }
            ngrams.append(NGram.from_tensors(asdict(checked.conditioned(choice)), own))
        model = cls(checked, ngrams)
        strange = set(tensors) ^ set(model.to_tensors())
        if strange:
            raise InputError(f"these are no counts of melodies: {', '.join(sorted(strange)[:8])}")
        return model

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        return {
            f"{choice.name}.{name}": tensor
            for choice, ngram in zip(self.config.shape.choices, self._ngrams, strict=True)
            for name, tensor in ngram.to_tensors().items()
        }

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)

    # -- event by event --

    def begin(self, n: int = 1) -> NDArray[np.int16]:
        """n pieces of which nothing was read: the state is the row that was read last."""
        return np.zeros((n, len(self.config.shape.read)), np.int16)

    def advance(self, state: NDArray[np.int16], read: NDArray[np.int16]) -> NDArray[np.int16]:
        """Read what is known before the next event (n, columns)."""
        return read.copy()

    def scores(self, state: NDArray[np.int16], which: int, known: Known) -> Floats:
        """(n, values) log-probabilities of choice `which`, FORBIDDEN for forbidden values."""
        choice = self.config.shape.choices[which]
        context = _context(self.config, choice, state, known)
        logs = self._ngrams[which].distribution_after(context)
        return np.where(known.attributes[:, :, 0] == 0, float(FORBIDDEN), logs)

    def select(self, state: NDArray[np.int16], rows: Ints) -> NDArray[np.int16]:
        """The state of these pieces alone, in this order."""
        return state[rows]

    # -- judging --

    def nats(self, pieces: Sequence[EventPiece]) -> list[Floats]:
        """(T_i, choices) -log p of every choice, among what is allowed; 0 where there was none."""
        check_pieces(self.config.shape, pieces)
        return [self._nats(piece) for piece in pieces]

    def _nats(self, piece: EventPiece) -> Floats:
        nats = np.zeros(piece.chosen.shape)
        for which, known in enumerate(piece.known):
            scores = self.scores(piece.read, which, known)
            best = scores.max(axis=1, keepdims=True)
            total = np.log(np.exp(scores - best).sum(axis=1)) + best[:, 0]
            chosen = piece.chosen[:, which]
            own = total - scores[np.arange(len(chosen)), np.maximum(chosen, 0)]
            nats[:, which] = np.where(chosen >= 0, own, 0)
        return nats


def _context(config: Config, choice: Choice, read: NDArray[np.int16], known: Known) -> Ints:
    """(n, columns) what the choice is counted after."""
    return np.concatenate([read, known.told], axis=1)[:, list(config.columns(choice))].astype(np.int64)


def _made(config: Config, piece: EventPiece, which: int) -> tuple[Ints, Ints]:
    """What was chosen, where something was, and its contexts."""
    chosen = piece.chosen[:, which].astype(np.int64)
    context = _context(config, config.shape.choices[which], piece.read, piece.known[which])
    return chosen[chosen >= 0], context[chosen >= 0]


class Learner:
    """Counting as a training of one step: before it every value is as likely as any other."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[EventPiece],
        valid: Sequence[EventPiece],
        *,
        seed: int = 0,
    ) -> None:
        self.config, self.recipe = config, recipe
        if not sum(map(len, train)):
            raise InputError("there is nothing to learn from: no piece has a note")
        self._train, self._valid = list(train), list(valid)
        self._model = Model.fit(config, [piece.part(slice(2)) for piece in self._train[:1]])
        self._has_counted = np.zeros(1, np.int64)

    @property
    def n_examples(self) -> int:
        """One: the step counts everything."""
        return 1

    @property
    def batch_size(self) -> int:
        return 1

    @property
    def n_steps(self) -> int:
        return 1

    def update(self, indices: Ints, rng: np.random.Generator, progress: float) -> dict[str, float]:
        """Count everything."""
        self._model, self._has_counted[0] = Model.fit(self.config, self._train), 1
        return {"notes": float(sum(map(len, self._train)))}

    def tame(self) -> None:
        """Nothing to be tamed: a count is always finite."""

    def check(self, rng: np.random.Generator) -> Check:
        """Held-out nats a note, or those of the training pieces where nothing is held out."""
        if not sum(map(len, self._valid)):
            return Check(score(self._model, self._train).value, False, {})
        value = score(self._model, self._valid).value
        return Check(value, False, {"held-out nats a note": value})

    # -- storing --

    def tensors(self) -> dict[str, NDArray[Any]]:
        return self._model.to_tensors()

    def state(self) -> dict[str, NDArray[Any]]:
        return {"counted": self._has_counted.copy()}

    def restore(self, tensors: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]) -> None:
        """Raises InputError, and changes nothing, for what is not of this learner."""
        if set(state) != {"counted"} or state["counted"].shape != (1,):
            raise InputError("this is no state of such a counting")
        self._model = Model.from_tensors(self.config_values, tensors)
        self._has_counted = np.array(state["counted"], np.int64)

    @property
    def config_values(self) -> dict[str, Any]:
        return asdict(self.config)


__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "MATERIAL",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Preset",
    "Recipe",
    "score",
]
