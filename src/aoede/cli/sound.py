"""`aoede sound`: raw audio by a model, into files or into a pipe while it is made."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import STDOUT, force_option, json_option, tell, tell_json
from aoede.cli.inspect import read_midi
from aoede.errors import UsageError, output_error

if TYPE_CHECKING:
    from aoede.sound import Audio, Floats, Order

KINDS = ("wav", "flac", "ogg", "mp3")
_path = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  aoede sound my-voice --label "three, jackson" --seconds 1
  aoede sound my-flute --midi tune.mid -o tune.wav
  aoede sound my-flute --midi song.mid --track 2 --seconds 20 -o song.mp3
  aoede sound my-voice --start hello.wav --seconds 3 --count 4
  aoede sound my-voice --seconds 60 -o - | aplay"""
)
@click.argument("model")
@click.option(
    "--label",
    default="",
    help='What it is to be, of what the model was taught: "three, jackson" or "digit=three". '
    "[default: nothing in particular]",
)
@click.option(
    "--seconds",
    type=float,
    help="How long. [default: with --midi until the last note has rung, else as the recordings were, or 2]",
)
@click.option(
    "--midi",
    type=_path,
    metavar="FILE.mid",
    help='Play this melody, at its tempo ("-" reads stdin). Of notes that begin together the highest is played.',
)
@click.option(
    "--track",
    help="Which track of it: a number from 1, or a name. [default: the melody, as aoede look tells it]",
)
@click.option(
    "--start",
    type=_path,
    metavar="FILE.wav",
    help="Go on from this recording (wav, flac, ogg, mp3), whose last seconds the model hears. The file holds it, "
    "at the model's rate, then what is new: --seconds of it.",
)
@click.option(
    "-s",
    "--seed",
    type=int,
    help="The same seed and backend give the same bytes. [default: drawn and reported]",
)
@click.option(
    "-n",
    "--count",
    type=int,
    default=1,
    show_default=True,
    help="So many sounds, with the seeds that follow.",
)
@click.option(
    "--temperature",
    type=float,
    help="Below 1 tamer, above 1 wilder; 0.05 to 5. [default: 0.5 for notes, 1 for other sounds]",
)
@click.option(
    "--backend",
    type=click.Choice(["c", "numba", "numpy"]),
    help="What makes the samples. [default: the fastest that is there]",
)
@click.option(
    "-o",
    "--out",
    type=_path,
    help="A folder, one file such as tune.mp3, or - for WAV on stdout, while it is made. [default: out]",
)
@click.option("--audio", type=click.Choice(KINDS), help="Kind of sound in a folder. [default: wav]")
@force_option
@json_option
def sound(
    model: str,
    midi: Path | None,
    seed: int | None,
    count: int,
    out: Path | None,
    audio: str | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Let MODEL make sound, sample by sample: a RUN folder, a .safetensors file, or a shipped model.

    Without --midi and --start it begins from silence.
    """
    import secrets

    from aoede.randomness import checked_seed
    from aoede.sound import MAX_COUNT, ordered

    if not 1 <= count <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT} sounds can be made at once, not {count}", where="--count")
    _check_target(out, count, audio, as_json)
    is_new = seed is None
    seed = checked_seed(secrets.randbelow(2**31) if seed is None else seed)
    options["backend"] = options["backend"] or ""
    if str(midi) == "-":
        order = ordered(model, midi=read_midi(STDOUT).song, **options)
    else:
        order = ordered(model, midi=midi, **options)
    for note in order.notes:
        tell(f"note: {note}", err=True)
    if out == STDOUT:
        _stream(order, seed)
        return
    paths = _paths(order, seed, count, out, audio)
    _check_places(paths, force=force or not is_new)
    began = time.perf_counter()
    made = _made(order, seed, count)
    _store(made, paths, force)
    report = _report(model, order, made, paths, time.perf_counter() - began)
    tell_json(report) if as_json else tell(_as_text(report))


def _check_target(out: Path | None, count: int, audio: str | None, as_json: bool) -> None:
    """Refuse a place that cannot hold what is asked for."""
    if out is None or out.is_dir():
        return
    if out == STDOUT or _is_one_file(out):
        kind = "wav" if out == STDOUT else out.suffix.lower().removeprefix(".")
        if count > 1:
            raise UsageError(
                f"{count} sounds do not fit into one file",
                where="--out",
                hint="Name a folder, or leave --count away.",
            )
        if audio not in (None, kind):
            raise UsageError(f"--out says {kind}, --audio {audio}", where="--audio", hint="Leave it away.")
        if as_json and out == STDOUT:
            raise UsageError(
                "the sound and --json cannot both go to stdout", where="--out", hint="Name a file."
            )
    else:
        _check_folder(out)


def _check_folder(out: Path) -> None:
    from mimetypes import MimeTypes

    from aoede.errors import OutputError

    one = f"Name a folder, or one file such as {out.with_suffix('.wav')}."
    if out.exists():
        raise OutputError("this is a file; a folder is needed for sounds", where=str(out), hint=one)
    if MimeTypes().guess_type(out.name, strict=False)[0]:  # a name of a known kind of file
        kinds = " ".join(f".{kind}" for kind in KINDS)
        raise UsageError(
            f"sounds are not written to {out.suffix}", where="--out", hint=f"{one} Kinds are {kinds}."
        )


def _is_one_file(out: Path) -> bool:
    return out.suffix.lower().removeprefix(".") in KINDS and not out.is_dir()


def _paths(order: "Order", seed: int, count: int, out: Path | None, audio: str | None) -> list[Path]:
    """Where each sound goes: "out/my-voice-three-jackson-7.wav"."""
    if out is not None and _is_one_file(out):
        return [out]
    told = "-".join([order.sounder.name, *order.settings.get("label", {}).values()])
    stem = "-".join(part for part in "".join(c if c.isalnum() else "-" for c in told).split("-") if part)
    return [(out or Path("out")) / f"{stem[:80]}-{seed + i}.{audio or 'wav'}" for i in range(count)]


def _check_places(paths: Sequence[Path], *, force: bool) -> None:
    from aoede.formats.files import check_place

    for path in paths:
        check_place(path, force=force)  # the same seed may make the same file again


def _stream(order: "Order", seed: int) -> None:
    """WAV on stdout, each block as soon as it is made."""
    from aoede.formats.audio import wav_stream
    from aoede.sound import recipe_of, recipe_text, streamed, title_of

    pieces = wav_stream(
        streamed(order, seed=seed),
        n_samples=order.n_samples,
        sample_rate_hz=order.rate_hz,
        comment=recipe_text(recipe_of(order, seed)),
        title=title_of(order),
    )
    tell(f"seed {seed}, backend {order.backend}", err=True)
    for piece in pieces:
        try:
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody listens any more, which is no error
            raise
        except OSError as error:
            # What could not be written is still in the buffer, and would fail again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise output_error(Path("stdout"), error) from error


def _made(order: "Order", seed: int, count: int) -> list["Audio"]:
    from aoede.cli.progress import Progress
    from aoede.sound import gathered, streamed

    made = list["Audio"]()
    with Progress(count * order.n_samples, label=order.sounder.name, unit="sample") as progress:
        for i in range(count):
            blocks = _watched(streamed(order, seed=seed + i), progress, i * order.n_samples)
            made.append(gathered(order, blocks, seed=seed + i))
    return made


def _watched(blocks: Iterator["Floats"], progress: Any, done: int) -> Iterator["Floats"]:
    for block in blocks:
        yield block
        done += len(block)
        progress.update(done)


def _store(made: Sequence["Audio"], paths: Sequence[Path], force: bool) -> None:
    """All of the files or none."""
    from aoede.formats.files import write_together

    files = {path: one.to_bytes(path.suffix) for path, one in zip(paths, made, strict=True)}
    write_together(files, force=force)


def _report(
    model: str, order: "Order", made: Sequence["Audio"], paths: Sequence[Path], seconds: float
) -> dict[str, Any]:
    return {
        "schema": "aoede.sounds/1",
        "model": model,
        "sha256": order.sounder.sha256,
        "rate_hz": order.rate_hz,
        "backend": order.backend,
        "label": dict(order.settings.get("label", {})),
        "notes": list(order.notes),
        "sounds": [
            {
                "title": one.title,
                "seed": one.recipe["seed"],
                "duration_s": round(len(one.samples) / one.rate_hz, 4),
                "file": str(path),
                "recipe": dict(one.recipe),
            }
            for one, path in zip(made, paths, strict=True)
        ],
        "seconds": round(seconds, 2),
    }


def _as_text(report: Mapping[str, Any]) -> str:
    lines = []
    for row in report["sounds"]:
        lines += [f"{row['title']}: {row['duration_s']:.2f} s, seed {row['seed']}", f"  {row['file']}"]
    total = sum(row["duration_s"] for row in report["sounds"])
    return "\n".join(
        [*lines, f"{total:.2f} s made in {report['seconds']:.2f} s, backend {report['backend']}"]
    )
