"""WaveNet: raw audio sample by sample, by causal dilated convolutions beside a linear prediction.

`model.py` is the network in NumPy, `backends.py` who makes samples fast, `network.py` the same as torch trains it.
"""

from typing import TYPE_CHECKING

from aoede.models.wavenet.config import Config
from aoede.models.wavenet.model import WaveNet
from aoede.models.wavenet.recipe import RECIPES, Recipe
from aoede.models.wavenet.score import score
from aoede.models.wavenet.takes import Take
from aoede.neural.late import learner_of

if TYPE_CHECKING:
    from aoede.models.wavenet.learner import Learner

ENCODINGS = ("mulaw",)
CAPABILITIES = ("scores", "samples", "trains")
MATERIAL = "audio"
NEEDS = ("torch",)  # to be trained

Model = WaveNet

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "NEEDS",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Recipe",
    "Take",
    "WaveNet",
    "score",
]

__getattr__ = learner_of(__name__)
