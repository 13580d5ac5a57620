"""What our scores make of MIDI whose real score is known: the voices of the OpenScore Lieder.

    python bench/score_reading.py ../shared/data [--songs 250]

The MIDI files say pitches and ticks, not names and note values. Each song's first part is written as a lead sheet
and held beside the engraved one, bar by bar: the same onsets and lengths, ties counted as one note; the same note
values, rests and ties as well; and for notes of the same pitch the same name. Bars with chords, grace notes or a
second voice are left out, and songs that begin with an upbeat or have other bars.
"""

import argparse
import time
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from aoede.formats import midi, musicxml

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
Bar = list[
    tuple[str, int, Fraction, str, bool]
]  # name, MIDI pitch, quarters, written value, tied from before


def engraved(path: Path) -> Element:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml") and "META" not in name]
        return ElementTree.fromstring(archive.read(names[0]))


def bars_of(root: Element) -> list[Bar | None]:
    """The bars of the first part; None for those that cannot be compared."""
    divisions = 1
    found: list[Bar | None] = []
    for measure in root.iterfind("part[1]/measure"):
        divisions = int(measure.findtext("attributes/divisions", str(divisions)))
        notes = measure.findall("note")
        is_plain = not any(
            note.find(tag) is not None for note in notes for tag in ("chord", "grace", "cue", "unpitched")
        )
        is_plain = is_plain and len({note.findtext("voice", "1") for note in notes}) <= 1
        found.append([_note(note, divisions) for note in notes] if is_plain else None)
    return found


def _note(note: Element, divisions: int) -> tuple[str, int, Fraction, str, bool]:
    ticks = Fraction(int(note.findtext("duration", "0")), divisions)
    quarters = ticks.limit_denominator(24)  # a triplet is not always a whole number of divisions
    value = note.findtext("type", "") + "." * len(note.findall("dot"))
    if note.find("rest") is not None:
        return "", 0, quarters, value, False
    letter, octave = note.findtext("pitch/step", "C"), int(note.findtext("pitch/octave", "4"))
    alter = int(note.findtext("pitch/alter", "0"))
    is_tied = any(tie.get("type") == "stop" for tie in note.iterfind("tie"))
    return f"{letter}{alter:+d}", STEPS[letter] + alter + 12 * (octave + 1), quarters, value, is_tied


def _begins_with_upbeat(root: Element) -> bool:
    """Whether the first bar is short: of that a MIDI file says nothing, and all its bars are others."""
    measure = root.find("part[1]/measure")
    return measure is None or measure.get("implicit") == "yes" or measure.get("number") == "0"


def sounds_of(bar: Bar) -> list[tuple[int, Fraction, Fraction]]:
    """(pitch, onset, length) with ties joined."""
    sounds: list[tuple[int, Fraction, Fraction]] = []
    now = Fraction(0)
    for name, pitch, quarters, _, is_tied in bar:
        if name and is_tied and sounds and sounds[-1][0] == pitch:
            sounds[-1] = (pitch, sounds[-1][1], sounds[-1][2] + quarters)
        elif name:
            sounds.append((pitch, now, quarters))
        now += quarters
    return sounds


def compare(theirs: Bar, ours: Bar, counts: Counter[str]) -> None:
    if not any(name for name, *_ in theirs):
        return
    counts["bars"] += 1
    counts["same onsets and lengths"] += sounds_of(theirs) == sounds_of(ours)
    written = [[(bool(name), value, tied) for name, _, _, value, tied in bar] for bar in (theirs, ours)]
    counts["same note values"] += written[0] == written[1]
    names = [[note for note in bar if note[0]] for bar in (theirs, ours)]
    for their_note, our_note in zip(*names, strict=False):
        if their_note[1] == our_note[1]:
            counts["notes"] += 1
            counts["same names"] += their_note[0] == our_note[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--songs", type=int, default=250)
    options = parser.parse_args()
    folder = options.data / "songs_openscore_lieder"
    counts: Counter[str] = Counter()
    begin = time.process_time()
    for path in sorted((folder / "mxl").glob("*.mxl"))[: options.songs]:
        source = folder / "midi" / f"{path.stem}.mid"
        if not source.exists():
            continue
        theirs = bars_of(engraved(path))
        ours = bars_of(ElementTree.fromstring(musicxml.to_bytes(midi.read(source).song)))
        counts["songs"] += 1
        if abs(len(theirs) - len(ours)) > 1 or _begins_with_upbeat(engraved(path)):
            counts["songs left out"] += 1
            continue
        for their_bar, our_bar in zip(theirs, ours, strict=False):
            if their_bar is not None and our_bar is not None:
                compare(their_bar, our_bar, counts)
    for name, of in (
        ("same onsets and lengths", "bars"),
        ("same note values", "bars"),
        ("same names", "notes"),
    ):
        print(f"{name}: {counts[name] / max(1, counts[of]):.1%} of {counts[of]:,} {of}")
    took_s = time.process_time() - begin
    print(f"{counts['songs']} songs, {counts['songs left out']} left out; {took_s:.0f} s of one core")


if __name__ == "__main__":
    main()
