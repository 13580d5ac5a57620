"""`aoede compose`: a request in, a song's files out."""

import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from aoede.cli.console import STDOUT, force_option, json_option, read_text, tell, tell_json

if TYPE_CHECKING:
    from aoede.sketches import Sketch
    from aoede.song import Lead, Song

MAX_COUNT = 16


def file_options(command: Callable[..., None]) -> Callable[..., None]:
    """Which files a song has."""
    audio = click.option(
        "--audio",
        type=click.Choice(["wav", "mp3", "flac", "ogg", "none"]),
        default="wav",
        show_default=True,
        help="The kind of sound file; none also leaves the page without sound away.",
    )
    files = click.option(
        "--files", help='Which files, for example "mid,mp3,svg". [default: all that there are]'
    )
    stems = click.option("--stems", is_flag=True, help="Also each track as a sound file of its own.")
    return audio(files(stems(command)))


@click.command(
    epilog="""\b
Examples:
  aoede compose "a song that expresses hope and wonder"
  aoede compose "我想要一首表达希望和奇迹的歌" --seed 7
  aoede compose "rain on the last day of summer" --key "D minor" --tempo 72 --bars 16
  aoede compose "the sea at night, for piano and cello" --meter 3/4 --form "intro verse chorus verse chorus outro"
  aoede compose "a road song" --style folk --chords "verse: C Am F G; chorus: F G C C"
  aoede compose "a quiet evening" --melody mine.mid
  aoede compose "a quiet evening" --harmony rnn --melody transformer
  aoede compose "a quiet evening" --lead my-flute
  aoede compose --recipe out/song.mid
  echo "a lullaby, in 3/4" | aoede compose - --count 4 --json"""
)
@click.argument("request", required=False)
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
@click.option("--valence", type=float, help="-1 sad to 1 happy, whatever the words say.")
@click.option("--arousal", type=float, help="-1 calm to 1 restless, whatever the words say.")
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
    "--lyrics",
    type=click.Path(path_type=Path),
    help="A text file of your own words, a line a phrase. [default: words are found]",
)
@click.option("--no-lyrics", is_flag=True, help="No words.")
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
    "--harmony",
    metavar="MODEL",
    help="What gives the chords: functional, rbm, rnn, a run or a model file. [default: functional]",
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
    "--melody",
    type=click.Path(path_type=Path),
    metavar="FILE.mid|MODEL",
    help="A melody that stays as it is, with chords and a band around it; or what sings: rnn, ngram, transformer, a "
    "run or a model file. [default: rnn]",
)
@click.option(
    "--lead",
    metavar="MODEL",
    help="A model of sound that plays the melody in what is heard, as aoede sound does: a run or a model file.",
)
@click.option(
    "--lead-label", metavar="LABEL", help='What it is to sound like, as aoede sound has --label: "flute".'
)
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    metavar="SONG",
    help="Make this song once more, from any file of it: the same bytes, edits and all. Instead of a request and "
    "options.",
)
@file_options
@force_option
@json_option
def compose(
    request: str | None,
    recipe: Path | None,
    count: int,
    candidates: int,
    out: Path,
    audio: str,
    files: str | None,
    stems: bool,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Compose a song for REQUEST: a feeling, a scene, a wish, in English or Chinese ("-" reads stdin).

    Key, mode, meter, tempo and length named in the words ("in D minor", "a slow waltz", "快板") are obeyed
    exactly, and so are the options, which win over the words.
    """
    _check_target(out, count, as_json)
    check_place(out, files=files, stems=stems)
    makes = _from_recipe(recipe) if recipe else _from_request(request, count, candidates, options)
    reports = []
    began = time.perf_counter()
    for planned, song in makes:
        written = _write(song, planned, out, suffixes_of(song, audio, files), stems, force)
        reports.append(_told(planned, song, written, time.perf_counter() - began, out, as_json))
        began = time.perf_counter()
    if as_json:
        tell_json(reports[0] if count == 1 else {"schema": "aoede.songs/1", "songs": reports})


def _from_request(
    request: str | None, count: int, candidates: int, options: dict[str, Any]
) -> Iterator[tuple["Sketch", "Song"]]:
    """Songs with the seeds that follow one another."""
    from aoede.compose import chosen, fill
    from aoede.errors import UsageError
    from aoede.mood.request import MAX_CHARACTERS
    from aoede.sketches import sketch

    if request is None:
        raise UsageError("Missing argument 'REQUEST'.", hint="See aoede compose --help.")
    request = read_text(request, max_bytes=8 * MAX_CHARACTERS)
    if options.pop("no_lyrics"):
        if options["lyrics"] is not None:
            raise UsageError("--lyrics and --no-lyrics contradict each other", where="--lyrics")
        options["lyrics"] = ""
    for _ in range(count):
        planned = sketch(request, **options)
        for fault in planned.own.faults if planned.own else ():
            tell(f"left out: {fault}", err=True)
        tell_of_lead(planned.lead)
        yield planned, fill(chosen(planned, candidates))
        options["seed"] = planned.seed + 1


_OF_FILES = frozenset(("recipe", "out", "audio", "files", "stems", "force", "as_json"))


def _from_recipe(recipe: Path) -> Iterator[tuple["Sketch", "Song"]]:
    """The song of a recipe, which says everything; what is stated beside it is refused."""
    from aoede.editing import again
    from aoede.errors import UsageError
    from aoede.recipes import read_recipe

    context = click.get_current_context()
    stated = [
        name
        for name in context.params
        if name not in _OF_FILES and context.get_parameter_source(name) is not ParameterSource.DEFAULT
    ]
    if stated:
        what = "a request" if stated[0] == "request" else f"--{stated[0].replace('_', '-')}"
        raise UsageError(
            f"--recipe and {what} contradict each other: the recipe says everything",
            where="--recipe",
            hint="Leave one of them away; `aoede regenerate` and `aoede vary` change a song.",
        )
    told = read_recipe(recipe)
    work = again(told)
    if work.song.lead and told.get("lead") != work.song.recipe.get("lead"):
        tell("note: another backend played its melody when it was made: the sound will differ", err=True)
    tell_of_lead(work.song.lead)
    yield work.sketch, work.song


def tell_of_lead(lead: "Lead | None") -> None:
    """A word where the melody takes long to play."""
    if lead is None:
        return
    from aoede.sound import on_speed

    for note in on_speed(lead.backend):
        tell(f"note: the melody is {note}", err=True)


def _told(
    planned: "Sketch", song: "Song", written: list[Path], seconds: float, out: Path, as_json: bool
) -> dict[str, Any]:
    from aoede.account import report_of
    from aoede.cli.composition import as_text

    report = report_of(planned, song, written, seconds)
    if not as_json:
        tell(as_text(report), err=out == STDOUT)
    return report


def _check_target(out: Path, count: int, as_json: bool) -> None:
    """Refuse what would write several things into one place."""
    from aoede.errors import UsageError

    if count > 1 and (out == STDOUT or is_one_file(out)):
        raise UsageError(
            f"{count} songs do not fit into one file",
            where="--out",
            hint="Name a folder, or leave --count away.",
        )
    if as_json and out == STDOUT:
        raise UsageError("the song and --json cannot both go to stdout", where="--out", hint="Name a file.")


def is_one_file(out: Path) -> bool:
    """Whether a place names one file of a song, by its suffix."""
    from aoede.export import SUFFIXES

    return out.suffix.lower() in SUFFIXES


def check_place(out: Path, *, files: str | None = None, stems: bool = False) -> None:
    """Refuse a place for a song's files that is neither a folder nor a file of a kind that songs are written to.

    files, stems: what else was asked for, which does not fit into one file.
    """
    from mimetypes import MimeTypes

    from aoede.errors import OutputError, UsageError
    from aoede.export import SUFFIXES

    is_one = is_one_file(out) or out == STDOUT
    others = "--files" if files is not None else "--stems" if stems else ""
    if is_one and others:
        raise UsageError(
            f"{out} is one file, and {others} asks for others",
            where="--out",
            hint=f"Name a folder, or leave {others} away.",
        )
    if is_one or out.is_dir():
        return
    one = f"Name a folder, or one file such as {out.with_suffix('.mid')}."
    if out.exists():
        raise OutputError("this is a file; a folder is needed for a song's files", where=str(out), hint=one)
    if MimeTypes().guess_type(out.name, strict=False)[0]:  # a name of a known kind of file
        kinds = " ".join(SUFFIXES)
        raise UsageError(
            f"songs are not written to {out.suffix}", where="--out", hint=f"{one} Kinds are {kinds}."
        )


def suffixes_of(song: "Song", audio: str, files: str | None) -> list[str]:
    """The kinds of files: those named, or all that this song and this machine have."""
    from aoede.errors import UsageError
    from aoede.export import SUFFIXES

    if files is None:
        sound = [] if audio == "none" else [f".{audio}", ".html"]
        words = [".lrc"] if song.syllables else []
        score = [".musicxml", *([".svg"] if find_spec("verovio") else [])]
        return [".mid", *sound, ".png", *score, *words, ".json"]
    named = [f".{name.strip().lower().lstrip('.')}" for name in files.split(",") if name.strip()]
    unknown = [suffix for suffix in named if suffix not in SUFFIXES]
    if unknown or not named:
        raise UsageError(
            f"{' '.join(unknown) or 'nothing'} is no kind of file",
            where="--files",
            hint=f"Use some of {','.join(suffix[1:] for suffix in SUFFIXES)}.",
        )
    return list(dict.fromkeys(named))


def _write(
    song: "Song", planned: "Sketch", out: Path, suffixes: list[str], stems: bool, force: bool
) -> list[Path]:
    from aoede import export

    if out == STDOUT:
        sys.stdout.buffer.write(export.to_bytes(song, ".mid"))
        return [out]
    if is_one_file(out):
        return [export.write(song, out, force=force)]
    stem = out / export.file_stem(song.title, str(planned.plan.key), planned.plan.tempo_bpm, planned.seed)
    written = export.write_all(song, stem, suffixes, force=force)
    return written + (export.write_stems(song, f"{stem}-stems", force=force) if stems else [])
