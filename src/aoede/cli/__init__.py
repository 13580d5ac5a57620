"""The command line: arguments -> one library call -> printed result.

Results go to stdout, everything else to stderr. Nothing heavy is imported before a command runs.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click

from aoede.cli.console import tell, tell_json
from aoede.cli.edit import extend, harmonise, regenerate, set_lyrics, vary
from aoede.cli.inspect import look, render
from aoede.cli.learn import evaluate, resume, runs, train
from aoede.cli.make import compose
from aoede.cli.reply import reply
from aoede.cli.sample import sample
from aoede.cli.sound import sound
from aoede.cli.studio import studio
from aoede.cli.system import doctor, models
from aoede.cli.words import write
from aoede.errors import AoedeError, UsageError
from aoede.version import __version__

INTERRUPTED, CLOSED_PIPE, TERMINATED, INTERNAL = 130, 141, 143, 70


class _Group(click.Group):
    """Commands in the order of a visit: make, look, the rest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with _told_of_closed_pipe():  # --help prints here
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _told_of_closed_pipe():
            return super().invoke(ctx)


@contextmanager
def _told_of_closed_pipe() -> Iterator[None]:
    """Leave with CLOSED_PIPE where nobody reads any more; of click's own making it would be 1."""
    try:
        yield
    except BrokenPipeError:
        _close_stdout()
        raise click.exceptions.Exit(CLOSED_PIPE) from None


def _close_stdout() -> None:
    """Let what is still to be printed vanish, or the interpreter complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Start with:  aoede compose "a song that expresses hope and wonder"',
)
@click.version_option(__version__, prog_name="aoede")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the whole traceback of an error.")
def cli() -> None:
    """Aoede: say what you feel, get a song. Everything stays on this machine."""


_COMMANDS = (
    compose, studio, regenerate, vary, extend, harmonise, set_lyrics, write, reply, look, render, train, resume,
    sample, sound, evaluate, runs, models, doctor,
)  # fmt: skip
for _command in _COMMANDS:
    cli.add_command(_command)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code. Never raises for a foreseeable error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments or bool(os.environ.get("AOEDE_DEBUG"))
    arguments = [argument for argument in arguments if argument != "--debug"] or ["--help"]
    as_json = "--json" in arguments
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    try:
        result = cli.main(arguments, prog_name="aoede", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except _TerminatedError:
        return TERMINATED
    except BrokenPipeError:
        _close_stdout()
        return CLOSED_PIPE
    except Exception as error:
        if debug:
            raise
        return _report(error, as_json)


class _TerminatedError(BaseException):
    """Like KeyboardInterrupt: nothing but `main` may catch it."""


def _leave(signum: int, frame: FrameType | None) -> NoReturn:
    """End in good order, so that files that are half written are taken away."""
    raise _TerminatedError


def _report(error: Exception, as_json: bool) -> int:
    """Tell the person, or the program, what went wrong; returns the exit code."""
    told = _as_aoede_error(error)
    code = INTERNAL if told is None else told.exit_code
    if told is None:
        told = AoedeError(
            f"this is a bug in Aoede: {type(error).__name__}: {error}",
            hint="Run the command again with --debug and report what it prints.",
        )
    if as_json:
        name = "internal" if code == INTERNAL else told.code
        body = {"code": name, "exit": code, "message": told.message, "hint": told.hint, "where": told.where}
        tell_json({"error": body}, err=True)
    else:
        tell(f"error: {told}", err=True)
    return code


def _advice(error: click.ClickException) -> str:
    """What helps where the shell took a text apart, or a text looks like an option."""
    if "unexpected extra argument" in error.format_message():
        return "Put words with spaces between them in quotes. "
    if isinstance(error, click.NoSuchOption) and not error.possibilities:
        return "Text that begins with a hyphen goes behind --. "
    return ""


def _as_aoede_error(error: Exception) -> AoedeError | None:
    if isinstance(error, AoedeError):
        return error
    if isinstance(error, click.ClickException):
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "aoede"
        told = error.format_message()
        return UsageError(told, hint=f"{_advice(error)}See {command} --help.")
    if isinstance(error, MemoryError):
        return AoedeError("there is not enough memory for this", hint="Try a shorter song or a smaller file.")
    return None
