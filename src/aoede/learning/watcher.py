"""Whom reading, training and evaluating tell what happens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from aoede.learning.account import Report
from aoede.learning.loop import Standing


class Watcher(Protocol):
    """What is told, in order."""

    def reading(self, done: int, total: int) -> None:
        """So many files of the data are read."""

    def read(self, report: Report) -> None:
        """What became of every file."""

    def judging(self, model: str, done: int, total: int) -> None:
        """A model that learns as it reads has read so many characters of the texts by which it is judged."""

    def began(self, run: Path, document: Mapping[str, Any], step: int) -> None:
        """Before the first step of this process, at step 0 or where the run had come to."""

    def stepped(self, step: int, losses: Mapping[str, float]) -> None: ...

    def checked(self, standing: Standing) -> None: ...

    def sampled(self, text: str) -> None:
        """What the model makes by now, where that is text; "" where it is not."""

    def warned(self, text: str) -> None: ...


class Silent:
    """Keeps everything to itself."""

    def reading(self, done: int, total: int) -> None:
        pass

    def read(self, report: Report) -> None:
        pass

    def judging(self, model: str, done: int, total: int) -> None:
        pass

    def began(self, run: Path, document: Mapping[str, Any], step: int) -> None:
        pass

    def stepped(self, step: int, losses: Mapping[str, float]) -> None:
        pass

    def checked(self, standing: Standing) -> None:
        pass

    def sampled(self, text: str) -> None:
        pass

    def warned(self, text: str) -> None:
        pass
