"""Transformer: layers of attention over the last symbols.

`model.py` is the network in NumPy, `network.py` the same as torch trains it, `learner.py` the training.
"""

from typing import TYPE_CHECKING, Any

from aoede.models.transformer.config import Config
from aoede.models.transformer.model import Transformer
from aoede.models.transformer.recipe import RECIPES
from aoede.neural.recipe import Preset, Recipe
from aoede.score import score_text as score

if TYPE_CHECKING:
    from aoede.models.transformer.learner import Learner

ENCODINGS = ("characters", "pianoroll")
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


def __getattr__(name: str) -> Any:
    if name == "Learner":  # torch is loaded with it
        from aoede.models.transformer.learner import Learner

        return Learner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
