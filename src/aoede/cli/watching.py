"""What a long command tells on stderr while it works, and how a person stops it."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from aoede.cli.console import tell

if TYPE_CHECKING:
    from aoede.cli.progress import Progress
    from aoede.learning.account import Report
    from aoede.learning.loop import Standing

REPORT_LINES = 12


class Stop:
    """Whether the person wants to stop: once politely, twice at once."""

    def __init__(self) -> None:
        self.signal = 0

    def is_set(self) -> bool:
        return bool(self.signal)

    def ask(self, signum: int, frame: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = signum
        with suppress(OSError):  # not by sys.stderr, which may be writing just now
            os.write(
                2,
                b"\n" * os.isatty(2)
                + b"stopping after this step, which is saved; the same again stops at once\n",
            )


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Ctrl-C and the polite signals end a training after the present step, saved; a second one at once.

    A signal that is ignored, as SIGHUP is under nohup, stays so.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    wanted = [number for number in wanted if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop.ask) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Console:
    """Tells on stderr how the training gets on."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._is_cut = False  # whether files were left out of what was told

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.close()
            self._progress = None

    def _start(self, total: int, *, label: str, unit: str, first_step: int = 0) -> "Progress":
        from aoede.cli.progress import Progress

        self._close()
        self._progress = Progress(total, first_step=first_step, label=label, unit=unit)
        self._progress.__enter__()
        return self._progress

    def reading(self, done: int, total: int) -> None:
        progress = self._progress or self._start(total, label="reading", unit="file")
        progress.update(done)

    def read(self, report: "Report") -> None:
        self._close()
        self.warned(report.summary())
        for line in report.lines(REPORT_LINES):
            self.warned(f"  {line}")
        self._is_cut = len(report.lines(REPORT_LINES + 1)) > REPORT_LINES

    def judging(self, model: str, done: int, total: int) -> None:
        progress = self._progress or self._start(total, label=model, unit="character")
        progress.update(done)
        if done >= total:
            self._close()

    def began(self, run: Path, document: Mapping[str, Any], step: int) -> None:
        from aoede.learning.outputs import DATA

        total = document["schedule"]["n_steps"]
        going_on = f", from step {step:,}" if step else ""
        if self._is_cut:
            self.warned(f"every file is accounted for in {run / DATA}")
        self.warned(f"training in {run}: {total:,} steps, seed {document['schedule']['seed']}{going_on}")
        self._start(total, label=document["family"], unit="step", first_step=step)

    def stepped(self, step: int, losses: Mapping[str, float]) -> None:
        if self._progress is not None:
            self._progress.update(step)

    def checked(self, standing: "Standing") -> None:
        if self._progress is not None:
            figures = {name: value for name, value in standing.checks[-1].items() if name != "step"}
            self._progress.update(standing.step, figures)

    def sampled(self, text: str) -> None:
        for line in text.splitlines():
            self.warned(f"  {line}")

    def warned(self, text: str) -> None:
        if self._progress is not None:
            self._progress.note(text)
        else:
            tell(text, err=True)
