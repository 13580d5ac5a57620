"""`aoede compose`: a request in, a song's files out."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import STDOUT, force_option, json_option, read_text, tell, tell_json

if TYPE_CHECKING:
    from aoede.compose import Sketch
    from aoede.song import Song

MAX_COUNT = 16


@click.command(
    epilog="""\b
Examples:
  aoede compose "a song that expresses hope and wonder"
  aoede compose "我想要一首表达希望和奇迹的歌" --seed 7
  aoede compose "rain on the last day of summer" --key "D minor" --tempo 72 --bars 16
  aoede compose "the sea at night, for piano and cello" --meter 3/4 --form "intro verse chorus verse chorus outro"
  aoede compose "a road song" --style folk --chords "verse: C Am F G; chorus: F G C C"
  echo "a lullaby, in 3/4" | aoede compose - --count 4 --json"""
)
@click.argument("request")
@click.option(
    "-s", "--seed", type=int, help="The same seed gives the same bytes. [default: drawn and reported]"
)
@click.option("-b", "--bars", type=int, help="Exact length in bars, 1 to 512. [default: about two minutes]")
@click.option("-k", "--key", help='Key such as "D", "F# minor", "Bbm".')
@click.option("-m", "--mode", help="major, minor, dorian, phrygian, lydian, mixolydian, harmonic minor.")
@click.option("-t", "--tempo", type=float, help="Quarter notes a minute, 20 to 300.")
@click.option("--meter", help="Such as 3/4 or 6/8.")
@click.option("--form", help='Sections, with bars if you like: "intro verse chorus verse:16 chorus outro".')
@click.option("--chords", help='Your chords, a bar each: "C Am F G"; or "verse: C | Am F; chorus: F G".')
@click.option("--style", help="pop, ballad, folk, rock, waltz, march, lullaby, anthem, jazz, latin or hymn.")
@click.option("--instruments", help='These and no others: "piano, cello", "guitar, bass, drums".')
@click.option("--density", help="How many notes the melody has: low, medium, high, or 0 to 1.")
@click.option("--register", help="How high the melody lies: low, medium, high, or 0 to 1.")
@click.option("--surprise", help="How often chords leave the mode: low, medium, high, or 0 to 1.")
@click.option(
    "-n",
    "--count",
    type=click.IntRange(1, MAX_COUNT),
    default=1,
    help="So many songs, with the seeds that follow.",
)
@click.option(
    "--candidates",
    type=int,
    default=4,
    show_default=True,
    help="So many songs are drawn, of which a critic takes one.",
)
@click.option(
    "--progressions",
    type=click.Path(path_type=Path),
    help="CSV of your own chords (or MIDI files) with moods.",
)
@click.option(
    "--harmony", help="rbm, a run or a model file: it plays the harmony in the chord model's place."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the files, or one file such as song.mid, or - for MIDI on stdout.",
)
@click.option(
    "--audio", type=click.Choice(["wav", "mp3", "flac", "ogg", "none"]), default="wav", show_default=True
)
@force_option
@json_option
def compose(
    request: str,
    count: int,
    candidates: int,
    out: Path,
    audio: str,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Compose a song for REQUEST: a feeling, a scene, a wish, in English or Chinese ("-" reads stdin).

    Key, mode, meter, tempo and length named in the words ("in D minor", "a slow waltz", "快板") are obeyed
    exactly, and so are the options, which win over the words.
    """
    from aoede.compose import chosen, fill, sketch
    from aoede.mood.request import MAX_CHARACTERS

    request = read_text(request, max_bytes=8 * MAX_CHARACTERS)
    _check_target(out, count, as_json)
    reports = []
    for _ in range(count):
        began = time.perf_counter()
        planned = sketch(request, **options)
        for fault in planned.own.faults if planned.own else ():
            tell(f"left out: {fault}", err=True)
        song = fill(chosen(planned, candidates))
        files = _write(song, planned, out, audio, force)
        report = _report(planned, song, files, time.perf_counter() - began)
        reports.append(report)
        if not as_json:
            tell(_as_text(report), err=out == STDOUT)
        options["seed"] = planned.seed + 1
    if as_json:
        tell_json(reports[0] if count == 1 else {"schema": "aoede.songs/1", "songs": reports})


def _check_target(out: Path, count: int, as_json: bool) -> None:
    """Refuse what would write several things into one place."""
    from aoede.errors import UsageError
    from aoede.export import SUFFIXES

    if count > 1 and (out == STDOUT or out.suffix.lower() in SUFFIXES):
        raise UsageError(
            f"{count} songs do not fit into one file",
            where="--out",
            hint="Name a folder, or leave --count away.",
        )
    if as_json and out == STDOUT:
        raise UsageError("the song and --json cannot both go to stdout", where="--out", hint="Name a file.")


def _write(song: "Song", planned: "Sketch", out: Path, audio: str, force: bool) -> list[Path]:
    from aoede import export

    if out == STDOUT:
        sys.stdout.buffer.write(export.to_bytes(song, ".mid"))
        return [out]
    if out.suffix.lower() in export.SUFFIXES:
        return [export.write(song, out, force=force)]
    suffixes = [".mid", *([] if audio == "none" else [f".{audio}"]), ".png", ".json"]
    return export.write_all(song, out / file_stem(song, planned), suffixes, force=force)


def file_stem(song: "Song", planned: "Sketch") -> str:
    """Title, key, tempo and seed: "hope-and-wonder-F-lydian-98-7"."""
    title = "".join(c if c.isalnum() else "-" for c in song.title.lower())
    title = "-".join(part for part in title.split("-") if part)[:40] or "song"
    key = f"{planned.plan.key.tonic.replace('#', 's')}-{planned.plan.key.mode.replace(' ', '-')}"
    return f"{title}-{key}-{planned.plan.tempo_bpm:g}-{planned.seed}"


def _report(planned: "Sketch", song: "Song", files: list[Path], seconds: float) -> dict[str, Any]:
    from aoede.music.measures import measure

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
        "chords": chords_by_section(song),
        "measured": measure(song).as_dict(),
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


def _as_text(report: dict[str, Any]) -> str:
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
        f"  form        {form}",
    ]
    for row in report["chords"]:
        for i in range(0, len(row["bars"]), 8):
            label = row["section"] if i == 0 else ""
            lines.append(f"  {label:<10}  | {' | '.join(row['bars'][i : i + 8])} |")
    lines += [f"  {'files' if i == 0 else '':<10}  {path}" for i, path in enumerate(report["files"])]
    lines.append(f"  {'again':<10}  {command_of(report['recipe'])}")
    lines.append(f"  {'took':<10}  {report['seconds']:.2f} s")
    return "\n".join(lines)


def _band(programs: dict[str, int]) -> str:
    from aoede.music.instruments import of_program

    return ", ".join(f"{role} {of_program(program).name}" for role, program in programs.items())
