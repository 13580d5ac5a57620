"""Recurrent networks: tanh, GRU or LSTM layers that read symbol after symbol.

`model.py` is the network in NumPy, `network.py` the same as torch trains it, `learner.py` the training.
"""

from typing import TYPE_CHECKING

from aoede.models.rnn.config import Config
from aoede.models.rnn.model import RNN
from aoede.models.rnn.recipe import RECIPES
from aoede.neural.late import learner_of
from aoede.neural.recipe import Preset, Recipe
from aoede.score import score_text as score

if TYPE_CHECKING:
    from aoede.models.rnn.learner import Learner

ENCODINGS = ("characters", "pianoroll", "melody", "chords")
CAPABILITIES = ("scores", "samples", "autoregressive", "trains")
MATERIAL = "texts"
NEEDS = ("torch",)  # to be trained

Model = RNN

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "NEEDS",
    "RECIPES",
    "RNN",
    "Config",
    "Learner",
    "Model",
    "Preset",
    "Recipe",
    "score",
]

__getattr__ = learner_of(__name__)
