"""One command line, run in process, and what it left on the streams."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]
