"""Folders that last as long as a job. What is removed was made here, and is named by its job, never by a path."""

import re
import shutil
from pathlib import Path

_JOB = re.compile(r"[0-9a-f]{16}")


class Scratch:
    """The folder `runtime/scratch` of a home, which has to be an absolute path."""

    def __init__(self, home: Path) -> None:
        if not home.is_absolute():
            raise ValueError(f"the home has to be an absolute path, not {str(home)!r}")
        self._folder = home / "runtime" / "scratch"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def of(self, job: str) -> Path:
        """The folder of a job. Raises ValueError for what is no id of a job."""
        if not _JOB.fullmatch(job):
            raise ValueError(f"{job!r} is no job")
        return self._folder / job

    def remove(self, job: str) -> None:
        """The folder of a job with all that is in it; nothing where there is none."""
        shutil.rmtree(self.of(job), ignore_errors=True)

    def remove_all(self) -> None:
        """What a studio that was killed has left."""
        for path in self._folder.iterdir():
            if _JOB.fullmatch(path.name):
                self.remove(path.name)
