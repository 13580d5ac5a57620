"""Songs to files, by suffix. Every file holds the recipe of its song."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from aoede.errors import UsageError
from aoede.formats.files import write_together
from aoede.song import Song

SAMPLE_RATE_HZ = 44_100
LOUDNESS_DBFS = -18.0  # gated RMS: calm songs are not to be lost beside loud ones
# Of the sound in a page. At 64 kbit/s LAME keeps nothing above 11 kHz at any rate, and does best with the lower one.
PAGE_RATE_HZ, PAGE_KBPS = 24_000, 64
SUFFIXES = (".mid", ".wav", ".mp3", ".flac", ".ogg", ".png", ".html", ".json", ".musicxml", ".svg", ".lrc")
STEM_SUFFIXES = (".mid", ".wav", ".mp3", ".flac", ".ogg")


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


def write_stems(song: Song, folder: str | Path, kind: str = ".wav", *, force: bool = False) -> list[Path]:
    """Write each track of `song` as a file of its own in `folder`, named by its role: all of them or none.

    kind: ".wav" or another kind of sound, each as long as the whole song and at its level in it: added up they are
    the sound of the song. Or ".mid". Raises UsageError for another kind or a song without tracks, OutputError.
    """
    if kind.lower() not in STEM_SUFFIXES:
        raise UsageError(f"{kind!r} is no kind of stem", hint=f"Use one of {' '.join(STEM_SUFFIXES)}.")
    if not song.tracks:
        raise UsageError("this song has no tracks, so there are no stems to write")
    paths = [Path(folder, f"{name}{kind.lower()}") for name in _stem_names(song)]
    stems = (
        _midi_stems(song) if kind.lower() == ".mid" else _sound_stems(song, kind.lower().removeprefix("."))
    )
    write_together(dict(zip(paths, stems, strict=True)), force=force)
    return paths


def _stem_names(song: Song) -> list[str]:
    """ "melody", "colour", "colour-2", ...: the role of each track, else its name, else "track"."""
    names: list[str] = []
    for track in song.tracks:
        plain = re.sub(r"\W+", "-", track.role or track.name).strip("-").lower()[:40] or "track"
        numbered = (f"{plain}-{i}" for i in count(2))
        names.append(next(name for name in chain([plain], numbered) if name not in names))
    return names


def _sound_stems(song: Song, kind: str) -> Iterator[bytes]:
    from aoede import synth
    from aoede.formats import audio

    song, given = with_lead(song, SAMPLE_RATE_HZ)
    stems = synth.Stems(song, given=given, sample_rate_hz=SAMPLE_RATE_HZ, loudness_dbfs=LOUDNESS_DBFS)
    for samples, name in zip(stems, _stem_names(song), strict=True):
        title, comment = f"{song.title} ({name})", recipe_text(song)
        yield audio.to_bytes(samples, sample_rate_hz=SAMPLE_RATE_HZ, kind=kind, comment=comment, title=title)


def _midi_stems(song: Song) -> Iterator[bytes]:
    from aoede.formats import midi

    singer = next((track for track in song.tracks if track.role == "melody"), song.tracks[0])
    for track in song.tracks:
        syllables = song.syllables if track is singer else ()
        yield midi.to_bytes(replace(song, tracks=(track,), syllables=syllables))


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


def with_lead(song: Song, rate_hz: int) -> tuple[Song, dict[int, Any]]:
    """The song, and the sounds of what a model plays of it, by the number of the track."""
    if song.lead is None:
        return song, {}
    from aoede.lead import led

    return led(song, rate_hz)


def _heard(song: Song, rate_hz: int) -> Any:
    """(n, 2) samples."""
    from aoede import synth

    song, given = with_lead(song, rate_hz)
    return synth.render(song, given=given, sample_rate_hz=rate_hz, loudness_dbfs=LOUDNESS_DBFS)


def _audio(kind: str) -> Callable[[Song], bytes]:
    def to_audio(song: Song) -> bytes:
        from aoede.formats import audio

        samples = _heard(song, SAMPLE_RATE_HZ)
        comment = recipe_text(song)
        return audio.to_bytes(
            samples, sample_rate_hz=SAMPLE_RATE_HZ, kind=kind, comment=comment, title=song.title
        )

    return to_audio


def _picture(song: Song) -> bytes:
    from aoede.formats import picture

    return picture.to_bytes(
        song, subtitle=subtitle(song), language=language_of(song), comment=recipe_text(song)
    )


def _page(song: Song) -> bytes:
    from aoede.formats import audio, song_page

    samples = _heard(song, PAGE_RATE_HZ)
    sound = audio.to_bytes(
        samples,
        sample_rate_hz=PAGE_RATE_HZ,
        kind="mp3",
        comment=recipe_text(song),
        title=song.title,
        kbps=PAGE_KBPS,
    )
    return song_page.to_bytes(song, sound, language=language_of(song), command=command_of(song.recipe))


def _score(song: Song) -> bytes:
    from aoede.formats import musicxml

    return musicxml.to_bytes(song, language=language_of(song))


def _engraved(song: Song) -> bytes:
    from aoede.formats import engraving

    return engraving.to_svg(song, language=language_of(song))


def _words(song: Song) -> bytes:
    from aoede.formats import lrc

    return lrc.to_bytes(song)


def _json(song: Song) -> bytes:
    from aoede.formats import song_json

    return song_json.to_bytes(song)


_WRITERS: Mapping[str, Callable[[Song], bytes]] = {
    ".mid": _midi,
    ".png": _picture,
    ".html": _page,
    ".json": _json,
    ".musicxml": _score,
    ".svg": _engraved,
    ".lrc": _words,
    **{f".{kind}": _audio(kind) for kind in ("wav", "mp3", "flac", "ogg")},
}


def language_of(song: Song) -> str:
    """ "zh" where its title, its request or its words have a Chinese character in them, else "en"."""
    words = (song.title, str(song.recipe.get("request", "")), *(s.text for s in song.syllables))
    return "zh" if any("\u3400" <= c <= "\u9fff" for text in words for c in text) else "en"


def command_of(recipe: Mapping[str, Any], file: str = "SONG.mid") -> str:
    """The command line that makes the same song, or "" for a song that no command makes.

    What no options say, edits, a given title, melody and words, stands in the recipe of `file` alone.
    """
    if not {"request", "seed", "options"} <= recipe.keys() or recipe.get("edited"):
        return ""
    given = [recipe["options"].get("lyrics"), not isinstance(recipe["options"].get("melody", ""), str)]
    if recipe.get("edits") or recipe.get("title") or any(given):
        return f"aoede compose --recipe {_quoted(file)}"
    request, options = str(recipe["request"]), ["--seed", str(recipe["seed"])]
    for name, value in recipe["options"].items():
        options += ["--no-lyrics"] if name == "lyrics" else [f"--{name.replace('_', '-')}", str(value)]
    # "--" says that what begins with a hyphen is no option
    words = [*options, "--", request] if request.startswith("-") else [request, *options]
    return " ".join(["aoede", "compose", *map(_quoted, words)])


def _quoted(word: str) -> str:
    """As one word of every shell: in double quotes where that is enough, else as POSIX shells read it."""
    needs_quotes = shlex.quote(word) != word
    return f'"{word}"' if needs_quotes and not set(word) & set('"$`\\!%\n') else shlex.quote(word)


def file_stem(title: str, key: str, tempo_bpm: float, seed: int | None) -> str:
    """Title, key, tempo and seed: "hope-and-wonder-F-lydian-98-7"; without a seed the first three."""
    letters = "".join(c if c.isalnum() else "-" for c in title.lower())
    name = "-".join(part for part in letters.split("-") if part)[:40] or "song"
    plain_key = key.replace("#", "s").replace(" ", "-")
    return "-".join(filter(None, [name, plain_key, f"{tempo_bpm:g}", "" if seed is None else str(seed)]))


def subtitle(song: Song) -> str:
    """The request of a composed song, and its scale where a key signature cannot say it; else ""."""
    told = [str(song.recipe["request"])] if "request" in song.recipe else []
    key = str(song.recipe.get("key", ""))
    return " · ".join(told + [key] * (key.split(" ", 1)[-1] not in ("", "major", "minor")))


def recipe_text(song: Song) -> str:
    """The recipe as one line of ASCII JSON, or "" where the song has none."""
    return f"aoede-recipe: {json.dumps(dict(song.recipe), separators=(',', ':'))}" if song.recipe else ""
