"""`aoede train`, `resume`, `evaluate` and `runs`: models trained on your own folder."""

import json
from collections.abc import Mapping
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import json_option, tell, tell_json
from aoede.cli.watching import Console, Stop, stoppable
from aoede.errors import UsageError

if TYPE_CHECKING:
    from aoede.learning.train import Outcome

_path = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  aoede train rbm my-midi-folder
  aoede train mixture my-lyrics.csv --run my-run --minutes 10 --seed 7
  aoede train rnn shakespeare.txt --cell gru --hidden 256
  aoede train ngram poems --order 5
  aoede train rbm my-midi-folder --preset tutorial
  aoede train rnn my-midi-folder --encoding pianoroll --minutes 10
  aoede train rnn my-songs --encoding melody
  aoede train two-tower my-chat.txt --set responses=my-replies.txt"""
)
@click.argument("family")
@click.argument("folder", type=_path)
@click.option("--run", type=_path, help="Folder to train in. [default: a new one in ./runs]")
@click.option(
    "-p", "--preset", default="default", show_default=True, help="default, or tutorial: the tutorials' model."
)
@click.option(
    "--encoding",
    type=click.Choice(["characters", "pianoroll", "melody", "chords"]),
    help="What is learnt, by families that learn text and music. [default: characters, of rbm pianoroll]",
)
@click.option(
    "-s", "--seed", type=int, help="The same seed gives the same bytes. [default: drawn and stored]"
)
@click.option("--minutes", type=float, help="As long as this, measured once at the beginning.")
@click.option("--epochs", type=click.IntRange(1, 1_000_000), help="As often through the data.")
@click.option("--hidden", type=click.IntRange(1, 65_536), help="Hidden units; of a transformer its width.")
@click.option("--layers", type=click.IntRange(1, 64), help="Layers of a network.")
@click.option("--cell", type=click.Choice(["tanh", "gru", "lstm"]), help="Of a recurrent network.")
@click.option(
    "--output",
    type=click.Choice(["notes", "nade", "rbm", "bernoulli"]),
    help="How a network foresees a frame of music. [default: notes, one after another]",
)
@click.option("--grid", type=click.IntRange(1, 96), help="Steps a beat of a piano roll. [default: 4]")
@click.option(
    "--told",
    help="What a network is told of each frame: beat,meter,key, some of them or none [default: all]; of each note of "
    "a melody: meter,chords,mode,pace,before [default: all but pace].",
)
@click.option("--order", type=click.IntRange(1, 32), help="Characters in the longest n-gram.")
@click.option(
    "--window",
    type=click.IntRange(1, 65_536),
    help="Steps in a window: of music, or through which text is learnt.",
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Learning rate at the beginning.")
@click.option(
    "--transpose",
    type=click.Choice(["key", "all", "none"]),
    help="key: all pieces to C; all: each window to any key, anew each time; none: as they are.",
)
@click.option(
    "--text-column",
    help="Column of a table that holds the texts; of pairs both: message,reply. [default: text, lyrics, ...]",
)
@click.option(
    "--label-column",
    "label_columns",
    multiple=True,
    help="Column that says whose a text is, or in which form; again for more. [default: artist, author, tune, ...]",
)
@click.option(
    "--held-out",
    type=click.FloatRange(0, 0.9),
    default=0.1,
    show_default=True,
    help="Share of the pieces to be judged by; of a book its beginning, at most 30,000 characters.",
)
@click.option(
    "--set", "others", multiple=True, metavar="NAME=VALUE", help="Any other setting, such as dropout=0.2."
)
@json_option
def train(
    family: str,
    folder: Path,
    run: Path | None,
    as_json: bool,
    others: tuple[str, ...],
    **options: Any,
) -> None:
    """Train FAMILY on the files in FOLDER, or on one file. Ctrl-C saves; `aoede resume` goes on to the same result.

    rbm learns MIDI; ngram, rnn, transformer and mixture learn text: .txt, .jsonl or .csv. With --encoding pianoroll
    rnn and transformer learn MIDI, frame by frame, or archives of piano rolls (.npz). With --encoding melody rnn,
    transformer and ngram learn the melodies of MIDI files, note by note; with --encoding
    chords rnn learns their chord changes. wavenet learns recordings: words, or single notes with their pitch in the
    name; `aoede sound` lets it be heard. two-tower and seq2seq learn short replies from conversations: mailboxes
    (.mbox, .eml), chat exports (.txt), tables of messages and replies (.jsonl, .csv); `aoede reply` uses them.
    """
    from aoede.learning import runs
    from aoede.learning.train import train as train_model

    settings = _settings(family, options, others)
    with stoppable() as stop, Console() as console:
        place = run or runs.new_folder(Path("runs"), f"{family}-{folder.resolve().stem or 'data'}")
        outcome = train_model(family, folder, place, watcher=console, should_stop=stop.is_set, **settings)
    _end(outcome, stop, as_json)


def _settings(family: str, options: Mapping[str, Any], others: tuple[str, ...]) -> dict[str, Any]:
    """The options by the names that the family has for them."""
    from aoede.learning import families
    from aoede.learning.train import train as train_model

    taken = set(signature(train_model).parameters) - {"options"}
    encoding = options["encoding"] or ""
    known = {
        field.name for field in fields(families.load(family, encoding=encoding, capability="trains").Config)
    }
    names = {
        "epochs": "n_epochs",
        "hidden": "n_width" if "n_width" in known else "n_hidden",
        "layers": "n_layers",
        "window": "window_steps" if "window_steps" in known else "n_steps",
        "rate": "learning_rate",
    }
    said = {names.get(name, name): value for name, value in options.items() if value not in (None, ())}
    if options["told"] is not None:  # "" is none of them
        said["told"] = [part for part in options["told"].split(",") if part]
    for other in others:
        name, equals, value = other.partition("=")
        if not equals:
            raise UsageError(f"{other!r} does not say NAME=VALUE", where="--set")
        if name in taken:
            raise UsageError(f"{name} is no setting", where="--set")
        try:
            said[name] = json.loads(value)
        except (ValueError, RecursionError):
            said[name] = value
    return said


@click.command()
@click.argument("run", type=_path)
@click.option("--data", type=_path, help="Where the data are now, if they moved.")
@click.option("--allow-data-change", is_flag=True, help="Go on although files changed, are missing or new.")
@json_option
def resume(run: Path, data: Path | None, allow_data_change: bool, as_json: bool) -> None:
    """Go on with the training in the folder RUN, to the result that it would have had undisturbed."""
    from aoede.learning.train import resume as resume_run

    with stoppable() as stop, Console() as console:
        outcome = resume_run(
            run,
            folder=data,
            allow_data_change=allow_data_change,
            watcher=console,
            should_stop=stop.is_set,
        )
    _end(outcome, stop, as_json)


def _end(outcome: "Outcome", stop: Stop, as_json: bool) -> None:
    """Say what came of it; the exit code is that of the signal where the training was stopped."""
    from aoede.learning.runs import resume_command

    standing = outcome.standing
    best = None if standing.best_step is None else standing.best_watched
    if as_json:
        report = {
            "schema": "aoede.training/1",
            "run": str(outcome.run),
            "is_done": standing.is_done,
            "step": standing.step,
            "best_step": standing.best_step,
            "best": best,
            "figures": dict(standing.checks[-1]) if standing.checks else {},
            "model": None if outcome.model is None else str(outcome.model),
            "files": {name: outcome.report.n(name) for name in ("read", "repaired", "skipped")},
        }
        tell_json(report)
    elif outcome.model is not None:
        tell(_as_text(outcome))
    if not standing.is_done:
        text = f"stopped and saved at step {standing.step:,}; go on with: {resume_command(outcome.run)}"
        tell(text, err=True)
        click.get_current_context().exit(128 + stop.signal)


def _as_text(outcome: "Outcome") -> str:
    from aoede.learning.runs import read_run, use_command

    standing = outcome.standing
    figures = {k: v for k, v in standing.checks[-1].items() if k != "step"} if standing.checks else {}
    lines = [f"done at step {standing.step:,}; the best was step {standing.best_step:,}"]
    lines += [f"  {name:<24} {value:#.4g}" for name, value in figures.items()]
    lines += [
        f"  model    {outcome.model}",
        f"  losses   {outcome.run / 'losses.png'}",
        f"  samples  {outcome.run / 'samples'}",
        f"  next     {use_command(outcome.run, read_run(outcome.run))}",
    ]
    return "\n".join(lines)


@click.command(
    epilog="""\b
Examples:
  aoede evaluate my-run other-songs
  aoede evaluate my-run my-other-run new-poems.txt
  aoede evaluate my-run new-poems.csv --by author --dynamic"""
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.argument("data", type=_path)
@click.option("-s", "--seed", type=int, default=0, show_default=True, help="Of the estimate's random chains.")
@click.option("--dynamic", is_flag=True, help="Texts: also as the models learn from what they read.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Texts: a line for each author, form, ...")
@click.option(
    "--text-column",
    help="Column of a table that holds the texts; of pairs both: message,reply. [default: text, lyrics, ...]",
)
@click.option(
    "--label-column", "label_columns", multiple=True, help="Column of labels. [default: artist, author, ...]"
)
@json_option
def evaluate(
    models: tuple[str, ...],
    data: Path,
    seed: int,
    dynamic: bool,
    by: tuple[str, ...],
    as_json: bool,
    **said: Any,
) -> None:
    """How well each MODEL foresees the songs or texts in DATA, in nats; smaller is better.

    DATA is a folder or one file. Several models of text stand in one table, the ladder. Of a model of replies a table
    tells how often it names and ranks the replies of conversations, beside what knows less; greater is better.
    """
    from aoede.formats.table import Columns
    from aoede.learning.evaluate import evaluate as judge

    columns = Columns.said(said)
    with Console() as console:
        found = judge(models, data, seed=seed, adapts=dynamic, by=by, columns=columns, watcher=console)
    if as_json:
        tell_json(found.as_json())
        return
    tell(found.as_text(by))


@click.command()
@click.argument("folder", type=_path, required=False)
@json_option
def runs(folder: Path | None, as_json: bool) -> None:
    """List the runs in FOLDER [default: runs]: how far each is, its figure, and how to go on."""
    from aoede.learning.overview import overview

    place = folder or Path("runs")
    rows = overview(place) if folder or place.is_dir() else []
    if as_json:
        tell_json({"schema": "aoede.runs/1", "runs": rows})
        return
    if not rows:
        tell(f"no runs in {place}; begin one with: aoede train rbm FOLDER", err=True)
    for row in rows:
        figure = "" if row["best"] is None else f"best {row['best']:#.4g} at step {row['best_step']:,}"
        tell(f"{row['run']:<32} {row['state']:<28} {figure:<28} {row['next']}")
