"""Recurrent networks that read music frame by frame: RNN, RNN-RBM, RNN-NADE, and note by note."""

from typing import TYPE_CHECKING

from aoede.models.rnn.pianoroll.config import Config
from aoede.models.rnn.pianoroll.model import RNN
from aoede.models.rnn.pianoroll.recipe import RECIPES
from aoede.neural.frames.recipe import FrameRecipe as Recipe
from aoede.neural.frames.score import score
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.rnn.pianoroll.learner import Learner

ENCODINGS = ("pianoroll",)
CAPABILITIES = ("scores", "samples", "foresees", "trains")
NEEDS = ("torch",)  # to be trained
MATERIAL = "frames"

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
    "Recipe",
    "score",
]

__getattr__ = learner_of(__name__)
