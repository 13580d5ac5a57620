"""What is told of a song: what was understood and planned, its chords and words, what was asked for and measured.

report = report_of(planned, fill(planned), files=[], seconds=0.4)  # what `aoede compose --json` prints
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aoede.formats.sung_lines import sung_lines
from aoede.mood.request import Mood
from aoede.music.borrowed import KnownPhrases, trained_on
from aoede.music.critic import score
from aoede.music.measures import measure
from aoede.music.plan import Plan
from aoede.music.report import Row, as_facts, as_lines, report
from aoede.sketches import Sketch
from aoede.song import Song


def report_of(planned: Sketch, song: Song, files: Sequence[Path], seconds: float) -> dict[str, Any]:
    """All that is to be said of a song that was composed, ready for JSON."""
    known = _known_to(planned)
    critique = score(song, planned.plan, known)
    return {
        "schema": "aoede.composition/1",
        "title": song.title,
        "request": planned.request,
        "seed": planned.seed,
        "mood": mood_as_dict(planned.mood),
        "plan": plan_as_dict(planned.plan),
        "lead": _lead(song),
        "melody": list(planned.told),
        "chords": chords_by_section(song),
        "words": lines_by_section(song),
        "measured": measure(song).as_dict(),
        "asked_and_measured": as_facts(song, planned.plan, critique),
        "told": as_lines(report(song, planned.plan, critique, known)),
        "duration_s": round(song.duration_s, 2),
        "files": [str(path) for path in files],
        "recipe": dict(song.recipe),
        "seconds": round(seconds, 2),
    }


def measured_rows(planned: Sketch, song: Song) -> list[Row]:
    """Each thing that was asked for, and what the song has of it."""
    known = _known_to(planned)
    return report(song, planned.plan, score(song, planned.plan, known), known)


def _known_to(planned: Sketch) -> KnownPhrases | None:
    """The phrases that a melody is held against; a tune that is given may be known to all."""
    return trained_on() if planned.melodies is None else None


def mood_as_dict(mood: Mood) -> dict[str, Any]:
    """What was understood, ready for JSON."""
    return {
        "language": mood.language,
        "keywords": list(mood.keywords),
        "valence": round(mood.valence, 3),
        "arousal": round(mood.arousal, 3),
        "valence_sd": round(mood.valence_sd, 3),
        "arousal_sd": round(mood.arousal_sd, 3),
        "coverage": round(mood.coverage, 3),
        "feelings": {name: round(weight, 3) for name, weight in mood.feelings.items()},
    }


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """What was planned, ready for JSON."""
    return {
        "key": str(plan.key),
        "tonic": plan.key.tonic,
        "mode": plan.key.mode,
        "tempo_bpm": plan.tempo_bpm,
        "meter": f"{plan.meter.numerator}/{plan.meter.denominator}",
        "bars": plan.bars,
        "style": plan.style,
        "form": [{"name": s.name, "bars": s.bars} for s in plan.sections],
        "programs": dict(plan.programs),
    }


def chords_by_section(song: Song) -> list[dict[str, Any]]:
    """The chord symbols of each bar, by section; a bar that holds its chord repeats it."""
    bars = song.bar_starts()
    rows = []
    for section in song.sections:
        starts = [t for t in bars if section.start_ticks <= t < section.end_ticks]
        ends = [*starts[1:], section.end_ticks]
        cells = []
        for start, end in zip(starts, ends, strict=True):
            inside = [c.symbol for c in song.chords if start < c.start_ticks < end]
            here = [c.symbol for c in song.chords if c.start_ticks <= start][-1:]
            cells.append(" ".join(here + inside))
        rows.append({"section": section.name, "bars": cells})
    return rows


def lines_by_section(song: Song) -> list[dict[str, Any]]:
    """The lyrics of each section that has some."""
    sung = sung_lines(song)
    rows = [
        {"section": section.name, "lines": [line.text for line in sung if line.section == i]}
        for i, section in enumerate(song.sections)
    ]
    return [row for row in rows if row["lines"]]


def changed_notes(old: Song, new: Song) -> list[dict[str, Any]]:
    """How many notes each track has, and how many of them the song had not before at the same place."""
    before = {track.role: set(track.notes) for track in reversed(old.tracks)}
    return [
        {
            "role": track.role or track.name,
            "notes": len(track.notes),
            "new": sum(note not in before.get(track.role, ()) for note in track.notes),
        }
        for track in new.tracks
    ]


def _lead(song: Song) -> dict[str, Any] | None:
    """What plays the melody where the song is heard."""
    lead = song.lead
    if lead is None:
        return None
    return {"model": lead.name, "label": [x for x in lead.label if x], "backend": lead.backend}
