"""What a network says while it is in training, for tests that hold the one for writing to it."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def log_rows(learner: Any, document: Ints, labels: Ints, *, n_steps: int) -> NDArray[np.float32]:
    """(T, V) log-probabilities of a document's symbols, read in windows of `n_steps` with the state carried."""
    learner.network.eval()
    ids = torch.from_numpy(np.append(0, document[:-1]))[:, None]
    told = torch.from_numpy(labels).expand(len(ids), 1, -1)
    state, found = learner.network.begin(1), list[torch.Tensor]()
    with torch.no_grad():
        for t in range(0, len(ids), n_steps):
            logits, state = learner.network(ids[t : t + n_steps], told[t : t + n_steps], state)
            found.append(logits[:, 0].log_softmax(dim=1))
    return np.asarray(torch.cat(found).numpy())
