"""A recurrent network on melodies in training."""

from aoede.models.rnn.melody.config import Config
from aoede.models.rnn.network import Layers
from aoede.neural.events.learner import EventLearner
from aoede.neural.events.network import EventNetwork
from aoede.neural.events.recipe import EventRecipe
from aoede.neural.network import Masks


def _network(config: Config, recipe: EventRecipe, masks: Masks) -> EventNetwork:
    trunk = Layers(config, config.n_embedding, masks)
    return EventNetwork(config, recipe, masks, trunk, config.n_hidden)


class Learner(EventLearner):
    kind = staticmethod(_network)
