"""Transformers that sing: melodies note by note, each note chosen among what its place and chord allow."""

from typing import TYPE_CHECKING

from aoede.models.transformer.melody.config import Config
from aoede.models.transformer.melody.model import Transformer
from aoede.models.transformer.melody.recipe import RECIPES, Recipe
from aoede.neural.events.score import score
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.transformer.melody.learner import Learner

ENCODINGS = ("melody",)
CAPABILITIES = ("scores", "samples", "trains")
NEEDS = ("torch",)  # to be trained
MATERIAL = "melodies"

Model = Transformer

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "NEEDS",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Recipe",
    "Transformer",
    "score",
]

__getattr__ = learner_of(__name__)
