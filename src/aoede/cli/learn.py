"""`aoede train`, `resume`, `sample`, `evaluate` and `runs`: models trained on your own folder."""

import json
from collections.abc import Mapping
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import force_option, json_option, tell, tell_json
from aoede.cli.watching import Console, Stop, stoppable
from aoede.errors import UsageError

if TYPE_CHECKING:
    from aoede.learning.sampling import Trained
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
  aoede train rnn my-midi-folder --encoding pianoroll --minutes 10"""
)
@click.argument("family")
@click.argument("folder", type=_path)
@click.option("--run", type=_path, help="Folder to train in. [default: a new one in ./runs]")
@click.option(
    "-p", "--preset", default="default", show_default=True, help="default, or tutorial: the tutorials' model."
)
@click.option(
    "--encoding",
    type=click.Choice(["characters", "pianoroll"]),
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
    help="What a network is told of each frame: beat,meter,key, some of them or none. [default: all]",
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
    "--text-column", help="Column of a table that holds the texts. [default: text, lyrics, poem, ...]"
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
    rnn and transformer learn MIDI, frame by frame, or archives of piano rolls (.npz).
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
    lines += [f"  {name:<24} {value:.4g}" for name, value in figures.items()]
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
  aoede sample rbm --bars 16 --seed 3
  aoede sample my-run --count 4 --mood "calm and sad" --key "D minor"
  aoede sample my-run --prompt beginning.mid"""
)
@click.argument("model")
@click.option(
    "-s", "--seed", type=int, help="The same seed gives the same bytes. [default: drawn and reported]"
)
@click.option("-n", "--count", type=int, default=1, show_default=True, help="So many songs.")
@click.option("-b", "--bars", type=int, default=8, show_default=True, help="Bars of 4/4 in each.")
@click.option("--mood", help='A feeling such as "calm and sad", for models trained with labels.')
@click.option("-k", "--key", help='Key such as "D" or "F# minor", for models trained in one key.')
@click.option("-t", "--tempo", type=click.FloatRange(20, 300), default=100, show_default=True)
@click.option("--prompt", type=_path, help="A MIDI file to be continued.")
@click.option(
    "--gibbs", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Sweeps a window."
)
@click.option(
    "--temperature",
    type=click.FloatRange(0.05, 5),
    default=1.0,
    show_default=True,
    help="Below 1 tamer, above 1 wilder.",
)
@click.option("--chain", is_flag=True, help="Draw a window from coin tosses to music too, in STEM-chain.png.")
@click.option("-o", "--out", type=_path, default=Path("out"), show_default=True, help="Folder for the files.")
@click.option(
    "--audio", type=click.Choice(["wav", "mp3", "flac", "ogg", "none"]), default="wav", show_default=True
)
@force_option
@json_option
def sample(
    model: str, count: int, bars: int, out: Path, audio: str, force: bool, as_json: bool, **options: Any
) -> None:
    """Let MODEL make music: a RUN folder, a .safetensors file, or a shipped model such as rbm."""
    import secrets

    from aoede import export
    from aoede.formats import midi
    from aoede.formats.files import write_whole
    from aoede.learning import sampling
    from aoede.mood.request import mood_of

    seed = secrets.randbelow(2**31) if options["seed"] is None else options["seed"]
    trained = sampling.find(model)
    songs = sampling.sample(
        trained,
        seed=seed,
        n_bars=bars,
        n=count,
        mood=None if options["mood"] is None else mood_of(options["mood"]),
        key=options["key"],
        tempo_bpm=options["tempo"],
        prompt=None if options["prompt"] is None else midi.read(options["prompt"]).song,
        n_gibbs=options["gibbs"],
        temperature=options["temperature"],
    )
    drawn = _chain_of(trained, seed, options) if options["chain"] else None
    suffixes = [".mid", *([] if audio == "none" else [f".{audio}"]), ".png"]
    rows: list[dict[str, Any]] = []
    for number, song in enumerate(songs, 1):
        stem = f"{trained.name}-{seed}" + (f"-{number}" if count > 1 else "")
        files = export.write_all(song, out / stem, suffixes, force=force)
        n_notes = sum(len(track.notes) for track in song.tracks)
        rows.append({"title": song.title, "n_notes": n_notes, "files": [str(file) for file in files]})
    chain = out / f"{trained.name}-{seed}-chain.png"
    if drawn is not None:
        write_whole(chain, drawn, force=force)
    if as_json:
        report = {"schema": "aoede.samples/1", "model": model, "sha256": trained.sha256, "seed": seed}
        if drawn is not None:
            report["chain"] = str(chain)
        tell_json(report | {"songs": rows})
        return
    for row in rows:
        tell(f"{row['title']}: {row['n_notes']} notes")
        for file in row["files"]:
            tell(f"  {file}")
    if drawn is not None:
        tell(f"a Gibbs chain: {chain}")
    tell(f"seed {seed}")


def _chain_of(trained: "Trained", seed: int, options: Mapping[str, Any]) -> bytes:
    """The picture of a Gibbs chain, under the mood and at the temperature of the samples."""
    from aoede.learning.pictures import chain_picture
    from aoede.mood.request import mood_of
    from aoede.randomness import stream

    mood = None if options["mood"] is None else mood_of(options["mood"])
    at = None if mood is None else (mood.valence, mood.arousal)
    return chain_picture(trained, stream(seed, "chain"), at=at, temperature=options["temperature"])


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
    "--text-column", help="Column of a table that holds the texts. [default: text, lyrics, poem, ...]"
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

    DATA is a folder or one file. Several models of text stand in one table, the ladder.
    """
    from aoede.learning.evaluate import evaluate as judge
    from aoede.learning.on_texts import reading

    columns = reading(said)["columns"]
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
        figure = "" if row["best"] is None else f"best {row['best']:.4g} at step {row['best_step']:,}"
        tell(f"{row['run']:<32} {row['state']:<28} {figure:<28} {row['next']}")
