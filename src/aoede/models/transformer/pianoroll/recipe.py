"""The recipe that comes with transformers on frames."""

from collections.abc import Mapping

from aoede.neural.frames.recipe import FrameRecipe
from aoede.neural.recipe import Preset

RECIPES: Mapping[str, Preset] = {"default": Preset({}, FrameRecipe())}
