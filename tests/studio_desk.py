"""Tasks of songs in this very process: a desk that remembers what is told, and how tasks are asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aoede.song import Note, Song
from aoede.studio.packing import packed, unpacked
from aoede.studio.song_fields import OPTIONS
from aoede.studio.tasks import songs as tasks

WISH, ZH = "a song that expresses hope and wonder", "我想要一首表达希望和奇迹的歌"
SMALL = {"form": "verse:4 chorus:4", "meter": "4/4", "instruments": "piano, strings, violin, bass"}
NO_LOCKS = {"tracks": [], "sections": [], "lines": []}
BAR = 1920


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


def compose(desk: Desk, request: str = WISH, seed: int = 1, **options: Any) -> dict[str, Any]:
    ordered = {name: options[name] for name in OPTIONS if name in options}  # as the server does
    return plain(tasks.compose({"request": request, "seed": seed, "options": ordered}, desk))


def edit(
    desk: Desk, song: Song, name: str, options: Mapping[str, Any], locks: Mapping[str, Any] = NO_LOCKS
) -> tuple[Song, dict[str, Any]]:
    """The song after an edit, and what is told of that."""
    task = {"song": packed(song), "edit": name, "options": options, "locks": {**NO_LOCKS, **locks}}
    told = plain(tasks.edit(task, desk))
    return (unpacked(told["song"]) if "song" in told else song), told


def opened(desk: Desk, home: Path, data: bytes, name: str = "song.mid") -> dict[str, Any]:
    path = desk.folder / "upload"
    path.write_bytes(data)
    return plain(tasks.open({"path": str(path), "name": name, "home": str(home)}, desk))


def of_role(song: Song, role: str) -> tuple[Note, ...]:
    return next((track.notes for track in song.tracks if track.role == role), ())
