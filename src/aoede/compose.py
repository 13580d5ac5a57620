"""From a request to a song, read top to bottom.

    mood_of(request) -> plan_for(mood, wishes) -> chords -> melody, chord part, bass -> Song

`sketch` understands and plans, `fill` writes the notes, `compose` does both.
"""

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aoede.encodings.chords import decode
from aoede.errors import UsageError
from aoede.learning.checkpoint import load_preset
from aoede.mood.request import Mood, mood_of
from aoede.mood.wishes import Wishes, wishes_of
from aoede.music.harmony import candidates, nearest
from aoede.music.melody import melody_for
from aoede.music.parts import bass_part, chord_part
from aoede.music.plan import Plan, PlannedSection, plan_for
from aoede.music.progressions import Table, nearest_own, progressions_from_csv
from aoede.music.theory import Chord, PlacedChord, parse_key, parse_mode
from aoede.randomness import MAX_SEED, stream
from aoede.song import ChordSymbol, Control, Note, Section, Song, Tempo, Track
from aoede.version import __version__
from aoede.words.title import title_of

N_CANDIDATES = 128
SURPRISE_BY_DARKNESS = 0.6  # how readily the darkest songs borrow chords from outside their scale
_VOLUME, _PAN = 7, 10
# role -> (track name, volume, pan): the melody in front, the chords a little to the left.
_DESK: Mapping[str, tuple[str, int, int]] = {
    "melody": ("Melody", 104, 70),
    "chords": ("Chords", 84, 50),
    "bass": ("Bass", 96, 64),
}


@dataclass(frozen=True)
class Sketch:
    """A request understood and planned, before the first note."""

    request: str
    seed: int
    options: Mapping[str, Any]  # what was stated beside the request, as given
    mood: Mood
    wishes: Wishes  # from the words and the options; the options win
    plan: Plan
    own: Table | None = None  # the user's own progressions, and what could not be read of them


def compose(
    request: str,
    *,
    seed: int | None = None,
    bars: int | None = None,
    key: str | None = None,
    mode: str | None = None,
    tempo: float | None = None,
    progressions: str | Path | None = None,
) -> Song:
    """A song for `request`, e.g. `compose("a song that expresses hope and wonder", seed=1)`.

    seed: 0..2**63-1; the same one gives the same song; None draws one (it stands in `song.recipe`).
    bars: 1..512. key: "D", "F# minor". mode: "dorian". tempo: quarter notes a minute, 20..300.
    progressions: a CSV of chord progressions with moods, from which the harmony is chosen instead.
    Raises UsageError for what no song can obey, InputError for a request that says nothing.
    """
    return fill(
        sketch(request, seed=seed, bars=bars, key=key, mode=mode, tempo=tempo, progressions=progressions)
    )


def sketch(request: str, *, seed: int | None = None, **options: Any) -> Sketch:
    """Understand and plan; the options and errors are those of `compose`."""
    seed = secrets.randbelow(2**32) if seed is None else seed
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"the seed must be between 0 and {MAX_SEED}, not {seed}", where="--seed")
    stated = {name: value for name, value in options.items() if value is not None}
    wishes = _with_options(wishes_of(request), stated)
    mood = mood_of(request)
    plan = plan_for(mood, wishes, seed=seed)
    own = progressions_from_csv(Path(stated["progressions"])) if "progressions" in stated else None
    return Sketch(request, seed, stated, mood, wishes, plan, own)


def _with_options(wishes: Wishes, stated: Mapping[str, Any]) -> Wishes:
    tonic, mode = parse_key(stated["key"]) if "key" in stated else (None, None)
    if "mode" in stated:
        asked = parse_mode(stated["mode"])
        if mode not in (None, asked):
            raise UsageError(
                f"--key {stated['key']} and --mode {asked} contradict each other", where="--mode"
            )
        mode = asked
    if tonic is not None and "mode" not in stated and mode is None:
        mode = wishes.mode if wishes.tonic is None else None  # a new tonic drops the key named in the words
    tempo = stated.get("tempo")
    return replace(
        wishes,
        tonic=tonic or wishes.tonic,
        mode=mode or (wishes.mode if tonic is None else None),
        tempo_bpm=wishes.tempo_bpm if tempo is None else float(tempo),
        bars=stated.get("bars", wishes.bars),
    )


def fill(sketch: Sketch) -> Song:
    """The song of a sketch: the same sketch always gives the same notes."""
    plan, seed = sketch.plan, sketch.seed
    harmonies = _harmonies(sketch)
    melodies = _melodies(plan, harmonies, seed)
    parts: dict[str, list[Note]] = {role: [] for role in _DESK}
    sections: list[Section] = []
    chords: list[PlacedChord] = []
    start_ticks = 0
    for index, section in enumerate(plan.sections):
        is_end = index == len(plan.sections) - 1
        placed = harmonies[index]
        rng = {role: stream(seed, role, section.name, index) for role in _DESK}
        parts["melody"] += _moved(melodies[index], start_ticks)
        parts["chords"] += _moved(
            chord_part(placed, plan, section, is_end=is_end, rng=rng["chords"]), start_ticks
        )
        parts["bass"] += _moved(bass_part(placed, plan, section, is_end=is_end, rng=rng["bass"]), start_ticks)
        end_ticks = start_ticks + section.bars * plan.meter.bar_ticks
        sections.append(Section(start_ticks, end_ticks, section.name))
        chords += [
            PlacedChord(c.start_ticks + start_ticks, c.end_ticks + start_ticks, c.chord) for c in placed
        ]
        start_ticks = end_ticks
    return Song(
        title=title_of(sketch.request),
        tracks=tuple(_track(role, notes, plan) for role, notes in parts.items() if notes),
        tempos=(Tempo(0, plan.tempo_bpm),),
        meters=(plan.meter,),
        keys=(plan.key.signature,),
        sections=tuple(sections),
        chords=_symbols(chords, plan),
        recipe=_recipe(sketch),
    )


# ---- harmony -------------------------------------------------------------------------------------


def _harmonies(sketch: Sketch) -> list[list[PlacedChord]]:
    """The chords of every section, in ticks from its beginning; the same material has the same chords."""
    plan = sketch.plan
    longest = {m: max(s.bars for s in plan.sections if s.material == m) for m in _materials(plan)}
    chosen = {m: _progression(sketch, m, math.ceil(bars * plan.chords_a_bar)) for m, bars in longest.items()}
    harmonies = [_placed(chosen[section.material], section.bars, plan) for section in plan.sections]
    last = harmonies[-1][-1]
    harmonies[-1][-1] = replace(last, chord=Chord(plan.key.tonic_pc, "min" if plan.key.is_minor else "maj"))
    return harmonies


def _materials(plan: Plan) -> list[str]:
    return list(dict.fromkeys(section.material for section in plan.sections))


def _progression(sketch: Sketch, material: str, n_chords: int) -> tuple[int, ...]:
    """Functional chord ids of one material: those nearest to the requested mood among many candidates."""
    plan = sketch.plan
    section = [section for section in plan.sections if section.material == material][-1]
    rng = stream(sketch.seed, "harmony", material)
    if sketch.own is not None:
        return nearest_own(sketch.own, plan.valence, plan.arousal, n_chords, plan.key.mode, rng=rng)
    pool = candidates(
        n_chords,
        plan.key.mode,
        section.name,
        rng=rng,
        n=N_CANDIDATES,
        cadence=_cadence(plan, section),
        surprise=max(0.0, -SURPRISE_BY_DARKNESS * plan.valence),
        songbook="pop909" if sketch.mood.language == "zh" else None,
    )
    return nearest(pool, plan.valence, plan.arousal, plan.feelings, rng=rng)


def _cadence(plan: Plan, section: PlannedSection) -> str:
    """Verses lean towards what follows, choruses close as the feeling wants, the end comes home."""
    if section is plan.sections[-1]:
        return plan.cadence if plan.cadence in ("authentic", "plagal") else "authentic"
    return "half" if section.name in ("verse", "bridge") else plan.cadence


def _placed(ids: Sequence[int], bars: int, plan: Plan) -> list[PlacedChord]:
    span = int(plan.meter.bar_ticks / plan.chords_a_bar)
    end = bars * plan.meter.bar_ticks
    starts = range(0, end, span)
    return [
        PlacedChord(start, min(start + span, end), decode(chord_id, plan.key.tonic_pc))
        for start, chord_id in zip(starts, ids, strict=False)
    ]


def _symbols(chords: Sequence[PlacedChord], plan: Plan) -> tuple[ChordSymbol, ...]:
    """The chord symbols of the song, one where the chord changes."""
    symbols: list[ChordSymbol] = []
    for placed in chords:
        symbol = placed.chord.symbol(flats=plan.key.spells_flat(placed.chord.root_pc))
        if not symbols or symbols[-1].symbol != symbol:
            symbols.append(ChordSymbol(placed.start_ticks, symbol))
    return tuple(symbols)


# ---- parts ---------------------------------------------------------------------------------------


def _melodies(plan: Plan, harmonies: Sequence[Sequence[PlacedChord]], seed: int) -> list[tuple[Note, ...]]:
    """The melody of every section; a material that returns brings its melody back, louder or softer."""
    first: dict[str, tuple[PlannedSection, tuple[Note, ...]]] = {}
    melodies: list[tuple[Note, ...]] = []
    for index, section in enumerate(plan.sections):
        if section.name == "intro":
            melodies.append(())
            continue
        if section.material not in first:
            is_end = index == len(plan.sections) - 1
            written = melody_for(
                harmonies[index],
                replace(plan, density=plan.density * 0.6) if section.name == "outro" else plan,
                section,
                closes=is_end or section.name == "chorus",
                rng=stream(seed, "melody", section.material),
            )
            first[section.material] = section, written
        origin, notes = first[section.material]
        melodies.append(_louder(notes, round(section.velocity - origin.velocity)))
    return melodies


def _louder(notes: Sequence[Note], by: int) -> tuple[Note, ...]:
    return tuple(replace(note, velocity=min(127, max(1, note.velocity + by))) for note in notes)


def _moved(notes: Sequence[Note], by_ticks: int) -> list[Note]:
    return [replace(note, start_ticks=note.start_ticks + by_ticks) for note in notes]


def _track(role: str, notes: Sequence[Note], plan: Plan) -> Track:
    name, volume, pan = _DESK[role]
    controls = (Control(0, _VOLUME, volume), Control(0, _PAN, pan))
    return Track(name, tuple(sorted(notes)), plan.programs[role], role, controls=controls)


# ---- what the song says of itself ------------------------------------------------------------------


def _recipe(sketch: Sketch) -> dict[str, Any]:
    return {
        "aoede": __version__,
        "request": sketch.request,
        "seed": sketch.seed,
        "key": str(sketch.plan.key),
        "options": {name: str(v) if isinstance(v, Path) else v for name, v in sketch.options.items()},
        "models": {name: load_preset(name).sha256[:16] for name in ("harmony",)},
    }
