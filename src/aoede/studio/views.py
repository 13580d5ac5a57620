"""What the page draws of a song: plain JSON, all times in ticks.

view = view_of(song, Known(planned, rows))     # of a song that was planned here
view = view_of(song)                           # of one that somebody else made
view = plan_view(planned)                      # before the first note
view = drawn_view(planned)                     # chords and melody, before the band
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aoede.account import mood_as_dict, plan_as_dict
from aoede.compose import PLACES
from aoede.edits import edges_of, sections_of
from aoede.export import language_of
from aoede.formats.general_midi import program_name
from aoede.formats.lettering import clean
from aoede.formats.roll_layout import ROLE_WORDS, track_colours
from aoede.formats.section_names import section_kind, section_label
from aoede.formats.sung_lines import sung_lines
from aoede.music.changes import symbols_of
from aoede.music.expression import ritardando
from aoede.music.instruments import DRUMS
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.music.theory import tonic_name
from aoede.sketches import Sketch
from aoede.song import TICKS_PER_QUARTER, Note, Song, Tempo, Track
from aoede.studio.chinese import in_both
from aoede.studio.model_names import shown
from aoede.studio.packing import is_planned
from aoede.words.title import title_of

LANGUAGES = ("en", "zh")
_DRUM_SET: Mapping[str, str] = {"en": "Drums", "zh": "鼓"}


@dataclass(frozen=True)
class Known:
    """What is known of a song beside its notes: its sketch, what was measured, sentences on how it came here."""

    planned: Sketch
    rows: Sequence[Mapping[str, Any]] = ()  # as `facts.rows_of` gives them
    told: Sequence[str] = ()


def view_of(song: Song, known: Known | None = None, *, told: Sequence[str] = ()) -> dict[str, Any]:
    """What is drawn of `song`. Without `known` it is one whose plan nobody knows; `told` is then said of it."""
    recipe = dict(song.recipe)
    is_own = is_planned(recipe)
    return {
        "title": song.title,
        "language": language_of(song),
        "request": recipe["request"] if is_own else "",
        "seed": recipe["seed"] if is_own else None,
        "options": shown(recipe["options"]) if is_own else {},
        "recipe": recipe,
        "is_foreign": not is_own,
        "by_hand": bool(recipe.get("edited")),
        **_times(song),
        "key": str(known.planned.plan.key) if known else _key_of(song),
        "tempo_bpm": song.tempos[0].bpm,
        "meter": f"{song.meters[0].numerator}/{song.meters[0].denominator}",
        "style": known.planned.plan.style if known else "",
        "sections": [_section(s.name, s.start_ticks, s.end_ticks) for s in song.sections],
        "chords": [[chord.start_ticks, chord.symbol] for chord in song.chords],
        "syllables": [[s.start_ticks, clean(s.text), s.joins_next] for s in song.syllables],
        "lines": _lines(song),
        "tracks": [_track(*each) for each in zip(song.tracks, track_colours(song.tracks), strict=True)],
        "mood": mood_as_dict(known.planned.mood) if known else None,
        "plan": plan_as_dict(known.planned.plan) if known else None,
        "asked_and_measured": list(known.rows) if known else [],
        **in_both(known.told if known else told, "told"),
    }


def plan_view(planned: Sketch) -> dict[str, Any]:
    """What is known before the first note: the band without notes, sections, bars, times."""
    return view_of(_outline(planned), Known(planned, told=planned.told))


def drawn_view(planned: Sketch) -> dict[str, Any]:
    """The chords and the melody as they are drawn, before hands play them and words are set to them."""
    plan, (changes, tunes) = planned.plan, planned.drawn
    starts = edges_of(plan)[:-1]
    notes = sorted(
        Note(n.start_ticks + start, n.pitch, n.duration_ticks, n.velocity)
        for start, tune in zip(starts, tunes, strict=True)
        for n in tune
    )
    outline = _outline(planned)
    tracks = (replace(t, notes=tuple(notes)) if t.role == "melody" else t for t in outline.tracks)
    chords = symbols_of(changes, starts, [plan.key_of(section) for section in plan.sections])
    song = replace(outline, tracks=tuple(tracks), chords=tuple(chords))
    return view_of(song, Known(planned, told=planned.told))


def _outline(planned: Sketch) -> Song:
    """The song of a sketch without its notes and chords."""
    plan = planned.plan
    tracks = (
        Track(PLACES[role].name, (), max(0, plan.programs[role]), role, is_drum=plan.programs[role] == DRUMS)
        for role in PLACES
        if role in plan.programs
    )
    return Song(
        title_of(planned.request),
        tuple(tracks),
        tempos=ritardando(plan, [Tempo(0, plan.tempo_bpm)]),
        meters=(plan.meter,),
        sections=tuple(sections_of(plan)),
        recipe={"request": planned.request, "seed": planned.seed, "options": dict(planned.options)},
    )


def _times(song: Song) -> dict[str, Any]:
    """Where bars begin, and which tick is heard when: between two breakpoints the tempo stays."""
    end = max(1, song.end_ticks, *(section.end_ticks for section in song.sections))
    ticks = sorted({0, end, *(tempo.start_ticks for tempo in song.tempos if tempo.start_ticks < end)})
    seconds = [round(at, 6) for at in song.seconds_of(ticks)]
    bars = song.bar_starts()
    last = song.meters[-1].bar_ticks
    bars += range(bars[-1] + last, end, last)  # those of the last section in which nothing sounds
    return {
        "duration_s": seconds[-1],
        "end": end,
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "times": [list(pair) for pair in zip(ticks, seconds, strict=True)],
        "bars": bars,
    }


def _key_of(song: Song) -> str:
    """The key of its key signature, else the one that its notes are in."""
    if song.keys:
        sign = song.keys[0]
        tonic_pc, mode = (7 * sign.sharps + 9 * sign.is_minor) % 12, "minor" if sign.is_minor else "major"
    else:
        found = find_key(pitch_class_weights(pitched_notes(song)))
        tonic_pc, mode = found.tonic_pc, found.mode
    return f"{tonic_name(tonic_pc, mode)} {mode}"


def _section(name: str, start: int, end: int) -> dict[str, Any]:
    plain = clean(name)
    labels = {language: section_label(plain, language) for language in LANGUAGES}
    return {"name": name, **labels, "start": start, "end": end, "kind": section_kind(plain)}


def _lines(song: Song) -> list[dict[str, Any]]:
    return [
        {"section": line.section, "start": line.start_ticks, "end": line.end_ticks, "text": line.text}
        for line in sung_lines(song)
    ]


def _track(track: Track, colour: str) -> dict[str, Any]:
    role = "drums" if track.is_drum else track.role
    names = {language: ROLE_WORDS[language].get(role) or clean(track.name) for language in LANGUAGES}
    instrument = {language: program_name(track.program, language) for language in LANGUAGES}
    return {
        "name": track.name,
        "role": track.role,
        **{language: name or instrument[language] for language, name in names.items()},
        "instrument": _DRUM_SET if track.is_drum else instrument,
        "program": track.program,
        "is_drum": track.is_drum,
        "colour": colour,
        "notes": [[n.start_ticks, n.duration_ticks, n.pitch, n.velocity] for n in track.notes],
    }
