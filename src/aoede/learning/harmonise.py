"""Trains the preset that harmonises melodies: `python -m aoede.learning.harmonise DATA OUT`.

Lead sheets (melody and chord symbols) are counted: which notes stand over which chord, which chord follows which,
which roots begin and end a phrase of eight bars, how often a chord changes. Where lead sheets are few, the next
chord is the one that the n-gram of the harmony preset foresees from the present one.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aoede.encodings.chords import N_CHORDS, REDUCED, Chord, encode
from aoede.learning import checkpoint
from aoede.learning.checkpoint import load_preset
from aoede.models.ngram import NGram
from aoede.models.ngram.conditioned import State
from aoede.music.harmonise import PHRASE_BARS, chords_a_bar
from aoede.song import TICKS_PER_QUARTER, Meter, Note

Floats = NDArray[np.float64]

SOURCE = "leadsheets_openewld"
# MusicXML's kinds of chords, as the lead sheets have them.
_KINDS: Mapping[str, str] = {
    "major": "maj", "minor": "min", "dominant": "7", "minor-seventh": "min7", "major-seventh": "maj7",
    "diminished": "dim", "diminished-seventh": "dim7", "half-diminished": "m7b5", "augmented": "aug",
    "augmented-seventh": "aug", "augmented-ninth": "aug", "suspended-fourth": "sus4", "suspended-second": "sus2",
    "dominant-ninth": "9", "dominant-11th": "9", "dominant-13th": "9", "major-sixth": "6", "minor-sixth": "m6",
    "maj69": "6", "major-ninth": "maj9", "minor-ninth": "min9", "minor-11th": "min9", "minor-13th": "min9",
    "minor-major": "minmaj7",
}  # fmt: skip
_NOTE_PRIOR = 2.0  # notes over each quality that are counted as any
_NEXT_PRIOR = 10.0  # changes from each chord that are counted as the n-gram foresees them
_PLACE_PRIOR = 20.0  # bars at each place that are counted as anywhere
_UPBEAT = 3 / 8  # of a bar: a melody that begins later begins with an upbeat


@dataclass(frozen=True)
class LeadSheet:
    """A melody with its chords, in ticks."""

    name: str
    meter: Meter
    notes: tuple[Note, ...]
    chords: tuple[tuple[int, Chord], ...]  # each with its beginning; never empty

    def chord_at(self, ticks: int) -> Chord | None:
        at = bisect_right(self.chords, ticks, key=lambda chord: chord[0]) - 1
        return self.chords[at][1] if at >= 0 else None

    @property
    def n_bars(self) -> int:
        return -(-max(note.end_ticks for note in self.notes) // self.meter.bar_ticks)

    @property
    def key(self) -> tuple[int, int]:
        """The tonic's pitch class, and 1 for minor: those of the last chord, with which nearly all songs end."""
        last = self.chords[-1][1]
        return last.root_pc, int(3 in last.intervals and 4 not in last.intervals)

    @property
    def first_bar(self) -> int:
        """The bar in which the first phrase begins: 0, or 1 after an upbeat."""
        return int(min(note.start_ticks for note in self.notes) > _UPBEAT * self.meter.bar_ticks)


def held_out(name: str) -> bool:
    """Whether a song belongs to the quarter that is never counted: a property of its name alone."""
    return sha256(f"lead sheet {name}".encode()).digest()[0] < 64


def lead_sheets(data: Path) -> list[LeadSheet]:
    """The lead sheets in the folder `data` that have a meter, notes and chords."""
    with (data / SOURCE / "songs.jsonl").open(encoding="utf-8") as lines:
        return list(_read(json.loads(line) for line in lines))


def _read(songs: Iterator[dict[str, Any]]) -> Iterator[LeadSheet]:
    for song in songs:
        chords = tuple(
            (_ticks(onset), Chord(root, _KINDS[kind]))
            for onset, root, kind, _ in song["chords"]
            if kind in _KINDS
        )
        if not song["time"] or not song["notes"] or not chords:
            continue
        numerator, denominator = map(int, song["time"].split("/"))
        notes = tuple(
            Note(_ticks(onset), pitch, max(1, _ticks(beats)), 80) for onset, beats, pitch, _ in song["notes"]
        )
        yield LeadSheet(song["id"], Meter(0, numerator, denominator), notes, chords)


def _ticks(beats: float) -> int:
    return round(beats * TICKS_PER_QUARTER)


def counted(sheets: Sequence[LeadSheet]) -> dict[str, Floats]:
    """The tensors of `harmonise.Ear`."""
    return {
        "hears": _hears(sheets),
        "follows": _follows(sheets),
        "places": _places(sheets),
        "changes": _changes(sheets),
    }


def _hears(sheets: Sequence[LeadSheet]) -> Floats:
    """(qualities, 12), long notes counting more than short ones, by the root of their lengths."""
    counts = np.full((len(REDUCED), 12), _NOTE_PRIOR / 12)
    for sheet in sheets:
        for note in sheet.notes:
            chord = sheet.chord_at(note.start_ticks)
            if chord is not None:
                weight = (note.duration_ticks / TICKS_PER_QUARTER) ** 0.5
                counts[encode(chord, 0) % len(REDUCED), (note.pitch - chord.root_pc) % 12] += weight
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _follows(sheets: Sequence[LeadSheet]) -> Floats:
    """(2, N_CHORDS, N_CHORDS) which chord comes next, in major and in minor; none follows itself."""
    tables = []
    for minor in (0, 1):
        counts = np.zeros((N_CHORDS, N_CHORDS))
        for sheet in sheets:
            tonic_pc, kind = sheet.key
            if kind == minor:
                ids = [encode(chord, tonic_pc) for _, chord in sheet.chords]
                np.add.at(counts, (ids[:-1], ids[1:]), 1)
        np.fill_diagonal(counts, 0)
        counts += _NEXT_PRIOR * _foreseen("minor" if minor else "major")
        tables.append(counts / counts.sum(axis=1, keepdims=True))
    return np.array(tables)


def _foreseen(mode: str) -> Floats:
    """(N_CHORDS, N_CHORDS) what the harmony preset expects after each chord alone, the same chord left out."""
    preset = load_preset("harmony")
    model = NGram.from_tensors(preset.metadata["config"], preset.tensors)
    condition = [list(pair) for pair in preset.metadata["conditions"]].index([mode, "billboard"])
    history = np.full((N_CHORDS, model.config.order - 1), -1, np.int64)
    history[:, 0] = np.arange(N_CHORDS)
    p = np.exp(model.step(State(np.full(N_CHORDS, condition), history))[0])
    np.fill_diagonal(p, 0)
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _places(sheets: Sequence[LeadSheet]) -> Floats:
    """(PHRASE_BARS, 12) log of how much likelier than elsewhere a root is in the first and last bar of a phrase.

    The bars between are left at 0: what was counted there made songs held out worse.
    """
    counts = np.zeros((PHRASE_BARS, 12))
    for sheet in sheets:
        for bar in range(sheet.first_bar, sheet.n_bars):
            chord = sheet.chord_at(bar * sheet.meter.bar_ticks)
            if chord is not None:
                counts[(bar - sheet.first_bar) % PHRASE_BARS, (chord.root_pc - sheet.key[0]) % 12] += 1
    anywhere = (counts.sum(axis=0) + 1) / (counts.sum() + 12)
    counts += _PLACE_PRIOR * anywhere
    likelier = np.log(counts / counts.sum(axis=1, keepdims=True) / anywhere)
    likelier[1:-1] = 0
    return np.asarray(likelier)


def _changes(sheets: Sequence[LeadSheet]) -> Floats:
    """(2,) how often a chord changes at a bar line, and in the middle of a bar that has one."""
    changed, seen = np.zeros(2), np.zeros(2)
    for sheet in sheets:
        per_bar = chords_a_bar(sheet.meter)
        span_ticks = sheet.meter.bar_ticks // per_bar
        chords = [sheet.chord_at(span * span_ticks) for span in range(sheet.n_bars * per_bar)]
        for span in range(1, len(chords)):
            inside = int(span % per_bar > 0)
            if chords[span - 1] is not None:
                changed[inside] += chords[span] != chords[span - 1]
                seen[inside] += 1
    return np.asarray(changed / seen)


def train(data: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The tensors and the metadata of the preset."""
    sheets = lead_sheets(data)
    known = [sheet for sheet in sheets if not held_out(sheet.name)]
    tensors = {name: tensor.astype(np.float32) for name, tensor in counted(known).items()}
    metadata = {
        "family": "hmm",
        "kind": "chords under a melody",
        "licence": "public domain, CC0 and MIT data; see presets/harmonise.md",
        "config": {"n_chords": N_CHORDS, "phrase_bars": PHRASE_BARS},
        "encoding": {"name": "chords", "qualities": list(REDUCED), "n_symbols": N_CHORDS},
        "provenance": {
            "data": "OpenEWLD lead sheets (public domain in the United States), and the harmony preset",
            "command": "python -m aoede.learning.harmonise DATA OUT",
            "n_songs": len(known),
            "held_out_songs": len(sheets) - len(known),
        },
    }
    return tensors, metadata


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 2:
        sys.exit("usage: python -m aoede.learning.harmonise DATA OUT")
    tensors, metadata = train(Path(arguments[0]))
    content_hash = checkpoint.save(Path(arguments[1]), tensors, metadata, force=True)
    print(json.dumps({**metadata["provenance"], "sha256": content_hash}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
