"""A transformer on frames in training."""

from dataclasses import replace

from aoede.models.transformer.network import Trunk
from aoede.models.transformer.pianoroll.config import Config
from aoede.neural.frames.learner import FrameLearner
from aoede.neural.frames.network import FrameNetwork
from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.network import Masks


def _network(config: Config, recipe: FrameRecipe, masks: Masks) -> FrameNetwork:
    trunk = Trunk(config, config.n_read, replace(recipe, dropout=recipe.trunk_dropout), masks)
    return FrameNetwork(config, recipe, masks, trunk, config.n_width)


class Learner(FrameLearner):
    kind = staticmethod(_network)
