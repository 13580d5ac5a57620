"""What a family is trained on decides how folders are read, what is fitted to them, and what a sample looks like.

A material is a module of learning with the face below; a family says which one is its own.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from aoede.learning.dataset import Item
from aoede.learning.families import Family
from aoede.learning.loop import Learner, Tensors

_HOMES = {
    "windows": "aoede.learning.on_rolls",
    "frames": "aoede.learning.on_frames",
    "melodies": "aoede.learning.on_melodies",
    "changes": "aoede.learning.on_changes",
    "texts": "aoede.learning.on_texts",
    "audio": "aoede.learning.on_audio",
    "conversations": "aoede.learning.on_conversations",
}


class Artist(Protocol):
    """Who shows what a model has learnt: its samples, and what its file is completed with in the end."""

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        """Files by suffix, such as ".mid" and ".png"."""

    def told(self, files: Mapping[str, bytes]) -> str:
        """What of these files is worth a look while the training goes on; "" for nothing."""

    def completed(self, metadata: Mapping[str, Any], tensors: Tensors) -> tuple[dict[str, Any], Tensors]:
        """The metadata and tensors of the final model file."""


class Material(Protocol):
    on: str  # "piano rolls": what a model of it is trained on
    told: tuple[str, ...]  # parts of the run's document that a model file repeats

    def reading(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """How folders are read: arguments of `dataset.from_folder`, from settings or from a run's document."""

    def decide(
        self,
        family: Family,
        items: Sequence[Item],
        preset: str,
        said: Mapping[str, Any],
        held_out: float,
        seed: int,
        minutes: float | None,
    ) -> dict[str, Any]:
        """`encoding`, `labels`, `config`, `recipe` and what else belongs to a run, fitted to the training items.

        `remarks`, if any, are told as the training begins. `minutes` may decide how large a model is. Raises
        UsageError for a setting in `said` that there is not.
        """

    def learner(self, family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
        """The learner that a run's document and the data describe."""

    def judged(self, model: Any, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
        """Of music: what the family's `score` takes of the songs that a model is judged by, and is told of them."""

    def artist(self, document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
        """Who makes the samples of the run."""


def of(family: Family) -> Material:
    """The material of a family."""
    return cast(Material, import_module(_HOMES[family.MATERIAL]))
