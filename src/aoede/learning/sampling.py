"""Samples of a trained model as songs, and finding the model that a person names.

songs = sample(find("rbm"), seed=7, n_bars=16, mood=mood_of("calm and sad"))
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError, MissingError, UsageError
from aoede.formats import midi
from aoede.learning import checkpoint, families, rolls, runs
from aoede.learning.beginning import Beginning, moved
from aoede.learning.checkpoint import SUFFIX, Checkpoint, load_preset, preset_names
from aoede.learning.loop import standing_of
from aoede.learning.told import Told
from aoede.mood.request import Mood
from aoede.music.means import NEUTRAL_VALENCE
from aoede.music.theory import Key, parse_key
from aoede.randomness import checked_seed, stream
from aoede.song import TICKS_PER_QUARTER, Meter, Song
from aoede.version import __version__

MAX_BARS = 512
BAR_BEATS = 4
MAX_COUNT = 256
N_GIBBS = 200
TEMPO_BPM = 100.0


# What to do with a model of another encoding.
_HINTS = {
    "mulaw": "Make sound with: aoede sound {name}",
    "ngrams": 'Let it answer with: aoede reply --model {name} "Are you free?"',
    "words": 'Let it answer with: aoede reply --model {name} "Are you free?"',
}


@dataclass(frozen=True)
class Trained:
    """A model with what turns its arrays into music."""

    name: str
    family: families.Family
    model: Any
    encoding: PianoRoll
    labels: rolls.Labels | None
    told: Told | None  # what a network on frames is told of each; None of a model of windows
    transpose: str
    sha256: str  # of the file; "" for one that is in no file yet

    @classmethod
    def of(
        cls, metadata: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, name: str, sha256: str = ""
    ) -> "Trained":
        """Raises InputError where this is no model of piano rolls."""
        try:
            encoding = metadata["encoding"]["name"]
            if encoding != "pianoroll":
                hint = _HINTS.get(str(encoding), "").format(name=name)
                raise InputError(
                    f"this is a model of {encoding}; piano rolls are sampled here", where=name, hint=hint
                )
            family = families.load(metadata["family"], encoding=encoding, capability="samples")
            labels, provenance = metadata.get("labels"), metadata.get("provenance", {})
            return cls(
                name,
                family,
                family.Model.from_tensors(metadata["config"], tensors),
                PianoRoll.from_mapping(metadata["encoding"]),
                rolls.Labels.from_mapping(labels) if labels else None,
                Told.from_mapping(provenance["told"]) if "told" in provenance else None,
                str(provenance.get("transpose", "none")),
                sha256,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("this model file does not say what it is", where=name) from error


def find(name: "str | Path | Trained") -> Trained:
    """The model of a run, of a file, or of a preset: the first that there is. A model is itself.

    Of a run that is not done, the best so far. Raises MissingError, naming the presets, or InputError.
    """
    if isinstance(name, Trained):
        return name
    found, told = find_checkpoint(name)
    return Trained.of(found.metadata, found.tensors, name=told, sha256=found.sha256)


def find_checkpoint(name: str | Path) -> tuple[Checkpoint, str]:
    """The model of this name, and what to call it. A folder of data hides no preset."""
    path = Path(name)
    if path.is_dir() and (_is_run(path) or str(name) not in preset_names()):
        return _of_run(path), path.name or str(path.absolute().name)
    if path.is_file() or path.suffix == SUFFIX:
        return checkpoint.load(path), path.stem
    if str(name) in preset_names():
        return load_preset(str(name)), str(name)
    raise MissingError(
        "there is no run, no model file and no preset of this name",
        where=str(name),
        hint=f"Presets are {', '.join(preset_names())}.",
    )


def _is_run(folder: Path) -> bool:
    return runs.is_run(folder) or (folder / runs.MODEL_FILE).is_file()


def _of_run(run: Path) -> Checkpoint:
    final = run / runs.MODEL_FILE
    if final.is_file():
        return checkpoint.load(final)
    newest, _ = runs.newest(run)
    if newest is None:
        raise MissingError(
            "no run is here, or nothing has been saved in it yet",
            where=str(run),
            hint=f"Name a folder that aoede train made, a model file, or a preset: {', '.join(preset_names())}.",
        )
    best = standing_of(newest).best_step
    chosen = newest if best is None else runs.at_step(run, best)
    return chosen.checkpoint(runs.MODEL_FILE)


def sample(
    model: str | Path | Trained,
    *,
    seed: int,
    n_bars: int = 8,
    n: int = 1,
    mood: Mood | None = None,
    key: str | None = None,
    tempo_bpm: float | None = None,
    start: Song | None = None,
    only_new: bool = False,
    n_gibbs: int = N_GIBBS,
    temperature: float = 1.0,
) -> list[Song]:
    """`n` songs of `n_bars` bars, each from windows that continue one another.

    The bars are of 4/4, at 100 quarter notes a minute if `tempo_bpm` says nothing else. `start` is gone on from,
    in its own key, meter and tempo: the songs hold it and `n_bars` bars more (and what is left of its last bar), or
    with `only_new` just these. `mood` chooses the labels that are held, where the model has labels. `key` moves
    all notes, where the model was trained on pieces moved to C.
    Raises UsageError for what this model cannot do, InputError for a `start` of which it would hear nothing.
    """
    trained = find(model)
    given = None if start is None else Beginning.of(start, trained.encoding, trained.transpose, trained.told)
    _check(trained, n_bars, n, mood, key, given)
    semitones = _semitones(key, given)
    made = rolls_of(
        trained,
        _n_steps(trained, n_bars, given),
        stream(checked_seed(seed), "sample"),
        n=n,
        at=None if mood is None else (mood.valence, mood.arousal),
        n_gibbs=n_gibbs,
        start=given,
        temperature=temperature,
    )
    songs = [_song(trained, roll, n_bars, semitones, tempo_bpm, given, only_new) for roll in made]
    more = {"mood": mood, "start": start, "only_new": only_new or None}
    stated = {
        "bars": n_bars,
        "key": key,
        "tempo": tempo_bpm,
        **more,
        "gibbs": n_gibbs if trained.told is None else None,
    }
    return _signed(songs, trained, seed, {**stated, "temperature": temperature})


def _n_steps(trained: Trained, n_bars: int, given: Beginning | None) -> int:
    n_ticks = n_bars * BAR_BEATS * TICKS_PER_QUARTER if given is None else given.new_ticks(n_bars)
    return -(-n_ticks // trained.encoding.step_ticks)


def _song(
    trained: Trained,
    roll: NDArray[np.uint8],
    n_bars: int,
    semitones: int,
    tempo_bpm: float | None,
    given: Beginning | None,
    only_new: bool,
) -> Song:
    """The roll (n_steps, width) as a song, moved by so many semitones, after what was given."""
    if given is not None:
        new = given.new_part(roll, semitones=semitones, tempo_bpm=tempo_bpm)
        if only_new:
            return new
        return given.followed_by(new, n_bars=n_bars, semitones=semitones, tempo_bpm=tempo_bpm)
    song = trained.encoding.decode(roll, tempo_bpm=TEMPO_BPM if tempo_bpm is None else tempo_bpm)
    return replace(song, tracks=tuple(moved(track, semitones) for track in song.tracks))


def _signed(songs: list[Song], trained: Trained, seed: int, stated: Mapping[str, Any]) -> list[Song]:
    """The songs with titles, and recipes that say what was stated."""
    recipe = {
        "aoede": __version__,
        "model": trained.name,
        "sha256": trained.sha256[:16],
        "seed": seed,
        **{name: _in_recipe(value) for name, value in stated.items() if value is not None},
    }
    start = stated["start"]
    begun = [] if start is None else [start.title.strip()]
    signed = []
    for number, song in enumerate(songs, 1):
        name = trained.name if len(songs) == 1 else f"{trained.name} {number}"
        title = " + ".join([*filter(None, begun), name])
        signed.append(replace(song, title=title, recipe={**recipe, "number": number}))
    return signed


def _in_recipe(value: Any) -> Any:
    """A mood by its axes, a song by its title and hash, all else as it is."""
    if isinstance(value, Mood):
        return [round(value.valence, 3), round(value.arousal, 3)]
    if isinstance(value, Song):
        return {"title": value.title, "sha256": hashlib.sha256(midi.to_bytes(value)).hexdigest()[:16]}
    return value


def rolls_of(
    trained: Trained,
    n_steps: int,
    rng: np.random.Generator,
    *,
    n: int = 1,
    at: tuple[float, float] | None = None,
    n_gibbs: int = N_GIBBS,
    start: Beginning | None = None,
    temperature: float = 1.0,
) -> NDArray[np.uint8]:
    """(n, n_steps, width) rolls, held to the labels of the mood `at` (valence, arousal) if the model has labels.

    Networks on frames are told the mode of that mood, and that they are in C where they learnt pieces moved to C.
    The rolls go on from `start`.
    """
    if trained.told is not None:
        return _frames_of(trained, trained.told, n_steps, rng, n, at, start, temperature)
    labels = trained.labels.bits_for(*at) if trained.labels and at else None
    rows = None if start is None else start.rows
    with threadpool_limits(1):  # the same bits on machines of few and of many cores
        made: NDArray[np.uint8] = trained.model.generate(
            n_steps, rng, n=n, labels=labels, n_gibbs=n_gibbs, prompt=rows, temperature=temperature
        )
    return made


def _frames_of(
    trained: Trained,
    told: Told,
    n_steps: int,
    rng: np.random.Generator,
    n: int,
    at: tuple[float, float] | None,
    start: Beginning | None,
    temperature: float,
) -> NDArray[np.uint8]:
    """(n, n_steps, width) frames; what goes on from a beginning is told its meter and key."""
    key = (0, "") if trained.transpose == "key" else None
    if start is not None:
        key = rolls.key_of(start.song, trained.transpose)
    if at is not None and key is not None:
        key = (key[0], "major" if at[0] >= NEUTRAL_VALENCE else "minor")
    if start is None:
        context = told.rows(n_steps, trained.encoding.step_ticks, (Meter(0, 4, 4),), key)
    else:
        context = start.told_on(told, n_steps, key)
    rows = None if start is None else start.rows
    with threadpool_limits(1):
        made: NDArray[np.uint8] = trained.model.generate(
            n_steps, rng, n=n, prompt=rows, context=context, temperature=temperature
        )
    return made


def _check(
    trained: Trained, n_bars: int, n: int, mood: Mood | None, key: str | None, given: Beginning | None
) -> None:
    if not 1 <= n_bars <= MAX_BARS:
        raise UsageError(f"the length must be 1 to {MAX_BARS} bars, not {n_bars}", where="--bars")
    if given is not None and given.new_ticks(n_bars) > (MAX_BARS + 1) * BAR_BEATS * TICKS_PER_QUARTER:
        raise UsageError(
            f"{n_bars} bars of {given.meter.numerator}/{given.meter.denominator} are too long",
            where="--bars",
            hint=f"As much as {MAX_BARS} bars of 4/4 can be made.",
        )
    if not 1 <= n <= MAX_COUNT:
        raise UsageError(f"1 to {MAX_COUNT} songs can be made at once, not {n}", where="--count")
    hears_moods = trained.labels is not None or (trained.told is not None and "key" in trained.told.parts)
    if mood is not None and not hears_moods:
        raise UsageError("this model knows nothing of moods: it was trained without labels", where="--mood")
    if key is not None and trained.transpose != "key":
        raise UsageError(
            "this model has no key of its own: its pieces were not moved to one key",
            where="--key",
            hint="Train with --transpose key, or leave --key away.",
        )


def _semitones(key: str | None, given: Beginning | None) -> int:
    """By how much to move the songs, by the shorter way: from C, or what is given from its own key. -5 to 6."""
    if key is None:
        return 0
    tonic, mode = parse_key(key)
    to_key = Key(tonic, mode or "major").tonic_pc + (0 if given is None else given.semitones_to_c)
    return (to_key + 5) % 12 - 5
