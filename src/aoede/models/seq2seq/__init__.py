"""Sequence to sequence: an LSTM reads a message and begins another one, which writes the reply word by word.

The model of the paper on short replies (Kannan et al., "Smart Reply: Automated Response Suggestion for Email", 2016,
sections 2 and 3). `model.py` is the model in NumPy, `trie.py` finds the likeliest replies of a given set,
`network.py` is the model as torch trains it, `learner.py` the training.
"""

from typing import TYPE_CHECKING

from aoede.models.seq2seq.config import Config
from aoede.models.seq2seq.model import Model
from aoede.models.seq2seq.recipe import RECIPES, Preset, Recipe
from aoede.models.seq2seq.score import score
from aoede.models.seq2seq.trie import Trie, best
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.seq2seq.learner import Learner

ENCODINGS = ("words",)
CAPABILITIES = ("ranks", "scores", "trains")
MATERIAL = "conversations"
NEEDS = ("torch",)  # to be trained

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "MATERIAL",
    "NEEDS",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Preset",
    "Recipe",
    "Trie",
    "best",
    "score",
]

__getattr__ = learner_of(__name__)
