"""A transformer in training."""

from aoede.models.transformer.network import Network
from aoede.neural.documents import DocumentLearner


class Learner(DocumentLearner):
    kind = Network
