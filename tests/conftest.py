"""Fixtures that several files of tests share, and one thread for networks so small that more are slower."""

import os
import signal
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch and NumPy are loaded

import pytest
from hypothesis import settings

from aoede.cli import main
from tests.command import Done, Run

# The same examples each time, so that a change is judged by what it changes, and as long as they take, since machines
# are busy; `make test-slow` draws others.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where `make test &` runs; tests interrupt

# Files of tests by how long they take, the longest first, so that no worker is left with one of them at the end.
LONGEST = (
    *("test_studio_page", "test_compose", "test_train", "test_studio_jobs", "test_studio_player"),
    *(
        "test_editing",
        "test_families",
        "test_cli",
        "test_studio_server",
        "test_studio_runs",
        "test_studio_songs",
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@pytest.fixture
def aoede(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command line inside an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Done:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Done(code, captured.out, captured.err)

    return run
