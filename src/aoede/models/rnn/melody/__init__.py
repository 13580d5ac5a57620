"""Recurrent networks that sing: melodies note by note, each note chosen among what its place and chord allow."""

from typing import TYPE_CHECKING

from aoede.models.rnn.melody.config import Config
from aoede.models.rnn.melody.model import RNN
from aoede.models.rnn.melody.recipe import RECIPES
from aoede.neural.events.recipe import EventRecipe as Recipe
from aoede.neural.events.score import score
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.rnn.melody.learner import Learner

ENCODINGS = ("melody",)
CAPABILITIES = ("scores", "samples", "trains")
NEEDS = ("torch",)  # to be trained
MATERIAL = "melodies"

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
