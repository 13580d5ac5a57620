"""`aoede models` and `aoede doctor`: what is installed and whether it works."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import json_option, sayable, tell, tell_json

if TYPE_CHECKING:
    from aoede.learning.checkpoint import Checkpoint


@click.command()
@json_option
@click.argument("name", required=False)
def models(name: str | None, as_json: bool) -> None:
    """List the shipped models: what each is, its licence and size. With NAME: whom it knows, and its card."""
    from aoede.learning.checkpoint import load_preset, preset_names

    if name:
        _tell_one(name, as_json)
        return

    rows = [_row(name, load_preset(name)) for name in preset_names()]
    if as_json:
        tell_json({"schema": "aoede.models/1", "models": rows})
        return
    for row in rows:
        tell(f"{row['name']:<10} {row['kind']:<62} {row['bytes'] / 1e6:5.2f} MB  {row['licence']}")


def _row(name: str, preset: "Checkpoint") -> dict[str, Any]:
    return {
        "name": name,
        "family": preset.metadata["family"],
        "encoding": preset.metadata["encoding"]["name"],
        "kind": preset.metadata["kind"],
        "licence": preset.metadata["licence"],
        "bytes": preset.n_bytes,
        "sha256": preset.sha256,
    }


def _tell_one(name: str, as_json: bool) -> None:
    """One model: the values of its labels, and what its card says."""
    from importlib import resources

    from aoede.learning.checkpoint import load_preset

    preset = load_preset(name)
    labels = preset.metadata.get("labels") or {}
    file = resources.files("aoede.presets").joinpath(f"{name}.md")
    card = file.read_text(encoding="utf-8") if file.is_file() else preset.metadata["kind"]
    if as_json:
        tell_json({"schema": "aoede.card/1", **_row(name, preset), "labels": labels, "card": card})
        return
    for column, values in zip(labels.get("columns", ()), labels.get("values", ()), strict=False):
        tell(f"{column}: {', '.join(values)}\n")
    click.echo(sayable(card, sys.stdout))


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check that everything a song needs is here and works."""
    rows = [_checked(name, check) for name, check in _CHECKS.items()]
    healthy = all(row["ok"] for row in rows)
    if as_json:
        tell_json({"schema": "aoede.doctor/1", "ok": healthy, "checks": rows})
    else:
        for row in rows:
            tell(f"{'ok ' if row['ok'] else 'BAD'} {row['name']:<10} {row['detail']}")
    ctx.exit(0 if healthy else 1)


def _checked(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "detail": check()}
    except Exception as error:  # whatever is wrong is the finding
        return {"name": name, "ok": False, "detail": f"{type(error).__name__}: {error}"}


def _python() -> str:
    import platform

    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{implementation} on {platform.system()} {platform.machine()}"


def _packages() -> str:
    from importlib.metadata import requires, version

    wanted = [line.split(";") for line in requires("aoede") or []]
    names = [part[0].split(">")[0].split("=")[0].split("<")[0].strip() for part in wanted if len(part) == 1]
    return ", ".join(f"{name} {version(name)}" for name in names)


def _presets() -> str:
    from aoede.learning.checkpoint import load_preset, preset_names

    whole = [f"{name} {load_preset(name).sha256[:8]}" for name in preset_names()]
    return f"{len(whole)} whole: {', '.join(whole)}"


def _mood() -> str:
    from aoede.mood.request import mood_of

    bright, dark = mood_of("hope and joy").valence, mood_of("悲伤和绝望").valence
    if not bright > 0 > dark:
        raise RuntimeError(f"hope and joy {bright:+.2f}, 悲伤和绝望 {dark:+.2f}")
    return f"hope and joy {bright:+.2f}, 悲伤和绝望 {dark:+.2f}"


def _song() -> str:
    from aoede import export
    from aoede.compose import compose
    from aoede.formats import midi

    song = compose("hope", seed=1, bars=4)
    again = midi.from_bytes(export.to_bytes(song, ".mid"), where="song.mid").song
    if [track.notes for track in again.tracks] != [track.notes for track in song.tracks]:
        raise RuntimeError("a song read back from MIDI is not the song that was written")
    return f"{sum(len(track.notes) for track in song.tracks)} notes in 4 bars, read back equal"


def _sound() -> str:
    import numpy as np

    from aoede import synth
    from aoede.compose import compose
    from aoede.export import SAMPLE_RATE_HZ

    samples = synth.render(compose("hope", seed=1, bars=2))
    peak = float(np.abs(samples).max())
    if not 0.05 < peak < 1.0:
        raise RuntimeError(f"the peak is {peak:.3f}")
    return f"{len(samples) / SAMPLE_RATE_HZ:.1f} s rendered, peak {20 * np.log10(peak):.1f} dB"


def _picture() -> str:
    from aoede import export
    from aoede.compose import compose

    return f"{len(export.to_bytes(compose('希望', seed=1, bars=2), '.png')):,} bytes of PNG"


def _out() -> str:
    import shutil
    import tempfile
    from pathlib import Path

    here = Path.cwd()
    with tempfile.NamedTemporaryFile(dir=here):
        free = shutil.disk_usage(here).free
    return f"{here} can be written, {free / 1e9:.1f} GB free"


_CHECKS: dict[str, Callable[[], str]] = {
    "python": _python,
    "packages": _packages,
    "presets": _presets,
    "mood": _mood,
    "song": _song,
    "sound": _sound,
    "picture": _picture,
    "folder": _out,
}
