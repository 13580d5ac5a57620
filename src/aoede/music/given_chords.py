"""Chords that a person gives: "C Am F G", "C | Am F | G", "verse: C Am F G; chorus: F G C C".

Without bar lines a chord lasts a bar; between bar lines chords share it equally. They are repeated until a section
is full. Nothing is changed about them: no other chord, no other key, no chord at the end that was not asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aoede.encodings.chords import Chord, parse_chord
from aoede.errors import InputError, UsageError
from aoede.music.form import parse_form
from aoede.music.key_finder import key_correlations
from aoede.music.theory import MODES, Key, PlacedChord, make_key, tonic_name

MAX_BARS = 512
Bars = tuple[tuple[Chord, ...], ...]  # the chords of each bar
_HINT = 'Write them as "C Am F G", with bar lines "C | Am F | G", or by section "verse: C Am; chorus: F G".'


@dataclass(frozen=True)
class GivenChords:
    """The bars of every section named, and under "" those of all others."""

    bars: Mapping[str, Bars]

    def over(self, section: str, n_bars: int, bar_ticks: int) -> list[PlacedChord]:
        """The chords of a section of `n_bars`, in ticks from its beginning, without gaps."""
        bars = self.bars.get(section) or self.bars.get("") or next(iter(self.bars.values()))
        placed = []
        for bar in range(n_bars):
            chords = bars[bar % len(bars)]
            edges = [bar_ticks * (bar * len(chords) + i) // len(chords) for i in range(len(chords) + 1)]
            placed += [
                PlacedChord(a, b, chord) for a, b, chord in zip(edges, edges[1:], chords, strict=False)
            ]
        return placed

    def key(self, tonic_pc: int | None = None, mode: str | None = None) -> Key:
        """The key that these chords are most likely in, with what is known of it."""
        modes = [mode] if mode else ["major", "minor"]
        tonics = range(12) if tonic_pc is None else [tonic_pc]
        scored = [(self._likeness(pc, m), -pc, m) for pc in tonics for m in modes]
        _, negative_pc, best_mode = max(scored)
        return make_key(tonic_name(-negative_pc, best_mode), best_mode)

    def _likeness(self, tonic_pc: int, mode: str) -> float:
        chords = [chord for bars in self.bars.values() for bar in bars for chord in bar]
        weights = np.zeros(12)
        for chord in chords:
            weights[list(chord.pitch_classes)] += 1
            weights[chord.root_pc] += 1
        is_minor = 3 in MODES[mode]
        likeness = float(key_correlations(weights[None])[0, tonic_pc + 12 * is_minor])
        tonic = [chord for chord in (chords[0], chords[-1]) if chord.root_pc == tonic_pc]
        thirds = [(tonic_pc + (3 if is_minor else 4)) % 12 in chord.pitch_classes for chord in tonic]
        scale = {(tonic_pc + step) % 12 for step in MODES[mode]}
        outside = np.mean([not chord.pitch_classes <= scale for chord in chords])
        return likeness + 0.15 * sum(thirds) - 0.3 * float(outside)


def parse_chords(text: str) -> GivenChords:
    """The chords of `text`. Raises UsageError naming the word that is no chord, and where it stands."""
    found: dict[str, Bars] = {}
    for part in re.split(r"[;；\n]", text):
        name, colon, chords = part.rpartition(":") if ":" in part else part.rpartition("：")
        if not part.strip():
            continue
        for section in _sections(name) if colon else ("",):
            found[section] = _bars(chords)
    if not found:
        raise UsageError("no chord is given", where="--chords", hint=_HINT)
    return GivenChords(found)


def _sections(names: str) -> tuple[str, ...]:
    return tuple(name for name, _ in parse_form(names))


def _bars(text: str) -> Bars:
    has_lines = "|" in text
    cells = (
        text.strip().strip("|").split("|")
        if has_lines
        else re.split(r"[\s,，、]+|(?<=\S)-(?=[A-G])", text.strip())
    )
    bars = [
        tuple(_chord(word, bar) for word in re.split(r"[\s,，、]+", cell.strip()))
        for bar, cell in enumerate(cells, 1)
    ]
    if len(bars) > MAX_BARS:
        raise UsageError(f"{len(bars)} bars of chords are more than {MAX_BARS}", where="--chords")
    return tuple(bars)


def _chord(word: str, bar: int) -> Chord:
    try:
        return parse_chord(word)
    except InputError as error:
        raise UsageError(
            f"{word!r} in bar {bar} is not a chord" if word else f"bar {bar} is empty",
            where="--chords",
            hint=f"{_HINT} Chords are such as C, F#m7, Bbmaj7, G7sus4, D/F#.",
        ) from error
