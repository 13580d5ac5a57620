"""A melody that a person gives, as it is: its key, its bars, and the form that its own returns suggest.

Nothing about it is changed: its notes keep their ticks, lengths and loudness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.mood.wishes import Wishes
from aoede.music.barring import one_meter
from aoede.music.key_finder import key_correlations
from aoede.music.note_table import skyline
from aoede.music.theory import MODES, Key, make_key, pitch_class, tonic_name
from aoede.music.voices import ONE_LINE, Voices, mean_sounding, told_apart
from aoede.song import KeySignature, Meter, Note, Song, Tempo

MAX_NOTES = 20_000
MAX_BARS = 512
UPBEAT = 3 / 8  # of a bar: a melody that begins later in it begins with an upbeat
MAX_SILENT_BARS = 8  # before a melody; more are left out
_OCTAVE = 12  # semitones
_INTRO_BARS = 2  # so many silent bars are an introduction, fewer belong to the first section
_LAST_NOTE = 0.4  # what ending on it says for a tonic, as a correlation
_SIGNATURE = 0.3  # what the file's key signature says; many files state C major and mean nothing by it
_SECTION_BARS = 8
_ALIKE = 0.5  # of the onsets with their pitches: sections that share so much are the same
_NAMES = ("verse", "chorus", "bridge")  # of what comes first, second, third

Rows = Sequence[Sequence[int]]  # onset in ticks, pitch, duration in ticks, velocity


@dataclass(frozen=True)
class GivenMelody:
    notes: tuple[Note, ...]  # from tick 0, sorted
    meter: Meter
    tempo_bpm: float
    title: str
    signature: KeySignature | None = None
    told: tuple[str, ...] = ()  # what was taken of a file, and what was left, in sentences

    @property
    def n_bars(self) -> int:
        return -(-max(note.end_ticks for note in self.notes) // self.meter.bar_ticks)

    @property
    def first_bar(self) -> int:
        """How many bars stand before the first full one: silent ones, and that of an upbeat."""
        bar, offset = divmod(self.notes[0].start_ticks, self.meter.bar_ticks)
        return min(bar + (offset > UPBEAT * self.meter.bar_ticks), self.n_bars - 1)

    @property
    def intro_bars(self) -> int:
        """The bars before the first full one, where they are an introduction; else 0."""
        return self.first_bar if self.notes[0].start_ticks >= _INTRO_BARS * self.meter.bar_ticks else 0

    @property
    def upbeat_bars(self) -> int:
        """How many bars of the first section stand before its first phrase."""
        return self.first_bar - self.intro_bars

    @property
    def rows(self) -> list[list[int]]:
        """The notes as numbers: onset in ticks, pitch, duration in ticks, velocity."""
        return [[n.start_ticks, n.pitch, n.duration_ticks, n.velocity] for n in self.notes]

    def key(self, tonic_pc: int | None = None, mode: str | None = None) -> Key:
        """The key that it is most likely in, with what is known of it."""
        return melody_key(self.notes, self.signature, tonic_pc, mode)

    def sections(self) -> tuple[tuple[str, int], ...]:
        """Its form: eight bars each, what returns by the same name."""
        return _returns(self)

    def over(self, bars: Sequence[int]) -> list[tuple[Note, ...]]:
        """The notes of sections of so many bars, in ticks from the beginning of each."""
        return by_section(self.notes, bars, self.meter.bar_ticks)


def by_section(notes: Sequence[Note], bars: Sequence[int], bar_ticks: int) -> list[tuple[Note, ...]]:
    """Notes by the section in which they begin, in ticks from its beginning; none is cut."""
    edges = [bar_ticks * bar for bar in accumulate(bars, initial=0)]
    return [
        tuple(
            Note(n.start_ticks - begin, n.pitch, n.duration_ticks, n.velocity)
            for n in notes
            if begin <= n.start_ticks < end
        )
        for begin, end in pairwise(edges)
    ]


def melody_in(path: Path) -> GivenMelody:
    """The melody of a MIDI file: the track that is one, else the top line. Raises InputError where there is none."""
    return melody_in_song(midi.read(path).song, where=str(path))


def melody_in_song(song: Song, where: str = "") -> GivenMelody:
    """The melody of a song in one meter, its bars from tick 0, an upbeat at the end of the first.

    Raises InputError where it has none, or goes to a meter with other bar lines.
    """
    voices = _above_its_bass(song, told_apart(song))
    if not len(voices.melody):
        raise InputError("there is no melody in it", where=where, hint="Give a MIDI file with a melody.")
    whole = song.tracks[voices.track].table if voices.track >= 0 else voices.melody
    table = whole if mean_sounding(whole) <= ONE_LINE else voices.melody
    told = _taken(song, voices, is_whole=table is whole)
    columns = (table.starts_ticks, table.pitches, table.durations_ticks, table.velocities)
    notes = tuple(map(Note, *(column.tolist() for column in columns)))
    end_ticks = max(note.end_ticks for note in notes)
    barring = one_meter(song.meters, end_ticks, where)
    shift = barring.shift_ticks
    bar_ticks = barring.meter.bar_ticks
    silent = (notes[0].start_ticks + shift) // bar_ticks
    if silent > MAX_SILENT_BARS:
        shift -= (silent - MAX_SILENT_BARS) * bar_ticks
        told = (*told, f"of {silent} silent bars before it {MAX_SILENT_BARS} are kept")
    if barring.is_simplified:
        told = (*told, f"bars in other meters are counted as {_written(barring.meter)}")
    bpm = _main_tempo(song.tempos, end_ticks)
    if any(abs(tempo.bpm - bpm) > 1 for tempo in song.tempos if tempo.start_ticks < end_ticks):
        told = (*told, f"its tempo changes; {bpm:.4g} bpm, that of most of it, is taken throughout")
    if song.syllables:
        told = (*told, "its words are left out; --lyrics sets words to it")
    moved = tuple(replace(note, start_ticks=note.start_ticks + shift) for note in notes)
    signature = song.keys[0] if song.keys else None
    return _checked(GivenMelody(moved, barring.meter, bpm, song.title, signature, told), where)


def _above_its_bass(song: Song, voices: Voices) -> Voices:
    """The voices, but with the top line of an earlier track where what was chosen lies over an octave below it.

    A hymn on two staves has two voices on each: its bass, where it is a single line, is no melody for that.
    """
    if voices.how != "chosen":
        return voices
    chosen = float(skyline(voices.melody).pitches.mean())
    earlier = {
        i: float(skyline(track.table).pitches.mean())
        for i, track in enumerate(song.tracks[: voices.track])
        if track.notes and not track.is_drum
    }
    highest = max(earlier, key=lambda i: earlier[i], default=None)
    if highest is None or earlier[highest] - chosen <= _OCTAVE:
        return voices
    lead = replace(song.tracks[highest], role="melody")
    return told_apart(replace(song, tracks=(*song.tracks[:highest], lead, *song.tracks[highest + 1 :])))


def _taken(song: Song, voices: Voices, *, is_whole: bool) -> tuple[str, ...]:
    """Which notes of a song are its melody, where it has others."""
    n_tracks = sum(bool(track.notes) and not track.is_drum for track in song.tracks)
    which = "its top line" if voices.track < 0 else _name_of(song, voices.track)
    if n_tracks > 1:
        line = "" if is_whole or voices.track < 0 else "the top line of "
        return (f"{line}{which} is taken, of {n_tracks} tracks",)
    return () if is_whole else ("its top line is taken, as several notes sound together",)


def _name_of(song: Song, track: int) -> str:
    name = song.tracks[track].name.strip()
    return f"track {track + 1}" + (f" ({name[:40]})" if name else "")


def _main_tempo(tempos: Sequence[Tempo], end_ticks: int) -> float:
    """The tempo in which most beats up to `end_ticks` stand."""
    ends = [*(tempo.start_ticks for tempo in tempos[1:]), end_ticks]
    beats: dict[float, int] = {}
    for tempo, end in zip(tempos, ends, strict=True):
        beats[tempo.bpm] = beats.get(tempo.bpm, 0) + max(0, min(end, end_ticks) - tempo.start_ticks)
    return max(beats, key=lambda bpm: beats[bpm])


def melody_of_rows(rows: Any, meter: tuple[int, int], tempo_bpm: float) -> GivenMelody:
    """The melody of numbers as `GivenMelody.rows` gives them. Raises InputError for what are none."""
    try:
        notes = tuple(sorted(Note(*(_whole(value) for value in row)) for row in rows))
    except (TypeError, ValueError) as error:
        raise InputError("the melody is not a list of notes", hint=_ROWS_HINT) from error
    sound = all(
        n.start_ticks >= 0 and 0 <= n.pitch <= 127 and n.duration_ticks > 0 and 1 <= n.velocity <= 127
        for n in notes
    )
    if not notes or not sound:
        raise InputError("the melody is not a list of notes", hint=_ROWS_HINT)
    return _checked(GivenMelody(notes, Meter(0, *meter), tempo_bpm, ""), "")


_ROWS_HINT = "A note is four numbers: onset in ticks (480 a quarter), pitch, duration in ticks, velocity."


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _checked(melody: GivenMelody, where: str) -> GivenMelody:
    if len(melody.notes) > MAX_NOTES or melody.n_bars > MAX_BARS:
        raise InputError(
            f"the melody has {len(melody.notes):,} notes in {melody.n_bars:,} bars; "
            f"{MAX_NOTES:,} in {MAX_BARS} are the most",
            where=where,
        )
    return melody


def _fraction(meter: Meter) -> tuple[int, int]:
    return meter.numerator, meter.denominator


def _written(meter: Meter) -> str:
    return f"{meter.numerator}/{meter.denominator}"


def melody_key(
    notes: Sequence[Note],
    signature: KeySignature | None = None,
    tonic_pc: int | None = None,
    mode: str | None = None,
) -> Key:
    """The major or minor key (or that of `mode`) whose profile the notes fit best.

    A melody mostly ends on its tonic.
    """
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.duration_ticks
    scores = np.nan_to_num(key_correlations(weights[None])[0]).reshape(2, 12)
    scores[:, notes[-1].pitch % 12] += _LAST_NOTE
    if signature is not None:
        scores[0, signature.sharps * 7 % 12] += _SIGNATURE
        scores[1, (signature.sharps * 7 + 9) % 12] += _SIGNATURE
    modes = (mode,) if mode else ("major", "minor")
    tonics = range(12) if tonic_pc is None else (tonic_pc,)
    _, negative_pc, best = max((scores[int(3 in MODES[m]), pc], -pc, m) for m in modes for pc in tonics)
    return make_key(tonic_name(-negative_pc, best), best)


def check_key(melody: GivenMelody, key: Key, where: str) -> None:
    """Raise UsageError for a key in which the melody cannot be: less than half of it lies in the scale."""
    length = sum(note.duration_ticks for note in melody.notes)
    inside = sum(note.duration_ticks for note in melody.notes if note.pitch % 12 in key.scale)
    if 2 * inside < length:
        raise UsageError(
            f"the melody is not in {key}: {1 - inside / length:.0%} of it lies outside that scale",
            where=where,
            hint=f"It is most likely in {melody.key()}; nothing about a given melody is changed.",
        )


def given_melody(stated: Mapping[str, Any], wishes: Wishes) -> GivenMelody:
    """The melody of the option `melody`: a MIDI file, or the numbers of `GivenMelody.rows` from a recipe.

    Raises UsageError for options that would say how a melody is to be written, beside one that is given.
    """
    for name in ("density", "register", "progressions", "harmony"):
        if name in stated:
            about = (
                "its chords are found for it" if name in ("progressions", "harmony") else "it stays as it is"
            )
            raise UsageError(
                f"--{name} cannot be obeyed: the melody is given, and {about}",
                where=f"--{name}",
                hint=f"Leave --{name} away.",
            )
    if isinstance(stated["melody"], str | Path):
        return melody_in(Path(stated["melody"]))
    return melody_of_rows(stated["melody"], wishes.meter or (4, 4), wishes.tempo_bpm or 100.0)


def wishes_for(melody: GivenMelody, wishes: Wishes) -> Wishes:
    """The wishes with the melody's own meter, length, tempo, key and form where nothing is stated.

    Raises UsageError where what is stated contradicts the melody.
    """
    meter = _fraction(melody.meter)
    if wishes.meter not in (None, meter):
        asked = Meter(0, *wishes.meter) if wishes.meter else melody.meter
        raise UsageError(
            f"the melody is in {_written(melody.meter)}, not in {_written(asked)}",
            where="--meter",
            hint=_UNCHANGED,
        )
    if wishes.bars not in (None, melody.n_bars, melody.n_bars - melody.first_bar):
        raise UsageError(
            f"the melody has {_n_bars(melody)}, not {wishes.bars}",
            where="--bars",
            hint=f"{_UNCHANGED} `aoede extend` adds sections to the song that comes of it.",
        )
    key = melody.key(None if wishes.tonic is None else pitch_class(wishes.tonic), wishes.mode)
    check_key(melody, key, "--key")
    tempo_bpm = melody.tempo_bpm if wishes.tempo_range_bpm is None else None
    return replace(
        wishes,
        tonic=key.tonic,
        mode=key.mode,
        tempo_bpm=wishes.tempo_bpm or tempo_bpm,
        meter=meter,
        bars=melody.n_bars,
        manner=replace(wishes.manner, form=wishes.manner.form or melody.sections()),
    )


def _n_bars(melody: GivenMelody) -> str:
    before = melody.first_bar
    return f"{melody.n_bars - before} bars" + (f" after {before} with its beginning" if before else "")


_UNCHANGED = "Nothing about a given melody is changed."


def options_of(melody: GivenMelody, wishes: Wishes) -> dict[str, Any]:
    """The options by which a recipe says all that was read from the file; `wishes` are those of `wishes_for`."""
    tempo = {} if wishes.tempo_bpm is None else {"tempo": wishes.tempo_bpm}
    form = " ".join(name if n is None else f"{name}:{n}" for name, n in wishes.manner.form or ())
    key = f"{wishes.tonic} {wishes.mode}"
    return {"melody": melody.rows, "meter": _written(melody.meter), "key": key, "form": form, **tempo}


def _returns(melody: GivenMelody) -> tuple[tuple[str, int], ...]:
    """Sections of eight bars, an intro or an upbeat before the first; a shorter rest joins the last."""
    intro = melody.intro_bars
    starts = list(range(melody.first_bar, melody.n_bars, _SECTION_BARS)) or [0]
    if len(starts) > 1 and melody.n_bars - starts[-1] < _SECTION_BARS // 2:
        starts.pop()
    edges = [intro, *starts[1:], melody.n_bars]
    lengths = [b - a for a, b in pairwise(edges)]
    kinds: list[set[tuple[int, int]]] = []
    form: list[tuple[str, int]] = [("intro", intro)] if intro else []
    for start, n_bars in zip(starts, lengths, strict=True):
        own = _onsets(melody, start)
        likeness = [len(own & kind) / max(1, min(len(own), len(kind))) for kind in kinds]
        best = int(np.argmax(likeness)) if likeness else 0
        if not likeness or (likeness[best] < _ALIKE and len(kinds) < len(_NAMES)):
            kinds.append(own)
            best = len(kinds) - 1
        form.append((_NAMES[best], n_bars))
    return tuple(form)


def _onsets(melody: GivenMelody, bar: int) -> set[tuple[int, int]]:
    """Where the notes of eight bars begin, and their pitches."""
    begin, end = bar * melody.meter.bar_ticks, (bar + _SECTION_BARS) * melody.meter.bar_ticks
    return {(n.start_ticks - begin, n.pitch) for n in melody.notes if begin <= n.start_ticks < end}
