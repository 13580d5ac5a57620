"""Samples of a trained model of melodies as songs: a line over chords, with their symbols.

songs = sing(singer("my-run"), seed=7, n_bars=16, key="D minor")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.chords import decode
from aoede.encodings.melody import NAME, STEP_TICKS, WAITS, Frame, Melodies, Melody, nearest_wait, span_of
from aoede.errors import InputError, UsageError
from aoede.learning import families
from aoede.learning.checkpoint import Checkpoint
from aoede.learning.sampling import BAR_BEATS, MAX_BARS, MAX_COUNT, TEMPO_BPM, find_checkpoint
from aoede.music.harmony import candidates
from aoede.music.melody_model import MelodyModel, drawn, melody_from
from aoede.music.theory import Key, parse_key, tonic_name
from aoede.randomness import checked_seed, stream
from aoede.song import ChordSymbol, Meter, Song, Tempo, Track
from aoede.version import __version__

LONGEST_LAST = nearest_wait(96)  # a whole note at the end
_STEPS = np.array(WAITS, np.int64)
_TRIES = 64  # until a melody has a note in its bars


@dataclass(frozen=True)
class Singer:
    """A model of melodies, and what it is told."""

    name: str
    family: families.Family
    model: Any
    encoding: Melodies
    sha256: str  # of the file; "" for one that is in no file yet

    transpose = "key"  # melodies are learnt in C

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Singer":
        """Raises InputError where this is no model of melodies."""
        try:
            family = families.load(metadata["family"], encoding=NAME, capability="samples")
            model = family.Model.from_tensors(metadata["config"], tensors)
            return cls(name, family, model, Melodies.from_mapping(metadata["encoding"]), sha256)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("this model file does not say what it is", where=name) from error


def sings(found: Checkpoint) -> bool:
    """Whether this is a model of melodies."""
    encoding = found.metadata.get("encoding")
    return isinstance(encoding, dict) and encoding.get("name") == NAME


def singer(name: str | Path) -> Singer:
    """The model of a run, of a file, or of a preset. Raises MissingError or InputError."""
    found, told = find_checkpoint(name)
    return Singer.of(found.metadata, found.tensors, name=told, sha256=found.sha256)


def sing(
    model: Singer,
    *,
    seed: int,
    n_bars: int = 8,
    n: int = 1,
    key: str | None = None,
    tempo_bpm: float | None = None,
    temperature: float = 1.0,
) -> list[Song]:
    """`n` melodies of `n_bars` bars of 4/4, each over chords of its own if the model is told chords.

    The key is drawn where none is said; the tempo is 100 quarter notes a minute. Raises UsageError for what cannot
    be.
    """
    if not 1 <= n_bars <= MAX_BARS:
        raise UsageError(f"the length must be 1 to {MAX_BARS} bars, not {n_bars}", where="--bars")
    if not 1 <= n <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT} songs can be made at once, not {n}", where="--count")
    checked_seed(seed)
    parsed = None if key is None else parse_key(key)
    recipe = {"aoede": __version__, "model": model.name, "sha256": model.sha256[:16], "seed": seed,
              "bars": n_bars, "temperature": temperature}  # fmt: skip
    songs = []
    for number in range(1, n + 1):
        rng = stream(seed, "sing", number)
        mode = ("major", "minor")[int(rng.random() < 0.3)] if parsed is None else parsed[1] or "major"
        tonic = tonic_name(int(rng.integers(12)), mode) if parsed is None else parsed[0]
        name = model.name if n == 1 else f"{model.name} {number}"
        song = _song(model, Key(tonic, mode), n_bars, temperature, rng)
        tempos = (Tempo(0, TEMPO_BPM if tempo_bpm is None else tempo_bpm),)
        songs.append(
            Song(
                name,
                song.tracks,
                tempos=tempos,
                keys=song.keys,
                chords=song.chords,
                recipe={**recipe, "key": str(Key(tonic, mode)), "number": number},
            )
        )
    return songs


def _song(model: Singer, key: Key, n_bars: int, temperature: float, rng: np.random.Generator) -> Song:
    meter = Meter(0, BAR_BEATS, 4)
    ids = candidates(n_bars, key.mode, rng=rng, n=1)[0] if "chords" in model.encoding.told else ()
    chords = [decode(chord_id, key.tonic_pc) for chord_id in ids]
    spans = [
        span_of(i * meter.bar_ticks // STEP_TICKS, chord, key.tonic_pc) for i, chord in enumerate(chords)
    ]
    frame = Frame(chords=tuple(spans), mode="minor" if key.is_minor else "major")
    end = n_bars * meter.bar_ticks // STEP_TICKS
    semitones = (key.tonic_pc + 5) % 12 - 5
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        melody = _sung(MelodyModel(model.model, model.encoding), frame, end, semitones, temperature, rng)
    symbols = [
        ChordSymbol(i * meter.bar_ticks, chord.symbol(flats=key.spells_flat(chord.root_pc)))
        for i, chord in enumerate(chords)
    ]
    changed = [s for i, s in enumerate(symbols) if not i or s.symbol != symbols[i - 1].symbol]
    track = Track("Melody", melody.notes(), role="melody")
    return Song("", (track,), keys=(key.signature,), chords=tuple(changed))


def _sung(
    model: MelodyModel, frame: Frame, end: int, semitones: int, temperature: float, rng: np.random.Generator
) -> Melody:
    """What is drawn until a note would begin at `end` or later, in steps; the last note sounds to there at most."""
    for _ in range(_TRIES):
        drafts, at = model.begin(frame), 0
        while True:
            waits = drawn(drafts.waits(), rng, temperature)
            at += WAITS[int(waits[0])]
            if at > end - WAITS[1]:
                break
            lengths = drafts.lengths(waits)
            drafts.sing(drawn(drafts.pitches(drawn(lengths, rng, temperature)), rng, temperature))
        sight = drafts.sights[0]
        if sight.onsets:
            left = end - sight.onsets[-1] >= _STEPS
            last = int(np.flatnonzero(left)[-1])
            return melody_from(sight, min(max(1, last), LONGEST_LAST), semitones)
    raise InputError("this model sings nothing in so few bars", hint="Ask for more bars, or train it longer.")
