"""Two towers: which reply goes with a message, by vectors of both, in NumPy.

`model.py` is what is learnt, `learner.py` how, `bags.py` sums over n-grams, `descent.py` Adam.
"""

from aoede.models.two_tower.bags import Bags
from aoede.models.two_tower.config import Config
from aoede.models.two_tower.learner import Judged, Learner, Pairs
from aoede.models.two_tower.model import Model, Side, Texts
from aoede.models.two_tower.recipe import RECIPES, Preset, Recipe

ENCODINGS = ("ngrams",)
CAPABILITIES = ("ranks", "trains")
MATERIAL = "conversations"

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "RECIPES",
    "Bags",
    "Config",
    "Judged",
    "Learner",
    "Model",
    "Pairs",
    "Preset",
    "Recipe",
    "Side",
    "Texts",
]
