"""Transformer: layers of attention over the last symbols.

`model.py` is the network in NumPy, `network.py` the same as torch trains it, `learner.py` the training.
"""

from typing import TYPE_CHECKING

from aoede.models.transformer.config import Config
from aoede.models.transformer.model import Transformer
from aoede.models.transformer.recipe import RECIPES
from aoede.neural.late import learner_of
from aoede.neural.recipe import Preset, Recipe
from aoede.score import score_text as score

if TYPE_CHECKING:
    from aoede.models.transformer.learner import Learner

ENCODINGS = ("characters", "pianoroll", "melody")
CAPABILITIES = ("scores", "samples", "autoregressive", "trains")
MATERIAL = "texts"
NEEDS = ("torch",)  # to be trained

Model = Transformer

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "NEEDS",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Preset",
    "Recipe",
    "Transformer",
    "score",
]

__getattr__ = learner_of(__name__)
