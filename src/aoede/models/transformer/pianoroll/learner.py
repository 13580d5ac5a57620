"""A transformer on frames in training."""

from dataclasses import replace

from torch import Tensor, nn

from aoede.models.transformer.blocks import EPSILON
from aoede.models.transformer.network import Blocks
from aoede.models.transformer.pianoroll.config import Config
from aoede.neural.frames.learner import FrameLearner
from aoede.neural.frames.network import FrameNetwork
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.network import Masks, State


class _Trunk(nn.Module):
    """What is read as a vector, blocks of attention over it: (T, B, n_read) -> (T, B, n_width)."""

    def __init__(self, config: Config, recipe: FrameRecipe, masks: Masks) -> None:
        super().__init__()
        self.enter = nn.Linear(config.n_read, config.n_width)
        self.blocks = Blocks(config, replace(recipe, dropout=recipe.trunk_dropout), masks)
        self.norm = nn.RMSNorm(config.n_width, eps=EPSILON)

    def begin(self, n_rows: int) -> State:
        return self.blocks.begin(n_rows)

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        out, after = self.blocks(self.enter(x), state)
        return self.norm(out), after


def _network(config: Config, recipe: FrameRecipe, masks: Masks) -> FrameNetwork:
    return FrameNetwork(config, recipe, masks, _Trunk(config, recipe, masks), config.n_width)


class Learner(FrameLearner):
    kind = staticmethod(_network)
