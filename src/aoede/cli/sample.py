"""`aoede sample`: what a model plays, as songs or as a playlist."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import force_option, json_option, tell, tell_json
from aoede.cli.make import check_place, is_one_file
from aoede.errors import UsageError

if TYPE_CHECKING:
    from aoede.learning.melody_sampling import Singer
    from aoede.learning.sampling import Trained
    from aoede.music.chord_model import ChordModel
    from aoede.song import Song

_path = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  aoede sample rbm --bars 16 --seed 3
  aoede sample my-run --count 4 --mood "calm and sad" --key "D minor"
  aoede sample my-run --start beginning.mid --bars 32
  aoede sample my-run --playlist 8 --out evening"""
)
@click.argument("model")
@click.option(
    "-s", "--seed", type=int, help="The same seed gives the same bytes. [default: drawn and reported]"
)
@click.option("-n", "--count", type=int, help="So many songs. [default: 1]")
@click.option(
    "--playlist",
    type=click.IntRange(1, 99),
    metavar="N",
    help="So many songs to listen to: 01.mid, 01.png, 01.mp3, ..., index.html with all of them to hear and "
    "see, and joined.mid and joined.mp3, where they follow one another.",
)
@click.option(
    "-b",
    "--bars",
    type=int,
    default=8,
    show_default=True,
    help="Bars in each: of 4/4, or as --start has them.",
)
@click.option("--mood", help='A feeling such as "calm and sad", for models trained with labels.')
@click.option("-k", "--key", help='Key such as "D" or "F# minor", for models trained in one key.')
@click.option(
    "-t",
    "--tempo",
    type=click.FloatRange(20, 300),
    help="Quarter notes a minute. [default: 100, or as --start has it]",
)
@click.option(
    "--start",
    type=_path,
    metavar="FILE.mid",
    help="Go on with this song, in its key, meter and tempo. The files hold it, then the new part: only "
    "together do they let one hear whether the two fit. The picture marks where the new part begins.",
)
@click.option("--only-new", is_flag=True, help="With --start: the files hold the new part alone.")
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
@click.option(
    "-o", "--out", type=_path, help="Folder for the files. [default: out; of a playlist out/MODEL-SEED]"
)
@click.option(
    "--audio",
    type=click.Choice(["wav", "mp3", "flac", "ogg", "none"]),
    help="Kind of sound. [default: wav; of a playlist mp3]",
)
@force_option
@json_option
def sample(model: str, out: Path | None, force: bool, as_json: bool, **options: Any) -> None:
    """Let MODEL make music: a RUN folder, a .safetensors file, or a shipped model such as rbm."""
    import secrets

    from aoede.learning.melody_sampling import Singer
    from aoede.music.chord_model import ChordModel

    _check_sample(options, out)
    seed = secrets.randbelow(2**31) if options["seed"] is None else options["seed"]
    trained = _found(model)
    chain = None
    if isinstance(trained, Singer):
        songs = _sung(trained, seed, options)
    elif isinstance(trained, ChordModel):
        songs = _progressions(trained, seed, options)
    else:
        songs = _sampled(trained, seed, options)
        chain = _chain_of(trained, seed, options) if options["chain"] else None
    if options["playlist"] is None:
        report = _write_songs(
            songs, f"{trained.name}-{seed}", out or Path("out"), options["audio"], chain, force
        )
    else:
        folder = out or Path("out") / f"{trained.name}-{seed}"
        report = _write_playlist(songs, trained, seed, folder, options, chain, force)
    if as_json:
        head = {"schema": "aoede.samples/1", "model": model, "sha256": trained.sha256, "seed": seed}
        tell_json(head | report)
    else:
        tell(_samples_as_text(report, seed))


def _check_sample(options: Mapping[str, Any], out: Path | None) -> None:
    if out is not None:
        check_place(out)
        several = next((name for name in ("chain", "playlist", "audio") if options[name]), None)
        if is_one_file(out) and (several or _n_songs(options) > 1):
            raise UsageError(
                f"{out} names a file, and there will be several",
                where="--out",
                hint=f"Name a folder for them, or leave --{several or 'count'} away.",
            )
    if options["count"] is not None and options["playlist"] is not None:
        raise UsageError("--count and --playlist cannot both say how many songs", where="--playlist")
    if options["only_new"] and options["start"] is None:
        raise UsageError("without a beginning all is new", where="--only-new", hint="Name one with --start.")
    if options["playlist"] is not None and options["audio"] != "none":
        from aoede import playlist

        bar_s = 4 * 60 / (options["tempo"] or 100)  # as they usually are; what comes out is measured
        playlist.check_length(options["playlist"] * options["bars"] * bar_s)


def _found(model: str) -> "Trained | Singer | ChordModel":
    from aoede.learning import melody_sampling, sampling
    from aoede.music.chord_model import ChordModel, foresees_chords

    found, name = sampling.find_checkpoint(model)
    kind: type[Trained | Singer | ChordModel] = sampling.Trained
    if melody_sampling.sings(found) or foresees_chords(found):
        kind = melody_sampling.Singer if melody_sampling.sings(found) else ChordModel
    return kind.of(found.metadata, found.tensors, name=name, sha256=found.sha256)


def _n_songs(options: Mapping[str, Any]) -> int:
    n = options["playlist"] if options["count"] is None else options["count"]
    return 1 if n is None else int(n)


def _sung(singer: "Singer", seed: int, options: Mapping[str, Any]) -> list["Song"]:
    """Melodies. Raises UsageError for what only models of piano rolls can do."""
    from aoede.learning.melody_sampling import sing

    for option in ("mood", "start", "chain"):
        if options[option]:
            raise UsageError("this model sings melodies; it knows nothing of that", where=f"--{option}")
    return sing(
        singer,
        seed=seed,
        n_bars=options["bars"],
        n=_n_songs(options),
        key=options["key"],
        tempo_bpm=options["tempo"],
        temperature=options["temperature"],
    )


def _progressions(model: "ChordModel", seed: int, options: Mapping[str, Any]) -> list["Song"]:
    """Chords, one a bar, in C major. Raises UsageError for what only other models can do."""
    from aoede.learning.on_changes import progression

    for option in ("mood", "start", "chain", "key", "tempo"):
        if options[option]:
            raise UsageError("this model gives chords; it knows nothing of that", where=f"--{option}")
    return [progression(model, seed=seed + i, n_bars=options["bars"]) for i in range(_n_songs(options))]


def _sampled(trained: "Trained", seed: int, options: Mapping[str, Any]) -> list["Song"]:
    from aoede.formats import midi
    from aoede.learning import sampling
    from aoede.mood.request import mood_of

    return sampling.sample(
        trained,
        seed=seed,
        n_bars=options["bars"],
        n=_n_songs(options),
        mood=None if options["mood"] is None else mood_of(options["mood"]),
        key=options["key"],
        tempo_bpm=options["tempo"],
        start=None if options["start"] is None else midi.read(options["start"]).song,
        only_new=options["only_new"],
        n_gibbs=options["gibbs"],
        temperature=options["temperature"],
    )


def _write_songs(
    songs: Sequence["Song"], stem: str, out: Path, audio: str | None, chain: bytes | None, force: bool
) -> dict[str, Any]:
    """Each song with its files; what is told of them."""
    from aoede import export
    from aoede.formats.files import write_whole

    if is_one_file(out):
        return {"songs": [_row(song, [export.write(song, out, force=force)]) for song in songs]}
    suffixes = [".mid", *([] if audio == "none" else [f".{audio or 'wav'}"]), ".png"]
    rows = []
    for number, song in enumerate(songs, 1):
        name = stem + (f"-{number}" if len(songs) > 1 else "")
        rows.append(_row(song, export.write_all(song, out / name, suffixes, force=force)))
    if chain is None:
        return {"songs": rows}
    path = out / f"{stem}-chain.png"
    write_whole(path, chain, force=force)
    return {"songs": rows, "chain": str(path)}


def _write_playlist(
    songs: Sequence["Song"],
    trained: "Trained | Singer | ChordModel",
    seed: int,
    folder: Path,
    options: Mapping[str, Any],
    chain: bytes | None,
    force: bool,
) -> dict[str, Any]:
    """All files of the playlist or none; what is told of them."""
    from aoede import playlist
    from aoede.cli.progress import Progress
    from aoede.mood.request import mood_of

    with Progress(len(songs) + 1, label="rendering", unit="song") as progress:
        paths = playlist.write(
            songs,
            folder,
            title=trained.name,
            made_by=f"{trained.name} · {trained.sha256[:16]} · seed {seed}",
            audio={None: "mp3", "none": None}.get(options["audio"], options["audio"]),
            language="zh" if options["mood"] and mood_of(options["mood"]).language == "zh" else "en",
            more={} if chain is None else {"chain.png": chain},
            force=force,
            told=lambda done, total: progress.update(done),
        )
    of = {stem: [path for path in paths if path.stem == stem] for stem in {path.stem for path in paths}}
    return {
        "songs": [_row(song, of[f"{number:02}"]) for number, song in enumerate(songs, 1)],
        "page": str(folder / playlist.PAGE),
        "joined": [str(path) for path in of[playlist.JOINED]],
        **({} if chain is None else {"chain": str(folder / "chain.png")}),
    }


def _row(song: "Song", files: Sequence[Path]) -> dict[str, Any]:
    n_notes = sum(len(track.notes) for track in song.tracks)
    return {"title": song.title, "n_notes": n_notes, "files": [str(file) for file in files]}


def _samples_as_text(report: Mapping[str, Any], seed: int) -> str:
    """The songs with their files, of a playlist the page instead of all of them."""
    lines = []
    for row in report["songs"]:
        lines.append(f"{row['title']}: {row['n_notes']} notes")
        lines += [f"  {file}" for file in row["files"] if "page" not in report]
    if "page" in report:
        lines += [f"all of them: {', '.join(report['joined'])}", f"to hear and see them: {report['page']}"]
    if "chain" in report:
        lines.append(f"a Gibbs chain: {report['chain']}")
    return "\n".join([*lines, f"seed {seed}"])


def _chain_of(trained: "Trained", seed: int, options: Mapping[str, Any]) -> bytes:
    """The picture of a Gibbs chain, under the mood and at the temperature of the samples."""
    from aoede.learning.pictures import chain_picture
    from aoede.mood.request import mood_of
    from aoede.randomness import stream

    mood = None if options["mood"] is None else mood_of(options["mood"])
    at = None if mood is None else (mood.valence, mood.arousal)
    return chain_picture(trained, stream(seed, "chain"), at=at, temperature=options["temperature"])
