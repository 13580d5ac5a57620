"""What a person chose of the replies that were suggested: a small file of counts on this machine, and nothing else.

No message is kept: only which replies were taken, and how often their intents were offered beside them. `AOEDE_HOME`
says where it lies, else the user's data folder.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from aoede.encodings.tokens import canonical
from aoede.errors import InputError, MissingError, output_error
from aoede.formats.files import read_bounded, write_whole

SCHEMA = "aoede.picks/1"
FILE = "reply_picks.json"
MAX_BYTES = 8_000_000
MOST_COUNTED = 1_000_000  # of one thing; what comes after makes no difference
STEADINESS = 3.0  # picks that weigh as much as what the model thinks
LEAST, MOST = 0.2, 5.0  # by which an intent can be moved


@dataclass(frozen=True)
class Picks:
    """How often replies were taken, and intents taken and offered."""

    replies: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    offered: Mapping[str, int] = field(default_factory=dict)

    def of_reply(self, text: str) -> float:
        """What the usualness of a reply is multiplied by."""
        return 1 + self.replies.get(canonical(text), 0)

    def of_intent(self, intent: str) -> float:
        """What the chance of an intent is multiplied by: 1 for one taken as often as one in three."""
        taken, offered = self.taken.get(intent, 0), self.offered.get(intent, 0)
        return min(max((taken + STEADINESS) / (offered / 3 + STEADINESS), LEAST), MOST)

    def with_pick(self, text: str, intent: str, offered: Iterable[str]) -> "Picks":
        return Picks(
            _counted(self.replies, [canonical(text)]),
            _counted(self.taken, [intent]),
            _counted(self.offered, offered),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            **{name: dict(sorted(counts.items())) for name, counts in vars(self).items()},
        }


def _counted(counts: Mapping[str, int], new: Iterable[str]) -> dict[str, int]:
    return {name: min(n, MOST_COUNTED) for name, n in (Counter(counts) + Counter(new)).items()}


NO_PICKS = Picks()


def place() -> Path:
    """Where the picks lie."""
    home = os.environ.get("AOEDE_HOME")
    return (Path(home) if home else user_data_path("aoede", appauthor=False)) / FILE


def load() -> Picks:
    """What was picked so far; nothing where there is no file. Raises InputError, naming it, for a damaged one."""
    path = place()
    try:
        data = read_bounded(path, max_bytes=MAX_BYTES)
    except MissingError:
        return NO_PICKS
    try:
        values = json.loads(data)
        if values.pop("schema") != SCHEMA:
            raise ValueError
        counts = {name: dict(values[name].items()) for name in vars(NO_PICKS)}
        found = [n for own in counts.values() for n in own.values()]
        if not all(type(n) is int and 0 <= n <= MOST_COUNTED for n in found):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            "the picks are damaged", where=str(path), hint="Forget them: aoede reply --forget-picks"
        ) from error
    return Picks(**counts)


def save(picks: Picks) -> Path:
    """Raises OutputError where the file cannot be written."""
    path = place()
    write_whole(path, json.dumps(picks.as_json(), ensure_ascii=False, indent=1).encode(), force=True)
    return path


def forget() -> bool:
    """Whether there was anything to forget. Raises OutputError where the file cannot be removed."""
    path = place()
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise output_error(path, error) from error
    return True
