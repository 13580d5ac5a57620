"""Which model makes the harmony, and which the melody: by the names that `aoede compose` takes, or a model file.

harmonist("rnn")              # a network of chords; "functional" is None: the n-gram of chords that is shipped
tune("ngram")                 # what sings, with its name and hash; None for "mine.mid", which is no model
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from aoede.errors import MissingError, UsageError
from aoede.learning.checkpoint import SUFFIX, Checkpoint
from aoede.learning.melody_sampling import Singer, sings
from aoede.learning.sampling import Trained, find_checkpoint
from aoede.music.chord_model import ChordModel, foresees_chords
from aoede.music.melody_model import MelodyModel

# Names -> presets; "" is what is used where nothing is said.
HARMONIES: Mapping[str, str] = MappingProxyType({"functional": "", "rbm": "rbm", "rnn": "harmony_rnn"})
MELODIES: Mapping[str, str] = MappingProxyType(
    {"rnn": "melody", "ngram": "melody_ngram", "transformer": "melody_transformer"}
)


@dataclass(frozen=True)
class Tune:
    """What sings, and what the recipe says of it."""

    name: str
    model: MelodyModel
    sha256: str


def harmonist(name: str | Path | Trained | ChordModel) -> Trained | ChordModel | None:
    """What gives the chords; None for the model that is used where nothing is said.

    Raises MissingError, naming those that there are, or InputError for a file that is no such model.
    """
    if isinstance(name, Trained | ChordModel):
        return name
    if HARMONIES.get(str(name)) == "":
        return None
    found, told = _named(name, HARMONIES, "--harmony")
    kind: type[Trained] | type[ChordModel] = ChordModel if foresees_chords(found) else Trained
    return kind.of(found.metadata, found.tensors, name=told, sha256=found.sha256)


def tune(name: str | Path) -> Tune:
    """What sings. Raises MissingError, naming those that there are, or UsageError for a model of something else."""
    found, told = _named(name, MELODIES, "--melody")
    if not sings(found):
        raise UsageError(f"{name} is no model of melodies", where="--melody", hint=_hint(MELODIES))
    singer = Singer.of(found.metadata, found.tensors, name=told, sha256=found.sha256)
    return Tune(told, MelodyModel(singer.model, singer.encoding), found.sha256)


def is_model(name: str | Path) -> bool:
    """Whether a name given as a melody is that of a model, and not a MIDI file."""
    path = Path(name)
    if str(name) in MELODIES or path.suffix == SUFFIX or path.is_dir():
        return True
    return not path.suffix and not path.exists()


def _named(name: str | Path, known: Mapping[str, str], where: str) -> tuple[Checkpoint, str]:
    """The model of a name: ours first, then a run, a file, a preset."""
    try:
        return find_checkpoint(known.get(str(name), name))
    except MissingError as error:
        raise MissingError(f"{name} is no model that there is", where=where, hint=_hint(known)) from error


def _hint(known: Mapping[str, str]) -> str:
    own = "" if known is HARMONIES else ", or a MIDI file"
    return f"Say {', '.join(known)}, or name a run or a model file{own}."
