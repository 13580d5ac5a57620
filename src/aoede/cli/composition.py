"""What `aoede compose` tells of a song in lines, for people; `aoede.account` says it for programs."""

from typing import Any


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


def _lead_as_text(lead: dict[str, Any]) -> str:
    return ", ".join([lead["model"], *lead["label"]]) + f", backend {lead['backend']}"


def _midi_of(report: dict[str, Any]) -> str:
    """The MIDI file, which holds the recipe."""
    return next((path for path in report["files"] if path.endswith(".mid")), "SONG.mid")


def _band(programs: dict[str, int]) -> str:
    from aoede.music.instruments import of_program

    return ", ".join(f"{role} {of_program(program).name}" for role, program in programs.items())
