"""Fixtures that several files of tests share, and one thread for networks so small that more are slower."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch and NumPy are loaded

import pytest
from hypothesis import settings

from aoede.cli import main
from tests.command import Done, Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.studio_server import Client

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


# A studio and a browser for the tests of a file. What they need is loaded where they are wanted.


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator["Client"]:
    from tests.studio_server import running

    with running(home) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from tests.studio_browser import browsing

    with browsing() as browser:
        yield browser


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
