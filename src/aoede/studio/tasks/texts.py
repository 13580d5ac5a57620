"""What a worker does for the Words view: list the models that write, and write drafts."""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aoede.learning.checkpoint import Checkpoint, load_preset
from aoede.studio.catalogue import changed_ns, opened
from aoede.studio.chinese import in_both
from aoede.words.forms import Forms
from aoede.words.novelty import Novelty, Passage
from aoede.write import Order, Text, copied, found, ordered, written

if TYPE_CHECKING:
    from aoede.learning.writer import Writer
    from aoede.studio.worker import Desk

TITLES: Mapping[str, tuple[str, str]] = {
    "poem": ("English poems", "英文诗"),
    "lyrics": ("Song lyrics", "英文歌词"),
    "play": ("Plays, after Shakespeare", "莎士比亚式戏剧"),
    "prose": ("Prose, after Nietzsche", "尼采式散文"),
    "tang": ("Tang poems", "唐诗"),
    "ci": ("Ci of the Song dynasty", "宋词"),
}
OPTIONS = ("start", "form", "tune", "length", "lines", "max_copy", "known_words")
TELL_S = 0.05  # between two pieces of a text that is being written


def writers(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"home"} -> {"writers": rows}, the shipped models first."""
    rows = [_row(name, "shipped", *TITLES[name], load_preset(name)) for name in TITLES]
    for model, stored in opened(Path(task["home"]), "writer"):
        rows.append(_row(model["id"], "own", model["name"], model["name"], stored))
    return {"writers": rows}


def _row(name: str, kind: str, en: str, zh: str, stored: Checkpoint) -> dict[str, Any]:
    metadata = stored.metadata
    labels, usual = _labels(metadata.get("labels")), metadata.get("writes") or {}
    known = _patterns(metadata.get("forms"))
    forms, tunes = labels.pop("form", []), labels.pop("tune", [])
    has_tunes = bool(tunes) or "tune" in usual
    return {
        "name": name,
        "kind": kind,
        "en": en,
        "zh": zh,
        "language": "zh" if _is_han(metadata.get("encoding")) else "en",
        "labels": labels,
        "forms": _joined(forms, () if has_tunes else known),
        "tunes": _joined(tunes, known if has_tunes else ()),
        "free": sorted({*forms, *tunes} - set(known)),  # forms and tunes of which no pattern is kept
        "usual": {name: usual[name] for name in ("start", "as", "form", "tune") if name in usual},
        "has_novelty": "novelty/text" in stored.tensors and bool(metadata.get("human")),
        "has_words": any(tensor.startswith("lexicon/") for tensor in stored.tensors),
        "licence": str(metadata.get("licence", "")),
    }


def _labels(stored: Any) -> dict[str, list[str]]:
    """Column -> values."""
    if not isinstance(stored, Mapping) or not isinstance(stored.get("columns"), list):
        return {}
    values = stored.get("values")
    pairs = zip(stored["columns"], values if isinstance(values, list) else (), strict=False)
    return {
        str(column): [str(value) for value in found] for column, found in pairs if isinstance(found, list)
    }


def _patterns(stored: Any) -> tuple[str, ...]:
    return Forms.from_mapping(stored).names if stored else ()


def _joined(first: Sequence[str], then: Sequence[str]) -> list[str]:
    """Both, each name once; those that the model was taught as labels first."""
    return list(dict.fromkeys([*first, *then]))


def _is_han(encoding: Any) -> bool:
    """Whether most of the alphabet is Chinese."""
    symbols = str(encoding.get("symbols", "")) if isinstance(encoding, Mapping) else ""
    return 2 * sum("㐀" <= c <= "\u9fff" or c > "\U00020000" for c in symbols) > len(symbols)


def text(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"model", "name", "seed", "as", "temperatures", "drafts", and of OPTIONS what was said} -> drafts.

    Without "temperatures" draft i is what `aoede write` gives for the seed + i; with them all drafts are of the seed.
    """
    writer = _writer(task["model"], changed_ns(task["model"], TITLES))
    said = {name: task[name] for name in OPTIONS if name in task}
    temperatures = task.get("temperatures") or [task.get("temperature")]
    orders = [ordered(writer, as_=task.get("as"), **said, temperature=t) for t in temperatures]
    plan = [(order, task["seed"]) for order in orders]
    if not task.get("temperatures"):
        plan = [(orders[0], task["seed"] + i) for i in range(task["drafts"])]
    made = [_draft(order, seed, i, desk) for i, (order, seed) in enumerate(plan)]
    return {"seed": task["seed"], "model": task["name"], "drafts": made}


@lru_cache(maxsize=2)
def _writer(model: str, changed_ns: int) -> "Writer":
    return found(model)


def _draft(order: Order, seed: int, number: int, desk: "Desk") -> dict[str, Any]:
    """One draft, told piece by piece and then whole."""
    pieces = _Pieces(desk, number)
    made = next(written(order, seed=seed, on_text=pieces.add))
    pieces.tell()
    row = _told(order, made, seed)
    desk.tell("draft", draft=number, **row)
    return row


class _Pieces:
    """Pieces of a text, told a few at once."""

    def __init__(self, desk: "Desk", number: int) -> None:
        self._desk, self._number, self._text = desk, number, ""
        self._told_s = time.monotonic()

    def add(self, piece: str) -> None:
        self._text += piece
        if time.monotonic() - self._told_s >= TELL_S:
            self.tell()

    def tell(self) -> None:
        if self._text:
            self._desk.tell("text", draft=self._number, text=self._text)
        self._text, self._told_s = "", time.monotonic()


def _told(order: Order, text: Text, seed: int) -> dict[str, Any]:
    settings = {name: value for name, value in order.settings.items() if name != "start"}
    return {
        "text": text.text,
        "n_start": text.draft.n_start,
        "seed": seed,
        "language": text.language,
        "settings": settings,
        **in_both(order.notes, "notes"),
        "has_long_copy": text.draft.has_long_copy,
        "novelty": None if text.novelty is None else _novelty(text.novelty),
        "passages": [] if text.novelty is None else list(_passages(copied(order, text))),
    }


def _novelty(novelty: Novelty) -> dict[str, Any]:
    longest = novelty.longest
    return {
        "verdict": novelty.verdict,
        "sentence": {"en": novelty.sentence("en"), "zh": novelty.sentence("zh")},
        "share": novelty.share,
        "share_of_people": novelty.human.share,
        "span": novelty.usual_span,
        "longest": 0 if longest is None else longest.n_characters,
        "longest_of_people": novelty.human.longest,
        "lines_copied": len(novelty.lines_copied),
    }


def _passages(passages: Sequence[Passage]) -> Iterator[dict[str, Any]]:
    """Begin and end in characters of the text (code points, not UTF-16), and where the passage stands."""
    for passage in passages:
        source = passage.source
        yield {
            "start": passage.begin,
            "end": passage.end,
            "n_characters": passage.n_characters,
            "source": str(source),
            "place": {"path": source.path, "line": source.line, "row": source.row},
        }
