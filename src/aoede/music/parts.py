"""The chord part and the bass of a song: for each section a texture and a figure, and hands that play them.

Textures are in `textures.py`, bass figures in `bass.py`, what the chords are made of in `voicings.py`. Here it is
decided who plays what: by the style, how full the section is, the meter and the instrument.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from aoede.music.bass import FIGURES, MIDDLE, grounds_of
from aoede.music.beats import Span, beats_of, spans_of
from aoede.music.expression import (
    PEDALLED_PROGRAMS,
    SWELLING_PROGRAMS,
    pedal,
    sounded,
    swells,
    towards,
)
from aoede.music.instruments import of_program
from aoede.music.means import CHOIR, HARP, NYLON_GUITAR, PAD, STEEL_GUITAR, STRINGS
from aoede.music.plan import Plan, PlannedSection
from aoede.music.styles import STYLES
from aoede.music.textures import PEDALLED, TEXTURES, Stroke, articulated, held, strummed, without_overlaps
from aoede.music.theory import PlacedChord
from aoede.music.voicings import Hand, voicings_for
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, Control, Meter, Note

_SUSTAINING = frozenset({CHOIR, PAD, STRINGS})  # long notes do not fade, and short ones do not speak
_GUITARS = frozenset({NYLON_GUITAR, STEEL_GUITAR})
_LADDER = ("held", "rolled", "broken", "struck", "driving")
_BASS_LADDER = ("held", "fifths", "pushed", "driving")
# What to play instead: in three, on instruments that sustain, on instruments that are not guitars.
_IN_THREE = {"off-beat": "waltz", "boom-chick": "waltz", "tresillo": "waltz"}
_WHEN_SUSTAINING = {
    "rolled": "held",
    "picked": "held",
    "broken": "held",
    "comped": "struck",
    "off-beat": "struck",
}
_FULL_HANDS = 0.62  # the energy from which hands that drive play all of a chord
_LOW_AND_HIGH = frozenset({"waltz", "boom-chick", "off-beat", "tresillo"})
_BELOW_GUITAR = 34.0  # where a bass lies about, so that it does not double the guitar's lowest string
_BASS_FOLLOWS = 0.5  # of what the melody lies higher or lower than usual
_LONGEST_TIE_BARS = 4
_DRY_BPM = 112.0  # above it, chords on every beat are played without pedal
_STRUM_S, _ROLL_S = 0.011, 0.03  # from string to string
_LOUDER_CHORDS, _LOUDER_BASS = -10.0, -2.0
_BELOW_MELODY = 4  # semitones from the centre of the melody down to the highest note of the chords

Notes = tuple[Note, ...]
Changes = Sequence[PlacedChord]


def chord_parts_for(plan: Plan, changes: Sequence[Changes], seed: int) -> list[Notes]:
    """The chord part of every section, in ticks from its beginning; empty where nobody plays one."""
    if "chords" not in plan.programs:
        return [() for _ in plan.sections]
    return [
        chord_part(chords, plan, section, after, rng=stream(seed, "chords", section.name, i))
        for i, (section, after, chords) in enumerate(
            zip(plan.sections, _following(plan), changes, strict=True)
        )
    ]


def bass_parts_for(plan: Plan, changes: Sequence[Changes], seed: int) -> list[Notes]:
    """The bass of every section, in ticks from its beginning; empty where nobody plays one."""
    if "bass" not in plan.programs:
        return [() for _ in plan.sections]
    return [
        bass_part(chords, plan, section, after, rng=stream(seed, "bass", section.name, i))
        for i, (section, after, chords) in enumerate(
            zip(plan.sections, _following(plan), changes, strict=True)
        )
    ]


def controls_for(
    role: str, plan: Plan, changes: Sequence[Changes], starts_ticks: Sequence[int]
) -> tuple[Control, ...]:
    """Pedal and swells of the instrument that has `role`; starts_ticks: where each section begins."""
    program = plan.programs.get(role)
    if role == "chords" and program in PEDALLED_PROGRAMS:
        lasting = PEDALLED - {"struck"} if plan.tempo_bpm > _DRY_BPM else PEDALLED
        is_down = [texture_of(plan, section) in lasting for section in plan.sections]
        return pedal(changes, starts_ticks, is_down, plan)
    if role in ("chords", "colour") and program in SWELLING_PROGRAMS:
        return swells(starts_ticks, plan)
    return ()


def _following(plan: Plan) -> list[PlannedSection | None]:
    """The section after each section; None after the last."""
    return [*plan.sections[1:], None]


# --- what is played ---------------------------------------------------------------------------------


def fullness(plan: Plan, section: PlannedSection) -> float:
    """How much there is to play, 0..1: more with arousal, with the section's energy and when a chorus returns."""
    returns = 0.12 if section.variation and section.name == "chorus" else 0.0
    return float(np.clip(0.5 + 0.38 * plan.arousal + 0.55 * (section.energy - 0.6) + returns, 0, 1))


def texture_of(plan: Plan, section: PlannedSection) -> str:
    """The texture of a section, a key of TEXTURES: as busy as the section is full."""
    name = _rung(STYLES[plan.style].textures or _LADDER, fullness(plan, section))
    if _is_in_three(plan.meter):
        name = _IN_THREE.get(name, name)
    program = plan.programs["chords"]
    if program in _SUSTAINING:
        return _WHEN_SUSTAINING.get(name, name)
    if _plays_both(plan) and name == "driving":
        return "struck"
    return "broken" if name == "picked" and program not in _GUITARS else name


def figure_of(plan: Plan, section: PlannedSection) -> str:
    """The bass figure of a section, a key of FIGURES; where nobody plays chords it tells them."""
    full = fullness(plan, section)
    if "chords" not in plan.programs:
        return "fifths" if full < 0.3 else "arpeggio"
    name = _rung(STYLES[plan.style].basses or _BASS_LADDER, full)
    return "fifths" if _plays_both(plan) and name not in ("held", "downbeat") else name


def _plays_both(plan: Plan) -> bool:
    """Whether one player's hands have chords and bass to share."""
    return plan.programs.get("chords") == plan.programs.get("bass")


def _rung(ladder: Sequence[str], full: float) -> str:
    return ladder[int(np.clip(round(full * (len(ladder) - 1)), 0, len(ladder) - 1))]


def _is_in_three(meter: Meter) -> bool:
    return [beat.weight for beat in beats_of(meter)] == [2, 0, 0]


# --- chords -----------------------------------------------------------------------------------------


def hand_of(plan: Plan, section: PlannedSection, texture: str) -> Hand:
    """How the instrument holds its chords here: below the melody, with a bass note where it has one to play."""
    program = plan.programs["chords"]
    bass = plan.programs.get("bass")
    low = max(of_program(program).low, 43 if bass is not None else 36)
    top = round(np.clip(plan.register + section.lift - _BELOW_MELODY, 58, 72))
    kind = "guitar" if program in _GUITARS else "section" if program in _SUSTAINING else "keys"
    leaves_room = texture == "comped" or (kind == "section" and texture not in _LOW_AND_HIGH)
    adds_bass = bass is None or not (leaves_room or _plays_both(plan))
    scale = plan.key_of(section).scale if plan.style == "jazz" and bass is not None else ()
    top = max(top, low + 14)
    return Hand(kind, float(top - (8 if kind == "section" else 7)), top, low, adds_bass, scale)


def chord_part(
    chords: Changes,
    plan: Plan,
    section: PlannedSection,
    following: PlannedSection | None,
    *,
    rng: np.random.Generator,
) -> Notes:
    """The chords of a section as notes, in ticks from its beginning; with none `following` the last chord rings."""
    texture = texture_of(plan, section)
    voicings = voicings_for([placed.chord for placed in chords], hand_of(plan, section, texture))
    spans = spans_of(chords, plan.meter, plan.tempo_bpm)
    strokes, ending, which = list[Stroke](), list[Stroke](), -1
    for span in spans:
        which += span.nth == 0
        if following is None and which == len(chords) - 1:
            if not span.nth:
                whole = replace(span, end_ticks=chords[-1].end_ticks)
                ending = _with_hands(held(voicings[which], whole), span, plan, slowly=True)
            continue
        played = TEXTURES[texture](_notes_used(voicings[which], texture, plan, section), span)
        strokes += _with_hands(played, span, plan, slowly=texture == "held")
    strokes = _breathing(strokes, spans[-1], section, following)
    sustained = plan.programs["chords"] in _SUSTAINING and texture == "held"
    if not sustained:
        strokes = articulated(strokes, plan.articulation)
    notes = sounded([*strokes, *ending], plan, section, following, louder=_LOUDER_CHORDS, rng=rng)
    return tuple(without_overlaps(notes, tied_ticks=_LONGEST_TIE_BARS * plan.meter.bar_ticks * sustained))


def _notes_used(voicing: Sequence[int], texture: str, plan: Plan, section: PlannedSection) -> Sequence[int]:
    """What drives is thin in a verse and full in a chorus, so that there is a way to go."""
    n_strings = {"driving": 3, "struck": 4}.get(texture, len(voicing))
    if plan.programs["chords"] in _GUITARS and texture == "comped":
        return voicing[-4:]
    if section.energy >= _FULL_HANDS:
        return voicing
    if plan.programs["chords"] in _GUITARS:
        return voicing[:n_strings]
    return voicing[:-1] if texture == "driving" and len(voicing) > 3 else voicing


def _with_hands(strokes: list[Stroke], span: Span, plan: Plan, *, slowly: bool) -> list[Stroke]:
    """Chords of guitars strummed, long ones of harps rolled; hands on keys press all at once."""
    program = plan.programs["chords"]
    if program not in _GUITARS and not (program == HARP and slowly):
        return strokes
    gap_s = _ROLL_S if slowly else _STRUM_S
    gap_ticks = max(1, round(gap_s * plan.tempo_bpm * TICKS_PER_QUARTER / 60))
    return strummed(strokes, frozenset(beat.start_ticks for beat in span.beats), gap_ticks)


def _breathing(
    strokes: list[Stroke], last: Span, section: PlannedSection, following: PlannedSection | None
) -> list[Stroke]:
    """Before a calmer section the last beat is left free, where the chord has been struck already."""
    beat = last.beats[-1].start_ticks
    if towards(following, section) >= 0 or beat == last.start_ticks or section.bars < 2:
        return strokes
    return [stroke for stroke in strokes if stroke[1] < beat]


# --- bass -------------------------------------------------------------------------------------------


def bass_part(
    chords: Changes,
    plan: Plan,
    section: PlannedSection,
    following: PlannedSection | None,
    *,
    rng: np.random.Generator,
) -> Notes:
    """The bass of a section, in ticks from its beginning; with none `following` its last chord is one long note."""
    player = of_program(plan.programs["bass"])
    spans = spans_of(chords, plan.meter, plan.tempo_bpm)
    middle = _BELOW_GUITAR if plan.programs.get("chords") in _GUITARS else MIDDLE
    grounds = grounds_of(
        spans,
        plan.key_of(section).scale,
        player.low,
        player.high,
        middle + _BASS_FOLLOWS * (plan.register - 69),
    )
    strokes = articulated(FIGURES[figure_of(plan, section)](grounds, rng), plan.articulation)
    if following is None:
        begin = chords[-1].start_ticks
        root = next(ground.root for ground in grounds if ground.span.start_ticks == begin)
        strokes = [(p, t, min(n, begin - t), a) for p, t, n, a in strokes if t < begin]
        strokes.append((root, begin, chords[-1].end_ticks - begin, 0))
    notes = sounded(strokes, plan, section, following, louder=_LOUDER_BASS, rng=rng)
    return tuple(without_overlaps(notes))
