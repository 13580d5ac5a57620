"""n-grams: the next symbol from the few before it, by counting.

`model.py` is the model of text (interpolated modified Kneser-Ney on a trie), `learner.py` how it is made,
`adaptive.py` its form that goes on counting as it reads. `conditioned.py` is the n-gram of short sequences with a
condition, such as chord changes.
"""

from aoede.models.ngram.adaptive import Adaptive, Habits
from aoede.models.ngram.building import fit
from aoede.models.ngram.conditioned import ConditionedConfig, NGram
from aoede.models.ngram.learner import Learner
from aoede.models.ngram.model import Config, Model, State
from aoede.models.ngram.pruning import prune
from aoede.models.ngram.recipe import RECIPES, Preset, Recipe
from aoede.score import Score
from aoede.score import score_text as score

ENCODINGS = ("characters", "melody")
CAPABILITIES = ("scores", "samples", "autoregressive", "trains")
MATERIAL = "texts"

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "RECIPES",
    "Adaptive",
    "ConditionedConfig",
    "Config",
    "Habits",
    "Learner",
    "Model",
    "NGram",
    "Preset",
    "Recipe",
    "Score",
    "State",
    "fit",
    "prune",
    "score",
]
