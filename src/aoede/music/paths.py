"""Best paths: the one search behind a melody's line and a chord part's voice leading."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def best_path(unary: Floats, pairwise: Floats) -> NDArray[np.intp]:
    """The states s_0..s_{T-1} that maximise sum_t unary[t, s_t] + sum_t pairwise[t, s_t, s_{t+1}].

    unary (T, S), pairwise (T-1, S, S) or (S, S) for the same at every step; -inf forbids. Returns (T,).
    Viterbi (1967). With Gumbel noise added to `unary` the path is a random draw near the best ones
    (perturb-and-MAP: Papandreou & Yuille, ICCV 2011), with the goal always in sight.
    """
    n_steps, n_states = unary.shape
    steps = np.broadcast_to(pairwise, (max(0, n_steps - 1), n_states, n_states))
    back = np.zeros((n_steps, n_states), dtype=np.intp)
    score = unary[0]
    for t in range(1, n_steps):
        totals = score[:, None] + steps[t - 1]  # (S, S)
        back[t] = totals.argmax(axis=0)
        score = totals.max(axis=0) + unary[t]
    path = np.empty(n_steps, dtype=np.intp)
    path[-1] = score.argmax()
    for t in range(n_steps - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path
