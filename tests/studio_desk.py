"""A desk in this very process, for tests of tasks: it remembers what is told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Desk:
    folder: Path
    events: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, event: str, **data: Any) -> None:
        told = json.dumps({**data, "event": event}, allow_nan=False, ensure_ascii=False).encode()
        self.events.append(json.loads(told))

    def should_stop(self) -> bool:
        return False

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes out of a worker."""
    return dict(json.loads(json.dumps(value, allow_nan=False)))
