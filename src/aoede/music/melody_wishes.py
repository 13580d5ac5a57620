"""What a plan wishes of the next note, added to what the model of melodies thinks of it, in nats.

Times: as dense as is wanted, like a bar before, a long note in the middle of a phrase. Pitches: an arch a phrase,
tones of the chord on strong beats, intervals that can be sung, phrases that end on a tone of their chord.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.melody import MIDDLE, N_PITCHES, STEPS_A_QUARTER, WAITS, wait_id
from aoede.music.melody_ground import Ground, Phrase
from aoede.neural.events.model import FORBIDDEN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SINGING = 0.94  # share of a section in which there is no breath
_STEPS = np.array(WAITS, np.int64)
_PITCHES = np.arange(N_PITCHES)
_LOG_QUARTERS = np.log(np.maximum(_STEPS, 1) / STEPS_A_QUARTER)
_LAG, _MOST_TILT = 0.4, 1.2  # per note behind what is wanted
_LONG = -0.8  # per doubling of a time beyond twice the usual
_SHORT = -1.0  # of times shorter than an eighth
_MOTIF = 1.5  # what likeness is worth
_HASTY = -1.5  # a quick note where a phrase begins: what is meant as an upbeat is none on the first beat
_COMMA = 1.2  # what a long note is worth in the middle of a phrase
_WIDTH, _CONTOUR = 4.0, 0.9  # semitones about the contour, and what it is worth
_UNDONE, _USUAL_WIDTH = 0.5, 5.0
_ON_LEVEL = (1.2, 1.2, 0.4, 0.0)  # what a tone of the chord is worth on a beat of each level
_HARSH = (-2.0, -2.0, -0.5, -0.5)
_HOME, _HOME_BY_VALENCE = (
    0.15,
    0.7,
)  # what the tonic is worth, and half of it its fifth: bright lines tell their key
_OWN = -0.8  # the degree by which a mode is told is a spice
_WISH = 3.0  # what a pitch is worth that was sung here before
_HARD_LEAPS = {6: -2.5, 10: -2.5, 11: -2.5, 12: -1.5}
_LEAP_ON, _THIRD_ON = -3.0, -0.8  # another leap, or a third, the same way after a leap
_LEAP = 5
_CONTINUED, _DRONE = 4, -2.0  # notes of one pitch in a row, from which on it is less likely
_TO_REST, _FARTHEST_REST = -0.35, 7  # per semitone by which the last note of a phrase is further than a step
_REPEATED, _STEP = -0.25, 0.1
_FARTHEST = 12  # semitones from the last note


class Wishes:
    """Of one section. What was asked for once is kept."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        home, pcs = _HOME + _HOME_BY_VALENCE * ground.valence, ground.sounding % 12
        self._home = home * ((pcs == ground.key.tonic_pc) + 0.5 * (pcs == ground.key.scale[4]))
        self._home += _OWN * ground.is_own
        self._lengths = _SHORT * (_STEPS < STEPS_A_QUARTER // 2) * (ground.meter.denominator < 16)
        self._lengths += _LONG * np.maximum(0.0, (_LOG_QUARTERS + np.log(ground.density)) / np.log(2) - 1)
        self._at: dict[int, Floats] = {}
        self._commas = _commas(ground)
        self._begins = {phrase.begin for phrase in ground.phrases}

    # -- time --

    def times(self, onsets: Sequence[int], like_bars: int) -> Floats:
        """(N_WAITS,) of the time after these onsets; bars are rather like those so many bars before (0: none)."""
        ground, now = self._ground, onsets[-1] if onsets else 0
        wanted = SINGING * ground.density * now / STEPS_A_QUARTER
        tilt = min(_MOST_TILT, max(-_MOST_TILT, _LAG * (wanted - len(onsets))))
        wishes = self._lengths - tilt * _LOG_QUARTERS
        then = now - like_bars * ground.bar
        if like_bars and then >= 0 and onsets:
            place = bisect_right(onsets, then)
            like = wait_id(onsets[place] - then) if place < len(onsets) else -1
            if like >= 0:
                wishes[like] += _MOTIF
        if now in self._begins and onsets:
            is_hasty = ground.beat > _STEPS
            wishes += _HASTY * is_hasty
        for begin, middle in self._commas:
            if begin <= now < middle and ground.level_at(now) < 3:
                is_long = 3 * ground.beat <= 2 * _STEPS
                wishes += _COMMA * (is_long & (now + _STEPS >= middle - ground.grid))
        return np.asarray(wishes, np.float64)

    # -- pitch --

    def pitches(self, now: int, before: Sequence[int], wished: int, ends: Phrase | None) -> Floats:
        """(N_PITCHES,) of the note at `now` after the pitches `before` (ids); FORBIDDEN for what cannot be sung.

        `wished` is the id of the pitch that was sung here before, -1 for none; `ends` is the phrase that ends here.
        """
        ground = self._ground
        tones, level = ground.tones_at(now), ground.level_at(now)
        if wished >= 0 and (tones.is_member if level < 2 else tones.is_allowed)[wished]:
            return np.where(wished == _PITCHES, 0.0, float(FORBIDDEN))
        wishes = self._here(now) + _moves(*_ending(before))
        if wished >= 0:
            wishes -= _WISH * np.minimum(1.0, np.abs(_PITCHES - wished) / 4.0)
        allowed = tones.is_allowed & ground.in_reach
        if ends is not None:
            allowed = allowed & self._rests(ends, now)
            wishes += _TO_REST * np.maximum(0, np.abs(_PITCHES - before[-1]) - 2) if before else 0.0
        for farthest in (_FARTHEST, _FARTHEST_REST)[: 1 + (ends is not None)] if before else ():
            near = allowed & (np.abs(_PITCHES - before[-1]) <= farthest)
            allowed = near if near.any() else allowed
        for wider in (tones.is_allowed & ground.in_reach, ground.in_reach):
            allowed = allowed if allowed.any() else wider
        return np.where(allowed, wishes, float(FORBIDDEN))

    def _here(self, now: int) -> Floats:
        """What depends on nothing but the place."""
        found = self._at.get(now)
        if found is None:
            tones, level = self._ground.tones_at(now), self._ground.level_at(now)
            found = self._contour(now) + self._home
            found += _ON_LEVEL[level] * tones.is_member + _HARSH[level] * tones.is_harsh
            self._at[now] = found
        return found

    def _contour(self, now: int) -> Floats:
        """An arch a phrase, its top past the middle; later phrases of a section reach higher."""
        ground = self._ground
        phrase = ground.phrases[ground.phrase_at(now)]
        place = min(1.0, (now - phrase.begin) / max(1, phrase.end - phrase.begin - ground.bar // 2))
        aim = ground.centre - 4.0 + 2.0 * phrase.begin / ground.end + 6.0 * np.sin(np.pi * place**1.3)
        usual = MIDDLE + ground.semitones  # around which the model sings: half of that is taken back
        wishes = _UNDONE * ((ground.sounding - usual) / _USUAL_WIDTH) ** 2
        return np.asarray(0.5 * (wishes - _CONTOUR * ((ground.sounding - aim) / _WIDTH) ** 2), np.float64)

    def _rests(self, phrase: Phrase, now: int) -> Bools:
        """On which pitches a phrase may end: tones of the chord; at home the tonic, in a first phrase rather not."""
        ground = self._ground
        members = ground.tones_at(now).is_member
        tonic = ground.sounding % 12 == ground.key.tonic_pc
        if phrase.closes:
            home = members & tonic
            return home if (home & ground.in_reach).any() else members
        away = members & ~tonic
        return away if (away & ground.in_reach).any() and not phrase.answers else members


def _commas(ground: Ground) -> tuple[tuple[int, int], ...]:
    """Of each long phrase the half bar before its middle."""
    found = []
    for phrase in ground.phrases:
        bars = (phrase.end - phrase.begin) // ground.bar
        middle = phrase.begin + bars // 2 * ground.bar
        if bars >= 4:
            found.append((middle - ground.bar // 2, middle))
    return tuple(found)


def _ending(pitches: Sequence[int]) -> tuple[int, int, int]:
    """The last pitch, the one before it, and how often it was sung in a row; -1 where there is none."""
    if not pitches:
        return -1, -1, 0
    run = 1
    while run < min(len(pitches), 16) and pitches[-run - 1] == pitches[-1]:
        run += 1
    return pitches[-1], pitches[-2] if len(pitches) > 1 else -1, run


@lru_cache(maxsize=1 << 13)
def _moves(last: int, before: int, run: int) -> Floats:
    """(N_PITCHES,) what speaks against intervals that are hard to sing."""
    wishes = np.zeros(N_PITCHES)
    if last < 0:
        return wishes
    moves = _PITCHES - last
    sizes = np.abs(moves)
    wishes += _REPEATED * (sizes == 0) + _STEP * ((sizes == 1) | (sizes == 2))
    for size, cost in _HARD_LEAPS.items():
        wishes += cost * (sizes == size)
    if before >= 0 and abs(last - before) >= _LEAP:
        same_way = np.sign(moves) == np.sign(last - before)
        wishes += same_way * (_LEAP_ON * (sizes >= _LEAP) + _THIRD_ON * (sizes >= 3))
    if run >= _CONTINUED:
        wishes += _DRONE * (run - _CONTINUED + 1) * (sizes == 0)
    return wishes
