"""Which of several songs is taken? One that lies where real songs lie, not the one that lies there most.

A candidate is looked at from four sides: its measures among those of real songs, the whole and the melody alone; the
judge's valence and arousal beside those asked for; how much of the melody stands in known ones; and what a singer
would object to. Each side has a limit that real songs keep, and within it nothing is better than anything else: what
is measured must not become what is aimed at (Goodhart's law; scores agree with listeners too seldom to be maximised).
`choose` draws among the candidates that keep all limits; where none does, it takes the nearest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from aoede.music.bands import SUNG, WHOLE, Corpus, mean_outside, position, positions
from aoede.music.judge import Judgement, judged
from aoede.music.measures import (
    empty_beat_rate,
    entropy_of_bars,
    groove_similarity,
    measure,
    pitch_class_entropy,
    pitch_classes_of_bars,
    scale_consistency,
    used_pitch_classes,
)
from aoede.music.note_table import NoteTable, onset_grid, places_in_bars
from aoede.music.recurrence import RHYTHM_STEPS_A_BEAT, bar_repetition
from aoede.music.singable import faults
from aoede.music.voices import told_apart
from aoede.song import TICKS_PER_QUARTER, Song, Track

MOOD_TOLERANCE = (
    0.35  # on each axis: half of the distance from the middle to the brightest sixth of real songs
)
MORE_THAN_USUAL = 0.05  # of the phrases may be known beyond what real songs have in common
# What one side's lack counts beside the others', when all candidates lack something.
BAND_WEIGHT, MOOD_WEIGHT, NOVELTY_WEIGHT, FAULT_WEIGHT = 5.0, 1.0, 5.0, 0.3


class Mooded(Protocol):
    """What was asked for: a mood or a plan."""

    @property
    def valence(self) -> float: ...

    @property
    def arousal(self) -> float: ...


class Known(Protocol):
    """Phrases of known melodies: `borrowed.KnownPhrases`."""

    @property
    def usual(self) -> float: ...

    def shared(self, melody: NoteTable) -> float: ...


@dataclass(frozen=True)
class Critique:
    """What was found in one candidate.

    places: for each measure its position in the band of real songs, 0..1 inside; those of the melody alone are
        called "melody:...".
    judged: valence and arousal as the judge hears them.
    shared: the share of the melody's phrases that are known, 0..1; nan where nothing is known.
    faults: what a singer would object to, by the names of `singable.WORDS`.
    lacks: for each of the sides "bands", "mood", "novelty" and "melody" how far it is beyond its limit, 0 within.
    """

    places: Mapping[str, float]
    judged: Judgement
    shared: float
    faults: tuple[str, ...]
    lacks: Mapping[str, float]

    @property
    def is_good(self) -> bool:
        """Whether it keeps all limits."""
        return not any(self.lacks.values())

    @property
    def distance(self) -> float:
        """How far it is from keeping all limits, >= 0."""
        return sum(self.lacks.values())

    @property
    def n_inside(self) -> int:
        return sum(0 <= place <= 1 for place in self.places.values())


def choose(
    candidates: Sequence[Song], asked: Mooded, rng: np.random.Generator, known: Known | None = None
) -> tuple[int, list[Critique]]:
    """The index of the candidate that is taken, and what was found in each; at least one is needed.

    One of those that keep all limits, each as likely; where none does, the nearest, of equals the first. `rng` is
    drawn from once in either case.
    """
    critiques = [score(song, asked, known) for song in candidates]
    return chosen(critiques, rng), critiques


def chosen(critiques: Sequence[Critique], rng: np.random.Generator) -> int:
    """The index of what `choose` takes."""
    chance = float(rng.random())
    good = [i for i, critique in enumerate(critiques) if critique.is_good]
    if good:
        return good[int(chance * len(good))]
    return min(range(len(critiques)), key=lambda i: critiques[i].distance)


def score(song: Song, asked: Mooded, known: Known | None = None) -> Critique:
    """What is to be said of `song`, beside what was asked for. Some milliseconds for a song of two minutes."""
    voices = told_apart(song)
    melody = voices.melody
    whole, sung = positions(measure(song, voices), WHOLE), positions_of_melody(song, melody)
    judgement = judged(song)
    shared = math.nan if known is None else known.shared(melody)
    found = faults(song, melody)
    off = [abs(judgement.valence - asked.valence), abs(judgement.arousal - asked.arousal)]
    beyond = 0.0 if known is None else shared - known.usual - MORE_THAN_USUAL
    lacks = {
        "bands": BAND_WEIGHT * (_beyond_usual(whole, WHOLE) + _beyond_usual(sung, SUNG)),
        "mood": MOOD_WEIGHT * sum(max(0.0, distance - MOOD_TOLERANCE) for distance in off),
        "novelty": NOVELTY_WEIGHT * max(0.0, beyond),
        "melody": FAULT_WEIGHT * len(found),
    }
    places = whole | {f"melody:{name}": place for name, place in sung.items()}
    return Critique(MappingProxyType(places), judgement, shared, found, MappingProxyType(lacks))


def _beyond_usual(places: Mapping[str, float], corpus: Corpus) -> float:
    """How much farther these places lie outside the bands than those of 19 of 20 real songs, 0..1."""
    return max(0.0, mean_outside(places) - corpus.usual_outside) if places else 0.0


# --- the melody alone -------------------------------------------------------------------------------


def positions_of_melody(song: Song, melody: NoteTable) -> dict[str, float]:
    """The position of each measure of the melody among those of sung melodies."""
    found = melody_measures(song, melody)
    places = {name: position(found[name], band) for name, band in SUNG.bands.items()}
    return {name: place for name, place in places.items() if not math.isnan(place)}


def melody_measures(song: Song, melody: NoteTable) -> dict[str, float]:
    """The measures of `music/measures.py` that a melody alone has, from the bar of its first note to its last note.

    What tells of intervals is the same in the whole song and stands there.
    """
    if not len(melody):
        return dict.fromkeys(SUNG.bands, math.nan)
    line = alone(song, melody)
    notes = line.tracks[0].table
    classes = pitch_classes_of_bars(line, notes)
    similar, copied = bar_repetition(line, notes)
    beats = line.end_ticks / TICKS_PER_QUARTER
    return {
        "pitch_class_entropy_bits": pitch_class_entropy(notes),
        "entropy_4_bars_bits": entropy_of_bars(classes, 4),
        "entropy_1_bar_bits": entropy_of_bars(classes, 1),
        "pitch_classes_a_bar": used_pitch_classes(classes),
        "scale_consistency": scale_consistency(notes),
        "groove_similarity": groove_similarity(onset_grid(line, notes, RHYTHM_STEPS_A_BEAT)),
        "similar_bars": similar,
        "copied_bars": copied,
        "notes_per_beat": len(notes) / beats,
        "empty_beats": empty_beat_rate(notes, line.end_ticks),
    }


def alone(song: Song, melody: NoteTable) -> Song:
    """The melody as a song of its own, from the bar in which it begins, as far as the meter never changes."""
    begin = 0
    if len(song.meters) == 1:
        begin = int(melody.starts_ticks[0] - places_in_bars(song, melody.starts_ticks[:1]).offsets_ticks[0])
    notes = NoteTable(
        melody.starts_ticks - begin, melody.ends_ticks - begin, melody.pitches, melody.velocities
    )
    return Song("", (Track.from_table("", notes, role="melody"),), meters=song.meters)
