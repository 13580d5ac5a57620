"""Counts the phrases that the shipped model of melodies has seen: python -m aoede.learning.known_phrases DATA OUT

By them the critic knows what a new melody borrows (`music/borrowed.py`); more about them in presets/phrases.md.
"""

import sys
from pathlib import Path

from aoede.formats import midi
from aoede.learning import checkpoint
from aoede.learning.melody_preset import SETS
from aoede.music.borrowed import KnownPhrases
from aoede.music.note_table import NoteTable
from aoede.music.recurrence import PHRASE_NOTES
from aoede.music.voices import told_apart

ABOUT = {
    "family": "phrases",
    "kind": "phrases of eight notes in known melodies, as numbers",
    "encoding": {"name": "phrases", "n_notes": PHRASE_NOTES},
    "licence": "public domain and CC0 data; see presets/phrases.md",
}


def melodies_in(data: Path) -> list[NoteTable]:
    """The melodies of all songs that the model was trained on or judged by, found in them as training finds them."""
    paths = [path for name in SETS for path in sorted((data / name / "midi").rglob("*.mid"))]
    return [told_apart(midi.read(path).song).melody for path in paths]


def main(data: Path, out: Path) -> None:
    melodies = melodies_in(data)
    known = KnownPhrases.of(melodies)
    provenance = {
        "command": "python -m aoede.learning.known_phrases DATA OUT",
        "sets": list(SETS),
        "n_songs": len(melodies),
    }
    metadata = {**ABOUT, "usual": round(known.usual, 6), "provenance": provenance}
    checkpoint.save(out, {"hashes": known.hashes}, metadata, force=True)
    n_bytes = out.stat().st_size
    print(
        f"{out}: {n_bytes:,} bytes, {len(known.hashes):,} phrases of {len(melodies)} songs, "
        f"{known.usual:.2%} of one stand in another"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
