"""A second line beside a melody: tones held through the chords, a counter-line, answers, doublings, a solo.

Each function gives strokes of one section. `Tune` is the melody that they keep out of the way of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aoede.music.beats import Beat
from aoede.music.paths import Floats, best_path
from aoede.music.textures import Stroke
from aoede.music.theory import Chord, PlacedChord
from aoede.song import TICKS_PER_QUARTER, Note

Ints = NDArray[np.int64]
Changes = Sequence[PlacedChord]

_FORBIDDEN = -1e6
_IMPERFECT, _PERFECT, _HARSH = (
    (3, 4, 8, 9),
    (0, 7),
    (1, 2, 6, 10, 11),
)  # intervals in semitones, octaves apart
# How a counter-line likes to move, by the size of its step: 0 is to repeat a note.
_STEPS = np.array([-1.0, 0.0, 0.0, -0.4, -0.5, -0.9, -2.0, -1.3, -2.0, -2.0, -4.0, -4.0, -2.5])
_LEAP = -6.0
_LEAST_ANSWER, _LONGEST_ANSWER = 3, 6  # notes of an answer


@dataclass(frozen=True)
class Tune:
    """The melody of a section as columns (n,): ticks from the section's beginning, and pitches."""

    starts: Ints
    ends: Ints
    pitches: Ints

    @classmethod
    def of(cls, notes: Sequence[Note]) -> "Tune":
        columns = np.array([(n.start_ticks, n.end_ticks, n.pitch) for n in notes], np.int64).reshape(-1, 3)
        return cls(*columns.T)

    def __len__(self) -> int:
        return len(self.pitches)

    def pitch_at(self, ticks: Ints) -> Ints:
        """What sounds at each moment, -1 where nothing does."""
        if not len(self):
            return np.full(len(ticks), -1)
        which = np.searchsorted(self.starts, ticks, side="right") - 1
        sounds = (which >= 0) & (ticks < self.ends[which])
        return np.where(sounds, self.pitches[which], -1)

    def clash(self, start: int, end: int, pitches: Ints) -> Floats:
        """(p,) share of the time from start to end in which the melody is within a tone of each pitch."""
        overlap = np.clip(np.minimum(self.ends, end) - np.maximum(self.starts, start), 0, None)
        near = np.abs(self.pitches[:, None] - pitches[None]) <= 2
        return np.asarray((overlap[:, None] * near).sum(axis=0) / max(1, end - start))

    def gaps(self, end: int, beat_ticks: int) -> list[tuple[int, int]]:
        """(start, end) of where the melody leaves room: rests of a beat and more, and long notes after a beat.

        The free times begin on eighths.
        """
        found = []
        nexts = [*self.starts[1:].tolist(), end][: len(self)]
        for start, stop, following in zip(self.starts.tolist(), self.ends.tolist(), nexts, strict=True):
            free = start + beat_ticks if stop - start >= 2 * beat_ticks else stop
            free = -(-free // (TICKS_PER_QUARTER // 2)) * (TICKS_PER_QUARTER // 2)
            if following - free >= beat_ticks:
                found.append((free, following))
        return found


def chord_at(chords: Changes, ticks: int) -> Chord:
    return next((placed.chord for placed in chords if ticks < placed.end_ticks), chords[-1].chord)


def _tones(chord: Chord, pitches: Ints) -> NDArray[np.bool_]:
    return np.asarray(np.isin(pitches % 12, list(chord.pitch_classes)))


# --- held tones -------------------------------------------------------------------------------------

# What a tone tells of its chord, by semitones above the root.
_TELLS = {0: 0.1, 7: 0.4, 3: 1.2, 4: 1.2, 2: 0.9, 5: 0.9, 6: 0.8, 8: 0.8, 9: 1.0, 10: 1.2, 11: 1.1}


def held_tones(chords: Changes, tune: Tune, low: int, high: int, n_voices: int, longest: int) -> list[Stroke]:
    """Thirds, sevenths and what else tells the chords, led smoothly, where the melody is not; `longest` in ticks."""
    slots = _joined(chords, longest)
    pitches = np.arange(low, high + 1)
    unary = np.array([_telling(placed, tune, pitches) for placed in slots])
    size = np.abs(pitches[:, None] - pitches[None])
    moves = -0.3 * size - 2.0 * (size > 7)
    strokes: list[Stroke] = []
    for voice in range(n_voices):
        path = best_path(unary, moves)
        line = pitches[path]
        strokes += [
            (int(p), slot.start_ticks, slot.end_ticks - slot.start_ticks, -3 * voice)
            for p, slot, worth in zip(line, slots, unary[np.arange(len(slots)), path], strict=True)
            if worth > _FORBIDDEN / 2  # a chord may have no second tone in a narrow register
        ]
        below = line[:, None] - pitches[None]
        unary = np.where((below % 12 == 0) | (below < 3), _FORBIDDEN, unary - 0.15 * np.abs(below - 6))
    return strokes


def _joined(chords: Changes, longest: int) -> list[PlacedChord]:
    """Equal chords in a row as one, up to `longest` ticks."""
    joined: list[PlacedChord] = []
    for placed in chords:
        last = joined[-1] if joined else None
        if last is not None and last.chord == placed.chord and placed.end_ticks - last.start_ticks <= longest:
            joined[-1] = PlacedChord(last.start_ticks, placed.end_ticks, placed.chord)
        else:
            joined.append(placed)
    return joined


def _telling(placed: PlacedChord, tune: Tune, pitches: Ints) -> Floats:
    worth = np.array([_TELLS.get(int(p - placed.chord.root_pc) % 12, 0.0) for p in pitches])
    worth -= 0.04 * np.abs(pitches - pitches.mean()) + 2.0 * tune.clash(
        placed.start_ticks, placed.end_ticks, pitches
    )
    return np.where(_tones(placed.chord, pitches), worth, _FORBIDDEN)


# --- counter-line -----------------------------------------------------------------------------------


def counter_line(
    chords: Changes,
    tune: Tune,
    beats: Sequence[Beat],
    scale: Sequence[int],
    low: int,
    high: int,
    rng: np.random.Generator,
) -> list[Stroke]:
    """A line that moves where the melody holds and against it where it moves.

    beats: those of the whole section. Heavy beats have chord tones; there are no parallel fifths and octaves.
    """
    onsets = set(tune.starts.tolist())
    slots = [beat for beat in beats if beat.weight or beat.start_ticks not in onsets]
    pitches = np.arange(low, high + 1)
    melody = tune.pitch_at(np.array([slot.start_ticks for slot in slots]))
    unary = np.array(
        [
            _suits(pitches, int(m), slot, chord_at(chords, slot.start_ticks), scale)
            for m, slot in zip(melody, slots, strict=True)
        ]
    )
    unary += 0.3 * rng.gumbel(size=unary.shape)
    line = pitches[best_path(unary, _against(pitches, melody))]
    ends = [*(slot.start_ticks for slot in slots[1:]), beats[-1].end_ticks]
    strokes: list[Stroke] = []
    for pitch, slot, end in zip(line.tolist(), slots, ends, strict=True):
        if strokes and strokes[-1][0] == pitch and not slot.weight:  # a repeated weak note is held instead
            strokes[-1] = (pitch, strokes[-1][1], end - strokes[-1][1], strokes[-1][3])
        else:
            strokes.append((pitch, slot.start_ticks, end - slot.start_ticks, slot.weight))
    return strokes


def _suits(pitches: Ints, melody: int, slot: Beat, chord: Chord, scale: Sequence[int]) -> Floats:
    in_chord = _tones(chord, pitches)
    allowed = in_chord if slot.weight else in_chord | np.isin(pitches % 12, scale)
    worth = 0.8 * in_chord - 0.05 * np.abs(pitches - pitches.mean())
    if melody >= 0:
        apart = np.abs(pitches - melody)
        worth += 0.5 * np.isin(apart % 12, _IMPERFECT) - 1.2 * np.isin(apart % 12, _HARSH)
        worth -= 0.6 * (apart % 12 == 0) + 0.8 * (apart < 3)
    return np.where(allowed, worth, _FORBIDDEN)


def _against(pitches: Ints, melody: Ints) -> Floats:
    """(T-1, P, P) how good each move is beside the melody's own (T,)."""
    step = pitches[None, :] - pitches[:, None]
    size = np.abs(step)
    moves = np.where(size < len(_STEPS), _STEPS[np.minimum(size, len(_STEPS) - 1)], _LEAP)
    here, there = melody[:-1, None, None], melody[1:, None, None]
    both = (here >= 0) & (there >= 0)
    way = np.where(both, np.sign(there - here), 0)
    direction = way * np.sign(step)[None]
    perfect = np.isin((pitches[None, :, None] - here) % 12, _PERFECT) & (
        np.isin((pitches[None, None, :] - there) % 12, _PERFECT)
    )
    parallel = both & perfect & (way != 0) & (step[None] != 0)
    return np.asarray(moves[None] - 0.5 * (direction > 0) + 0.3 * (direction < 0) - 4.0 * parallel)


# --- what is made of the melody's own notes ---------------------------------------------------------


def ladder(scale: Sequence[int], low: int, high: int) -> Ints:
    """The pitches of a scale from low to high."""
    pitches = np.arange(low, high + 1)
    return np.asarray(pitches[np.isin(pitches % 12, scale)])


def _rung(rungs: Ints, pitch: float) -> int:
    return int(np.abs(rungs - pitch).argmin())


def answer(
    chords: Changes, tune: Tune, gap: tuple[int, int], scale: Sequence[int], low: int, high: int
) -> list[Stroke]:
    """The melody's last few notes once more in its gap, begun on another step and brought to a note of the chord.

    Nothing where there is no room for three notes.
    """
    start, end = gap
    past = int(np.searchsorted(tune.starts, start - 1, side="right"))
    onsets = _echoed(tune, past, start, end)
    if len(onsets) < _LEAST_ANSWER:
        return []
    moves = np.diff(tune.pitches[max(0, past - len(onsets)) : past]).tolist()
    if not any(moves):
        moves = [-1]
    rungs = ladder(scale, low, high)
    at = _rung(rungs, _opening(chords, tune, past, start, low, high))
    sung = int(tune.pitch_at(np.array([start]))[0])
    strokes: list[Stroke] = []
    for i, (onset, stop) in enumerate(pairwise([*onsets, min(end, onsets[-1] + 4 * TICKS_PER_QUARTER)])):
        if i:
            move = moves[(i - 1) % len(moves)]
            at = _turned_back(at + int(np.sign(move)) * max(1, round(abs(move) / 2)) * bool(move), len(rungs))
        pitch = int(rungs[at])
        if i == len(onsets) - 1:
            pitch = _nearest_tone(chord_at(chords, onset), pitch, low, high)
        elif abs(pitch - sung) < 3 and i % 2 == 0:  # the melody holds its note: not beside it
            at = _turned_back(at + (2 if pitch > sung else -2), len(rungs))
            pitch = int(rungs[at])
        strokes.append((pitch, onset, (stop - onset) * 19 // 20, 2 if i == 0 else -2))
    return strokes


def _echoed(tune: Tune, past: int, start: int, end: int) -> list[int]:
    """Onsets from `start` in the rhythm of the last quick notes before it, with time for the last of them."""
    between = np.diff(tune.starts[max(0, past - 6) : past])
    rhythm = between[between <= TICKS_PER_QUARTER].tolist() or [TICKS_PER_QUARTER // 2]
    onsets = [start]
    for length in (rhythm * _LONGEST_ANSWER)[: _LONGEST_ANSWER - 1]:
        if onsets[-1] + length > end - TICKS_PER_QUARTER // 2:
            break
        onsets.append(onsets[-1] + length)
    return onsets


def _turned_back(at: int, n: int) -> int:
    """A rung of n: what would go beyond an end comes back from it."""
    inside = -at if at < 0 else 2 * (n - 1) - at if at >= n else at
    return min(max(inside, 0), n - 1)


def _opening(chords: Changes, tune: Tune, past: int, start: int, low: int, high: int) -> int:
    """A chord tone a third or a sixth from where the melody rests."""
    rests_on = int(tune.pitches[past - 1]) if past else (low + high) // 2
    pitches = np.arange(low, high + 1)
    apart = np.abs(pitches - rests_on)
    worth = 1.0 * np.isin(apart, (3, 4, 8, 9)) - 0.05 * np.abs(pitches - (low + high) / 2) - 1.0 * (apart < 2)
    return int(pitches[np.where(_tones(chord_at(chords, start), pitches), worth, _FORBIDDEN).argmax()])


def _nearest_tone(chord: Chord, pitch: int, low: int, high: int) -> int:
    pitches = np.arange(low, high + 1)
    tones = pitches[_tones(chord, pitches)]
    return int(tones[np.abs(tones - pitch).argmin()]) if len(tones) else pitch


def doubled(
    chords: Changes, notes: Sequence[Note], scale: Sequence[int], low: int, high: int, beat_ticks: int
) -> list[Stroke]:
    """The melody a third or a sixth away, always on the same side, with notes of the chord on the beats.

    Below it where the instrument has the room, else above.
    """
    if not notes:
        return []
    rungs = ladder(scale, 0, 127)
    side = -1 if min(note.pitch for note in notes) - 9 >= low else 1
    strokes = []
    for note in notes:
        at, chord = _rung(rungs, note.pitch), chord_at(chords, note.start_ticks)
        third, sixth = (int(rungs[int(np.clip(at + side * n, 0, len(rungs) - 1))]) for n in (2, 5))
        strong = note.start_ticks % beat_ticks == 0 or note.duration_ticks >= beat_ticks
        best = next((p for p in (third, sixth) if p % 12 in chord.pitch_classes), None) if strong else third
        if best is None:
            best = _nearest_tone(chord, note.pitch + side * 5, note.pitch - 9, note.pitch + 9)
        strokes.append((_folded(best, low, high), note.start_ticks, note.duration_ticks, 0))
    return strokes


def _folded(pitch: int, low: int, high: int) -> int:
    """Moved by octaves into the range."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def shifted_into(notes: Sequence[Note], low: int, high: int) -> list[Note]:
    """The notes moved by the octaves that bring most of them into the range, the rest folded."""
    if not notes:
        return []
    pitches = np.array([note.pitch for note in notes])
    shifts = np.arange(-36, 37, 12)
    outside = [((pitches + s < low) | (pitches + s > high)).sum() + abs(s) / 100 for s in shifts]
    by = int(shifts[int(np.argmin(outside))])
    return [
        Note(n.start_ticks, _folded(n.pitch + by, low, high), n.duration_ticks, n.velocity) for n in notes
    ]


def ornamented(notes: Sequence[Note], scale: Sequence[int], rng: np.random.Generator) -> list[Stroke]:
    """A solo on the melody: leaps filled with the step between, long notes turned about, some notes pushed early."""
    rungs = ladder(scale, 0, 127)
    eighth = TICKS_PER_QUARTER // 2
    strokes: list[Stroke] = []
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        at, length = _rung(rungs, note.pitch), note.duration_ticks
        leap = 0 if following is None else following.pitch - note.pitch
        if length >= 3 * eighth and rng.random() < 0.6:  # a turn: the note, the one above, and home
            strokes.append((note.pitch, note.start_ticks, eighth, 2))
            strokes.append((int(rungs[at + 1]), note.start_ticks + eighth, eighth // 2, -3))
            strokes.append((note.pitch, note.start_ticks + eighth * 3 // 2, length - eighth * 3 // 2, 0))
        elif abs(leap) >= 3 and length >= eighth and rng.random() < 0.6:
            half = length // 2
            strokes.append((note.pitch, note.start_ticks, half, 1))
            strokes.append((int(rungs[at + int(np.sign(leap))]), note.start_ticks + half, length - half, -3))
        else:
            strokes.append((note.pitch, note.start_ticks, length, 0))
    return strokes
