"""How much of a melody stands in melodies that are known? A set of phrases, so that asking takes no time.

A phrase is eight notes with their intervals and the time between their onsets, as in `recurrence.shared_with`, which
answers the same by looking through the melodies themselves and knows where a phrase stands; here each phrase is a
number of 32 bits. A phrase that is new has the number of one of n known ones with a chance of n / 2**32: once in
80,000 phrases beside the melodies that the shipped model was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.learning.checkpoint import load_preset
from aoede.music.note_table import NoteTable
from aoede.music.recurrence import PHRASE_NOTES, melody_codes

Hashes = NDArray[np.uint32]
_STEPS = PHRASE_NOTES - 1
# Odd, so that nothing is lost modulo 2**64: Steele & Vigna 2022, "Computationally easy, spectrally good multipliers".
_MULTIPLIER = 0xD1342543DE82EF95


@dataclass(frozen=True)
class KnownPhrases:
    """hashes: (n,) the phrases of some melodies, sorted, each once.

    usual: the share of a melody's phrases that stands in another one of them, 0..1: what people have in common.
    """

    hashes: Hashes
    usual: float

    def __post_init__(self) -> None:
        fits = self.hashes.dtype == np.uint32 and self.hashes.ndim == 1 and 0 <= self.usual <= 1
        if not fits or not (self.hashes[1:] > self.hashes[:-1]).all():
            raise InputError(
                "known phrases must be sorted numbers of 32 bits, each once, and a share of 0..1"
            )

    @classmethod
    def of(cls, melodies: Sequence[NoteTable]) -> "KnownPhrases":
        parts = [phrase_hashes(melody) for melody in melodies]
        hashes, n_melodies = np.unique(
            np.concatenate([*(np.unique(part) for part in parts), np.zeros(0, np.uint32)]), return_counts=True
        )
        common = hashes[n_melodies > 1]
        shares = [share_among(part, common) for part in parts if len(part)]
        return cls(hashes, float(np.mean(shares)) if shares else 0.0)

    def shared(self, melody: NoteTable) -> float:
        """The share of the phrases of `melody` that are known, 0..1; 0 where it is too short for one."""
        return share_among(phrase_hashes(melody), self.hashes)


@lru_cache(maxsize=1)
def trained_on() -> KnownPhrases:
    """The phrases of the melodies that the shipped model of melodies learned from."""
    shipped = load_preset("phrases")
    return KnownPhrases(shipped.tensors["hashes"], float(shipped.metadata["usual"]))


def share_among(phrases: Hashes, known: Hashes) -> float:
    """How many of `phrases` stand in the sorted `known`, over all."""
    if not len(phrases) or not len(known):
        return 0.0
    places = np.minimum(np.searchsorted(known, phrases), len(known) - 1)
    return float((known[places] == phrases).mean())


def phrase_hashes(melody: NoteTable) -> Hashes:
    """One number for each run of eight notes, those that overlap too: (max(0, n - 7),)."""
    if len(melody) < PHRASE_NOTES:
        return np.zeros(0, np.uint32)
    codes = melody_codes(melody).astype(np.uint64) + np.uint64(1)
    hashes = np.zeros(len(codes) - _STEPS + 1, np.uint64)
    for step in range(_STEPS):  # unsigned arithmetic wraps around
        hashes = (hashes ^ codes[step : step + len(hashes)]) * np.uint64(_MULTIPLIER)
        hashes ^= hashes >> np.uint64(32)
    return (hashes >> np.uint64(32)).astype(np.uint32)
