"""The mixture of an n-gram with a recurrent network: our best model of text.

`gate.py` weighs the two, `model.py` is the mixture in NumPy, `learner.py` its training.
"""

from typing import TYPE_CHECKING

from aoede.models.mixture.model import Config, Mixture
from aoede.models.mixture.recipe import RECIPES, Recipe
from aoede.neural.late import learner_of
from aoede.score import score_text as score

if TYPE_CHECKING:
    from aoede.models.mixture.learner import Learner

ENCODINGS = ("characters",)
CAPABILITIES = ("scores", "samples", "autoregressive", "trains")
MATERIAL = "texts"
NEEDS = ("torch",)  # to be trained

Model = Mixture

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "NEEDS",
    "RECIPES",
    "Config",
    "Learner",
    "Mixture",
    "Model",
    "Recipe",
    "score",
]

__getattr__ = learner_of(__name__)
