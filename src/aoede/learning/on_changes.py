"""Families on chord changes: what is read out of songs, and a progression to hear and see."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from aoede.encodings.changes import SHAPE, ChordChanges, Place, piece_of
from aoede.encodings.chords import decode, encode, parse_chord
from aoede.errors import InputError, UsageError
from aoede.formats import midi, picture
from aoede.learning import on_rolls
from aoede.learning.dataset import Item, split
from aoede.learning.families import Family, settings_for
from aoede.learning.harmony import Passage, section_group
from aoede.learning.loop import Learner, Tensors
from aoede.music.chord_model import ChordModel
from aoede.music.harmony import candidates
from aoede.music.key_finder import find_key
from aoede.music.measures import pitch_class_weights
from aoede.music.note_table import pitched_notes
from aoede.music.voices import with_chords_heard
from aoede.neural.events.piece import EventPiece
from aoede.randomness import stream
from aoede.song import TICKS_PER_QUARTER, ChordSymbol, Note, Song, Track

_FIXED = ("shape",)  # by the encoding
_BAR_TICKS = 4 * TICKS_PER_QUARTER

on = "chord changes"
told: tuple[str, ...] = ()


def reading(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": ("midi",)}


def decide(
    family: Family,
    items: Sequence[Item],
    preset: str,
    said: Mapping[str, Any],
    held_out: float,
    seed: int,
    minutes: float | None,
) -> dict[str, Any]:
    given = family.RECIPES[preset]
    shape, changes, _ = settings_for(family, said, fixed=_FIXED)
    n_chords = sum(map(len, pieces([item.value for item in split(items, held_out, seed=seed)[0]])))
    if not n_chords:
        raise UsageError("there are no chord changes in these songs", hint="A song has two chords or more.")
    config = family.Config(shape=SHAPE, **{**given.shape_for(0, minutes), **shape})
    return {
        "encoding": ChordChanges().as_mapping(),
        "labels": None,
        "config": asdict(config),
        "recipe": asdict(replace(given.recipe.suited(n_chords), **changes)),
    }


def learner(family: Family, document: Mapping[str, Any], items: Sequence[Item]) -> Learner:
    seed = document["schedule"]["seed"]
    train, valid = (
        pieces([item.value for item in part]) for part in split(items, document["held_out"], seed=seed)
    )
    made: Learner = family.Learner(
        family.Config.from_mapping(document["config"]),
        family.Recipe.from_mapping(document["recipe"]),
        train,
        valid,
        seed=seed,
    )
    return made


def judged(model: ChordModel, values: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    return pieces(values), None


def pieces(songs: Sequence[Song]) -> list[EventPiece]:
    """The passages of songs, of no songbook that is known by name."""
    found = [passage for song in songs for passage in passages_of(song)]
    return [piece_of(p.ids, Place.of(p.mode, "", p.section)) for p in found]


def passages_of(song: Song) -> list[Passage]:
    """The chord changes of each section of a song, or of the whole song where it has none."""
    heard = with_chords_heard(song)
    key = find_key(pitch_class_weights(pitched_notes(song)))
    ids = [(symbol.start_ticks, _functional(symbol, key.tonic_pc)) for symbol in heard.chords]
    edges = [(s.start_ticks, s.end_ticks, section_group(s.name)) for s in heard.sections]
    found = []
    for begin, end, section in edges or [(0, heard.end_ticks + 1, "none")]:
        own = [chord for start, chord in ids if begin <= start < end and chord >= 0]
        changes = tuple(chord for i, chord in enumerate(own) if i == 0 or chord != own[i - 1])
        if len(changes) > 1:
            found.append(Passage(song.title, key.mode, section, changes))
    return found


def _functional(symbol: ChordSymbol, tonic_pc: int) -> int:
    """The functional id, -1 for what is no chord."""
    try:
        return encode(parse_chord(symbol.symbol), tonic_pc)
    except InputError:
        return -1


class Artist(on_rolls.Artist):
    """Samples of a few bars: a chord each."""

    def samples(self, metadata: Mapping[str, Any], tensors: Tensors, *, name: str) -> dict[str, bytes]:
        model = ChordModel.of(metadata, tensors, name=name)
        song = progression(model, seed=self.seed, n_bars=on_rolls.SAMPLE_BARS)
        return {".mid": midi.to_bytes(song), ".png": picture.to_bytes(song)}


def artist(document: Mapping[str, Any], items: Sequence[Item]) -> Artist:
    return Artist(document["schedule"]["seed"])


def progression(model: ChordModel, *, seed: int, n_bars: int) -> Song:
    """A progression in C major, a chord a bar, that begins and ends as one does."""
    ids = candidates(n_bars, "major", rng=stream(seed, "progression"), n=1, model=model)[0]
    notes, symbols = list[Note](), list[ChordSymbol]()
    for bar, chord in enumerate(decode(i, 0) for i in ids):
        symbols.append(ChordSymbol(bar * _BAR_TICKS, chord.symbol()))
        pitches = [48 + chord.root_pc, *(60 + pc for pc in sorted(chord.pitch_classes))]
        notes += [Note(bar * _BAR_TICKS, pitch, _BAR_TICKS, 80) for pitch in pitches]
    return Song(model.name, (Track("Chords", tuple(sorted(notes)), role="chords"),), chords=tuple(symbols))
