"""Songs to listen to one after another: numbered files, a page that shows and plays them, and all of them joined.

write(sample("rbm", seed=3, n=8), "my-list", title="rbm")

my-list/index.html    to open in a browser
my-list/01.mid        and 01.png, 01.mp3; 02.mid, ...
my-list/joined.mid    all of them, each a section; and joined.mp3
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aoede import export
from aoede.errors import UsageError
from aoede.formats import page
from aoede.formats.files import write_together
from aoede.formats.roll_layout import bar_count
from aoede.music.joined import one_after_another
from aoede.song import Song

PAGE, JOINED = "index.html", "joined"
AUDIO = ("mp3", "wav", "flac", "ogg")
MAX_PIECES = 99  # two digits
MAX_S = 1800.0  # of all of them together: as long as a song that is rendered may last


def write(
    songs: Sequence[Song],
    folder: str | Path,
    *,
    title: str,
    made_by: str = "",
    audio: str | None = "mp3",
    language: str = "en",
    more: Mapping[str, bytes] | None = None,
    force: bool = False,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """Write the playlist into `folder`: all of its files or, when one cannot be written, none. Returns the paths.

    `audio` is None for no sound; `language` is what the page shows first; `more` are further files by name.
    `told(done, total)` hears how many of the songs are rendered, the joined one among them.
    Raises UsageError as `files_of`, OutputError where a file cannot be written or, without `force`, another is there.
    """
    made = files_of(songs, title=title, made_by=made_by, audio=audio, language=language, told=told)
    files = {Path(folder) / name: data for name, data in (made | dict(more or {})).items()}
    write_together(files, force=force)
    return list(files)


def files_of(
    songs: Sequence[Song],
    *,
    title: str,
    made_by: str = "",
    audio: str | None = "mp3",
    language: str = "en",
    told: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, bytes]:
    """The files of the playlist by name, the page first. The same songs give the same bytes.

    Raises UsageError for too many songs, for another `audio` or `language` than there are, and where the songs
    together last longer than can be rendered.
    """
    if not 1 <= len(songs) <= MAX_PIECES:
        raise UsageError(f"a playlist has 1 to {MAX_PIECES} pieces, not {len(songs)}", where="--playlist")
    if audio is not None and audio not in AUDIO:
        raise UsageError(f"{audio!r} is no sound of a playlist", hint=f"Choose one of {', '.join(AUDIO)}.")
    joined = one_after_another(songs, title=title)
    if audio is not None:
        check_length(joined.duration_s)
    sounds = [] if audio is None else [f".{audio}"]
    files: dict[str, bytes] = {}
    pieces = []
    for i, song in enumerate(songs):
        told(i, len(songs) + 1)
        stem = f"{i + 1:02}"
        files |= {f"{stem}{suffix}": export.to_bytes(song, suffix) for suffix in (".mid", ".png", *sounds)}
        pieces.append(_piece(stem, song, files[f"{stem}.png"]))
    told(len(songs), len(songs) + 1)
    files |= {f"{JOINED}{suffix}": export.to_bytes(joined, suffix) for suffix in (".mid", *sounds)}
    told(len(songs) + 1, len(songs) + 1)
    shown = page.Playlist(title, made_by, pieces, JOINED, joined.duration_s, audio or "")
    return {PAGE: page.to_bytes(shown, language=language)} | files


def check_length(seconds: float) -> None:
    """Raises UsageError where pieces that last so long together cannot be rendered as one."""
    if seconds > MAX_S:
        raise UsageError(
            f"the pieces together last {seconds / 60:,.0f} minutes; with sound {MAX_S / 60:.0f} are the most",
            where="--playlist",
            hint="Make fewer or shorter ones, or leave the sound away with --audio none.",
        )


def _piece(stem: str, song: Song, png: bytes) -> page.Piece:
    return page.Piece(
        stem,
        song.title,
        bar_count(song),
        sum(len(track.notes) for track in song.tracks),
        round(song.tempos[-1].bpm, 1),
        song.duration_s,
        (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")),  # of the header chunk
    )
