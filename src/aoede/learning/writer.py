"""A model of text with all that turns its ids into documents: alphabet, labels, words, forms, the training text.

Weights and all this lie in one checkpoint: `with_extras` puts them together, `Writer.of` takes them apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import Characters
from aoede.errors import InputError, UsageError
from aoede.learning import families
from aoede.learning.texts import Labels
from aoede.words.forms import Forms
from aoede.words.lexicon import Lexicon, Speller
from aoede.words.novelty import Human
from aoede.words.verbatim import Index

_EXTRAS = ("novelty", "lexicon")
_HINTS = {
    "pianoroll": "Let it make music with: aoede sample",
    "ngrams": "Let it answer with: aoede reply --model",
    "words": "Let it answer with: aoede reply --model",
}


@dataclass(frozen=True)
class Writer:
    name: str
    family: families.Family
    model: Any
    encoding: Characters
    labels: Labels
    sha256: str = ""  # of the file; "" for one that is in no file yet
    index: Index | None = None  # of the training text
    human: Human | None = None  # what people's own text has in common with it
    lexicon: Lexicon | None = None
    forms: Forms | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)  # how it writes where nothing else is said

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Writer":
        """Raises InputError where this is no model of text, or one whose parts do not fit one another."""
        try:
            if metadata["encoding"]["name"] != Characters.name:
                encoding = metadata["encoding"]["name"]
                hint = _HINTS.get(str(encoding), "")
                raise InputError(f"this is a model of {encoding}; it does not write", where=name, hint=hint)
            family = families.load(metadata["family"], capability="autoregressive")
            parts = parts_of(tensors)
            forms, human = metadata.get("forms"), metadata.get("human")
            made = cls(
                name,
                family,
                family.Model.from_tensors(metadata["config"], parts[""]),
                Characters.from_mapping(metadata["encoding"]),
                Labels.from_mapping(metadata["labels"] or {}),
                sha256,
                Index.from_tensors(parts["novelty"]) if "novelty" in parts else None,
                Human.from_mapping(human) if human else None,
                Lexicon.from_tensors(parts["lexicon"]) if "lexicon" in parts else None,
                Forms.from_mapping(forms) if forms else None,
                dict(metadata.get("writes") or {}),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError("this model file does not say what it is", where=name) from error
        known = made.encoding.n_symbols, made.labels.sizes
        if known != (made.model.config.n_symbols, made.model.config.label_sizes):
            raise InputError("the parts of this model file do not fit one another", where=name)
        return made

    @cached_property
    def glyphs(self) -> tuple[str, ...]:
        """The text of each id: nothing for END, the replacement character for UNKNOWN."""
        return ("", "\ufffd", *self.encoding.symbols)

    @cached_property
    def speller(self) -> Speller | None:
        return None if self.lexicon is None else self.lexicon.speller(self.encoding.symbols)

    @property
    def memory(self) -> int | None:
        """How many of the last characters the model can know of; None where there is no such limit."""
        config = self.model.config
        context, n_layers = getattr(config, "context", None), getattr(config, "n_layers", 1)
        return None if context is None else n_layers * (context - 1) + 1

    def condition(self, wanted: Mapping[str, str | float] | None) -> NDArray[np.float64] | None:
        """The weights of these labels; None where none are wanted. Raises UsageError for unknown ones."""
        if not wanted:
            return None
        if not self.labels.columns:
            raise UsageError(
                "this model knows no authors, forms or tunes: it was trained without labels", where="--as"
            )
        return self.labels.condition(wanted)


def parts_of(tensors: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, NDArray[Any]]]:
    """The weights under "", and what else is stored beside them under its name."""
    parts: dict[str, dict[str, NDArray[Any]]] = {"": {}}
    for name, tensor in tensors.items():
        head, _, rest = name.partition("/")
        part, key = (head, rest) if rest and head in _EXTRAS else ("", name)
        parts.setdefault(part, {})[key] = tensor
    return parts


def with_extras(
    tensors: Mapping[str, NDArray[Any]], index: Index | None, lexicon: Lexicon | None
) -> dict[str, NDArray[Any]]:
    """The weights and what is stored beside them, by names that `Writer.of` takes apart."""
    extras = {"novelty": index, "lexicon": lexicon}
    stored = dict(tensors)
    for name, part in extras.items():
        stored |= {} if part is None else {f"{name}/{key}": array for key, array in part.to_tensors().items()}
    return stored
