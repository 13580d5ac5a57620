"""The recipes that come with recurrent networks: `default`, and the form of the tutorials."""

import math
from collections.abc import Mapping

from aoede.neural.recipe import Preset, Recipe

RECIPES: Mapping[str, Preset] = {
    "default": Preset(
        {},
        Recipe(n_steps=32, dropout=0.25, weight_dropout=0.2),
        large={"n_embedding": 128, "is_tied": True},
        in_minutes={4.0: {"n_hidden": 256}, 30.0: {"n_hidden": 512}, math.inf: {"n_hidden": 768}},
    ),
    # Symbols and labels one-hot at every step, nothing regularised, a constant rate.
    "tutorial": Preset(
        {"n_hidden": 256, "n_embedding": 0},
        Recipe(
            n_epochs=20,
            n_rows=16,
            learning_rate=2e-3,
            final_rate=1.0,
            n_warm_up=0,
            weight_decay=0.0,
            dropout=0.0,
            label_dropout=0.0,
            forgetting=0.0,
            clip=5.0,
            precision="float32",
        ),
    ),
}
