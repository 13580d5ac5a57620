"""A recurrent network in training."""

from collections.abc import Sequence

from aoede.models.rnn.config import Config
from aoede.models.rnn.network import Network
from aoede.neural.learner import MAX_CHECKED, NetworkLearner
from aoede.neural.recipe import Recipe
from aoede.neural.streams import Ints


class Learner(NetworkLearner):
    """One network on documents (T_i,) of ids, each with its row of label ids."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        train: Sequence[Ints],
        valid: Sequence[Ints],
        *,
        train_labels: Ints | None = None,
        valid_labels: Ints | None = None,
        seed: int = 0,
        max_checked: int = MAX_CHECKED,
    ) -> None:
        self.config = config
        super().__init__(
            lambda masks: Network(config, recipe, masks),
            recipe,
            train,
            valid,
            first_symbol=config.first_symbol,
            train_labels=train_labels,
            valid_labels=valid_labels,
            seed=seed,
            max_checked=max_checked,
        )
