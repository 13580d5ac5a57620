"""A model from documents with labels.

Discounts (`discounting.py`) and the shares of labels (`shares.py`) are fitted on text held out of the counting: a
label with ten documents and more holds out every tenth one, others the last tenth of each. What is found there is
taken for the n-grams of everything.
"""

from collections.abc import Sequence

import numpy as np

from aoede.errors import InputError
from aoede.models.ngram import compact
from aoede.models.ngram.counting import END, Counter, Floats, Ints
from aoede.models.ngram.discounting import fitted, with_factors
from aoede.models.ngram.model import Config, Model
from aoede.models.ngram.pruning import prune
from aoede.models.ngram.recipe import Recipe
from aoede.models.ngram.shares import PRIOR, shares_of
from aoede.models.ngram.trie import Trie, from_counts

Labelled = tuple[list[Ints], Ints]  # documents, and the value of each

_EVERY = 10  # one document of so many is held out, or one part of each
_LEAST_LENGTH = 10  # characters that a document must have to be cut


class Counted:
    """The counts of documents, for all together and for each label; they grow by one length at a time."""

    def __init__(self, config: Config, recipe: Recipe, documents: Sequence[Ints], values: Ints) -> None:
        self._recipe = recipe
        self._shared = Counter(config.n_symbols, documents)
        labelled = np.flatnonzero(values > 0).tolist()
        self._own: Counter | None = None
        if recipe.own_order and labelled:
            own = [documents[i] for i in labelled]
            self._own = Counter(config.n_symbols, own, values[labelled].tolist(), config.label_sizes[0])

    def shared(self, order: int) -> Trie:
        return from_counts(_lengthened(self._shared, order), order)

    def own(self, order: int) -> Trie | None:
        """The n-grams of each label; None where no document has one."""
        if self._own is None or not order:
            return None
        return _pruned(from_counts(_lengthened(self._own, order), order), self._recipe.max_own_ngrams)


class Builder:
    """Models of growing order of the same documents. `values` (D,): each one's label, 0 for none."""

    def __init__(self, config: Config, recipe: Recipe, documents: Sequence[Ints], values: Ints) -> None:
        self.config, self.recipe = config, recipe
        self._all = Counted(config, recipe, documents, values)
        kept, self._out = held_out(documents, values)
        self._kept = Counted(config, recipe, *kept) if kept[0] and self._out[0] else None

    def model(self, order: int) -> Model:
        """The model of this order, or of the greatest that the documents have.

        Raises InputError where it has more n-grams than a model file may.
        """
        shared = self._all.shared(order)
        trial = None if self._kept is None else self._kept.shared(order)
        if trial is not None and self.recipe.fits_discounts:
            factors = np.ones_like(shared.discounts)
            found = fitted(trial, self._out[0])
            factors[: len(found)] = found[: len(factors)]
            shared, trial = with_factors(shared, factors), with_factors(trial, found)
        shared = _pruned(shared, self.recipe.max_ngrams)
        _check_size(shared, "max_ngrams")
        own_order = min(order, self.recipe.own_order_for(self.config.n_symbols))
        own = self._all.own(own_order)
        if own is None:
            return Model(self.config, shared)
        _check_size(own, "max_own_ngrams")
        return Model(self.config, shared, own, self._shares(trial, own_order, own.order))

    def _shares(self, shared: Trie | None, own_order: int, n: int) -> Floats:
        """(n,) the share of a label's own n-grams by the length of the longest context that they know."""
        shares = np.full(n, PRIOR)
        own = None if self._kept is None else self._kept.own(own_order)
        if shared is None or own is None:
            return shares
        shared = _pruned(shared, self.recipe.max_ngrams)
        found = shares_of(Model(self.config, shared, own), *self._out)
        shares[: len(found)] = found[:n]
        return shares


def _pruned(trie: Trie, most: int) -> Trie:
    return prune(trie, max_ngrams=max(most, trie.sizes[0])) if most else trie


def _check_size(trie: Trie, setting: str) -> None:
    if trie.n_grams > compact.MAX_NGRAMS:
        raise InputError(
            f"there are {trie.n_grams:,} n-grams up to length {trie.order}; a model has at most "
            f"{compact.MAX_NGRAMS:,}",
            hint=f"Keep the most useful with --set {setting}={compact.MAX_NGRAMS // 8}, or choose a smaller order.",
        )


def fit(
    config: Config, documents: Sequence[Ints], values: Ints | None = None, recipe: Recipe | None = None
) -> Model:
    """The model of these documents by this recipe. Raises InputError where there is nothing to count."""
    recipe = recipe or Recipe()
    labels = np.zeros(len(documents), np.int64) if values is None else values
    return Builder(config, recipe, documents, labels).model(recipe.order_for(config.n_symbols))


def held_out(documents: Sequence[Ints], values: Ints) -> tuple[Labelled, Labelled]:
    """What is kept and what is held out, each label's share of it."""
    kept: list[tuple[Ints, int]] = []
    out: list[tuple[Ints, int]] = []
    for value in np.unique(values).tolist():
        own = [documents[i] for i in np.flatnonzero(values == value).tolist()]
        for i, document in enumerate(own):
            if len(own) >= _EVERY:
                (kept if i % _EVERY else out).append((document, value))
            elif len(document) > _LEAST_LENGTH:
                cut = len(document) * (_EVERY - 1) // _EVERY
                kept.append((np.append(document[:cut], END), value))
                out.append((document[cut:], value))
            else:
                kept.append((document, value))
    return _apart(kept), _apart(out)


def _apart(pairs: list[tuple[Ints, int]]) -> Labelled:
    return [document for document, _ in pairs], np.array([value for _, value in pairs], np.int64)


def _lengthened(counter: Counter, order: int) -> Counter:
    while len(counter.levels) < order and counter.lengthen():
        pass
    return counter
