"""What `aoede compose` tells of a song: as one object for programs, as lines for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aoede.sketches import Sketch
    from aoede.song import Song


def report_of(planned: "Sketch", song: "Song", files: list[Path], seconds: float) -> dict[str, Any]:
    from aoede.music.borrowed import trained_on
    from aoede.music.critic import score
    from aoede.music.measures import measure
    from aoede.music.report import as_facts, as_lines, report

    known = trained_on() if planned.melodies is None else None  # a tune that is given may be known to all
    critique = score(song, planned.plan, known)
    mood, plan = planned.mood, planned.plan
    return {
        "schema": "aoede.composition/1",
        "title": song.title,
        "request": planned.request,
        "seed": planned.seed,
        "mood": {
            "language": mood.language,
            "keywords": list(mood.keywords),
            "valence": round(mood.valence, 3),
            "arousal": round(mood.arousal, 3),
            "valence_sd": round(mood.valence_sd, 3),
            "arousal_sd": round(mood.arousal_sd, 3),
            "coverage": round(mood.coverage, 3),
            "feelings": {name: round(weight, 3) for name, weight in mood.feelings.items()},
        },
        "plan": {
            "key": str(plan.key),
            "tonic": plan.key.tonic,
            "mode": plan.key.mode,
            "tempo_bpm": plan.tempo_bpm,
            "meter": f"{plan.meter.numerator}/{plan.meter.denominator}",
            "bars": plan.bars,
            "style": plan.style,
            "form": [{"name": s.name, "bars": s.bars} for s in plan.sections],
            "programs": dict(plan.programs),
        },
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


def chords_by_section(song: "Song") -> list[dict[str, Any]]:
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


def lines_by_section(song: "Song") -> list[dict[str, Any]]:
    """The lyrics of each section that has some."""
    from aoede.formats.sung_lines import sung_lines

    sung = sung_lines(song)
    rows = [
        {"section": section.name, "lines": [line.text for line in sung if line.section == i]}
        for i, section in enumerate(song.sections)
    ]
    return [row for row in rows if row["lines"]]


def as_text(report: dict[str, Any], *, files: bool = True) -> str:
    """The report in lines; without `files` not where they lie and how long they took."""
    from aoede.export import command_of

    mood, plan = report["mood"], report["plan"]
    feelings = (
        ", ".join(f"{name} {weight:.0%}" for name, weight in mood["feelings"].items() if weight >= 0.05)
        or "none named"
    )
    form = " ".join(f"{s['name']}({s['bars']})" for s in plan["form"])
    minutes, seconds = divmod(round(report["duration_s"]), 60)
    lines = [
        report["title"],
        f"  keywords    {', '.join(mood['keywords']) or 'none that I know'}",
        f"  mood        valence {mood['valence']:+.2f} ± {mood['valence_sd']:.2f}, "
        f"arousal {mood['arousal']:+.2f} ± {mood['arousal_sd']:.2f}; {feelings}",
        f"  plan        {plan['style']}, {plan['key']}, {plan['tempo_bpm']:g} bpm, {plan['meter']}, "
        f"{plan['bars']} bars, {minutes}:{seconds:02d}",
        f"  band        {_band(plan['programs'])}",
        *([f"  lead        {_lead_as_text(report['lead'])}"] if report["lead"] else []),
        f"  form        {form}",
    ]
    lines += [f"  {'melody' if i == 0 else '':<10}  {told}" for i, told in enumerate(report["melody"])]
    for row in report["chords"]:
        for i in range(0, len(row["bars"]), 8):
            label = row["section"] if i == 0 else ""
            lines.append(f"  {label:<10}  | {' | '.join(row['bars'][i : i + 8])} |")
    for row in report["words"]:
        for i, line in enumerate(row["lines"]):
            lines.append(f"  {row['section'] if i == 0 else '':<10}  {line}")
    for i, line in enumerate(report["told"]):
        lines.append(f"  {'measured' if i == 0 else '':<10}  {line}")
    if not files:
        return "\n".join(lines)
    lines += [f"  {'files' if i == 0 else '':<10}  {path}" for i, path in enumerate(report["files"])]
    lines.append(f"  {'again':<10}  {command_of(report['recipe'], _midi_of(report))}")
    lines.append(f"  {'took':<10}  {report['seconds']:.2f} s")
    return "\n".join(lines)


def _lead(song: "Song") -> dict[str, Any] | None:
    """What plays the melody where the song is heard."""
    lead = song.lead
    if lead is None:
        return None
    return {"model": lead.name, "label": [x for x in lead.label if x], "backend": lead.backend}


def _lead_as_text(lead: dict[str, Any]) -> str:
    return ", ".join([lead["model"], *lead["label"]]) + f", backend {lead['backend']}"


def _midi_of(report: dict[str, Any]) -> str:
    """The MIDI file, which holds the recipe."""
    return next((path for path in report["files"] if path.endswith(".mid")), "SONG.mid")


def _band(programs: dict[str, int]) -> str:
    from aoede.music.instruments import of_program

    return ", ".join(f"{role} {of_program(program).name}" for role, program in programs.items())
