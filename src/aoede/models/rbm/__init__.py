"""Restricted Boltzmann machine: a window of a piano roll as one binary vector.

`model.py` is the model (energies, Gibbs sampling, generation), `partition.py` how likely data are under it,
`learner.py` how it is trained.
"""

from aoede.models.rbm.learner import Learner
from aoede.models.rbm.model import RBM, Config
from aoede.models.rbm.recipe import RECIPES, Preset, Recipe
from aoede.models.rbm.score import score

ENCODINGS = ("pianoroll",)
CAPABILITIES = ("scores", "samples", "trains")
MATERIAL = "windows"

Model = RBM

__all__ = [
    "CAPABILITIES",
    "ENCODINGS",
    "RBM",
    "RECIPES",
    "Config",
    "Learner",
    "Model",
    "Preset",
    "Recipe",
    "score",
]
