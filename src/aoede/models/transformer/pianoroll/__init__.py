"""Transformers that read music frame by frame: attention remembers, one of four outputs foresees."""

from typing import TYPE_CHECKING

from aoede.models.transformer.pianoroll.config import Config
from aoede.models.transformer.pianoroll.model import Transformer
from aoede.models.transformer.pianoroll.recipe import RECIPES
from aoede.neural.frames.recipe import FrameRecipe as Recipe
from aoede.neural.frames.score import score
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.transformer.pianoroll.learner import Learner

ENCODINGS = ("pianoroll",)
CAPABILITIES = ("scores", "samples", "foresees", "trains")
NEEDS = ("torch",)  # to be trained
MATERIAL = "frames"

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
