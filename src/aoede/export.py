"""Songs to files, by suffix. Every file holds the recipe of its song."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aoede.errors import UsageError
from aoede.formats.files import write_together
from aoede.song import Song

SAMPLE_RATE_HZ = 44_100
LOUDNESS_DBFS = -18.0  # gated RMS: calm songs are not to be lost beside loud ones
SUFFIXES = (".mid", ".wav", ".mp3", ".flac", ".ogg", ".png", ".json")


def write(song: Song, path: str | Path, *, force: bool = False) -> Path:
    """Write `song` to one file whose suffix says what it is. Returns the path.

    Raises UsageError for a suffix that is not in SUFFIXES, OutputError where it cannot be written.
    """
    path = Path(path)
    write_together({path: to_bytes(song, path.suffix)}, force=force)
    return path


def write_all(
    song: Song,
    stem: str | Path,
    suffixes: Sequence[str] = (".mid", ".wav", ".png", ".json"),
    *,
    force: bool = False,
) -> list[Path]:
    """Write `song` as `stem` + each suffix: all of the files or, when one cannot be written, none."""
    paths = [Path(f"{stem}{suffix}") for suffix in suffixes]
    write_together(
        {path: to_bytes(song, suffix) for path, suffix in zip(paths, suffixes, strict=True)}, force=force
    )
    return paths


def to_bytes(song: Song, suffix: str) -> bytes:
    """The whole content of the file that `suffix` names."""
    if suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{suffix or 'no suffix'!r} is no kind of file", hint=f"Use one of {' '.join(SUFFIXES)}."
        )
    return _WRITERS[suffix.lower()](song)


def _midi(song: Song) -> bytes:
    from aoede.formats import midi

    return midi.to_bytes(song)


def _audio(kind: str) -> Callable[[Song], bytes]:
    def to_audio(song: Song) -> bytes:
        from aoede import synth
        from aoede.formats import audio

        samples = synth.render(song, sample_rate_hz=SAMPLE_RATE_HZ, loudness_dbfs=LOUDNESS_DBFS)
        comment = recipe_text(song)
        return audio.to_bytes(
            samples, sample_rate_hz=SAMPLE_RATE_HZ, kind=kind, comment=comment, title=song.title
        )

    return to_audio


def _picture(song: Song) -> bytes:
    from aoede.formats import picture

    language = "en" if song.title.isascii() else "zh"
    return picture.to_bytes(song, subtitle=subtitle(song), language=language, comment=recipe_text(song))


def _json(song: Song) -> bytes:
    from aoede.formats import song_json

    return song_json.to_bytes(song)


_WRITERS: Mapping[str, Callable[[Song], bytes]] = {
    ".mid": _midi,
    ".png": _picture,
    ".json": _json,
    **{f".{kind}": _audio(kind) for kind in ("wav", "mp3", "flac", "ogg")},
}


def subtitle(song: Song) -> str:
    """The request of a composed song, and its scale where a key signature cannot say it; else ""."""
    told = [str(song.recipe["request"])] if "request" in song.recipe else []
    key = str(song.recipe.get("key", ""))
    return " · ".join(told + [key] * (key.split(" ", 1)[-1] not in ("", "major", "minor")))


def recipe_text(song: Song) -> str:
    """The recipe as one line of ASCII JSON, or "" where the song has none."""
    return f"aoede-recipe: {json.dumps(dict(song.recipe), separators=(',', ':'))}" if song.recipe else ""
