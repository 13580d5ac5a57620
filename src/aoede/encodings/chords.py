"""Chords: lead-sheet symbols, Harte labels, roman numerals, functional ids, and recognition from notes.

A functional id says what a chord does in its key: `id = degree * 10 + reduced quality`, where the degree is
the number of semitones from the tonic up to the root, so a progression reads the same in every key.
Pitch classes are 0..11 with C = 0.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from aoede.errors import InputError
from aoede.song import ChordSymbol, Song

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Quality:
    intervals: tuple[int, ...]  # semitones above the root, ascending; 14 is the ninth
    suffix: str  # what a lead sheet writes after the root


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        "maj": Quality((0, 4, 7), ""),
        "min": Quality((0, 3, 7), "m"),
        "dim": Quality((0, 3, 6), "dim"),
        "aug": Quality((0, 4, 8), "aug"),
        "sus2": Quality((0, 2, 7), "sus2"),
        "sus4": Quality((0, 5, 7), "sus4"),
        "7": Quality((0, 4, 7, 10), "7"),
        "maj7": Quality((0, 4, 7, 11), "maj7"),
        "min7": Quality((0, 3, 7, 10), "m7"),
        "m7b5": Quality((0, 3, 6, 10), "m7b5"),
        "dim7": Quality((0, 3, 6, 9), "dim7"),
        "6": Quality((0, 4, 7, 9), "6"),
        "m6": Quality((0, 3, 7, 9), "m6"),
        "9": Quality((0, 4, 7, 10, 14), "9"),
        "maj9": Quality((0, 4, 7, 11, 14), "maj9"),
        "min9": Quality((0, 3, 7, 10, 14), "m9"),
        "add9": Quality((0, 4, 7, 14), "add9"),
        "minmaj7": Quality((0, 3, 7, 11), "mMaj7"),
        "7sus4": Quality((0, 5, 7, 10), "7sus4"),
        "5": Quality((0, 7), "5"),
    }
)
REDUCED = ("maj", "min", "dim", "aug", "sus4", "7", "maj7", "min7", "m7b5", "sus2")
N_CHORDS = 12 * len(REDUCED)  # functional ids are 0..119
_REDUCTIONS = {
    "dim7": "dim", "6": "maj", "m6": "min", "9": "7", "maj9": "maj7", "min9": "min7",
    "add9": "maj", "minmaj7": "min", "7sus4": "sus4", "5": "maj",
}  # fmt: skip

_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_LETTER_PCS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ROMAN = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)
_MAJOR_TRIADS = ("maj", "min", "min", "maj", "maj", "min", "dim")
_MINOR_TRIADS = ("min", "dim", "maj", "min", "min", "maj", "maj")
_MAJOR_SEVENTHS = ("maj7", "min7", "min7", "maj7", "7", "min7", "m7b5")
_MINOR_SEVENTHS = ("min7", "m7b5", "maj7", "min7", "min7", "maj7", "7")


@dataclass(frozen=True, slots=True)
class Chord:
    root_pc: int  # 0..11
    quality: str  # a key of QUALITIES
    bass_pc: int | None = None  # 0..11 where the bass is not the root

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, ascending, without the slash bass."""
        return QUALITIES[self.quality].intervals

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Every pitch class that sounds, the slash bass included."""
        bass = () if self.bass_pc is None else (self.bass_pc,)
        return frozenset((self.root_pc + interval) % 12 for interval in self.intervals).union(bass)

    def symbol(self, flats: bool = False) -> str:
        """Lead-sheet spelling, "F#m7" or, with `flats`, "Gbm7"; a slash bass as in "Bbmaj7/D"."""
        names = _FLAT_NAMES if flats else _SHARP_NAMES
        bass = "" if self.bass_pc in (None, self.root_pc) else f"/{names[self.bass_pc or 0]}"
        return f"{names[self.root_pc]}{QUALITIES[self.quality].suffix}{bass}"


# ---- lead-sheet symbols ------------------------------------------------------------------------

MAX_SYMBOL_CHARS = 40
_SYMBOL = re.compile(r"([A-Ga-g])([#b]{0,2})(.*?)(?:/([A-Ga-g])([#b]{0,2}))?")
_SIGNS = {"♯": "#", "♭": "b", "−": "-", "–": "-", "Ø": "ø", "△": "Δ", "∆": "Δ", "°": "o", "＋": "+"}
# Rewrites of a suffix to a plain form, in this order: "-7b5" -> "m7b5", "Δ" -> "M7", "7+5" -> "7#5".
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[(),\s]", ""),
        (r"(?<=\d)-(?=\d)", "b"),
        (r"(?<=\d)\+(?=\d)", "#"),
        (r"[Δ^](?=9|1)", "M"),
        (r"[Δ^]7?", "M7"),
        (r"6/9", "69"),
        (r"(?i:maj|ma(?!$|[^\d])|ma$)", "M"),
        (r"(?i:min|mi)|-", "m"),
        (r"(?i:dim)|o(?!m)", "o"),
        (r"(?i:aug)|\+", "+"),
        (r"(?i:dom)", ""),
        (r"(?i:sus)", "sus"),
        (r"(?i:add)", "add"),
        (r"ø7?", "m7b5"),
    )
)
# Plain suffixes; what has no quality of its own goes to the nearest that has one.
_SUFFIXES = {
    "": "maj", "M": "maj", "m": "min", "o": "dim", "mb5": "dim", "+": "aug", "#5": "aug", "M#5": "aug",
    "sus": "sus4", "sus4": "sus4", "4": "sus4", "sus2": "sus2", "sus24": "sus4", "5": "5", "no3": "5",
    "7": "7", "7b9": "7", "7#9": "7", "7b5": "7", "7#11": "7", "7b13": "7", "alt": "7", "7alt": "7",
    "7b9b13": "7", "7#5": "aug", "+7": "aug", "M7": "maj7", "7M": "maj7", "j7": "maj7", "M7#11": "maj7",
    "M7#5": "aug", "+M7": "aug", "m7": "min7", "m7b5": "m7b5", "o7": "dim7", "6": "6", "M6": "6", "69": "6",
    "6add9": "6", "m6": "m6", "m69": "m6", "9": "9", "11": "9", "13": "9", "7add9": "9", "7add13": "9",
    "M9": "maj9", "M7add9": "maj9", "M11": "maj9", "M13": "maj9", "m9": "min9", "m7add9": "min9",
    "m11": "min9", "m7add11": "min7", "m13": "min9", "add9": "add9", "add2": "add9", "2": "add9",
    "Madd9": "add9", "add4": "maj", "add11": "maj", "madd9": "min", "madd11": "min", "madd2": "min",
    "mM7": "minmaj7", "m#7": "minmaj7", "mM9": "minmaj7", "7sus4": "7sus4", "7sus": "7sus4",
    "9sus4": "7sus4", "9sus": "7sus4", "13sus4": "7sus4", "13sus": "7sus4", "sus47": "7sus4",
    "sus7": "7sus4", "7sus2": "sus2", "M7sus2": "sus2", "Mb5": "maj", "b5": "maj",
}  # fmt: skip


def parse_chord(symbol: str) -> Chord:
    """The chord of a lead-sheet symbol: "F#m7", "B♭Δ/D", "C-7", "Gø", "E+", "Asus", "D7(b9)".

    Extensions that have no quality of their own go to the nearest that has ("G13" to "9").
    Raises InputError naming the symbol and what would work.
    """
    text = _plain(symbol)
    match = _SYMBOL.fullmatch(text) if len(text) <= MAX_SYMBOL_CHARS else None
    quality = match and _quality_of_suffix(match[3])
    if match is None or quality is None:
        raise InputError(
            f"{symbol[:MAX_SYMBOL_CHARS]!r} is not a chord symbol",
            hint="Write chords as C, Am, F#m7, Bbmaj7, G7, Dsus4, Edim, Caug, A7sus4 or C/E.",
        )
    bass_pc = _note_pc(match[4], match[5]) if match[4] else None
    root_pc = _note_pc(match[1], match[2])
    return Chord(root_pc, quality, None if bass_pc == root_pc else bass_pc)


def _plain(text: str) -> str:
    """Full-width letters and the many signs for sharp, flat and minus brought to one spelling."""
    folded = unicodedata.normalize("NFC", text[: 4 * MAX_SYMBOL_CHARS])
    folded = "".join(_SIGNS.get(char, char) for char in folded)
    return unicodedata.normalize("NFKC", folded).strip()


def _note_pc(letter: str, signs: str) -> int:
    return (_LETTER_PCS[letter.upper()] + signs.count("#") - signs.count("b")) % 12


def _quality_of_suffix(suffix: str) -> str | None:
    for pattern, replacement in _REWRITES:
        suffix = pattern.sub(replacement, suffix)
    return _SUFFIXES.get(suffix)


# ---- Harte labels (Harte et al., ISMIR 2005), as Billboard and POP909 use them ------------------

_HARTE = re.compile(r"([A-G])([#b]*):?([a-z0-9]*)(?:\(([^()]*)\))?(?:/([#b]*\d+))?")
_HARTE_SHORTHANDS = {
    "": "maj", "maj6": "6", "min6": "m6", "hdim7": "m7b5", "11": "9", "13": "9", "min11": "min9",
    "min13": "min9", "maj11": "maj9", "maj13": "maj9",
}  # fmt: skip


def parse_harte(label: str) -> Chord | None:
    """The chord of "A:min7/b3", "D:sus4(b7)" or "C:1(b3,b7)"; None for "N", "X", "&pause", "*" and ".".

    Raises InputError for a label that is none of these.
    """
    if label in ("N", "X", "&pause", "*", ".", ""):
        return None
    match = _HARTE.fullmatch(label[:80])
    name = match and (_HARTE_SHORTHANDS.get(match[3], match[3]))
    if match is None or (name not in QUALITIES and name != "1"):
        raise InputError(f"{label[:80]!r} is not a chord label", hint='Labels look like "A:min7/b3" or "N".')
    root_pc = _note_pc(match[1], match[2])
    quality = _nearest_quality(str(name), match[4] or "")
    bass_pc = (root_pc + _degree_semitones(match[5])) % 12 if match[5] else root_pc
    return Chord(root_pc, quality, None if bass_pc == root_pc else bass_pc)


def _nearest_quality(name: str, degrees: str) -> str:
    """The quality that shares most with shorthand `name` altered by a list such as "b7,9" or "*5"."""
    if not degrees and name in QUALITIES:
        return name
    tones = {interval % 12 for interval in QUALITIES[name].intervals} if name in QUALITIES else {0}
    for degree in filter(None, degrees.split(",")):
        semitones = _degree_semitones(degree.lstrip("*"))
        tones = tones - {semitones} if degree.startswith("*") else tones | {semitones}

    def likeness(quality: str) -> float:
        others = {interval % 12 for interval in QUALITIES[quality].intervals}
        return len(tones & others) / len(tones | others)

    return max(QUALITIES, key=likeness)  # of equals the first, the plainer one


def _degree_semitones(degree: str) -> int:
    """Semitones (0..11) of a scale degree such as "b3", "5", "#11" above its root."""
    match = re.fullmatch(r"([#b]*)(\d{1,2})", degree.strip())
    if match is None or match[2] == "0":
        raise InputError(
            f"{degree[:20]!r} is not a chord degree", hint='Degrees look like "b3", "5" or "#11".'
        )
    natural = _MAJOR_SCALE[(int(match[2]) - 1) % 7]
    return (natural + match[1].count("#") - match[1].count("b")) % 12


# ---- functional ids ----------------------------------------------------------------------------


def encode(chord: Chord, tonic_pc: int) -> int:
    """The functional id (0..119) of `chord` in a key on `tonic_pc`; bass and extensions are dropped."""
    quality = _REDUCTIONS.get(chord.quality, chord.quality)
    return (chord.root_pc - tonic_pc) % 12 * len(REDUCED) + REDUCED.index(quality)


def decode(chord_id: int, tonic_pc: int) -> Chord:
    """The chord that a functional id (0..119) means in a key on `tonic_pc`."""
    degree, quality = divmod(chord_id, len(REDUCED))
    return Chord((degree + tonic_pc) % 12, REDUCED[quality])


# ---- roman numerals ----------------------------------------------------------------------------

_NUMERAL = re.compile(r"([#b]?)((?i:vii|vi|v|iv|iii|ii|i))(.*)")


def parse_roman(numeral: str, mode: str, *, case_counts: bool = False) -> tuple[int, str]:
    """(semitones above the tonic, quality) of "IV", "bVIIM", "im", "Vsus2", "V7", "Idom7", "viio".

    `mode` is "maj"/"major"/"modal" or "min"/"minor": a bare numeral, or one with a bare 7 or 9, is the
    scale's own chord on that degree ("ii" in minor is diminished, "I7" in major a major seventh). With
    `case_counts`, as most people write, upper case is major and lower case minor whatever the scale says,
    and a bare 7 is the minor seventh ("II7", "V" in minor). A numeral with an accidental counts from the
    major scale, in every mode.
    Raises InputError naming the numeral.
    """
    match = _NUMERAL.fullmatch(_plain(numeral)) if len(numeral) <= MAX_SYMBOL_CHARS else None
    if match is None:
        raise _not_roman(numeral)
    accidental, name, suffix = match.groups()
    step = _ROMAN[name.upper()]
    minor = mode in ("min", "minor") and not accidental
    semitones = (_MINOR_SCALE if minor else _MAJOR_SCALE)[step]
    semitones += {"#": 1, "b": -1, "": 0}[accidental]
    own = _diatonic(step, minor) if not case_counts else _written(name)
    quality = _roman_quality(suffix, own)
    if quality is None:
        raise _not_roman(numeral)
    return semitones % 12, quality


def _not_roman(numeral: str) -> InputError:
    return InputError(
        f"{numeral[:MAX_SYMBOL_CHARS]!r} is not a roman numeral",
        hint='Numerals look like "I", "vi", "bVII" or "V7".',
    )


def _diatonic(step: int, minor: bool) -> tuple[str, str]:
    """The scale's own triad and seventh chord on a step 0..6."""
    if minor:
        return _MINOR_TRIADS[step], _MINOR_SEVENTHS[step]
    return _MAJOR_TRIADS[step], _MAJOR_SEVENTHS[step]


def _written(numeral: str) -> tuple[str, str]:
    return ("min", "min7") if numeral.islower() else ("maj", "7")


def _roman_quality(suffix: str, own: tuple[str, str]) -> str | None:
    triad, seventh = own
    on_minor = triad in ("min", "dim")
    simple = {
        "": triad,
        "7": seventh,
        "9": {"maj7": "maj9", "min7": "min9", "7": "9"}.get(seventh, seventh),
        "6": "m6" if on_minor else "6",
        "add9": triad if on_minor else "add9",
        "M-5": "maj",
    }
    return simple.get(suffix) or _quality_of_suffix(suffix)


# ---- recognition -------------------------------------------------------------------------------

_HEARD = ("maj", "min", "7", "min7", "maj7", "sus4", "sus2", "dim", "m7b5", "dim7", "aug")
_LOW_PITCH = 52  # notes below E3 tell the root
_LOW_SHARE = 0.25  # what the root in the bass is worth against all other evidence
_MISSING_COST = 0.12  # for a chord tone that hardly sounds
_EXTRA_TONE_COST = 0.05  # for a fourth tone: a seventh must earn its place
_RARE_COST = {"sus2": 0.08, "sus4": 0.08, "dim": 0.04, "m7b5": 0.04, "dim7": 0.06, "aug": 0.08}
_CHANGE_COST = 0.06  # for a second chord in the bar


def chords_of(song: Song, *, max_bars: int = 20_000) -> tuple[ChordSymbol, ...]:
    """The chords heard in a song, one or two a bar, repeats merged; "N.C." where nothing sounds.

    Each half bar's pitch classes, weighted by how long they sound, are compared with chord templates
    (after Fujishima, "Realtime chord recognition", ICMC 1999), the low register counting for the root.
    """
    bars = song.bar_starts()[:max_bars]
    if not bars or not any(track.notes and not track.is_drum for track in song.tracks):
        return ()
    ends = [*bars[1:], max(song.end_ticks, bars[-1] + 1)]
    middles = [(start + end) // 2 for start, end in zip(bars, ends, strict=True)]
    edges = [edge for pair in zip(bars, middles, strict=True) for edge in pair] + [ends[-1]]
    flats = bool(song.keys) and song.keys[0].sharps < 0
    heard = _name_bars(_sounding(song, edges, 0, 128), _sounding(song, edges, 0, _LOW_PITCH), flats)
    symbols = [ChordSymbol(tick, name) for tick, name in zip(edges[:-1], heard, strict=True)]
    return tuple(s for i, s in enumerate(symbols) if i == 0 or s.symbol != symbols[i - 1].symbol)


def _sounding(song: Song, edges: list[int], low: int, high: int) -> "NDArray[np.float64]":
    """Ticks that each pitch class sounds in each span, (spans, 12), of notes with low <= pitch < high."""
    import numpy as np

    notes = [n for track in song.tracks if not track.is_drum for n in track.notes if low <= n.pitch < high]
    columns = np.array([(n.start_ticks, n.end_ticks, n.pitch % 12) for n in notes], np.int64).reshape(-1, 3)
    at = np.asarray(edges, np.int64)
    total = np.zeros((len(edges), 12))
    for pc in range(12):
        chosen = columns[columns[:, 2] == pc]
        total[:, pc] = _elapsed(np.sort(chosen[:, 0]), at) - _elapsed(np.sort(chosen[:, 1]), at)
    return np.asarray(np.diff(total, axis=0))


def _elapsed(moments: "NDArray[np.int64]", at: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """For each time the sum of (time - moment) over the moments before it; `moments` are sorted."""
    import numpy as np

    sums = np.concatenate([[0], np.cumsum(moments)])
    count = np.searchsorted(moments, at, side="right")
    return np.asarray(count * at - sums[count], np.float64)


def _name_bars(weights: "NDArray[np.float64]", low: "NDArray[np.float64]", flats: bool) -> list[str]:
    """A symbol for each half bar; both halves carry the same where one chord explains the bar well enough."""
    import numpy as np

    halves = _scores(weights, low)
    wholes = _scores(weights.reshape(-1, 2, 12).sum(axis=1), low.reshape(-1, 2, 12).sum(axis=1))
    shares = weights.sum(axis=1).reshape(-1, 2)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    split = (halves.max(axis=1).reshape(-1, 2) * shares).sum(axis=1)
    joined = wholes.max(axis=1) >= split - _CHANGE_COST
    best = np.where(np.repeat(joined, 2), np.repeat(wholes.argmax(axis=1), 2), halves.argmax(axis=1))
    silent = np.where(np.repeat(joined, 2), np.repeat(shares.sum(axis=1) == 0, 2), weights.sum(axis=1) == 0)
    names = [Chord(i % 12, _HEARD[i // 12]).symbol(flats) for i in range(12 * len(_HEARD))]
    return ["N.C." if quiet else names[i] for i, quiet in zip(best, silent, strict=True)]


def evidence(weights: "NDArray[np.float64]", low: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(spans, N_CHORDS) how well each functional id fits what sounds, by the templates of `chords_of`; about 0 to 1.

    `weights` (spans, 12) is how long each pitch class above the tonic sounds, `low` the same of low notes.
    """
    import numpy as np

    by_quality = _scores(weights, low, REDUCED).reshape(len(weights), len(REDUCED), 12)
    return np.asarray(by_quality.transpose(0, 2, 1).reshape(len(weights), N_CHORDS))


def _scores(
    weights: "NDArray[np.float64]", low: "NDArray[np.float64]", qualities: Sequence[str] = _HEARD
) -> "NDArray[np.float64]":
    """How well each template fits each span, (spans, 12 roots x qualities), quality-major."""
    import numpy as np

    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    low_share = low / np.maximum(low.sum(axis=1, keepdims=True), 1e-9)
    shaped = np.zeros((len(qualities), 12, 12))
    for q, quality in enumerate(qualities):
        for root in range(12):
            shaped[q, root, [(root + i) % 12 for i in QUALITIES[quality].intervals]] = 1
    templates = shaped.reshape(-1, 12)
    n_tones = templates.sum(axis=1)
    missing = n_tones - (share > 0.05) @ templates.T
    rooted = np.tile(low_share, (1, len(qualities)))
    fit = share @ templates.T + _LOW_SHARE * rooted
    rare = np.repeat([_RARE_COST.get(quality, 0.0) for quality in qualities], 12)
    return np.asarray(fit - rare - _MISSING_COST * missing - _EXTRA_TONE_COST * (n_tones - 3))
