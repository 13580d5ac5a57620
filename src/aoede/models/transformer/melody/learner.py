"""A transformer on melodies in training."""

from dataclasses import replace

from aoede.models.transformer.melody.config import Config
from aoede.models.transformer.melody.recipe import Recipe
from aoede.models.transformer.network import Trunk
from aoede.neural.events.learner import EventLearner
from aoede.neural.events.network import EventNetwork
from aoede.neural.network import Masks


def _network(config: Config, recipe: Recipe, masks: Masks) -> EventNetwork:
    trunk = Trunk(config, config.n_embedding, replace(recipe, dropout=recipe.trunk_dropout), masks)
    return EventNetwork(config, recipe, masks, trunk, config.n_width)


class Learner(EventLearner):
    kind = staticmethod(_network)
