"""What was asked for and what was measured, side by side: for people in lines, for programs in one object.

Everything measured is measured on the finished song: keys are found in its notes, the pulse is heard in them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aoede.music.bands import SUNG, WHOLE, WORDS
from aoede.music.critic import MORE_THAN_USUAL, Critique, Known, score
from aoede.music.judge import heard, heard_tempo
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.music.singable import WORDS as OBJECTIONS
from aoede.music.theory import Key, tonic_name
from aoede.song import KeySignature, Meter, Section, Song


class Planned(Protocol):
    """What was asked for, in words or as options, and decided where nothing was said: a plan."""

    @property
    def key(self) -> Key: ...
    @property
    def tempo_bpm(self) -> float: ...
    @property
    def meter(self) -> Meter: ...
    @property
    def bars(self) -> int: ...
    @property
    def valence(self) -> float: ...
    @property
    def arousal(self) -> float: ...


@dataclass(frozen=True)
class Row:
    what: str
    asked: str
    measured: str
    holds: bool | None  # None where being farther off is no fault


def report(
    song: Song, asked: Planned, critique: Critique | None = None, known: Known | None = None
) -> list[Row]:
    """Each thing that was asked for, and what the song has of it. `critique`: by one who has it already."""
    critique = critique or score(song, asked, known)
    judged = critique.judged
    return [
        *_key_rows(song, asked),
        _row(
            "tempo", f"{asked.tempo_bpm:g} bpm", _tempo(song), _is_near(song.tempos[0].bpm, asked.tempo_bpm)
        ),
        _row(
            "meter",
            _meter(asked.meter),
            _meter(song.meters[0]),
            _meter(asked.meter) == _meter(song.meters[0]),
        ),
        _row("bars", f"{asked.bars}", f"{len(song.bar_starts())}", len(song.bar_starts()) == asked.bars),
        _row("valence", f"{asked.valence:+.2f}", f"{judged.valence:+.2f}", None),
        _row("arousal", f"{asked.arousal:+.2f}", f"{judged.arousal:+.2f}", None),
        _like_real_songs(critique),
        *_novelty(critique, known),
        _row("to be sung", "with ease", _objections(critique), not critique.faults),
    ]


def as_lines(rows: Sequence[Row]) -> list[str]:
    """One line a row: what, asked for, measured; a cross where it does not hold."""
    width = max(len(row.asked) for row in rows)
    return [
        f"{row.what:<16}  {row.asked:<{width}}  {row.measured}{'  x' if row.holds is False else ''}"
        for row in rows
    ]


def as_facts(song: Song, asked: Planned, critique: Critique) -> dict[str, Any]:
    """Ready for JSON."""
    places, pulse_bpm = critique.places, _number(heard_tempo(heard(song)))
    keys = [{"stands": row.asked, "found": row.measured} for row in _key_rows(song, asked)]  # first and last
    return {
        "key": {"asked": str(asked.key), "sections": keys},
        "tempo_bpm": {"asked": asked.tempo_bpm, "file": song.tempos[0].bpm, "heard": pulse_bpm},
        "meter": {"asked": _meter(asked.meter), "file": _meter(song.meters[0])},
        "bars": {"asked": asked.bars, "file": len(song.bar_starts())},
        "valence": {"asked": round(asked.valence, 3), "judged": round(critique.judged.valence, 3)},
        "arousal": {"asked": round(asked.arousal, 3), "judged": round(critique.judged.arousal, 3)},
        "heard": {name: _number(value) for name, value in critique.judged.features.items()},
        "real_songs": {
            "inside": critique.n_inside,
            "of": len(places),
            "usually_inside": _usually_inside(),
            "outside": {name: round(place, 3) for name, place in places.items() if not 0 <= place <= 1},
        },
        "phrases_known": _number(critique.shared),
        "objections": [OBJECTIONS[fault] for fault in critique.faults],
        "good": critique.is_good,
    }  # fmt: skip


def _row(what: str, asked: str, measured: str, holds: bool | None) -> Row:
    return Row(what, asked, measured, holds)


def _is_near(bpm: float, asked_bpm: float) -> bool:
    """MIDI keeps tempos in whole microseconds a quarter."""
    return abs(bpm - asked_bpm) < 0.01


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


# --- key --------------------------------------------------------------------------------------------


def _key_rows(song: Song, asked: Planned) -> list[Row]:
    """The key found in the notes of the first and of the last section beside the one that stands there."""
    if not song.sections:
        return []
    rows = []
    for name, section in (("key, at first", song.sections[0]), ("key, at last", song.sections[-1])):
        stands = _signature_at(song, section.start_ticks) or asked.key.signature
        tonic_pc, is_minor = found_key(song, section)
        mode = "minor" if is_minor else "major"
        holds = (tonic_pc, is_minor) == (_tonic_pc(stands), stands.is_minor)
        rises = _tonic_pc(stands) != asked.key.tonic_pc
        told = (
            f"{tonic_name(_tonic_pc(stands), asked.key.mode)} {asked.key.mode}" if rises else str(asked.key)
        )
        rows.append(Row(name, told, f"{tonic_name(tonic_pc, mode)} {mode}", holds))
    return rows


def found_key(song: Song, section: Section) -> tuple[int, bool]:
    """(pitch class of the tonic, whether minor) that the notes which begin in a section are in."""
    notes = pitched_notes(song)
    inside = (notes.starts_ticks >= section.start_ticks) & (notes.starts_ticks < section.end_ticks)
    found = find_key(pitch_class_weights(notes.chosen(inside)))
    return found.tonic_pc, found.mode == "minor"


def _signature_at(song: Song, ticks: int) -> KeySignature | None:
    return next((key for key in reversed(song.keys) if key.start_ticks <= ticks), None)


def _tonic_pc(signature: KeySignature) -> int:
    return (7 * signature.sharps + (9 if signature.is_minor else 0)) % 12


# --- the others -------------------------------------------------------------------------------------


def _tempo(song: Song) -> str:
    pulse = heard_tempo(heard(song))
    told = "" if math.isnan(pulse) else f", pulse heard at {pulse:.0f}"
    return f"{song.tempos[0].bpm:g} bpm{told}"


def _meter(meter: Meter) -> str:
    return f"{meter.numerator}/{meter.denominator}"


def _usually_inside() -> int:
    """How many measures 19 of 20 real songs have inside at least, whole and melody together."""
    return math.floor(WHOLE.usual_inside * len(WHOLE.bands) + SUNG.usual_inside * len(SUNG.bands))


def _like_real_songs(critique: Critique) -> Row:
    out = [_told(name) for name, place in critique.places.items() if not 0 <= place <= 1]
    told = f"{critique.n_inside} of {len(critique.places)} measures inside"
    rest = f"; outside: {', '.join(out[:4])}{' ...' if len(out) > 4 else ''}" if out else ""
    return Row("like real songs", f"{_usually_inside()} or more", told + rest, not critique.lacks["bands"])


def _told(name: str) -> str:
    """ "melody:entropy_1_bar_bits" -> "melody: entropy within a bar"."""
    plain = name.removeprefix("melody:")
    words = WORDS[plain].removesuffix(", bits")
    if words.startswith("... "):
        words = words.replace("...", "entropy" if plain.startswith("entropy") else "passages")
    return f"melody: {words}" if plain != name and not words.startswith("melody") else words


def _novelty(critique: Critique, known: Known | None) -> list[Row]:
    if known is None:
        return []
    most = known.usual + MORE_THAN_USUAL
    told = f"{critique.shared:.1%} of its phrases of 8 notes are known"
    return [Row("new melody", f"{most:.1%} at most", told, not critique.lacks["novelty"])]


def _objections(critique: Critique) -> str:
    return "; ".join(OBJECTIONS[fault] for fault in critique.faults) or "nothing to object to"
