"""A recurrent network on frames in training."""

from aoede.models.rnn.network import Layers
from aoede.models.rnn.pianoroll.config import Config
from aoede.neural.frames.learner import FrameLearner
from aoede.neural.frames.network import FrameNetwork
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.network import Masks


def _network(config: Config, recipe: FrameRecipe, masks: Masks) -> FrameNetwork:
    trunk = Layers(config, config.n_read, masks, recipe.trunk_dropout, recipe.weight_dropout)
    return FrameNetwork(config, recipe, masks, trunk, config.n_hidden)


class Learner(FrameLearner):
    kind = staticmethod(_network)
