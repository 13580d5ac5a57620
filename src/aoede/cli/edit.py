"""`aoede regenerate`, `vary`, `extend`, `harmonise`: work on a song or a melody that is there."""

import re
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import STDOUT, force_option, json_option, read_text, tell, tell_json
from aoede.cli.make import MAX_COUNT, check_place, file_options, is_one_file, suffixes_of

if TYPE_CHECKING:
    from aoede.edits import Work
    from aoede.song import Song

_MAX_LYRICS_BYTES = 200_000
_path = click.Path(path_type=Path)
_Command = Callable[..., None]
_seed_option = click.option(
    "-s", "--seed", type=int, help="The same seed gives the same bytes. [default: drawn and reported]"
)
_tracks_option = click.option(
    "--tracks", help='Such as "bass,drums", "harmony", "lyrics", "all". [default: all but the harmony]'
)
_lock_option = click.option(
    "--lock", help='What stays: "melody,lyrics:chorus" is the melody everywhere, the lyrics in every chorus.'
)


def _target_options(command: _Command) -> _Command:
    """Where an edited song goes."""
    out = click.option(
        "-o",
        "--out",
        type=_path,
        help="A folder, one file such as song.mp3, or - for MIDI on stdout. [default: NAME-2.mid beside SONG]",
    )
    files = click.option(
        "--files",
        help='Which files, for example "mid,mp3,svg". [default: mid, and the kinds that SONG has beside it]',
    )
    return out(files(force_option(json_option(command))))


@dataclass(frozen=True)
class _Target:
    """Where songs that come of `source` go."""

    source: Path
    out: Path | None
    files: str | None
    force: bool

    def check(self, as_json: bool, n_songs: int = 1) -> None:
        """Refuse what would write several things into one place."""
        from aoede.errors import UsageError

        is_one = self.out == STDOUT or (self.out is not None and is_one_file(self.out))
        if self.out is not None:
            check_place(self.out, files=self.files)
        if is_one and n_songs > 1:
            raise UsageError(
                f"{n_songs} songs do not fit into one file", where="--out", hint="Name a folder."
            )
        if as_json and self.out == STDOUT:
            raise UsageError(
                "the song and --json cannot both go to stdout", where="--out", hint="Name a file."
            )

    def write(self, song: "Song", suffixes: Sequence[str] = (), *, stems: bool = False) -> list[Path]:
        """The files of a song: of these kinds, or of those that were named, or that stand beside the source."""
        from aoede import export

        if self.out == STDOUT:
            sys.stdout.buffer.write(export.to_bytes(song, ".mid"))
            return [STDOUT]
        if self.out is not None and is_one_file(self.out):
            return [export.write(song, self.out, force=self.force)]
        if not suffixes:
            suffixes = suffixes_of(song, "none", self.files) if self.files else self._kinds_beside()
        stem = self._free_stem(song, suffixes)
        written = export.write_all(song, stem, suffixes, force=self.force)
        return written + (export.write_stems(song, f"{stem}-stems", force=self.force) if stems else [])

    def _kinds_beside(self) -> list[str]:
        """MIDI, and the kinds of files that stand beside the source by its name."""
        from aoede.export import SUFFIXES

        beside = [s for s in SUFFIXES if s != ".mid" and self.source.with_suffix(s).is_file()]
        return [".mid", *beside]

    def _free_stem(self, song: "Song", suffixes: Sequence[str]) -> Path:
        """NAME-2, or the first number after it that no file has; an edit of NAME-2 is NAME-3."""
        name = self.source.stem
        numbered = re.fullmatch(r"(.+)-\d{1,4}", name)
        if numbered and song.recipe.get("edits", ())[1:]:
            name = numbered[1]
        folder = self.out or self.source.parent
        stems = (folder / f"{name}-{number}" for number in numbers(2))
        return next(stem for stem in stems if not any(Path(f"{stem}{s}").exists() for s in suffixes))


def _opened(song: Path) -> "Work":
    """The song of a file; a word on stderr where its notes are not those of its recipe."""
    from aoede.editing import work_on
    from aoede.errors import InputError
    from aoede.formats import midi

    try:
        work = work_on(midi.read(song).song)
    except InputError as error:
        raise InputError(error.message, hint=error.hint, where=error.where or str(song)) from error
    if work.by_hand:
        tell(f"{song}: its notes are not those that its recipe makes; they are kept as they are", err=True)
    return work


def _report(source: Path, old: "Work", new: "Work", files: Sequence[Path], seconds: float) -> dict[str, Any]:
    from aoede.account import changed_notes, chords_by_section

    name, options = next(iter(new.song.recipe["edits"][-1].items()))
    return {
        "schema": "aoede.edit/1",
        "song": str(source),
        "title": new.song.title,
        "edit": name,
        "options": dict(options),
        "seed": options.get("seed", new.sketch.seed),
        "by_hand": old.by_hand,
        "tracks": changed_notes(old.song, new.song),
        "form": [{"name": s.name, "bars": s.bars} for s in new.sketch.plan.sections],
        "chords": chords_by_section(new.song),
        "duration_s": round(new.song.duration_s, 2),
        "files": [str(path) for path in files],
        "recipe": dict(new.song.recipe),
        "seconds": round(seconds, 2),
    }


def _as_text(report: Mapping[str, Any]) -> str:
    changed = ", ".join(
        f"{row['role']} {row['new']} of {row['notes']}" for row in report["tracks"] if row["new"]
    )
    form = " ".join(f"{section['name']}({section['bars']})" for section in report["form"])
    lines = [report["title"], f"  form        {form}", f"  new notes   {changed or 'none'}"]
    for row in report["chords"]:
        lines += [
            f"  {row['section'] if i == 0 else '':<10}  | {' | '.join(row['bars'][i : i + 8])} |"
            for i in range(0, len(row["bars"]), 8)
        ]
    lines += [f"  {'files' if i == 0 else '':<10}  {path}" for i, path in enumerate(report["files"])]
    lines.append(f"  again       {_command(report)}")
    lines.append(f"  took        {report['seconds']:.2f} s")
    return "\n".join(lines)


def _command(report: Mapping[str, Any]) -> str:
    """The command that does the same again."""
    words = ["aoede", report["edit"].replace("_", "-"), report["song"]]
    for name, value in report["options"].items():
        words += ["FILE"] if name == "text" else [f"--{name}", str(value)]
    return shlex.join(words)


def _done(target: _Target, edits: Sequence[Mapping[str, Any]], name: str, as_json: bool) -> None:
    """Make the edits, each of the same song, write them and tell of them."""
    from aoede.editing import edited

    target.check(as_json, len(edits))
    began = time.perf_counter()
    old = _opened(target.source)
    reports = []
    for options in edits:
        new = edited(old, name, options)
        files = target.write(new.song)
        reports.append(_report(target.source, old, new, files, time.perf_counter() - began))
        began = time.perf_counter()
        if not as_json:
            tell(_as_text(reports[-1]), err=target.out == STDOUT)
    if as_json:
        tell_json(reports[0] if len(reports) == 1 else {"schema": "aoede.edits/1", "songs": reports})


@click.command(
    epilog="""\b
Examples:
  aoede regenerate song.mid --bars 9-16 --tracks bass,drums
  aoede regenerate song.mid --sections chorus --lock melody,lyrics
  aoede regenerate song.mid --bars 5-8,13 --tracks harmony --lock melody"""
)
@click.argument("song", type=_path)
@click.option("-b", "--bars", help='Such as "9-16" or "1-4,9", counted from 1.')
@click.option("--sections", help='Such as "chorus" or "verse2". [default: the whole song]')
@_tracks_option
@_lock_option
@_seed_option
@_target_options
def regenerate(
    song: Path, out: Path | None, files: str | None, force: bool, as_json: bool, **options: Any
) -> None:
    """Make parts of SONG anew; all else stays note for note.

    New harmony takes all pitched tracks with it, the melody too unless it is locked: then the new chords suit it.
    Where the lyrics are locked, a new melody keeps the rhythm.
    """
    from aoede.editing import seed_or_drawn

    edits = [{**options, "seed": seed_or_drawn(options["seed"])}]
    _done(_Target(song, out, files, force), edits, "regenerate", as_json)


@click.command(
    epilog="""\b
Examples:
  aoede vary song.mid -n 4
  aoede vary song.mid --lock melody,lyrics:chorus --out variations
  aoede vary song.mid --tracks all --seed 7"""
)
@click.argument("song", type=_path)
@click.option(
    "-n", "--count", type=click.IntRange(1, MAX_COUNT), default=1, show_default=True, help="So many songs."
)
@_tracks_option
@_lock_option
@_seed_option
@_target_options
def vary(
    song: Path,
    count: int,
    seed: int | None,
    out: Path | None,
    files: str | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Other songs by the plan of SONG: the same key, tempo, form and, but with --tracks all, chords."""
    from aoede.editing import seed_or_drawn

    first = seed_or_drawn(seed)
    edits = [{**options, "seed": first + i} for i in range(count)]
    _done(_Target(song, out, files, force), edits, "regenerate", as_json)


@click.command(
    epilog="""\b
Examples:
  aoede extend song.mid
  aoede extend song.mid --add "bridge:4 chorus"
  aoede extend song.mid --bars 16"""
)
@click.argument("song", type=_path)
@click.option("--add", "--form", "add", help='Sections such as "bridge:4 chorus". [default: bridge chorus]')
@click.option("-b", "--bars", type=int, help="So many bars in all.")
@click.option("-s", "--seed", type=int, help="Of what is new. [default: that of the song]")
@_target_options
def extend(
    song: Path, out: Path | None, files: str | None, force: bool, as_json: bool, **options: Any
) -> None:
    """Add sections to SONG before its outro, or at its end; what was there stays as it is and moves behind them.

    Sections that the song has return with their chords and, at the same length, their tune.
    """
    _done(_Target(song, out, files, force), [options], "extend", as_json)


@click.command(
    name="set-lyrics",
    epilog="""\b
Examples:
  aoede set-lyrics song.mid words.txt
  aoede set-lyrics song.mid words.txt --lock melody
  aoede write lyrics --lines 8 | aoede set-lyrics song.mid -""",
)
@click.argument("song", type=_path)
@click.argument("file", type=_path)
@click.option("--lock", help="melody: its notes stay, and a syllable may have several of them.")
@_target_options
def set_lyrics(
    song: Path,
    file: Path,
    lock: str | None,
    out: Path | None,
    files: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Have SONG sung to the words in FILE, a text ("-" reads stdin), a line a phrase, a syllable a note.

    Stanzas parted by empty lines go to the sections in order, or to those that a line such as "[Chorus]" above
    them names; a chorus written once is sung every time. Notes are split or joined where a line needs it.
    """
    from aoede.formats.files import read_bounded
    from aoede.formats.text import decoded

    if file == STDOUT:
        text = read_text("-", max_bytes=_MAX_LYRICS_BYTES)
    else:
        text = decoded(read_bounded(file, max_bytes=_MAX_LYRICS_BYTES), where=str(file), is_short=True).text
    _done(_Target(song, out, files, force), [{"text": text, "lock": lock}], "set_lyrics", as_json)


@click.command(
    epilog="""\b
Examples:
  aoede harmonise melody.mid
  aoede harmonise melody.mid --mood "calm and hopeful" --style folk
  aoede harmonise melody.mid --instruments "piano, cello" --key "D minor" """
)
@click.argument("melody", type=_path)
@click.option(
    "--mood", help='Such as "calm and hopeful", in English or Chinese. [default: the title of the file]'
)
@click.option("--style", help="pop, ballad, folk, rock, waltz, march, lullaby, anthem, jazz, latin or hymn.")
@click.option("--instruments", help='These and no others: "piano, cello", "guitar, bass, drums".')
@click.option("-k", "--key", help="The key that the melody is in, where you know it. [default: found]")
@click.option("-m", "--mode", help="major, minor, dorian, phrygian, lydian, mixolydian, harmonic minor.")
@click.option("-t", "--tempo", type=float, help="Quarter notes a minute. [default: that of the file]")
@click.option("--form", help='Sections with their bars: "verse:8 chorus:8". [default: by what returns]')
@_seed_option
@click.option(
    "-o", "--out", type=_path, help="A folder, one file, or -. [default: NAME-2.mid ... beside MELODY]"
)
@file_options
@force_option
@json_option
def harmonise(
    melody: Path,
    mood: str | None,
    out: Path | None,
    audio: str,
    files: str | None,
    stems: bool,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Find the chords of MELODY, a MIDI file, and write a song around it; its notes stay as they are.

    Meter, length and tempo are those of the file. The key is found from the notes.
    """
    from aoede.account import report_of
    from aoede.cli.composition import as_text
    from aoede.compose import chosen, fill
    from aoede.editing import sketch_around

    target = _Target(melody, out, files, force)
    target.check(as_json)
    began = time.perf_counter()
    planned = sketch_around(melody, mood, **options)
    song = fill(chosen(planned))
    written = target.write(song, suffixes_of(song, audio, files), stems=stems)
    report = report_of(planned, song, written, time.perf_counter() - began)
    if as_json:
        tell_json(report)
    else:
        tell(as_text(report), err=out == STDOUT)
