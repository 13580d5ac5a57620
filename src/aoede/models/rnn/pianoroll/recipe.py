"""The recipes that come with recurrent networks on frames: `default`, and the form of the tutorials."""

from collections.abc import Mapping

from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.recipe import Preset

RECIPES: Mapping[str, Preset] = {
    "default": Preset({}, FrameRecipe()),
    # Two LSTM layers of 512 that foresee each pitch by itself, by binary cross-entropy.
    "tutorial": Preset(
        {"output": "bernoulli", "has_echo": False, "cell": "lstm", "n_hidden": 512, "n_layers": 2},
        FrameRecipe(
            learning_rate=1e-3,
            final_rate=1.0,
            n_warm_up=0,
            weight_decay=0.0,
            dropout=0.0,
            trunk_dropout=0.0,
            hidden_dropout=0.0,
            past_dropout=0.0,
            context_dropout=0.0,
            precision="float32",
        ),
    ),
}
