"""The recipe that comes with transformers."""

from collections.abc import Mapping

from aoede.neural.recipe import Preset, Recipe

RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, Recipe(n_rows=16, n_steps=128, learning_rate=3e-3, dropout=0.1, weight_decay=0.1)),
}
