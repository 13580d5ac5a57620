"""Whether our scores are valid MusicXML: N composed songs, and files of the research data, held against the schema.

    python bench/score_schema.py ../shared/data --schema musicxml.xsd [--songs 200] [--files 60]

The schema is the W3C's musicxml.xsd (MusicXML 4.0), with xml.xsd and xlink.xsd beside it; without it nothing is done,
because it is not ours to ship. Every song is written as a lead sheet and as a whole score, composed ones with words
on their melody, of which every second is Chinese. Bars are added up as well.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import aoede
from aoede.errors import AoedeError
from aoede.formats import midi, musicxml
from aoede.song import Song, Syllable

REQUESTS = (
    "a song that expresses hope and wonder", "a slow sad waltz about rain", "a march for angry people",
    "lullaby in 6/8 for a calm night", "an epic anthem in 12/8", "joy", "a tender ballad in D minor, 70 bpm",
    "一首关于月光的思念的歌", "欢快的儿歌", "雨夜的孤独，慢板", "a strange song in 5/4", "a nervous song in 7/8",
)  # fmt: skip
KEYS = (None, "C", "F# minor", "Bb dorian", "Eb", "G# minor", "B lydian", "Db", "E phrygian")
BARS = (None, 4, 12, 17, 40, 64)
WORDS = ("Hold ", "fast ", "to ", "the ", "morn", "ing ", "light ", "and ", "won", "der/ ")
CHARACTERS = "床前明月光/疑是地上霜/举头望明月/低头思故乡/"
FOLDERS = ("midi_nottingham", "songs_openscore_lieder", "midi_gutenberg_songs", "midi_piano_giantmidi",
           "leadsheets_openewld", "midi_odd")  # fmt: skip


def composed(n_songs: int) -> Iterator[tuple[str, Song]]:
    """Requests, keys and lengths of which no two songs have all alike."""
    for seed, request, key, bars in zip(
        range(n_songs), cycle(REQUESTS), cycle(KEYS), cycle(BARS), strict=False
    ):
        try:
            song = aoede.compose(request, seed=seed, key=key, bars=bars)
        except AoedeError as error:  # a key that the request contradicts
            print(f"  not composed: {request!r} in {key}, {bars} bars: {error.message}", file=sys.stderr)
            continue
        yield f"{request} ({seed})", with_words(song, chinese=seed % 2 == 1)


def with_words(song: Song, *, chinese: bool) -> Song:
    """A syllable on every note of the melody, over and over."""
    if chinese:
        texts = [(char, False) for char in CHARACTERS.replace("/", "")]
    else:
        texts = [(word.strip(" /"), not word.endswith(" ")) for word in WORDS]
    notes = musicxml.lead_of(song).notes
    syllables = (Syllable(note.start_ticks, *text) for note, text in zip(notes, cycle(texts), strict=False))
    return replace(song, syllables=tuple(syllables))


def read(data: Path, n_files: int) -> Iterator[tuple[str, Song]]:
    """Some files of each folder, evenly taken."""
    for folder in FOLDERS:
        paths = sorted(
            path for path in (data / folder).rglob("*") if path.suffix.lower() in (".mid", ".midi")
        )
        for path in paths[:: max(1, len(paths) // max(1, n_files))][:n_files]:
            try:
                yield f"{folder}/{path.name}", midi.read(path).song
            except AoedeError:
                continue


def uneven_bars(score: bytes) -> int:
    """How many bars of a score do not add up to their meter; those that are cut on purpose say so."""
    wrong = 0
    for part in ElementTree.fromstring(score).iterfind("part"):
        beats = beat_type = 0
        for measure in part.iterfind("measure"):
            beats = int(measure.findtext("attributes/time/beats", str(beats)))
            beat_type = int(measure.findtext("attributes/time/beat-type", str(beat_type)))
            voice = (note for note in measure.iterfind("note") if note.find("chord") is None)
            ticks = sum(int(note.findtext("duration", "0")) for note in voice)
            wrong += measure.get("implicit") is None and ticks != 1920 * beats // beat_type
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--schema", type=Path)
    parser.add_argument("--songs", type=int, default=200)
    parser.add_argument("--files", type=int, default=60, help="of each folder")
    options = parser.parse_args()
    if options.schema is None:
        print("give the path of the W3C's musicxml.xsd with --schema: nothing to hold the scores against")
        return
    from xmlschema import XMLSchema
    from xmlschema.exceptions import XMLResourceExceeded

    schema = XMLSchema(str(options.schema))
    counts: Counter[str] = Counter()
    begin = time.process_time()
    for name, song in (*composed(options.songs), *read(options.data, options.files)):
        for whole in (False, True):
            try:
                score = musicxml.to_bytes(song, whole=whole)
                errors = [str(error.reason) for error in schema.iter_errors(score.decode())]
            except (AoedeError, XMLResourceExceeded) as error:
                print(f"  {name}: left out ({str(error)[:80]})")
                counts["too large"] += 1
                continue
            counts["scores"] += 1
            counts["invalid"] += bool(errors)
            counts["uneven bars"] += uneven_bars(score)
            counts["bars"] += score.count(b"<measure ")
            counts["notes"] += score.count(b"<pitch>") + score.count(b"<unpitched>")
            for error in errors[:3]:
                print(f"  {name}: {error[:200]}")
    told = ", ".join(f"{n:,} {what}" for what, n in counts.items())
    print(f"{told}; {time.process_time() - begin:.0f} s of one core")


if __name__ == "__main__":
    main()
