"""A song that is given, and what a model adds to it: where the new part begins, in which key, meter and tempo.

    given = Beginning.of(song, encoding, transpose="key")
    roll = ...  # with which a model goes on from given.rows
    whole = given.followed_by(given.new_part(roll), n_bars=8)

The new part begins where the last note of the given one ends, so that there is no gap, and ends with a bar.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError
from aoede.learning import rolls
from aoede.learning.told import Told
from aoede.music.joined import later, meter_at
from aoede.music.note_table import pitched_notes
from aoede.song import ChordSymbol, Control, KeySignature, Meter, Section, Song, Syllable, Tempo, Track

UInt8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Timed = TypeVar("Timed", ChordSymbol, KeySignature, Meter, Syllable, Tempo)

TRACK, GIVEN_SECTION, NEW_SECTION = "New part", "beginning", "new part"
MAX_HEARD = 4096  # steps before the new part, 256 bars of sixteenths
SHORT_END_BARS = 2  # a meter that came for so few bars at the end is not that of the song
_VOLUME, _PAN = 7, 10  # MIDI controllers
_ON_THE_BEAT = 6  # velocity that the notes of a roll gain on a beat


@dataclass(frozen=True)
class Beginning:
    """A song to go on from, and what a model hears of it."""

    song: Song
    encoding: PianoRoll
    rows: UInt8  # (T, width), T <= MAX_HEARD, the last of them where the last pitched note ends
    told: Floats  # (T, told.n) what a network is told of them
    semitones_to_c: int  # by which they were moved; 0 for a model whose pieces were not
    at_ticks: int  # where the new part begins: a whole number of steps

    @classmethod
    def of(cls, song: Song, encoding: PianoRoll, transpose: str, told: Told | None = None) -> "Beginning":
        """What a model of this encoding hears of `song`, and is told. Raises InputError where that is nothing."""
        if not len(pitched_notes(song)):
            raise InputError("there is no pitched note to go on from", where="--start")
        pitched = replace(song, sections=(), tracks=tuple(t for t in song.tracks if not t.is_drum))
        n_steps = _n_steps(pitched, encoding.step_ticks)
        rows, about = rolls.told_of(pitched, encoding, transpose, told or Told())
        n_beyond = max(0, -(-pitched.end_ticks // encoding.step_ticks) - n_steps)  # less than half a step
        heard = slice(max(0, len(rows) - n_beyond - MAX_HEARD), max(0, len(rows) - n_beyond))
        if not rows[heard].any():
            raise InputError(
                f"the model would hear nothing of this: it knows the pitches {encoding.low} to {encoding.high}, "
                "and songs of some hours at most",
                where="--start",
            )
        to_c = rolls.semitones_to_c(song) if transpose == "key" else 0
        return cls(song, encoding, rows[heard], about[heard], to_c, n_steps * encoding.step_ticks)

    @property
    def into_bar_ticks(self) -> int:
        """How much of a bar is over where the new part begins."""
        last = meter_at(self.song, self.at_ticks)
        return (self.at_ticks - last.start_ticks) % last.bar_ticks

    @property
    def meter(self) -> Meter:
        """That of the new bars: the last one, or if it came for a bar or two only, the one that lasted longest.

        After a pick-up many a song ends with a shorter bar that has a meter of its own.
        """
        meters = _until(self.song.meters, self.at_ticks)
        ends = [*(meter.start_ticks for meter in meters[1:]), self.at_ticks]
        if ends[-1] - meters[-1].start_ticks > SHORT_END_BARS * meters[-1].bar_ticks:
            return meters[-1]
        lasting: Counter[tuple[int, int]] = Counter()
        for meter, end in zip(meters, ends, strict=True):
            lasting[meter.numerator, meter.denominator] += end - meter.start_ticks
        return Meter(0, *max(lasting, key=lambda signature: lasting[signature]))

    @property
    def new_meters(self) -> tuple[Meter, ...]:
        """Those of the new part, from the beginning of its first bar, which may have begun before it."""
        last = replace(meter_at(self.song, self.at_ticks), start_ticks=0)
        if not self.into_bar_ticks:
            return (replace(self.meter, start_ticks=0),)
        following = replace(self.meter, start_ticks=last.bar_ticks)
        return (last,) if _is_alike(last, following) else (last, following)

    @property
    def tempo_bpm(self) -> float:
        """That of the new part: half of the beginning is no faster. So a ritardando at its end is over."""
        starts = [min(tempo.start_ticks, self.at_ticks) for tempo in self.song.tempos]
        lasting = zip(self.song.tempos, starts, [*starts[1:], self.at_ticks], strict=True)
        bpms, ticks = np.array(sorted((tempo.bpm, stop - start) for tempo, start, stop in lasting)).T
        return float(bpms[np.searchsorted(np.cumsum(ticks), self.at_ticks / 2)])

    def new_ticks(self, n_bars: int) -> int:
        """How long the new part is: what is left of a bar that has begun, and `n_bars` more."""
        begun_ticks = meter_at(self.song, self.at_ticks).bar_ticks
        return n_bars * self.meter.bar_ticks + -self.into_bar_ticks % begun_ticks

    def told_on(self, told: Told, n_steps: int, key: tuple[int, str] | None) -> Floats:
        """(T + n_steps, told.n) what a network is told of the beginning and of as many steps of the new part."""
        new = told.rows(self._n_rest + n_steps, self.encoding.step_ticks, self.new_meters, key)
        return np.concatenate([self.told, new[self._n_rest :]])

    def new_part(self, roll: UInt8, *, semitones: int = 0, tempo_bpm: float | None = None) -> Song:
        """A song of the `roll` (T, width) alone, in which it stands where it does in its first bar.

        It is as loud as the beginning and has its busiest instrument. `semitones` are those by which the whole is
        moved from the beginning's key; the roll is in C where the model's pieces were moved to C.
        """
        voice = _busiest(self.song.tracks)
        played = self.encoding.decode(
            np.pad(roll, ((self._n_rest, 0), (0, 0))),
            tempo_bpm=self.tempo_bpm if tempo_bpm is None else tempo_bpm,
            meters=self.new_meters,
            name=TRACK,
            program=voice.program,
            velocity=self._velocity,
        )
        tracks = (moved(track, semitones - self.semitones_to_c) for track in played.tracks)
        keys = () if semitones else _until(self.song.keys, self.at_ticks)[-1:]
        return replace(
            played,
            tracks=tuple(replace(track, controls=_balance(voice)) for track in tracks),
            keys=tuple(replace(key, start_ticks=0) for key in keys),
        )

    def followed_by(
        self, new: Song, *, n_bars: int, semitones: int = 0, tempo_bpm: float | None = None
    ) -> Song:
        """The beginning, moved by so many semitones, and then its `new_part` of `n_bars` bars.

        `tempo_bpm` is for the whole; without it the beginning keeps its tempos. Chord symbols and key signatures
        of a beginning that is moved go: they would be wrong.
        """
        song, at = self.song, self.at_ticks
        since = at - self._n_rest * self.encoding.step_ticks
        parts = (replace(t, notes=tuple(later(note, since) for note in t.notes)) for t in new.tracks)
        given = (track if track.is_drum else moved(track, semitones) for track in song.tracks)
        end = at + self.new_ticks(n_bars)
        return replace(
            song,
            tracks=(*given, *parts),
            tempos=self._tempos() if tempo_bpm is None else (Tempo(0, tempo_bpm),),
            meters=self._meters(),
            keys=() if semitones else _until(song.keys, at),
            chords=() if semitones else _until(song.chords, at),
            syllables=_until(song.syllables, at),
            sections=(*self._sections(), Section(at, end, NEW_SECTION)),
        )

    @cached_property
    def _velocity(self) -> int:
        """Of new notes between the beats, for them all to be as loud as the beginning."""
        return max(1, int(np.median(pitched_notes(self.song).velocities)) - _ON_THE_BEAT)

    @property
    def _n_rest(self) -> int:
        """Steps of rest with which the new part alone begins, to stand in its first bar where it does."""
        return self.into_bar_ticks // self.encoding.step_ticks

    def _tempos(self) -> tuple[Tempo, ...]:
        kept = _until(self.song.tempos, self.at_ticks)
        new = Tempo(self.at_ticks, self.tempo_bpm)
        return kept if kept[-1].bpm == new.bpm else (*kept, new)

    def _meters(self) -> tuple[Meter, ...]:
        first_bar = self.at_ticks - self.into_bar_ticks
        kept = [*_until(self.song.meters, self.at_ticks)]
        for new in self.new_meters:
            start_ticks = first_bar + new.start_ticks
            is_at_bar = (start_ticks - kept[-1].start_ticks) % kept[-1].bar_ticks == 0
            if not (is_at_bar and _is_alike(kept[-1], new)):
                kept.append(replace(new, start_ticks=start_ticks))
        return tuple(kept)

    def _sections(self) -> Iterable[Section]:
        """Those of the given song, or one for all of it."""
        given = self.song.sections or (Section(0, self.at_ticks, GIVEN_SECTION),)
        return (
            replace(section, end_ticks=min(section.end_ticks, self.at_ticks))
            for section in given
            if section.start_ticks < self.at_ticks
        )


def moved(track: Track, semitones: int) -> Track:
    """The track with all notes moved; those that no key of MIDI has are left out."""
    if not semitones:
        return track
    notes = (replace(note, pitch=note.pitch + semitones) for note in track.notes)
    return replace(track, notes=tuple(note for note in notes if 0 <= note.pitch <= 127))


def _n_steps(song: Song, step_ticks: int) -> int:
    """The steps up to the end of the last note, as a piano roll rounds it."""
    notes = pitched_notes(song)
    first, beyond = (
        (2 * ticks + step_ticks) // (2 * step_ticks) for ticks in (notes.starts_ticks, notes.ends_ticks)
    )
    return int(np.maximum(first + 1, beyond).max())


def _busiest(tracks: Sequence[Track]) -> Track:
    return max((track for track in tracks if not track.is_drum), key=lambda track: len(track.notes))


def _balance(track: Track) -> tuple[Control, ...]:
    """The first volume and place in the room of a track; at its end it may have been faded out."""
    first = {c.number: c.value for c in reversed(track.controls) if c.number in (_VOLUME, _PAN)}
    return tuple(Control(0, number, value) for number, value in sorted(first.items()))


def _is_alike(first: Meter, second: Meter) -> bool:
    return (first.numerator, first.denominator) == (second.numerator, second.denominator)


def _until(items: Iterable[Timed], ticks: int) -> tuple[Timed, ...]:
    """Those before `ticks`."""
    return tuple(item for item in items if item.start_ticks < ticks)
