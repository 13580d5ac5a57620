"""Recurrent networks that foresee chord changes: those of melodies, on other events."""

from typing import TYPE_CHECKING

from aoede.models.rnn.chords.score import score
from aoede.models.rnn.melody.config import Config
from aoede.models.rnn.melody.model import RNN
from aoede.neural.events.recipe import EventRecipe as Recipe
from aoede.neural.late import learner_of
from aoede.neural.recipe import Preset

if TYPE_CHECKING:
    from aoede.models.rnn.chords.learner import Learner

ENCODINGS = ("chords",)
CAPABILITIES = ("scores", "samples", "trains")
NEEDS = ("torch",)  # to be trained
MATERIAL = "changes"
RECIPES = {"default": Preset({"n_embedding": 48, "n_units": 64}, Recipe())}

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
