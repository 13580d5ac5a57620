"""A recurrent network in training."""

from aoede.models.rnn.network import Network
from aoede.neural.learner import NetworkLearner


class Learner(NetworkLearner):
    kind = Network
