"""`aoede look` and `aoede render`: what is in a MIDI file or a model, and how a MIDI file sounds."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.comparison import LIKE, compared, facts_of_voices, lines_of_comparison, lines_of_voices
from aoede.cli.console import force_option, json_option, read_text, tell, tell_json
from aoede.cli.make import tell_of_lead

if TYPE_CHECKING:
    from aoede.formats.midi import Reading
    from aoede.learning.checkpoint import Checkpoint
    from aoede.song import Song

ONLY_IN_JSON = (
    "recipe",
    "made_with",
    "responses",
    "priors",
    "classes",
)  # of a model's provenance: long, and of use to programs
MAX_CELLS = 12  # of a long list that is told in a line
MAX_CHARACTERS = 120  # of a long text
_file = click.argument("file", type=click.Path(path_type=Path))


@click.command(
    epilog="""\b
Examples:
  aoede look song.mid
  aoede look sample.mid --like chorales
  aoede look my-run
  aoede look my-text-run --text "What light is"
  aoede look harmony --json"""
)
@_file
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Where the picture goes. [default: out/NAME.png]"
)
@click.option(
    "--text", help='For models of text: what is read ("-" reads stdin). [default: something that it writes]'
)
@click.option("-s", "--seed", type=int, default=0, show_default=True, help="Of what a model of text draws.")
@click.option(
    "--like",
    type=click.Choice(LIKE),
    help="For songs: the real ones that they are compared with. [default: nearest in texture]",
)
@force_option
@json_option
def look(
    file: Path, out: Path | None, text: str | None, seed: int, like: str | None, force: bool, as_json: bool
) -> None:
    """Tell what is in FILE and draw it: a MIDI file as a piano roll, a model with what its hidden units look for.

    Of a song it is told what is melody and what accompanies it, and where it lies among real ones: measure by measure
    between too little and too much.

    A model is a RUN folder, a .safetensors file or the name of a shipped one. Of a damaged MIDI file it is told
    what had to be repaired. Struck notes of a model have a picture of their own beside that of the held ones.
    Of a model of text it is drawn what it foresees along a text, and how the next character is chosen.
    """
    if text is not None:
        text = read_text(text)
    from aoede.errors import UsageError

    if _is_model(file):
        if like is not None:
            raise UsageError("only songs are compared with songs", where="--like")
        _look_at_model(file, out, force, as_json, text, seed)
        return
    if text is not None:
        raise UsageError("only a model of text reads a text", where="--text")
    from aoede import export

    reading = read_midi(file)
    target = out or Path("out") / f"{_safe_stem(file)}.png"
    picture = export.write(reading.song, _with_suffix(target, (".png",)), force=force)
    report = _facts(file, reading, like) | {"picture": str(picture)}
    tell_json(report) if as_json else tell(_as_text(report))


@click.command(
    epilog="""\b
Examples:
  aoede render song.mid
  aoede render song.mid --lead my-flute --out song.mp3"""
)
@_file
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The audio file. [default: out/NAME.wav]")
@click.option("--audio", type=click.Choice(["wav", "mp3", "flac", "ogg"]), default="wav", show_default=True)
@click.option(
    "--lead", metavar="MODEL", help="A model of sound that plays the melody: a run or a model file."
)
@click.option(
    "--lead-label", metavar="LABEL", help='What it is to sound like, as aoede sound has --label: "flute".'
)
@click.option("-s", "--seed", type=int, default=0, show_default=True, help="Of what that model draws.")
@force_option
@json_option
def render(
    file: Path,
    out: Path | None,
    audio: str,
    lead: str | None,
    lead_label: str | None,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Play FILE.mid into an audio file."""
    from aoede import export

    reading = read_midi(file)
    target = _with_suffix(
        out or Path("out") / f"{_safe_stem(file)}.{audio}", (".wav", ".mp3", ".flac", ".ogg")
    )
    song = _led(reading.song, lead, lead_label, seed)
    written = export.write(song, target, force=force)
    report = {
        "schema": "aoede.render/1",
        "file": str(file),
        "audio": str(written),
        "duration_s": round(song.duration_s, 3),
        "repairs": list(reading.repairs),
    }
    if song.lead:
        report["lead"] = song.recipe["lead"]
    tell_json(report) if as_json else tell(_as_text(report))


def _led(song: "Song", lead: str | None, label: str | None, seed: int) -> "Song":
    """The song with a model to play its melody, if there is one to, and a recipe that says so."""
    from aoede.errors import UsageError

    if lead is None:
        if label is not None:
            what = "there is no model to play the melody"
            raise UsageError(what, where="--lead-label", hint="Name one with --lead.")
        return song
    from aoede.lead import lead_by, recipe_with

    song = replace(song, lead=lead_by(lead, seed=seed, label=label or ""))
    tell_of_lead(song.lead)
    return replace(song, recipe=recipe_with(song))


def read_midi(file: Path) -> "Reading":
    """The song of a MIDI file; "-" is stdin."""
    from aoede.formats import midi
    from aoede.formats.midi_guard import DEFAULT_LIMITS

    if str(file) != "-":
        return midi.read(file)
    data = sys.stdin.buffer.read(DEFAULT_LIMITS.max_bytes + 1)
    return midi.from_bytes(data, where="stdin")


def _safe_stem(file: Path) -> str:
    return "song" if str(file) == "-" else file.stem or "song"


def _with_suffix(path: Path, allowed: tuple[str, ...]) -> Path:
    from aoede.errors import UsageError

    if path.suffix.lower() not in allowed:
        raise UsageError(
            f"{path.suffix or 'no suffix'!r} is not what is made here",
            where="--out",
            hint=f"Name a file that ends in {' or '.join(allowed)}.",
        )
    return path


def _facts(file: Path, reading: "Reading", like: str | None) -> dict[str, Any]:
    from aoede.encodings.chords import chords_of
    from aoede.formats.general_midi import program_name
    from aoede.music.measures import measure
    from aoede.music.voices import told_apart, with_chords_heard

    song = reading.song
    measured = measure(with_chords_heard(song))
    chords = song.chords or chords_of(_in_key(song, measured.key))
    return {
        "schema": "aoede.look/1",
        "file": str(file),
        "title": song.title,
        "duration_s": round(song.duration_s, 3),
        "bars": len(song.bar_starts()),
        "tempos": [[tempo.start_ticks, round(tempo.bpm, 3)] for tempo in song.tempos],
        "meters": [[meter.start_ticks, f"{meter.numerator}/{meter.denominator}"] for meter in song.meters],
        "tracks": [
            {
                "name": track.name,
                "instrument": "Drums" if track.is_drum else program_name(track.program),
                "role": track.role,
                "notes": len(track.notes),
            }
            for track in song.tracks
        ],
        "sections": [section.name for section in song.sections],
        "chords": [chord.symbol for chord in chords],
        "voices": facts_of_voices(told_apart(song)),
        "measured": measured.as_dict(),
        "compared": compared(measured, like),
        "repairs": list(reading.repairs),
        "recipe": dict(song.recipe),
    }


def _in_key(song: "Song", found: str) -> "Song":
    """The song with the signature of the key that was found, so that chords are spelt in it.

    What a file states is often only the default, no sharps and no flats.
    """
    from aoede.music.theory import Key

    if not found:
        return song
    tonic, mode = found.split(" ")
    return replace(song, keys=(Key(tonic, mode).signature,))


def _as_text(report: dict[str, Any]) -> str:
    lines = [f"{report.get('title') or report['file']}"]
    for name, value in report.items():
        if name in ("schema", "title") or value in ([], {}, "", None):
            continue
        lines += _lines(name, value)
    return "\n".join(lines)


def _lines(name: str, value: Any) -> list[str]:
    """One fact as one or more lines, its name in the margin."""
    if name == "tracks":
        cells = [f"{t['name'] or 'unnamed'}: {t['instrument']}, {t['notes']} notes" for t in value]
    elif name == "voices":
        return lines_of_voices(value)
    elif name == "measured":
        cells = [_in_a_line(value)]
    elif name == "compared":
        return lines_of_comparison(value)
    elif name == "chords":
        shown = value[:64]
        cells = [" ".join(shown) + (f" … ({len(value)} in all)" if len(value) > 64 else "")]
    elif name in ("recipe", "lead"):
        cells = [json.dumps(value, ensure_ascii=False)]
    elif name in ("tempos", "meters"):
        cells = [", ".join(str(x) for _, x in value[:8]) + (" …" if len(value) > 8 else "")]
    elif isinstance(value, list):
        cells = [str(x) for x in value]
    else:
        cells = [_figure(value)]
    return [f"  {name if i == 0 else '':<10}  {cell}" for i, cell in enumerate(cells)]


def _in_a_line(measured: dict[str, Any]) -> str:
    """What is not compared with other songs; JSON has all."""
    told = {
        "key clarity": measured["key_clarity"],
        "notes a second": measured["notes_per_second"],
        "mean pitch": measured["mean_pitch"],
        "mean velocity": measured["mean_velocity"],
    }
    parts = [measured["key"]] + [f"{name} {_figure(x)}" for name, x in told.items() if x is not None]
    return ", ".join(part for part in parts if part)


def _figure(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


# Models


def _is_model(file: Path) -> bool:
    """A folder, a model file, or a name that no file has but a preset."""
    from aoede.learning.checkpoint import SUFFIX, preset_names

    return file.is_dir() or file.suffix == SUFFIX or (not file.exists() and str(file) in preset_names())


def _look_at_model(
    model: Path, out: Path | None, force: bool, as_json: bool, text: str | None, seed: int
) -> None:
    from aoede.formats.files import write_together
    from aoede.learning.pictures import pictures_of
    from aoede.learning.sampling import find_checkpoint

    target = _with_suffix(out, (".png",)) if out else None
    found, name = find_checkpoint(model)
    target = target or Path("out") / f"{name}.png"
    drawn = pictures_of(found, name, text=text, seed=seed)
    files = {
        target if i == 0 else target.with_stem(f"{target.stem}-{part}"): data
        for i, (part, data) in enumerate(drawn.items())
    }
    write_together(files, force=force)
    report = _facts_of_model(model, found) | {"pictures": [str(file) for file in files]}
    tell_json(report) if as_json else tell(_model_as_text(name, report))


def _facts_of_model(model: Path, found: "Checkpoint") -> dict[str, Any]:
    told = {"schema": "aoede.model/1", "model": str(model)}
    own = {
        name: value for name, value in found.metadata.items() if name not in (*told, "content_hash", "format")
    }
    tensors = {name: list(tensor.shape) for name, tensor in found.tensors.items()}
    return {**told, **own, "tensors": tensors, "bytes": found.n_bytes, "sha256": found.sha256}


def _model_as_text(name: str, report: Mapping[str, Any]) -> str:
    """Its kind, then a line for each fact; what is told of the training stands beside the facts."""
    provenance = report.get("provenance")
    rows = {**report, **(provenance if isinstance(provenance, Mapping) else {})}
    left_out = ("schema", "model", "kind", "provenance", "tensors", "pictures", *ONLY_IN_JSON)
    lines = [f"{name}: {report.get('kind', 'a model')}"]
    for row, value in rows.items():
        if row not in left_out and value not in ([], {}, "", None):
            lines.append(f"  {row.replace('_', ' '):<14}  {_told(value)}")
    lines += [f"  {'' if i else 'pictures':<14}  {path}" for i, path in enumerate(report["pictures"])]
    return "\n".join(lines)


def _told(value: Any, depth: int = 0) -> str:
    """A fact of a model in a few lines: what is long is cut, the more the deeper it lies. JSON has all of it."""
    from aoede.learning.text_pictures import sign

    if isinstance(value, str):
        return _cut([sign(c) if c in "\t\n" else c for c in value], MAX_CHARACTERS, "")
    if isinstance(value, Mapping):
        if "symbols" in value:  # an alphabet, with its blanks
            value = {**value, "symbols": "".join(map(sign, value["symbols"]))}
        parts = ((name, _told(part, depth + 1), isinstance(part, Mapping)) for name, part in value.items())
        told = [f"{name.replace('_', ' ')} {f'({part})' if nested else part}" for name, part, nested in parts]
        return _cut(told, MAX_CELLS >> depth if depth else len(told))
    if isinstance(value, list):
        return _cut([_told(part, depth) for part in value], MAX_CELLS)
    return _figure(value)


def _cut(parts: Sequence[str], n: int, between: str = ", ") -> str:
    return between.join(parts[:n]) + f" … ({len(parts):,} in all)" * (len(parts) > n)
