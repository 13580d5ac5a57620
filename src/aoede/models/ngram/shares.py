"""How much a label's own n-grams are asked, by the length of the longest context that they know.

The shares are fitted by expectation maximisation on text held out of the counting, under a prior that holds where
there is little of it.
"""

from collections.abc import Sequence

import numpy as np

from aoede.models.ngram.counting import Floats, Ints
from aoede.models.ngram.model import Model, along

_N_ROUNDS = 30
_MOST = 0.9
PRIOR = 0.1  # the share that is taken without evidence,
_PRIOR_WEIGHT = 20  # and the characters of evidence that it weighs


def shares_of(model: Model, documents: Sequence[Ints], values: Ints) -> Floats:
    """(own order,) the shares under which held-out documents with these labels (D,) are likeliest; 0 is none."""
    assert model.own is not None
    known, p, q = _evidence(model, documents, values)
    return np.array([_fitted(p[known == k], q[known == k]) for k in range(model.own.order)])


def _fitted(p: Floats, q: Floats) -> float:
    """The share of q (T,) in the mixture with p (T,) under which the characters are likeliest."""
    share = PRIOR
    for _ in range(_N_ROUNDS):
        of_own = float((share * q / ((1 - share) * p + share * q)).sum())
        share = min(_MOST, (of_own + PRIOR * _PRIOR_WEIGHT) / (len(p) + _PRIOR_WEIGHT))
    return share


def _evidence(model: Model, documents: Sequence[Ints], values: Ints) -> tuple[Ints, Floats, Floats]:
    """(T,) the longest own context at each character under a label, -1 for none, and both probabilities of it."""
    assert model.own is not None
    none = np.zeros(0)
    found = [(none.astype(np.int64), none, none)]  # where no document has a label
    for document, value in zip(documents, values.tolist(), strict=True):
        if value:
            p, _ = along(model.shared, 0, document, np.full(len(document), 1.0 / model.config.n_symbols))
            q, contexts = along(model.own, value, document, p)
            found.append((model.own.longest(contexts), p, q))
    known, ps, qs = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return known, ps, qs
