"""Trainings in processes of their own, killed with -9: at a moment of the clock, or inside a save."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

# The process kills itself at the k-th time that something is made durable: in the middle of a save.
INSIDE_A_SAVE = """
import os, signal, sys
real, left = os.fsync, int(sys.argv.pop(1))
def fsync(descriptor):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = fsync
from aoede.cli import main
sys.exit(main())
"""


def start(*arguments: str, inside_save: int = 0) -> subprocess.Popen[str]:
    head = ["-c", INSIDE_A_SAVE, str(inside_save)] if inside_save else ["-m", "aoede"]
    return subprocess.Popen(
        [sys.executable, *head, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "80"},
    )


def kill_after(seconds: float, *arguments: str) -> int:
    """The exit code: -9 where it was killed, 0 where it was done before."""
    with start(*arguments) as process:
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def kill_inside_save(k: int, *arguments: str) -> int:
    with start(*arguments, inside_save=k) as process:
        return process.wait(timeout=300)


def finish(*arguments: str) -> float:
    """Seconds that the command took to its good end."""
    began = time.monotonic()
    with start(*arguments) as process:
        _, told = process.communicate(timeout=600)
    assert process.returncode == 0, told
    return time.monotonic() - began


def results(run: Path) -> dict[str, str]:
    """SHA-256 of everything that a run ends with; the plot of the losses bears the run's name in its title."""
    paths = [run / "model.safetensors", run / "metrics.jsonl", *sorted((run / "samples").iterdir())]
    newest = max((run / "checkpoints").iterdir())
    paths += [newest / "model.safetensors", newest / "state.safetensors"]
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
