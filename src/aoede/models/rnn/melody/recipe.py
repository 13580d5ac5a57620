"""The recipes that come with recurrent networks on melodies: `default`, and the form of the tutorials."""

from collections.abc import Mapping

from aoede.neural.events.recipe import EventRecipe
from aoede.neural.recipe import Preset

RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, EventRecipe()),
    # Two LSTM layers of 128 and nothing regularised, as melody networks of 2016 had them.
    "tutorial": Preset(
        {"cell": "lstm", "n_hidden": 128, "n_layers": 2},
        EventRecipe(
            learning_rate=1e-3, final_rate=1.0, n_warm_up=0, weight_decay=0.0, dropout=0.0, hidden_dropout=0.0
        ),
    ),
}
