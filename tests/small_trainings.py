"""Small trainings as the studio's tasks do them, on ten songs or a few pages."""

import json
from pathlib import Path
from typing import Any

from aoede import export
from aoede.compose import compose
from aoede.studio.tasks import scanning, training

TEXTS = Path(__file__).parent / "fixtures" / "texts"
QUICK = {"n_hidden": 6, "window_steps": 8}


class Desk:
    """Where a task works, kept for looking at; it asks to stop after so many events of a name."""

    def __init__(self, stops_after: tuple[str, int] | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self._stops_after = stops_after

    def tell(self, event: str, **data: Any) -> None:
        json.dumps(data, allow_nan=False)
        self.events.append({"event": event, **data})

    def should_stop(self) -> bool:
        if self._stops_after is None:
            return False
        name, n = self._stops_after
        return sum(each["event"] == name for each in self.events) >= n

    def told(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]


def songs_in(parent: Path) -> Path:
    """A folder of ten songs, one of them twice, a broken one and what is no music."""
    folder = parent.resolve() / "songs"
    folder.mkdir()
    for seed in range(10):
        export.write(compose("hope", seed=seed, bars=8, lyrics="", candidates=1), folder / f"{seed}.mid")
    (folder / "again.mid").write_bytes((folder / "0.mid").read_bytes())
    (folder / "broken.mid").write_bytes(b"MThd\0\0\0\6 no more of it")
    (folder / "cover.pdf").write_bytes(b"%PDF")
    return folder


def texts_in(parent: Path) -> Path:
    """A folder with some pages of a book."""
    folder = parent.resolve() / "poems"
    folder.mkdir()
    (folder / "book.txt").write_text((TEXTS / "shakespeare.txt").read_text()[:20_000])
    return folder


def trained(folder: Path, run: Path, family: str, desk: Desk | None = None, **options: Any) -> dict[str, Any]:
    """What the task of a training gives."""
    task = {"id": run.name, "run": str(run), "folder": str(folder), "within": [str(folder)], "family": family}
    return training.train(task | {"name": "我的歌", "options": {"seed": 5, **options}}, desk or Desk())  # type: ignore[arg-type]


def resumed(folder: Path, run: Path, desk: Desk | None = None) -> dict[str, Any]:
    """The same of one that goes on."""
    task = {"id": run.name, "run": str(run), "folder": str(folder), "within": [str(folder)], "resume": True}
    return training.train(task | {"options": {}}, desk or Desk())  # type: ignore[arg-type]


def scanned(folder: Path, **more: str) -> dict[str, Any]:
    """What the task of looking through a folder gives."""
    return scanning.scan({"folder": str(folder), "within": [str(folder)], **more}, Desk())  # type: ignore[arg-type]
