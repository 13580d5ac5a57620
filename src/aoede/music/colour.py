"""The colour instrument: what an arranger adds to melody, chords and bass.

It is silent or nearly so where a song begins, answers the melody in its gaps, holds the tones that tell the chords
through a chorus, moves against the melody in the last one and doubles its climax, and takes the tune where the
melody rests.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np

from aoede.music.beats import Beat, beats_of
from aoede.music.expression import sounded
from aoede.music.instruments import Instrument, of_program
from aoede.music.lines import (
    Tune,
    answer,
    chord_at,
    counter_line,
    doubled,
    held_tones,
    ornamented,
    shifted_into,
)
from aoede.music.means import (
    CHOIR,
    E_PIANO,
    HARP,
    MUSIC_BOX,
    NYLON_GUITAR,
    PAD,
    PIANO,
    STEEL_GUITAR,
    STRINGS,
    VIBRAPHONE,
)
from aoede.music.plan import Plan, PlannedSection, phrase_lengths
from aoede.music.textures import Stroke, without_overlaps
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Note

_FADING = frozenset({PIANO, E_PIANO, MUSIC_BOX, VIBRAPHONE, NYLON_GUITAR, STEEL_GUITAR, HARP})
_MANY_VOICED = _FADING | {STRINGS, CHOIR, PAD}
_SLOW_SPEAKING = frozenset({CHOIR, PAD})  # quick notes are not for them
_QUIET_AROUSAL = -0.1  # below it a song begins without the colour
_LIVELY_AROUSAL = 0.25  # from it on the first verse is answered already
_ROOM, _ROOM_ABOVE = 14, 11  # semitones that a line has for itself below the melody, and above it
_LEAST_ROOM = 9
_LONGEST_BREATH_BARS = 2
_TOP = 86  # D6: higher is shrill
# Velocity of each manner against the section's.
_LOUDER = {
    "long": -18, "line": -16, "held": -14, "answers": -8, "climax": -8, "hook": -2, "solo": 5,
}  # fmt: skip

Notes = tuple[Note, ...]
Changes = Sequence[PlacedChord]


def colour_parts_for(
    plan: Plan,
    changes: Sequence[Changes],
    melodies: Sequence[Notes],
    seed: int,
    tunes: Sequence[Notes] | None = None,
) -> list[Notes]:
    """The colour of every section, in ticks from its beginning; empty where nobody plays it.

    melodies: the notes of each section's melody, in ticks from its beginning.
    tunes: those that a section has to play where no melody sounds; the melodies, if none are given.
    """
    if "colour" not in plan.programs:
        return [() for _ in plan.sections]
    return [
        colour_part(
            plan, i, changes, melodies, tunes or melodies, rng=stream(seed, "colour", section.name, i)
        )
        for i, section in enumerate(plan.sections)
    ]


def colour_part(
    plan: Plan,
    index: int,
    changes: Sequence[Changes],
    melodies: Sequence[Notes],
    tunes: Sequence[Notes],
    *,
    rng: np.random.Generator,
) -> Notes:
    """The colour of one section. tunes: of all sections, for the one that it takes where the melody rests."""
    section, chords = plan.sections[index], changes[index]
    manner = manner_of(plan, index, sung=bool(melodies[index]))
    tune = _borrowed(plan, index, tunes, changes) if manner in ("hook", "solo") else []
    if manner == "solo" and not tune:
        manner = "held"
    if manner == "silent":
        return ()
    desk = _Desk(plan, section, chords, melodies[index], rng)
    if manner in ("hook", "solo"):
        strokes = _tune(desk, tune, manner)
    elif manner == "answers":
        strokes = _answers(desk)
    elif manner == "climax":
        strokes = _counter(desk)
    else:
        strokes = _held(desk, manner)
    following = plan.sections[index + 1] if index + 1 < len(plan.sections) else None
    notes = sounded(strokes, plan, section, following, louder=_LOUDER[manner], rng=rng)
    sustained = manner in ("held", "line") and not desk.fades
    return tuple(without_overlaps(notes, tied_ticks=_LONGEST_BREATH_BARS * desk.bar_ticks * sustained))


def manner_of(plan: Plan, index: int, *, sung: bool) -> str:
    """What the colour does in a section: "silent", "long", "line", "hook", "answers", "held", "climax" or "solo".

    sung: whether the melody sounds in it.
    """
    section = plan.sections[index]
    if section.name == "solo" and not sung:
        return "solo"
    if section.name == "intro" and not sung:
        fades = plan.programs["colour"] in _FADING
        if plan.arousal >= _QUIET_AROUSAL and plan.programs["colour"] not in _SLOW_SPEAKING:
            return "hook"
        return "silent" if fades else "long"
    if not sung:
        return "held"
    if index == _climax(plan) and plan.programs["colour"] != PAD:
        return "climax"
    if section.name in ("chorus", "pre-chorus", "bridge", "outro"):
        return "held"
    if section.variation == 0 and plan.arousal < _LIVELY_AROUSAL:
        return "silent"
    return "line" if plan.programs["colour"] in _SLOW_SPEAKING else "answers"


def _climax(plan: Plan) -> int:
    """The section to which the song has been going: the last chorus, else the last but an ending."""
    names = [section.name for section in plan.sections]
    choruses = [i for i, name in enumerate(names) if name == "chorus"]
    if len(choruses) > 1:
        return choruses[-1]
    verses = [i for i, name in enumerate(names) if name in ("verse", "bridge") and plan.sections[i].variation]
    return verses[-1] if verses and not choruses else -1


class _Desk:
    """What the player has in front of him in one section."""

    def __init__(
        self, plan: Plan, section: PlannedSection, chords: Changes, melody: Notes, rng: np.random.Generator
    ) -> None:
        self.plan, self.section, self.chords, self.melody, self.rng = plan, section, chords, melody, rng
        self.player: Instrument = of_program(plan.programs["colour"])
        self.fades = self.player.program in _FADING
        self.scale = plan.key_of(section).scale
        self.tune = Tune.of(melody)
        self.bar_ticks = plan.meter.bar_ticks
        self.end_ticks = section.bars * self.bar_ticks
        self.beat_ticks = max(beat.length_ticks for beat in beats_of(plan.meter))

    def beats(self) -> list[Beat]:
        """Those of the whole section."""
        return [
            replace(beat, start_ticks=bar * self.bar_ticks + beat.start_ticks)
            for bar in range(self.section.bars)
            for beat in beats_of(self.plan.meter)
        ]

    def room(self, *, high: bool = False) -> tuple[int, int]:
        """(lowest, highest) pitch of a line out of the melody's way: below it, or above with `high` or of need."""
        low, top = self.player.low, min(self.player.high, _TOP)
        if not len(self.tune):
            middle = round(np.clip(self.plan.register - 2, low + 7, top - 7))
            return max(low, middle - 7), min(top, middle + 7)
        quiet, loud = (int(p) for p in np.percentile(self.tune.pitches, (15, 95)))
        below = (max(low, 48, quiet - 1 - _ROOM), min(top, quiet - 1))
        above = (max(low, loud + 1), min(top, loud + _ROOM_ABOVE))
        for lowest, highest in (above, below) if high else (below, above):
            if highest - lowest >= _LEAST_ROOM:
                return lowest, highest
        middle = int(np.clip((quiet + loud) // 2 - 5, low + 7, top - 7))
        return max(low, middle - 7), min(top, middle + 7)

    def near_the_tune(self) -> tuple[int, int]:
        """(lowest, highest) pitch of what is played while the melody rests: about where it has been."""
        if not len(self.tune):
            return self.room()
        quiet, loud = (int(p) for p in np.percentile(self.tune.pitches, (15, 95)))
        low = int(np.clip(quiet - 7, self.player.low, self.player.high - 12))
        return low, max(low + 12, min(self.player.high, loud + 3, _TOP))


# --- manners ----------------------------------------------------------------------------------------


def _held(desk: _Desk, manner: str) -> list[Stroke]:
    """Tones that tell the chords: two voices where they can be, one as a "line", its second half alone as "long"."""
    big = desk.section.energy > 0.8 and (desk.section.variation > 0 or desk.plan.arousal > 0.5)
    low, high = desk.room(high=big)
    n_voices = 2 if manner == "held" and desk.player.program in _MANY_VOICED else 1
    strokes = held_tones(desk.chords, desk.tune, low, high, n_voices, _LONGEST_BREATH_BARS * desk.bar_ticks)
    if manner == "long":
        return [stroke for stroke in strokes if stroke[1] >= desk.end_ticks // 2]
    return _struck_again(strokes, desk) if desk.fades else strokes


def _struck_again(strokes: Sequence[Stroke], desk: _Desk) -> list[Stroke]:
    """Held tones on an instrument whose tone fades: one on the first beat of a bar, the other on the second."""
    again = []
    second = beats_of(desk.plan.meter)[min(1, len(beats_of(desk.plan.meter)) - 1)].start_ticks
    for pitch, start, length, accent in strokes:
        for t in range(start, start + length, desk.bar_ticks):
            late = second if accent < 0 and start + length - t > second else 0
            again.append((pitch, t + late, min(desk.bar_ticks, start + length - t) - late, accent))
    return again


def _answers(desk: _Desk) -> list[Stroke]:
    """Fills in the gaps of the melody, where it leaves its own register free; more of them in a fuller section."""
    low, high = desk.near_the_tune()
    strokes: list[Stroke] = []
    share = 0.45 + 0.5 * desk.section.energy
    for gap in desk.tune.gaps(desk.end_ticks, desk.beat_ticks):
        if desk.rng.random() < share:
            strokes += answer(desk.chords, desk.tune, gap, desk.scale, low, high)
    return strokes


def _counter(desk: _Desk) -> list[Stroke]:
    """A line against the melody, and at its climax one with it, if the section is long enough for both."""
    low, high = desk.room(high=desk.section.energy > 0.9)
    line = counter_line(desk.chords, desk.tune, desk.beats(), desk.scale, low, high, desk.rng)
    start, end = _climactic_phrase(desk)
    if end - start >= desk.end_ticks:
        return line
    summit = [note for note in desk.melody if start <= note.start_ticks < end]
    doubling = doubled(desk.chords, summit, desk.scale, desk.player.low, desk.player.high, desk.beat_ticks)
    outside = [s for s in line if not start <= s[1] < end]
    return [(p, t, min(n, start - t) if t < start else n, a) for p, t, n, a in outside] + doubling


def _climactic_phrase(desk: _Desk) -> tuple[int, int]:
    """(start, end) in ticks of the phrase that holds the melody's highest note, the last of equals."""
    edges = [bars * desk.bar_ticks for bars in accumulate(phrase_lengths(desk.section.bars), initial=0)]
    if not desk.melody:
        return 0, desk.end_ticks
    top = max(desk.melody, key=lambda note: (note.pitch, note.start_ticks)).start_ticks
    return next((a, b) for a, b in pairwise(edges) if top < b)


def _borrowed(plan: Plan, index: int, tunes: Sequence[Notes], changes: Sequence[Changes]) -> list[Note]:
    """The tune of the first section of the same material, in the key of this one; an intro's over its own chords."""
    section = plan.sections[index]
    for other, notes, chords in zip(plan.sections, tunes, changes, strict=True):
        if other.material == section.material and notes:
            by = section.key_shift - other.key_shift
            end = section.bars * plan.meter.bar_ticks
            moved = [replace(note, pitch=note.pitch + by) for note in notes if note.end_ticks <= end]
            return _over(changes[index], moved, chords, by) if section.name == "intro" else moved
    return []


def _over(chords: Changes, notes: Sequence[Note], were: Changes, by: int) -> list[Note]:
    """The notes with those brought into their chord that rested in another one, `by` semitones lower.

    Notes of a beat and more, and the last, go to the nearest tone of the chord; quick ones pass as they passed.
    """
    fitted = []
    for note in notes:
        here = chord_at(chords, note.start_ticks).pitch_classes
        there = {(pc + by) % 12 for pc in chord_at(were, note.start_ticks).pitch_classes}
        rests = note.duration_ticks >= TICKS_PER_QUARTER * 3 // 4 or note is notes[-1]
        if rests and here != there and note.pitch % 12 not in here:
            pitch = min((note.pitch + step for step in (-1, 1, -2, 2, -3, 3) if (note.pitch + step) % 12 in here),
                        default=note.pitch, key=lambda p: abs(p - note.pitch))  # fmt: skip
            note = replace(note, pitch=pitch)
        fitted.append(note)
    return fitted


def _tune(desk: _Desk, notes: Sequence[Note], manner: str) -> list[Stroke]:
    """The tune itself: its first phrases as they are before it is sung, varied in a solo."""
    placed = shifted_into(notes, desk.player.low, min(desk.player.high, _TOP))
    if manner == "solo":
        return ornamented(placed, desk.scale, desk.rng)
    return [(note.pitch, note.start_ticks, note.duration_ticks, 0) for note in placed]
