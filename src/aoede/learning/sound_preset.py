"""Trains the shipped instrument: python -m aoede.learning.sound_preset DATA OUT [--run FOLDER]

A WaveNet on freely licensed single notes; what of, and how good it is, stands in presets/notes.md. With `--run` the
training is kept in that folder, and one that was stopped goes on.
"""

import argparse
import csv
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aoede.learning import checkpoint, runs
from aoede.learning.text_presets import Console
from aoede.learning.train import resume, train

SEED = 1
EVERY = 7  # of the pitches of an instrument one is held out, with all its layers
N_EPOCHS, N_OUTLINE_STEPS, LEANING = 4, 8_000, 0.7
VELOCITIES = {"pp": 45, "mf": 80}  # of the layers that were played
NAMES = {
    "classical_guitar": "guitar",
    "grand_piano": "piano",
    "piano_pffy": "electric piano",
}  # as they are said
PITCH, INSTRUMENT, FILE, TABLE = "midi_pitch", "instrument", "file", "index.tsv"


def held_out(rows: Iterable[dict[str, str]]) -> set[str]:
    """The files of every seventh pitch of an instrument, and every seventh of what has no pitch."""
    found = set[str]()
    rows = list(rows)
    for name in sorted({row[INSTRUMENT] for row in rows}):
        mine = [row for row in rows if row[INSTRUMENT] == name]
        groups = sorted({row[PITCH] or row[FILE] for row in mine})
        chosen = {group for i, group in enumerate(groups) if i % EVERY == EVERY // 2}
        found |= {row[FILE] for row in mine if (row[PITCH] or row[FILE]) in chosen}
    return found


def gathered(data: Path, folder: Path) -> Path:
    """The notes that have a pitch, those held out in a folder of their own, with their table."""
    source = data / "audio_notes"
    with (source / TABLE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row[PITCH]]
    held = held_out(rows)
    for row in rows:
        part = folder / ("held_out" if row[FILE] in held else "train")
        part.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "wav" / row[FILE], part / row[FILE])
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        columns = [FILE, INSTRUMENT, PITCH, "velocity"]
        writer = csv.DictWriter(file, columns, delimiter="\t", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row | {"velocity": str(VELOCITIES[row["layer"]])} for row in rows)
    return folder


def trained(data: Path, folder: Path) -> Path:
    """The model of a whole training in folder/run, which goes on where it had stopped."""
    notes, run = gathered(data, folder / "notes"), folder / "run"
    if runs.is_run(run):
        outcome = resume(run, folder=notes, watcher=Console())
    else:
        steps: dict[str, Any] = {"n_epochs": N_EPOCHS, "outline_steps": N_OUTLINE_STEPS, "leaning": LEANING}
        outcome = train("wavenet", notes, run, watcher=Console(), seed=SEED, **steps)
    assert outcome.model is not None
    return outcome.model


def packed(model: Path, out: Path) -> None:
    found = checkpoint.load(model)
    labels = found.metadata["labels"]
    metadata = dict(found.metadata) | {
        "labels": labels | {"values": [[NAMES[name] for name in labels["values"][0]]]},
        "kind": "single notes of grand piano, electric piano and classical guitar",
        "licence": "CC0 and public domain recordings; see presets/notes.md",
    }
    command = "python -m aoede.learning.sound_preset DATA OUT"
    metadata["provenance"] = {**metadata["provenance"], "command": command}
    checkpoint.save(out, found.tensors, metadata, force=True)
    print(f"{out}: {out.stat().st_size:,} bytes, {metadata['provenance']['figures']}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aoede.learning.sound_preset")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--run", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        packed(trained(given.data, given.run or Path(folder)), given.out)


if __name__ == "__main__":
    main()
