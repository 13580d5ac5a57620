"""A transformer in training."""

from aoede.models.transformer.network import Network
from aoede.neural.learner import NetworkLearner


class Learner(NetworkLearner):
    kind = Network
