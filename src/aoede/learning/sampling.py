"""Samples of a trained model as songs, and finding the model that a person names.

songs = sample(find("rbm"), seed=7, n_bars=16, mood=mood_of("calm and sad"))
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError, MissingError, UsageError
from aoede.learning import checkpoint, families, rolls, runs
from aoede.learning.checkpoint import SUFFIX, Checkpoint, load_preset, preset_names
from aoede.learning.loop import standing_of
from aoede.learning.told import Told
from aoede.mood.request import Mood
from aoede.music.means import NEUTRAL_VALENCE
from aoede.music.theory import Key, parse_key
from aoede.randomness import checked_seed, stream
from aoede.song import Meter, Song, Track
from aoede.version import __version__

MAX_BARS = 512
BAR_BEATS = 4
MAX_COUNT = 256
N_GIBBS = 200
TEMPO_BPM = 100.0


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
                raise InputError(f"this is a model of {encoding}; piano rolls are sampled here", where=name)
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
    tempo_bpm: float = TEMPO_BPM,
    prompt: Song | None = None,
    n_gibbs: int = N_GIBBS,
    temperature: float = 1.0,
) -> list[Song]:
    """`n` songs of `n_bars` bars of 4/4, each from windows that continue one another.

    `mood` chooses the labels that are held, where the model has labels. `prompt` is continued, and is not
    part of the songs. `key` moves the notes, where the model was trained on pieces moved to C.
    Raises UsageError for what this model cannot do.
    """
    trained = find(model)
    _check(trained, n_bars, n, mood, key)
    made = rolls_of(
        trained,
        n_bars * BAR_BEATS * trained.encoding.steps_a_beat,
        stream(checked_seed(seed), "sample"),
        n=n,
        at=None if mood is None else (mood.valence, mood.arousal),
        n_gibbs=n_gibbs,
        prompt=prompt,
        temperature=temperature,
    )
    stated = {
        "bars": n_bars,
        "key": key,
        "mood": None if mood is None else [round(mood.valence, 3), round(mood.arousal, 3)],
        "gibbs": n_gibbs,
        "temperature": temperature,
    }
    recipe = {
        "aoede": __version__,
        "model": trained.name,
        "sha256": trained.sha256[:16],
        "seed": seed,
        **{name: value for name, value in stated.items() if value is not None},
    }
    return _songs(trained, made, 0 if key is None else _semitones(key), tempo_bpm, recipe)


def _songs(
    trained: Trained, made: NDArray[np.uint8], semitones: int, tempo_bpm: float, recipe: Mapping[str, Any]
) -> list[Song]:
    """The rolls (n, n_steps, width) as songs, moved by so many semitones, each with its number in the recipe."""
    songs = []
    for number, roll in enumerate(made, 1):
        title = trained.name if len(made) == 1 else f"{trained.name} {number}"
        song = trained.encoding.decode(roll, tempo_bpm=tempo_bpm, title=title)
        moved = tuple(_moved(track, semitones) for track in song.tracks)
        songs.append(replace(song, tracks=moved, recipe={**recipe, "number": number}))
    return songs


def rolls_of(
    trained: Trained,
    n_steps: int,
    rng: np.random.Generator,
    *,
    n: int = 1,
    at: tuple[float, float] | None = None,
    n_gibbs: int = N_GIBBS,
    prompt: Song | None = None,
    temperature: float = 1.0,
) -> NDArray[np.uint8]:
    """(n, n_steps, width) rolls, held to the labels of the mood `at` (valence, arousal) if the model has labels.

    Networks on frames are told the mode of that mood, and that they are in C where they learnt pieces moved to C.
    """
    if trained.told is not None:
        return _frames_of(trained, trained.told, n_steps, rng, n, at, prompt, temperature)
    labels = trained.labels.bits_for(*at) if trained.labels and at else None
    rows = None if prompt is None else rolls.roll_of(prompt, trained.encoding, trained.transpose)
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
    prompt: Song | None,
    temperature: float,
) -> NDArray[np.uint8]:
    """(n, n_steps, width) frames. What goes on from a prompt begins with a bar, in its meter and key."""
    encoding, rows = trained.encoding, None
    meters: tuple[Meter, ...] = (Meter(0, 4, 4),)
    before = np.zeros((0, told.n), np.float32)
    key = (0, "") if trained.transpose == "key" else None
    if prompt is not None:
        rows, before = rolls.told_of(prompt, encoding, trained.transpose, told)
        rows, before = _to_the_bar(rows, before, prompt.meters[-1].bar_ticks // encoding.step_ticks)
        meters, key = (replace(prompt.meters[-1], start_ticks=0),), rolls.key_of(prompt, trained.transpose)
    if at is not None and key is not None:
        key = (key[0], "major" if at[0] >= NEUTRAL_VALENCE else "minor")
    context = np.concatenate([before, told.rows(n_steps, encoding.step_ticks, meters, key)])
    with threadpool_limits(1):
        made: NDArray[np.uint8] = trained.model.generate(
            n_steps, rng, n=n, prompt=rows, context=context, temperature=temperature
        )
    return made


def _to_the_bar(
    roll: NDArray[np.uint8], told: NDArray[np.float32], bar_steps: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The roll with silence up to the end of its last bar."""
    missing = -len(roll) % max(1, bar_steps)
    silence = np.zeros((missing, roll.shape[1]), np.uint8)
    return np.concatenate([roll, silence]), np.concatenate([told, np.repeat(told[-1:], missing, axis=0)])


def _check(trained: Trained, n_bars: int, n: int, mood: Mood | None, key: str | None) -> None:
    if not 1 <= n_bars <= MAX_BARS:
        raise UsageError(f"the length must be 1 to {MAX_BARS} bars, not {n_bars}", where="--bars")
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


def _semitones(key: str) -> int:
    """From C to the tonic of `key`, by the shorter way: -5 to 6."""
    tonic, mode = parse_key(key)
    pitch_class = Key(tonic, mode or "major").tonic_pc
    return pitch_class - 12 if pitch_class > 6 else pitch_class


def _moved(track: Track, semitones: int) -> Track:
    notes = (replace(note, pitch=note.pitch + semitones) for note in track.notes)
    return replace(track, notes=tuple(note for note in notes if 0 <= note.pitch <= 127))
