"""Transformers that read music frame by frame: attention remembers, one of four outputs foresees."""

from typing import TYPE_CHECKING, Any

from aoede.models.transformer.pianoroll.config import Config
from aoede.models.transformer.pianoroll.model import Transformer
from aoede.models.transformer.pianoroll.recipe import RECIPES
from aoede.neural.frames.recipe import FrameRecipe as Recipe
from aoede.neural.frames.score import score

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


def __getattr__(name: str) -> Any:
    if name == "Learner":  # torch is loaded with it
        from aoede.models.transformer.pianoroll.learner import Learner

        return Learner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
