"""A recurrent network in training."""

from aoede.models.rnn.network import Network
from aoede.neural.documents import DocumentLearner


class Learner(DocumentLearner):
    kind = Network
