"""The fields of a request that songs are made and changed by, with their limits."""

from collections.abc import Mapping
from typing import Any

from aoede.errors import UsageError
from aoede.randomness import MAX_SEED
from aoede.studio.asking import Field

MAX_REQUEST, MAX_LYRICS_BYTES, MAX_BARS, MAX_TAKES = 10_000, 20_000, 512, 8
MAX_MIX_BYTES, MAX_FILE_BYTES, MAX_NOTES = 16_000, 20_000_000, 50_000
ROLES = ("melody", "chords", "colour", "bass", "drums", "harmony", "lyrics")


def _number(about: str, least: float, most: float) -> Field:
    return Field("number", about, least=least, most=most)


REQUEST = Field("text", "The wish in words, English or Chinese.", required=True, least=1, most=MAX_REQUEST)
SEED = Field(
    "whole",
    "The same seed gives the same song; drawn where none is said. Songs and versions tell theirs with every digit as "
    "`seed_text`, too, for programs whose numbers end at 2^53.",
    least=0,
    most=MAX_SEED,
)
LYRICS = Field(
    "text", f"Words of your own, a line a phrase, at most {MAX_LYRICS_BYTES:,} bytes.", most=MAX_LYRICS_BYTES
)
_KEY = Field("text", 'Such as "D", "F# minor".', least=1, most=40)
_MODE = Field(
    "text", "major, minor, dorian, phrygian, lydian, mixolydian or harmonic minor.", least=1, most=40
)
_TEMPO = _number("Quarter notes a minute.", 20, 300)
_FORM = Field("text", 'Sections such as "intro verse chorus verse:16 chorus".', least=1, most=1_000)
_STYLE = Field("text", "Such as pop, ballad, waltz.", least=1, most=40)
_INSTRUMENTS = Field("text", 'These and no others: "piano, cello".', least=1, most=500)

# In the order of `aoede.compose`, in which recipes have them.
OPTIONS: Mapping[str, Field] = {
    "bars": Field("whole", "Exact length in bars.", least=1, most=MAX_BARS),
    "key": _KEY,
    "mode": _MODE,
    "tempo": _TEMPO,
    "meter": Field("text", "Such as 3/4.", least=1, most=10),
    "form": _FORM,
    "chords": Field(
        "text", 'A bar each: "C Am F G"; or "verse: C | Am F; chorus: F G".', least=1, most=5_000
    ),
    "style": _STYLE,
    "instruments": _INSTRUMENTS,
    "valence": _number("-1 sad to 1 happy, whatever the words say.", -1, 1),
    "arousal": _number("-1 calm to 1 restless, whatever the words say.", -1, 1),
    "density": _number("How many notes the melody has.", 0, 1),
    "register": _number("How high the melody lies.", 0, 1),
    "surprise": _number("How often chords leave the mode.", 0, 1),
    "harmony": Field("text", "The model that gives the chords.", least=1, most=64),
    "melody": Field("text", "The model that sings.", least=1, most=64),
    "lyrics": LYRICS,
    "lead": Field("text", "The model of sound that plays the melody.", least=1, most=64),
    "lead_label": Field("text", "What it is to sound like.", least=1, most=200),
}

_BARS_TEXT = Field("text", 'Such as "9-16,25", counted from 1.', least=1, most=1_000)
_SECTIONS = Field("text", 'Such as "chorus", "verse2", "line3".', least=1, most=1_000)
_TRACKS = Field("text", 'Such as "bass,drums", "harmony", "lyrics", "all".', least=1, most=200)
_LOCK = Field(
    "text", 'What stays, beside what is locked in the song: "melody,lyrics:line3".', least=1, most=1_000
)
EDITS: Mapping[str, Mapping[str, Field]] = {
    "regenerate": {"bars": _BARS_TEXT, "sections": _SECTIONS, "tracks": _TRACKS, "lock": _LOCK, "seed": SEED},
    "extend": {
        "add": Field("text", 'Sections such as "bridge:4 chorus".', least=1, most=1_000),
        "bars": Field("whole", "Exact length of what is added.", least=1, most=MAX_BARS),
        "seed": SEED,
    },
    "set_lyrics": {
        "text": Field("text", LYRICS.about, required=True, least=1, most=MAX_LYRICS_BYTES),
        "lock": Field("choice", "The melody, whose notes then stay.", choices=("melody",)),
    },
}
TAKES: Mapping[str, Field] = {
    "count": Field("whole", "So many more.", least=1, most=MAX_TAKES),
    "tracks": _TRACKS,
    "seed": SEED,
}
HARMONISE: Mapping[str, Field] = {
    "mood": Field(
        "text", "Such as calm and hopeful; its title, where nothing is said.", least=1, most=MAX_REQUEST
    ),
    "style": _STYLE,
    "instruments": _INSTRUMENTS,
    "key": _KEY,
    "mode": _MODE,
    "tempo": _TEMPO,
    "form": _FORM,
    "seed": SEED,
}
CONTINUE: Mapping[str, Field] = {
    "model": Field("text", "The model that goes on: rbm, or one of your own.", least=1, most=64),
    "bars": Field("whole", "So many bars more.", least=1, most=64),
    "seed": SEED,
}
LOCKS: Mapping[str, Field] = {
    "tracks": Field(
        "list", "Whole tracks.", most=len(ROLES), items=Field("choice", "A track.", choices=ROLES)
    ),
    "sections": Field(
        "list",
        'Places in which everything is locked: "chorus", "verse2", "9-16".',
        most=64,
        items=Field("text", "A place.", least=1, most=40),
    ),
    "lines": Field(
        "list",
        "Lines of the words, counted from 1.",
        most=400,
        items=Field("whole", "A line.", least=1, most=5_000),
    ),
}


def check_lyrics(options: Mapping[str, Any], name: str, where: str) -> None:
    """Raises UsageError for more words than may be: characters are counted by their fields, bytes here."""
    n_bytes = len(options.get(name, "").encode())
    if n_bytes > MAX_LYRICS_BYTES:
        raise UsageError(f"has to have at most {MAX_LYRICS_BYTES:,} bytes, not {n_bytes:,}", where=where)
