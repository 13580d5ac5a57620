"""Aoede: say what you feel, get a song."""

from aoede.version import __version__

__all__ = ["__version__"]
