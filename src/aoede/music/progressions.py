"""A person's own labelled progressions: a CSV file of chords and moods.

The columns: `chords` ("C Am F G", or roman numerals "I vi IV V"), with an optional `key` ("A minor"); or
`file`, a MIDI file beside the table whose chords are recognised. And `mood` (words in English or Chinese), or
the two columns `valence` and `arousal`, each from -1 to 1.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePath

import numpy as np

from aoede.encodings.chords import Chord, chords_of, encode, parse_chord, parse_roman
from aoede.errors import AoedeError, InputError
from aoede.formats.files import read_bounded
from aoede.formats.text import decoded
from aoede.music.theory import MODES, parse_key, pitch_class

_NUMERAL = re.compile(r"[#b♯♭]?[ivIV]")  # chord symbols begin with A to G
_SEPARATORS = re.compile(r"[\s,;|–—→>、，]+|-(?=[A-GIViv])")


@dataclass(frozen=True)
class LabelledProgression:
    ids: tuple[int, ...]  # functional ids relative to the tonic
    mode: str  # "major" or "minor"
    valence: float  # [-1, 1]
    arousal: float  # [-1, 1]
    row: int  # the line of the table's row, the header being line 1


@dataclass(frozen=True)
class Table:
    progressions: tuple[LabelledProgression, ...]
    faults: tuple[str, ...]  # what is wrong with rows that were left out, each naming its row


def progressions_from_csv(
    path: Path, *, max_bytes: int = 4 << 20, max_rows: int = 20_000, max_chords: int = 256
) -> Table:
    """The progressions of a table, in UTF-8, UTF-16 (with its mark) or GB18030.

    A row that cannot be read is left out and reported. Raises MissingError or InputError where there is no
    such table, it lacks the columns, or no row of it can be used.
    """
    found: list[LabelledProgression] = []
    faults: list[str] = []
    for line, row in list(_rows(path, max_bytes, max_rows)):  # all rows first: the caps come before the work
        try:
            found.append(_read_row(row, line, path.parent, max_chords))
        except AoedeError as error:
            faults.append(f"row {line}: {error.message}")
    if not found:
        raise InputError("no row of this table can be used", where=str(path), hint="; ".join(faults[:3]))
    return Table(tuple(found), tuple(faults))


def nearest_own(
    table: Table, valence: float, arousal: float, n_chords: int, mode: str, *, rng: np.random.Generator
) -> tuple[int, ...]:
    """One of the table's four progressions labelled nearest to a mood, repeated or cut to `n_chords`.

    Those whose third (major or minor) fits `mode`, a key of MODES, come before all others.
    """
    wanted = "minor" if _is_minor(mode) else "major"
    fitting = [p for p in table.progressions if p.mode == wanted] or list(table.progressions)
    ranked = sorted(fitting, key=lambda p: (p.valence - valence) ** 2 + (p.arousal - arousal) ** 2)[:4]
    chances = 0.55 ** np.arange(len(ranked))
    ids = ranked[int(rng.choice(len(ranked), p=chances / chances.sum()))].ids
    loop = ids[:-1] if ids[0] == ids[-1] else ids  # home is not played twice where the loop closes
    return tuple(loop[i % len(loop)] for i in range(n_chords))


def _rows(path: Path, max_bytes: int, max_rows: int) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> cell), empty lines left out."""
    data = read_bounded(path, max_bytes=max_bytes)
    text = decoded(data, where=str(path), is_short=True).text.replace("\0", "")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header, path)
        for n, cells in enumerate(reader):
            if n >= max_rows:
                raise InputError(f"more than {max_rows:,} rows", where=str(path))
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except csv.Error as error:
        raise InputError(f"row {reader.line_num} is no row of a table ({error})", where=str(path)) from error


def _check_header(header: list[str], path: Path) -> None:
    labelled = "mood" in header or {"valence", "arousal"} <= set(header)
    if not labelled or not {"chords", "file"} & set(header):
        raise InputError(
            "the first row must name the columns",
            where=str(path),
            hint='Needed: "chords" or "file", and "mood" or "valence" and "arousal".',
        )


def _read_row(row: Mapping[str, str], line: int, folder: Path, max_chords: int) -> LabelledProgression:
    valence, arousal = _point(row)
    key = row.get("key", "")
    if row.get("chords"):
        chords, tonic_pc, mode = _written(row["chords"][: 16 * max_chords], key)
    else:
        chords, tonic_pc, mode = _heard(row.get("file", ""), folder, key)
    ids = [encode(chord, tonic_pc) for chord in chords[:max_chords]]
    changes = tuple(chord for chord, _ in groupby(ids))
    if len(changes) < 2:
        raise InputError("fewer than two different chords")
    return LabelledProgression(changes, mode, valence, arousal, line)


def _point(row: Mapping[str, str]) -> tuple[float, float]:
    if row.get("valence") and row.get("arousal"):
        return _coordinate("valence", row["valence"]), _coordinate("arousal", row["arousal"])
    if not row.get("mood"):
        raise InputError("there is no mood")
    from aoede.mood.request import mood_of  # loads the word tables

    mood = mood_of(row["mood"])
    return mood.valence, mood.arousal


def _coordinate(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -1 <= value <= 1:
        raise InputError(f"{name} must be a number from -1 to 1, not {text[:20]!r}")
    return value


def _written(text: str, key: str) -> tuple[list[Chord], int, str]:
    """Chords, tonic and mode of a cell: symbols or roman numerals."""
    words = [word for word in _SEPARATORS.split(text) if word]
    if words and all(_NUMERAL.match(word) for word in words):
        mode = (parse_key(key)[1] or "major") if key else _numeral_mode(words)
        plain = "minor" if _is_minor(mode) else "major"
        mixed = any(w.lstrip("#b♯♭")[0].islower() for w in words) and any(
            w.lstrip("#b♯♭")[0].isupper() for w in words
        )
        return [Chord(*parse_roman(word, plain, case_counts=mixed)) for word in words], 0, plain
    chords = [parse_chord(word) for word in words]
    return chords, *_key_of(key, chords)


def _numeral_mode(words: list[str]) -> str:
    """Minor where the tonic is written small."""
    return "minor" if any(re.match(r"i(?![ivIV])", word) for word in words) else "major"


def _heard(name: str, folder: Path, key: str) -> tuple[list[Chord], int, str]:
    """Chords, tonic and mode of a MIDI file that lies in the folder of the table or below it."""
    inside = PurePath(name)
    if not name or inside.is_absolute() or ".." in inside.parts:
        raise InputError("the file must lie beside the table or below it")
    from aoede.formats.midi import read  # loads the MIDI reader

    song = read(folder / name).song
    chords = [parse_chord(symbol.symbol) for symbol in chords_of(song) if symbol.symbol != "N.C."]
    return chords, *_key_of(key, chords)


def _key_of(key: str, chords: list[Chord]) -> tuple[int, str]:
    """Tonic and mode ("major" or "minor"): as stated, else as the chords fit best."""
    if not chords:
        raise InputError("there are no chords")
    if key:
        tonic, mode = parse_key(key)
        return pitch_class(tonic), "minor" if _is_minor(mode or "major") else "major"
    keys = [(pc, mode) for pc in range(12) for mode in ("major", "minor")]
    return max(keys, key=lambda key: _fit(key[0], key[1], chords))


def _fit(tonic_pc: int, mode: str, chords: list[Chord]) -> float:
    """How well chords fit a key: tones in the scale, and the tonic chord above all first and last."""
    scale = {(tonic_pc + step) % 12 for step in MODES[mode]}
    third = 3 if mode == "minor" else 4
    inside = sum(len(chord.pitch_classes & scale) / len(chord.pitch_classes) for chord in chords) / len(
        chords
    )
    tonic = [chord.root_pc == tonic_pc and third in chord.intervals for chord in chords]
    return 4 * inside + sum(tonic) / len(tonic) + 0.3 * tonic[0] + 0.4 * tonic[-1]


def _is_minor(mode: str) -> bool:
    return 3 in MODES[mode]
