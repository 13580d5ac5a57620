"""The melody of a song: a line for every material, drawn from the model, that comes back varied.

A section is phrases of about four bars. The second begins as the first did, a third is new, a fourth begins as the
first again; every phrase ends on a long note and a breath (`melody_line.py`). Sixteen lines are drawn and one of the
good ones is sung (`melody_choice.py`). When a material returns its phrases begin as before; from the first return on
its end is sung otherwise, later other ends too, and long steps are filled with passing notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aoede.encodings.melody import STEP_TICKS
from aoede.music.melody_choice import chosen
from aoede.music.melody_ground import HIGHEST_SUNG, LOWEST_SUNG, Ground, ground_for
from aoede.music.melody_line import Line, Sung, draw
from aoede.music.melody_model import MelodyModel
from aoede.music.plan import Plan, PlannedSection, phrase_lengths
from aoede.music.theory import PlacedChord
from aoede.randomness import stream
from aoede.song import Note

LOWEST, HIGHEST = LOWEST_SUNG, HIGHEST_SUNG
N_DRAFTS, N_ENDINGS = 16, 8
_ACCOMPANYING = frozenset({"chords", "colour", "bass"})
_ORNAMENTED = 0.35  # of the long steps of a return that are filled

Changes = Sequence[PlacedChord]


@dataclass(frozen=True)
class _Material:
    """What is sung when a material comes first."""

    section: PlannedSection
    ground: Ground
    line: Line


def melodies_for(
    plan: Plan, changes: Sequence[Changes], seed: int, model: MelodyModel | None = None
) -> list[tuple[Note, ...]]:
    """The melody of every section, in ticks from its beginning; intros have none where anybody accompanies it.

    A material that returns brings its melody back: varied as the plan says, moved with its key, louder or softer.
    `model` is what sings, the shipped network unless it is said.
    """
    model = model or MelodyModel.preset()
    first: dict[str, _Material] = {}
    melodies: list[tuple[Note, ...]] = []
    for section, chords in zip(plan.sections, changes, strict=True):
        if section.name == "intro":
            rng = stream(seed, "melody", "intro", len(melodies))
            is_alone = not plan.programs.keys() & _ACCOMPANYING
            alone = melody_for(chords, plan, section, closes=True, rng=rng, model=model) if is_alone else ()
            melodies.append(alone)
            continue
        ground = _ground(plan, section, chords)
        known = first.get(section.material)
        if known is None:
            rng = stream(seed, "melody", section.material)
            known = _Material(section, ground, line_for(ground, rng=rng, model=model))
            first[section.material] = known
            line = known.line
        else:
            rng = stream(seed, "melody", section.material, section.variation)
            line = _returned(known, section, ground, rng, model)
        melodies.append(_notes(line, ground, plan, section))
    return melodies


def _ground(plan: Plan, section: PlannedSection, chords: Changes) -> Ground:
    closes = section is plan.sections[-1] or section.name == "chorus"
    share = (0.85 + 0.3 * section.energy) * (0.6 if section.name == "outro" else 1.0)
    return ground_for(
        plan.meter,
        plan.key_of(section),
        section.bars,
        chords,
        density=plan.density * share,
        centre=plan.register + section.lift,
        tempo_bpm=plan.tempo_bpm,
        phrase_bars=phrase_lengths(section.bars),
        closes=closes,
        valence=plan.valence,
    )


def line_for(
    ground: Ground, *, rng: np.random.Generator, n: int = N_DRAFTS, model: MelodyModel | None = None
) -> Line:
    """The line of one section, as it is sung first."""
    return chosen(draw(model or MelodyModel.preset(), ground, n, rng), ground, rng)


def melody_for(
    chords: Changes,
    plan: Plan,
    section: PlannedSection,
    *,
    closes: bool,
    rng: np.random.Generator,
    model: MelodyModel | None = None,
) -> tuple[Note, ...]:
    """The notes of one section, in ticks from its beginning.

    chords: the section's chords, from tick 0, without gaps. closes: whether it ends on the tonic.
    """
    ground = replace(_ground(plan, section, chords), closes=closes)
    return _notes(line_for(ground, rng=rng, model=model), ground, plan, section)


# --- returns ----------------------------------------------------------------------------------------


def _returned(
    known: _Material, section: PlannedSection, ground: Ground, rng: np.random.Generator, model: MelodyModel
) -> Line:
    """The line when its material comes again: moved to this section's key, its ends drawn anew, ornamented.

    Bars that the first section did not have, and the end where this section closes and that one did not, are new.
    """
    shift = _shift(known.line, section.key_shift - known.section.key_shift)
    moved = Line(
        tuple(
            replace(note, pitch=note.pitch + shift) for note in known.line.notes if note.onset < ground.end
        ),
        known.line.cadences,
        known.line.nats,
    )
    kept = _kept(known, section, ground)
    if all(kept):
        return _ornamented(moved, ground, rng) if section.variation else moved
    endings = draw(model, ground, N_ENDINGS, rng, given=moved, kept=kept)
    others = [line for line in endings if line.notes != moved.notes]
    return _ornamented(chosen(others or endings, ground, rng), ground, rng)


def _shift(line: Line, semitones: int) -> int:
    """By how much a line is moved to be so many semitones higher, or an octave nearer where a voice has an end."""
    pitches = [note.pitch for note in line.notes]
    for octave in (0, -12, 12):
        by = semitones + octave
        if min(pitches) + by >= LOWEST and max(pitches) + by <= HIGHEST:
            return by
    return semitones


def _kept(known: _Material, section: PlannedSection, ground: Ground) -> list[bool]:
    """Which bars are sung as before.

    At the first return all but the last bar of the section; later also but that of the phrase before, and at last
    but two bars at the end. Bars that the first section did not have are new.
    """
    kept = [bar < known.ground.bars for bar in range(ground.bars)]
    ends = [phrase.end // ground.bar - 1 for phrase in ground.phrases]
    varied = [ends[-1:], ends[-1:], ends[-2:], [*ends[-2:], ends[-1] - 1]][min(3, section.variation)]
    must_end = ground.bars != known.ground.bars or (ground.closes and not known.ground.closes)
    for bar in varied if section.variation or must_end else []:
        if bar > 0 or must_end:
            kept[bar] = False
    return kept


def _ornamented(line: Line, ground: Ground, rng: np.random.Generator) -> Line:
    """Some thirds that are left after a long note are filled with the note between them."""
    notes = list[Sung]()
    for note, following in zip(line.notes, [*line.notes[1:], None], strict=True):
        between = None if following is None else _between(note, following, ground)
        first_bar = note.onset % (4 * ground.bar) < ground.bar
        if between is None or first_bar or note.onset in line.cadences or rng.random() >= _ORNAMENTED:
            notes.append(note)
            continue
        half = note.length // 2
        notes.append(replace(note, length=half))
        notes.append(Sung(note.onset + half, note.length - half, between))
    return replace(line, notes=tuple(notes))


def _between(note: Sung, following: Sung, ground: Ground) -> int | None:
    """The tone of the scale between two notes a third apart, where the first is long enough to be halved."""
    is_long = note.length >= ground.beat and note.length % (2 * ground.grid) == 0
    if abs(following.pitch - note.pitch) not in (3, 4) or not is_long:
        return None
    if note.onset + note.length != following.onset:
        return None
    low, high = sorted((note.pitch, following.pitch))
    tones = ground.tones_at(note.onset + note.length // 2)
    found = [
        p for p in range(low + 1, high) if p % 12 in ground.key.scale and tones.is_allowed[ground.id_of(p)]
    ]
    return found[0] if len(found) == 1 else None


# --- notes ------------------------------------------------------------------------------------------


def _notes(line: Line, ground: Ground, plan: Plan, section: PlannedSection) -> tuple[Note, ...]:
    """In ticks; a rising line grows, as a voice does. Notes that run on sound for the plan's share of their time."""
    notes = []
    ends = [note.onset for note in line.notes[1:]] + [ground.end]
    for note, following in zip(line.notes, ends, strict=True):
        level = ground.level_at(note.onset)
        accent = 6 if level == 0 else 2 if level < 3 else -4
        rise = 0.6 * (note.pitch - plan.register)
        velocity = int(np.clip(section.velocity + 8 + accent + rise, 1, 127))
        ticks = note.length * STEP_TICKS
        runs_on = note.onset + note.length == following and note.onset not in line.cadences
        sounding = int(ticks * plan.legato) if runs_on else ticks
        notes.append(Note(note.onset * STEP_TICKS, note.pitch, max(1, sounding), velocity))
    return tuple(notes)
