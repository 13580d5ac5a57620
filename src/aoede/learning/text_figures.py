"""What every character of a text cost a model, by each way of reading: the figures behind `aoede evaluate`.

carried     each document from its beginning to its end, with all that the model remembers
windows     pieces of 256 characters, each as if a document began there: nothing before it is known
unlabelled  carried, with nothing said of authors, forms and tunes
adapting    carried, learning from all that was read: weights, counts and how they are weighed

A mixture knows its parts' predictions too: one reading gives all of them.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chars import END, N_CODES, UNKNOWN
from aoede.errors import MissingError
from aoede.learning.texts import Document, prepare
from aoede.learning.writer import Writer
from aoede.models import mixture, ngram, rnn, transformer
from aoede.models.ngram.occurrences import Chain
from aoede.score import in_blocks, log_probabilities, one_hot

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Logs = list[Floats]  # (T_i,) natural log-probabilities of each document's or window's characters

WINDOW = 256  # characters, as in nanoGPT's small recipes


@dataclass(frozen=True)
class Texts:
    """Documents as one model reads them."""

    ids: list[Ints]  # (T_i,), the last one END
    labels: Ints  # (D, n_columns), 0 for what the model does not know
    surcharge: float  # nats that an unknown character costs beside the unknown symbol

    @classmethod
    def of(cls, writer: Writer, documents: Sequence[Document]) -> "Texts":
        ids, labels = prepare(documents, writer.encoding, writer.labels)
        # One of all other code points: so every model predicts all texts, and a small vocabulary gains nothing.
        return cls(ids, labels, log(N_CODES - len(writer.encoding.symbols)))

    @property
    def n_unknown(self) -> int:
        return sum(int((ids == UNKNOWN).sum()) for ids in self.ids)

    @property
    def has_labels(self) -> bool:
        return bool(self.labels.any())

    def charged(self, sequences: Sequence[Ints], logs: Logs) -> Logs:
        """The log-probabilities of the characters, from those of the symbols."""
        return [
            np.where(ids == UNKNOWN, found - self.surcharge, found)
            for ids, found in zip(sequences, logs, strict=True)
        ]


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder."""

    name: str
    carried: Logs
    windows: Logs
    unlabelled: Logs | None = None  # None where no document has a label that the model knows


def static(writer: Writer, texts: Texts) -> list[Rung]:
    """The rungs that a model gives, itself last, in one reading."""
    places = [(i, t) for i, ids in enumerate(texts.ids) for t in range(0, len(ids), WINDOW)]
    windows = [texts.ids[i][t : t + WINDOW] for i, t in places]
    sequences, labels = [*texts.ids, *windows], [texts.labels, texts.labels[[i for i, _ in places]]]
    if texts.has_labels:
        sequences += texts.ids
        labels.append(np.zeros_like(texts.labels))
    n, n_windows = len(texts.ids), len(windows)
    rungs = []
    for name, logs in _parts(writer, sequences, np.concatenate(labels)).items():
        found = texts.charged(sequences, logs)
        rungs.append(Rung(name, found[:n], found[n : n + n_windows], found[n + n_windows :] or None))
    simple = _simple(writer, [*texts.ids, *windows])
    return [
        Rung(name, found[:n], found[n:])
        for name, found in (
            (name, texts.charged([*texts.ids, *windows], logs)) for name, logs in simple.items()
        )
    ] + rungs


def dynamic(writer: Writer, texts: Texts, read: Callable[[int], None] = lambda n: None) -> dict[str, Logs]:
    """The same for a model and its parts that learn as they read, from document to document in their order.

    `read` is told again and again how many characters have been. Raises MissingError where a network is among the
    parts and torch is not installed.
    """
    names, model = names_of(writer), writer.model
    if isinstance(model, ngram.Model):
        found = {names["n-gram"]: _counted(ngram.Adaptive(model), texts, read)}
    else:
        network = _reader(writer)
        from aoede.neural.learner import threads

        with threads(1):  # of one text read step by step more are slower, and their sums differ
            found = _learnt(network, texts, names, model, read)
    return {name: texts.charged(texts.ids, logs) for name, logs in found.items()}


def names_of(writer: Writer) -> dict[str, str]:
    """Part of the model -> what the ladder calls it."""
    model, config = writer.model, writer.model.config
    if isinstance(model, ngram.Model):
        return {"n-gram": f"{model.order}-gram"}
    layers = "" if config.n_layers == 1 else f"{config.n_layers} x "
    if hasattr(config, "cell"):
        network = f"{'RNN' if config.cell == 'tanh' else config.cell.upper()}, {layers}{config.n_hidden}"
    else:
        network = f"transformer, {layers}{config.n_width}"
    if isinstance(model, mixture.Mixture):
        return {"n-gram": f"{model.ngram.order}-gram", "network": network, "mixture": "mixture"}
    return {"network": network}


# ---- weights fixed -------------------------------------------------------------------------------


def _simple(writer: Writer, sequences: Sequence[Ints]) -> dict[str, Logs]:
    """The lowest rungs: knowing nothing, and what the n-gram has counted of single characters and pairs."""
    model, n_symbols = writer.model, writer.encoding.n_symbols
    found = {"uniform": [np.full(len(ids), -log(n_symbols)) for ids in sequences]}
    counted = model.ngram if isinstance(model, mixture.Mixture) else model
    if isinstance(counted, ngram.Model):
        chain = Chain(counted.shared)
        told = ", from pruned counts" if counted.shared.removed.any() else ""
        found["unigram"] = [np.log(chain.unigram[ids]) for ids in sequences]
        found[f"Markov chain{told}"] = [np.log(chain.after(_before(ids), ids)) for ids in sequences]
    return found


def _parts(writer: Writer, sequences: Sequence[Ints], labels: Ints) -> dict[str, Logs]:
    names, model = names_of(writer), writer.model
    if not isinstance(model, mixture.Mixture):
        return {name: log_probabilities(model, sequences, labels) for name in names.values()}
    condition = one_hot(labels, model.config.label_sizes)
    found: dict[str, Logs] = {name: [np.zeros(len(ids)) for ids in sequences] for name in names.values()}
    counted: dict[int, Iterator[tuple[int, NDArray[np.float32]]]] = {}
    for i, t, logs in in_blocks(model.network, sequences, condition):
        if t:
            reading = counted.pop(i)
        else:
            told = condition[i] if condition.shape[1] else None
            reading = model.ngram.distributions(sequences[i], condition=told, block=len(logs))
        p, q = next(reading)[1], logs.astype(np.float32)
        part = sequences[i][t : t + len(logs)]
        if t + len(part) < len(sequences[i]):  # one that is done would still hold its last block
            counted[i] = reading
        at = np.arange(len(part))
        for name, rows in zip(names.values(), (p, q, model.gate.mix(p, q)), strict=True):
            found[name][i][t : t + len(part)] = rows[at, part]
    return found


def _before(ids: Ints) -> Ints:
    return np.concatenate([[END], ids[:-1]])


# ---- learning as it reads ------------------------------------------------------------------------


def _counted(reader: ngram.Adaptive, texts: Texts, read: Callable[[int], None]) -> Logs:
    sizes = reader.model.config.label_sizes
    found, n_read = list[Floats](), 0
    for ids, told in zip(texts.ids, one_hot(texts.labels, sizes), strict=True):
        reader.begin(told if sizes else None)
        parts = list[Floats]()
        for t in range(0, len(ids), WINDOW):
            parts.append(reader.log_probabilities(ids[t : t + WINDOW]))
            n_read += len(parts[-1])
            read(n_read)
        found.append(np.concatenate(parts))
    return found


def _learnt(
    network: Any, texts: Texts, names: Mapping[str, str], model: Any, read: Callable[[int], None]
) -> dict[str, Logs]:
    if isinstance(model, mixture.Mixture):
        from aoede.models.mixture.dynamic import Dynamic

        reader = Dynamic(model, network)
    found: dict[str, Logs] = {name: [] for name in names.values()}
    n_read = 0
    for ids, labels in zip(texts.ids, texts.labels.tolist(), strict=True):
        logs = {part: np.zeros(len(ids)) for part in names}
        if isinstance(model, mixture.Mixture):
            blocks = reader.distributions(ids, labels)
        else:
            first = getattr(model.config, "first_symbol", END)
            alone = network.distributions(ids, first_symbol=first, labels=labels)
            blocks = ((t, {"network": rows}) for t, rows in alone)
        for t, rows in blocks:
            for part, foreseen in rows.items():
                here = ids[t : t + len(foreseen)]
                logs[part][t : t + len(here)] = foreseen[np.arange(len(here)), here]
            read(n_read + t + len(here))
        n_read += len(ids)
        for part, name in names.items():
            found[name].append(logs[part])
    return found


def _reader(writer: Writer) -> Any:
    """The model's network as torch has it, ready to learn as it reads."""
    if importlib.util.find_spec("torch") is None:
        raise MissingError(
            "for a network to learn as it reads, torch must be installed",
            hint="Install it with: pip install 'aoede[train]', or leave --dynamic away.",
        )
    from aoede.neural.dynamic import Reader
    from aoede.neural.network import Masks, load_weights

    network = writer.model.network if isinstance(writer.model, mixture.Mixture) else writer.model
    family = transformer if isinstance(network, transformer.Model) else rnn
    made = importlib.import_module(f"{family.__name__}.network")  # which loads torch
    module = made.Network(network.config, family.RECIPES["default"].recipe, Masks())
    load_weights(module, network.to_tensors())
    return Reader(module, writer.encoding.n_symbols)
