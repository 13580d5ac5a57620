"""What this studio can do: choices in both languages, limits, models, what is installed."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from aoede.export import SUFFIXES
from aoede.formats.section_names import section_kind, section_label
from aoede.music.form import FORMS, SECTIONS
from aoede.music.instruments import INSTRUMENTS
from aoede.music.styles import STYLES
from aoede.music.theory import MODES as SCALES
from aoede.randomness import MAX_SEED
from aoede.studio.asking import Ask, Endpoint
from aoede.studio.chinese import in_both
from aoede.studio.facts import MODES
from aoede.studio.library import MAX_TITLE
from aoede.studio.models import own_models
from aoede.studio.song_fields import (
    MAX_BARS,
    MAX_FILE_BYTES,
    MAX_LYRICS_BYTES,
    MAX_NOTES,
    MAX_REQUEST,
    MAX_TAKES,
)
from aoede.version import __version__

KEYS = ("C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B")
METERS = ("4/4", "3/4", "6/8", "2/4", "5/4", "7/8", "9/8", "12/8", "2/2")
LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "request": MAX_REQUEST,
        "lyrics_bytes": MAX_LYRICS_BYTES,
        "bars": MAX_BARS,
        "notes": MAX_NOTES,
        "takes": MAX_TAKES,
        "title": MAX_TITLE,
        "upload_bytes": MAX_FILE_BYTES,
        "seed": MAX_SEED,
    }
)


async def about(ask: Ask) -> dict[str, Any]:
    models = await asyncio.to_thread(own_models, ask.studio.home)
    return {
        "version": __version__,
        "languages": ["en", "zh"],
        "limits": dict(LIMITS),
        "choices": {**_choices(), **_models(models)},
        "models": models,
        "features": {"score": _has("verovio"), "train": _has("torch")},
        **in_both(ask.studio.library.warnings, "warnings"),
    }


@lru_cache(maxsize=1)
def _choices() -> dict[str, Any]:
    """What can be chosen wherever Aoede is installed."""
    return {
        "keys": list(KEYS),
        "modes": [_choice(name, name.capitalize(), MODES[name]) for name in reversed(tuple(SCALES))],
        "meters": list(METERS),
        "styles": [_choice(name, name.capitalize(), style.chinese[0]) for name, style in STYLES.items()],
        "instruments": [
            _choice(name, name.capitalize(), found.chinese) | {"roles": list(found.roles)}
            for name, found in INSTRUMENTS.items()
        ],
        "sections": [
            _choice(name, section_label(name, "en"), section_label(name, "zh"))
            | {"kind": section_kind(name), "bars": n_bars}
            for name, n_bars in SECTIONS.items()
        ],
        "forms": [form for forms in FORMS.values() for form in forms],
        "files": [suffix.removeprefix(".") for suffix in SUFFIXES],
    }


_NETWORK, _MACHINE = ("Neural network", "神经网络"), ("Boltzmann machine", "玻尔兹曼机")
_SHIPPED: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "harmony": {"functional": ("Functional", "功能和声"), "rnn": _NETWORK, "rbm": _MACHINE},
        "melody": {
            "rnn": _NETWORK,
            "transformer": ("Transformer", "Transformer"),
            "ngram": ("N-grams", "N 元语法"),
        },
        "lead": {"notes": ("Piano and guitar", "钢琴与吉他")},
        "continue": {"rbm": _MACHINE},
    }
)
_USES: Mapping[str, str] = MappingProxyType(
    {"harmony": "harmony", "melody": "melody", "lead": "instrument", "continue": "sampler"}
)


def _models(own: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """What gives the chords, what sings, what plays the melody, what goes on: shipped models and the user's own."""
    return {
        name: [
            *(_choice(id_, *names) for id_, names in shipped.items()),
            *(_choice(each["id"], each["name"], each["name"]) for each in own if _USES[name] in each["uses"]),
        ]
        for name, shipped in _SHIPPED.items()
    }


def _choice(id_: str, english: str, chinese: str) -> dict[str, Any]:
    return {"id": id_, "en": english, "zh": chinese}


def _has(module: str) -> bool:
    return find_spec(module) is not None


ENDPOINTS = (Endpoint("GET", "/about", about, "What this studio can do."),)
