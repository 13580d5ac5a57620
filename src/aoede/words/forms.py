"""Chinese verse forms: how many characters each phrase has, with which marks between them, as people wrote them.

A pattern is written as its phrase lengths and marks, "/" for a line end: "5，5。/5，5。" is a quatrain of
five-character lines, a couplet a line. Regulated verse has one pattern a form; a tune of the Song has as many as
poets used. A pattern says of every position of a text which kind of symbol stands there, so that a sampler can
enforce it.

Forms are known by their lengths alone. Neither tones nor rhymes are looked at: four lines of five characters count as
五言绝句 even if they break the rules of regulated verse, and enforcing the form enforces no rhyme.
"""

import difflib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError, UsageError

CHARACTER, LINE_END, END = "character", "\n", "end"  # kinds of position, beside the marks themselves
MARKS = "，。、？！；："
_STORED = str.maketrans(MARKS, ",.'?!;:")  # one byte a mark where patterns are stored
_READ = str.maketrans(",.'?!;:", MARKS)
MAX_POSITIONS = 1000
MAX_NAMES, MAX_NAME, MAX_PATTERNS = 5000, 40, 100
MAX_FORM_BYTES = 300_000  # as a model file has them, JSON within JSON; its header holds 1 MiB
MAX_COUNT = 1 << 40
KEPT_PATTERNS = 8  # of each name, and
KEPT_SHARE = 0.03  # of its texts a pattern needs to be kept, except for the commonest
N_OFFERED = 3  # nearest names that an error offers
OTHER_FORM = "古体诗"
_REGULATED = {(5, 4): "五言绝句", (7, 4): "七言绝句", (5, 8): "五言律诗", (7, 8): "七言律诗"}
_ALSO = {
    "五言絕句": "五言绝句", "七言絕句": "七言绝句", "五言律詩": "五言律诗", "七言律詩": "七言律诗",
    "五绝": "五言绝句", "七绝": "七言绝句", "五律": "五言律诗", "七律": "七言律诗",
    "五絕": "五言绝句", "七絕": "七言绝句",
}  # fmt: skip
_HAN = "㐀-\u4dbf一-\u9fff〇豈-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_PHRASE = re.compile(f"[{_HAN}]+")
_TEXT = re.compile(f"[{_HAN}{MARKS}\n]+")
_CODE = re.compile(rf"(?:[1-9]\d?(?:[{MARKS}]+/?|/))*(?:[1-9]\d?)?")
_PART = re.compile(rf"\d+|[{MARKS}/]")


class Labelled(Protocol):
    """A document, as `learning.texts.Document`."""

    @property
    def text(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Pattern:
    """One pattern. Raises InputError for a code that is none, or one of more than 1,000 positions."""

    code: str

    def __post_init__(self) -> None:
        if (
            not isinstance(self.code, str)
            or len(self.code) > 4 * MAX_POSITIONS
            or not self.code
            or not _CODE.fullmatch(self.code)
        ):
            raise InputError(
                f"{str(self.code)[:40]!r} is no pattern of a verse form", hint='One is "5，5。/5，5。".'
            )
        if len(self) > MAX_POSITIONS:
            raise InputError(f"a pattern has at most {MAX_POSITIONS:,} positions, not {len(self):,}")

    @classmethod
    def of(cls, text: str) -> "Pattern | None":
        """The pattern that a text has; None where it is not made of Chinese characters, marks and line ends."""
        text = text.strip("\n")
        if not _TEXT.fullmatch(text):
            return None
        code = _PHRASE.sub(lambda phrase: str(len(phrase[0])), text).replace("\n", "/")
        try:
            return cls(code)
        except InputError:
            return None

    def __len__(self) -> int:
        return len(self.kinds)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What stands at each position: CHARACTER, a mark or LINE_END."""
        found: list[str] = []
        for part in _PART.findall(self.code):
            if part.isdigit():
                found += [CHARACTER] * int(part)
            else:
                found.append(LINE_END if part == "/" else part)
        return tuple(found)

    def allowed(self, position: int) -> str:
        """What must come at this position of the text, from 0: CHARACTER, a mark, LINE_END, or END after all."""
        return self.kinds[position] if position < len(self.kinds) else END

    def fits(self, text: str) -> bool:
        """Whether a text can be the beginning of one in this pattern."""
        return len(text) <= len(self) and all(
            _kind(character) == kind for character, kind in zip(text, self.kinds, strict=False)
        )

    def masks(self, symbols: str) -> NDArray[np.bool_]:
        """(T + 1, V) which ids of `encodings.chars` (END, UNKNOWN, then these symbols) may stand at each position.

        The last row is END alone. Raises InputError where the pattern needs what is not among the symbols.
        """
        kinds = [END, "", *map(_kind, symbols)]
        rows = {}
        for kind in {*self.kinds, END}:
            rows[kind] = np.array([other == kind for other in kinds])
            if not rows[kind].any():
                shown = "any Chinese character" if kind == CHARACTER else f"the character {kind!r}"
                raise InputError(f"the model does not know {shown}, which this form needs")
        return np.stack([rows[kind] for kind in (*self.kinds, END)])


def _kind(character: str) -> str:
    return CHARACTER if _IS_HAN.match(character) else character


def form_of(text: str) -> str:
    """ "五言绝句", "七言绝句", "五言律诗", "七言律诗", else "古体诗", by the number and length of the phrases."""
    lengths = [len(phrase) for phrase in _PHRASE.findall(text)]
    is_plain = bool(_TEXT.fullmatch(text.strip("\n"))) and len(set(lengths)) == 1
    return _REGULATED.get((lengths[0], len(lengths)), OTHER_FORM) if is_plain else OTHER_FORM


class Forms:
    """Of each form or tune the patterns that people wrote, with how often they did."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """`counts[name][code]`; raises InputError for a code that is no pattern."""
        self._counts = {name: dict(found) for name, found in counts.items()}
        self._patterns = {name: [Pattern(code) for code in found] for name, found in self._counts.items()}

    @classmethod
    def fit(cls, documents: Iterable[Labelled], column: str = "tune") -> "Forms":
        """The commonest patterns of each value of the label `column`; texts without it go by `form_of`.

        Kept are, of each name, the commonest pattern, and of the next seven those of 3 % of its texts and more.
        Texts that have no pattern, and 古体诗, which are of any length, are passed over. Of more names than a model
        file can hold, the most frequent are taken.
        """
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for document in documents:
            name = document.labels.get(column) or form_of(document.text)
            pattern = Pattern.of(document.text)
            if pattern and name != OTHER_FORM and len(name) <= MAX_NAME:
                counts[name][pattern.code] += 1
        found, n_bytes = dict[str, dict[str, int]](), 0
        for name in sorted(counts, key=lambda name: (-counts[name].total(), name))[:MAX_NAMES]:
            kept = _commonest(counts[name])
            n_bytes += len(json.dumps(json.dumps({name: _stored(kept)})))
            if n_bytes > MAX_FORM_BYTES:
                break
            found[name] = kept
        return cls(found)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Forms":
        """The forms that `as_mapping` describes. Raises ConfigError for anything else."""
        stored = (
            values.get("patterns") if isinstance(values, Mapping) and set(values) == {"patterns"} else None
        )
        if not isinstance(stored, Mapping) or len(stored) > MAX_NAMES:
            raise ConfigError("verse forms must be a table of patterns by name")
        counts: dict[str, dict[str, int]] = {}
        for name, found in stored.items():
            is_name = isinstance(name, str) and 0 < len(name) <= MAX_NAME
            if not is_name or not isinstance(found, Mapping) or not 0 < len(found) <= MAX_PATTERNS:
                raise ConfigError(f"the verse form {str(name)[:MAX_NAME]!r} has no table of patterns")
            for code, count in found.items():
                if not isinstance(code, str) or type(count) is not int or not 0 < count <= MAX_COUNT:
                    raise ConfigError(
                        f"the patterns of the verse form {name!r} must be counted in whole numbers"
                    )
            counts[name] = {code.translate(_READ): count for code, count in found.items()}
        try:
            return cls(counts)
        except InputError as error:
            raise ConfigError(error.message, hint=error.hint) from error

    def as_mapping(self) -> dict[str, Any]:
        """As JSON; marks are ASCII there."""
        return {"patterns": {name: _stored(found) for name, found in self._counts.items()}}

    @property
    def names(self) -> tuple[str, ...]:
        """Forms and tunes, the most frequent first."""
        return tuple(self._counts)

    def patterns(self, name: str) -> dict[Pattern, int]:
        """How often each pattern of a form or tune was written. Raises UsageError, offering the nearest names."""
        known = self.known(name)
        return dict(zip(self._patterns[known], self._counts[known].values(), strict=True))

    def pattern(self, name: str, rng: np.random.Generator, start: str = "") -> Pattern:
        """One of the patterns of a form or tune, drawn by how often people used it, among those that `start` fits.

        Raises UsageError for a name that is not known, and for a start that fits no pattern of it.
        """
        found = {pattern: n for pattern, n in self.patterns(name).items() if pattern.fits(start)}
        if not found:
            codes = "  ".join(pattern.code for pattern in self._patterns[self.known(name)][:N_OFFERED])
            raise UsageError(
                f"{start!r} does not begin like {name}", where="--start", hint=f"It goes: {codes}"
            )
        weights = np.array(list(found.values()), dtype=np.float64)
        return list(found)[int(rng.choice(len(weights), p=weights / weights.sum()))]

    def known(self, name: str) -> str:
        """The name under which a form or tune is known. Raises UsageError, offering the nearest names."""
        wanted = name.strip()
        wanted = wanted if wanted in self._counts else _ALSO.get(wanted, wanted)
        if wanted in self._counts:
            return wanted
        near = difflib.get_close_matches(wanted, self._counts, N_OFFERED, 0.1) or self.names[:N_OFFERED]
        hint = f"Perhaps {' or '.join(near)}?" if near else "The model has learnt no form."
        raise UsageError(f"there is no form or tune {name!r}", where="--tune", hint=hint)


def _stored(counts: Mapping[str, int]) -> dict[str, int]:
    return {code.translate(_STORED): count for code, count in counts.items()}


def _commonest(counts: Counter[str]) -> dict[str, int]:
    """Pattern -> count, the commonest first."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KEPT_PATTERNS]
    least = KEPT_SHARE * counts.total()
    return {code: n for i, (code, n) in enumerate(order) if not i or n >= least}
