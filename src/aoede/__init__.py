"""Aoede: say what you feel, get a song.

    import aoede
    song = aoede.compose("a song that expresses hope and wonder", seed=1)
    aoede.export.write(song, "hope.mid")

    aoede.train("rbm", "my-midi-folder", "my-run", seed=7)
    aoede.sample("my-run", seed=1)

Names are loaded on first use, so that importing aoede does no work.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from aoede.version import __version__

if TYPE_CHECKING:
    from aoede import export
    from aoede.compose import compose
    from aoede.editing import extend, harmonise, regenerate, set_lyrics, vary
    from aoede.errors import AoedeError
    from aoede.learning.evaluate import evaluate
    from aoede.learning.sampling import sample
    from aoede.learning.train import resume, train
    from aoede.mood.request import mood_of
    from aoede.reply import replies
    from aoede.sketches import sketch
    from aoede.song import Note, Section, Song, Track
    from aoede.sound import sound
    from aoede.write import write

_HOMES = {
    "AoedeError": "aoede.errors",
    "Note": "aoede.song",
    "Section": "aoede.song",
    "Song": "aoede.song",
    "Track": "aoede.song",
    "compose": "aoede.compose",
    "evaluate": "aoede.learning.evaluate",
    "extend": "aoede.editing",
    "harmonise": "aoede.editing",
    "mood_of": "aoede.mood.request",
    "regenerate": "aoede.editing",
    "replies": "aoede.reply",
    "resume": "aoede.learning.train",
    "sample": "aoede.learning.sampling",
    "set_lyrics": "aoede.editing",
    "sketch": "aoede.sketches",
    "sound": "aoede.sound",
    "train": "aoede.learning.train",
    "vary": "aoede.editing",
    "write": "aoede.write",
}

__all__ = [
    "AoedeError",
    "Note",
    "Section",
    "Song",
    "Track",
    "__version__",
    "compose",
    "evaluate",
    "export",
    "extend",
    "harmonise",
    "mood_of",
    "regenerate",
    "replies",
    "resume",
    "sample",
    "set_lyrics",
    "sketch",
    "sound",
    "train",
    "vary",
    "write",
]


def __getattr__(name: str) -> Any:
    if name == "export":
        return import_module("aoede.export")
    if name not in _HOMES:
        raise AttributeError(f"module 'aoede' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


class _Package(ModuleType):
    """`aoede.compose` is the function, also after somebody has imported the module of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return __all__
