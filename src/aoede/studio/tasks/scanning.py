"""Looking through a folder before a training: what can be read in it, what is skipped and why, who can learn.

Every kind of material is read as a training would read it, so that the account is that of the training.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.errors import InputError
from aoede.learning.account import DUPLICATE, NO_TEXT, READ, REPAIRED, SKIPPED, Report, Row
from aoede.learning.clip_check import LEAST_S
from aoede.learning.conversations import NO_EXCHANGES, Conversation
from aoede.learning.dataset import KINDS, Item, Limits, looked_through
from aoede.learning.finding import found
from aoede.learning.melodies import melody_of
from aoede.learning.on_audio import MAX_TOTAL_BYTES
from aoede.learning.on_changes import passages_of
from aoede.learning.sounds import Sound
from aoede.learning.texts import Document
from aoede.song import Song
from aoede.studio.chinese import in_both
from aoede.studio.datasets import own_names
from aoede.studio.learners import (
    CONVERSATIONS,
    INSTALL,
    LEARNERS,
    MUSIC,
    SOUNDS,
    TEXTS,
    Learner,
    has_torch,
)

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

TELL_S = 0.25
MOST_ROWS = 500  # of files that are named one by one
MOST_REMARKS = 4  # of a file
MOST_LISTENED = 60  # songs in which a melody is looked for
LITTLE_CHARACTERS, LITTLE_SONGS, LITTLE_SOUND_S, LITTLE_EXCHANGES = 20_000, 20, 120.0, 300
_MAILBOXES = (".mbox", ".mbx", ".eml")
_BETTER = {READ: 3, REPAIRED: 2, SKIPPED: 1}


@dataclass
class _Found:
    """What one kind of material came to. `counts` are numbers to be shown; `has` what it holds for learners."""

    report: Report
    counts: dict[str, float] = field(default_factory=dict)
    has: set[str] = field(default_factory=set)


def scan(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"folder", "within", "family", "encoding"} -> what is in the folder, file by file, and who can learn from it.

    Raises MissingError, InputError or DeniedError for the folder itself.
    """
    folder = Path(task["folder"])
    within = [Path(place) for place in task["within"]]
    if folder.resolve() != folder:
        raise InputError(
            "this folder has become something else since it was chosen", hint="Choose it once more."
        )
    _, paths, _ = found(folder, ["music", "text", "sound"], within)
    suffixes = {Path(path).suffix.lower() for path in paths}
    materials = {
        name: _of_material(name, folder, within, desk)
        for name, kinds in _KINDS.items()
        if any(suffixes & set(KINDS[kind].suffixes) for kind in kinds)
    }
    own = own_names(folder)
    rows = [replace(row, path=own.get(row.path, row.path)) for row in _joined(materials)]
    families = _families(materials, task.get("family"), task.get("encoding"))
    return {
        "n_files": len(paths),
        "kinds": {name: each.counts for name, each in materials.items() if each.has},
        **{outcome: sum(row.outcome == outcome for row in rows) for outcome in (READ, REPAIRED, SKIPPED)},
        "duplicates": sum(row.reason == DUPLICATE for row in rows),
        "others": _others(paths),
        "rows": [_row_as_json(row) for row in rows[:MOST_ROWS]],
        **in_both([str(row) for row in rows if row.outcome != READ][:MOST_ROWS], "lines"),
        "n_rows": len(rows),
        "families": families,
        "recommended": _recommended(materials, families),
        "has_torch": has_torch(),
        "install": INSTALL,
    }


# Materials

_KINDS: Mapping[str, tuple[str, ...]] = {
    MUSIC: ("midi", "rolls"),
    TEXTS: ("text",),
    SOUNDS: ("sound",),
    CONVERSATIONS: ("conversations",),
}


def _of_material(name: str, folder: Path, within: Sequence[Path], desk: "Desk") -> _Found:
    """What of this material is in the folder; it has nothing where nothing of it can be used."""
    limits = Limits(max_total_bytes=MAX_TOTAL_BYTES) if name == SOUNDS else None
    on_file = _Pace(desk, name).reading
    dataset = looked_through(folder, kinds=_KINDS[name], limits=limits, on_file=on_file, within=within)
    made = _Found(dataset.report)
    _COUNTERS[name](dataset.items, made)
    return made


class _Pace:
    """Tells how far reading is, a few times a second."""

    def __init__(self, desk: "Desk", kind: str) -> None:
        self._desk, self._kind, self._told_s = desk, kind, 0.0

    def reading(self, done: int, total: int) -> None:
        if done == total or time.monotonic() - self._told_s > TELL_S:
            self._told_s = time.monotonic()
            self._desk.tell("reading", kind=self._kind, done=done, total=total)


def _count_music(items: Sequence[Item], made: _Found) -> None:
    songs = [item.value for item in items if isinstance(item.value, Song)]
    made.counts = {
        "songs": len(songs),
        "notes": sum(len(track.notes) for song in songs for track in song.tracks),
        "rolls": len(items) - len(songs),
        "versions": len(items) - len({item.fingerprint for item in items}),
    }
    listened = songs[:MOST_LISTENED]
    made.has = ({"songs"} if songs else set()) | ({"rolls"} if made.counts["rolls"] else set())
    made.has |= {"melody"} if any(melody_of(song) is not None for song in listened) else set()
    made.has |= {"chords"} if any(passages_of(song) for song in listened) else set()


def _count_texts(items: Sequence[Item], made: _Found) -> None:
    documents: list[Document] = [item.value for item in items]
    letters = set[str]()
    for document in documents:
        letters.update(document.text)
    columns = dict.fromkeys(column for document in documents[:1000] for column in document.labels)
    made.counts = {
        "documents": len(documents),
        "characters": sum(len(document.text) for document in documents),
        "labels": len(columns),
    }
    made.has = {"texts"} if len(letters) > 1 else set()


def _count_sounds(items: Sequence[Item], made: _Found) -> None:
    sounds: list[Sound] = [item.value for item in items]
    seconds = sum(sound.seconds for sound in sounds)
    made.counts = {"recordings": len(sounds), "seconds": round(seconds, 1)}
    made.has = {"sounds"} if seconds >= LEAST_S else set()


def _count_conversations(items: Sequence[Item], made: _Found) -> None:
    conversations: list[Conversation] = [item.value for item in items]
    n = sum(len(conversation.exchanges) for conversation in conversations)
    is_mail = any(Path(item.path).suffix.lower() in _MAILBOXES for item in items)
    made.counts = {"conversations": len(conversations), "exchanges": n}
    made.has = ({"exchanges"} if n >= 2 else set()) | ({"mail"} if is_mail else set())


_COUNTERS: Mapping[str, Callable[[Sequence[Item], _Found], None]] = {
    MUSIC: _count_music,
    TEXTS: _count_texts,
    SOUNDS: _count_sounds,
    CONVERSATIONS: _count_conversations,
}


# The account


def _joined(materials: Mapping[str, _Found]) -> list[Row]:
    """One row a file: of the material that could read it, else the most telling reason why none could.

    Those that were skipped come first, then the repaired ones.
    """
    best: dict[str, Row] = {}
    for each in materials.values():
        for row in each.report.rows:
            held = best.get(row.path)
            if held is None or _worth(row) > _worth(held):
                best[row.path] = row
    return sorted(best.values(), key=lambda row: (_BETTER[row.outcome], row.path))


def _worth(row: Row) -> tuple[int, bool]:
    """A file that is no conversation is not worth a word where it is damaged as a text."""
    return _BETTER[row.outcome], row.reason not in (NO_EXCHANGES, NO_TEXT)


def _row_as_json(row: Row) -> dict[str, Any]:
    remarks = in_both(row.remarks[:MOST_REMARKS], "remarks")
    return {"path": row.path, "outcome": row.outcome, "reason": row.reason, **remarks}


def _others(paths: Iterable[str]) -> dict[str, int]:
    """How many files there are of kinds that nothing is learnt from, by suffix, the commonest first."""
    known = {suffix for kinds in _KINDS.values() for kind in kinds for suffix in KINDS[kind].suffixes}
    counts: dict[str, int] = {}
    for path in paths:
        suffix = Path(path).suffix.lower()
        if suffix not in known:
            counts[suffix] = counts.get(suffix, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1])[:8])


# Who can learn

_NEEDED: Mapping[str, tuple[set[str], str, str]] = {
    "rbm/pianoroll": ({"songs"}, "No MIDI file here can be read.", "这里没有能读的 MIDI 文件。"),
    "melody": (
        {"melody"},
        "None of these songs has a melody of eight notes.",
        "这些曲子里没有八个音以上的旋律。",
    ),
    "chords": ({"chords"}, "None of these songs has two chords or more.", "这些曲子里没有两个以上的和弦。"),
    MUSIC: ({"songs", "rolls"}, "There is no music here that can be read.", "这里没有能读的音乐。"),
    TEXTS: ({"texts"}, "There is no text here that can be read.", "这里没有能读的文字。"),
    SOUNDS: ({"sounds"}, "There are fewer than five seconds of recordings.", "这里的录音不到五秒。"),
    CONVERSATIONS: ({"exchanges"}, "No message here has a reply.", "这里没有带回复的消息。"),
}
_LITTLE: Mapping[str, tuple[str, float, str, str]] = {
    MUSIC: ("songs", LITTLE_SONGS, "Few songs: it will know them by heart.", "曲子少：它会把它们背下来。"),
    TEXTS: ("characters", LITTLE_CHARACTERS, "Little text: it will quote it.", "文字少：它会照搬原文。"),
    SOUNDS: (
        "seconds",
        LITTLE_SOUND_S,
        "Little sound: two minutes are a beginning.",
        "录音少：两分钟才算起步。",
    ),
    CONVERSATIONS: (
        "exchanges",
        LITTLE_EXCHANGES,
        "Few replies: it leans on those that come with Aoede.",
        "回复少：它会多靠自带的那些。",
    ),
}


def _families(
    materials: Mapping[str, _Found], family: str | None, encoding: str | None
) -> list[dict[str, Any]]:
    """Every learner, or those asked for: whether it fits, and if not, why, in both languages."""
    return [
        learner.as_json() | _fit(learner, materials.get(learner.material))
        for learner in LEARNERS.values()
        if family in (None, learner.family) and encoding in (None, learner.encoding)
    ]


def _fit(learner: Learner, made: _Found | None) -> dict[str, Any]:
    of_encoding = _NEEDED.get(learner.encoding, _NEEDED[learner.material])
    needed, en, zh = _NEEDED.get(learner.name, of_encoding)
    if made is None or not needed & made.has:
        return {"fits": False, "why": {"en": en, "zh": zh}, "care": None}
    name, least, en, zh = _LITTLE[learner.material]
    is_little = made.counts.get(name, 0) < least
    return {"fits": True, "why": None, "care": {"en": en, "zh": zh} if is_little else None}


_FIRST: Mapping[str, tuple[str, ...]] = {
    MUSIC: ("rbm/pianoroll", "ngram/melody"),
    TEXTS: ("mixture/characters", "ngram/characters"),
    SOUNDS: ("wavenet/mulaw",),
    CONVERSATIONS: ("two-tower/ngrams",),
}


def _recommended(materials: Mapping[str, _Found], families: Sequence[Mapping[str, Any]]) -> str | None:
    """The learner to begin with: of the material that there is most files of, one that can be trained here."""
    fitting = {f"{row['family']}/{row['encoding']}" for row in families if row["fits"]}
    ready = {name for name in fitting if has_torch() or not LEARNERS[name].needs_torch}
    is_mail = CONVERSATIONS in materials and "mail" in materials[CONVERSATIONS].has
    n_files = {name: each.report.n(READ) + each.report.n(REPAIRED) for name, each in materials.items()}
    order = sorted(materials, key=lambda name: (name == CONVERSATIONS and not is_mail, -n_files[name]))
    for allowed in (ready, fitting):
        for name in (name for material in order for name in _FIRST[material] if name in allowed):
            return name
    return min(ready or fitting, default=None)
