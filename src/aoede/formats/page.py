"""A playlist as one HTML page: pieces to listen to and to look at, in English and Chinese.

The page needs nothing but the files beside it and runs from a folder, without a server or a network: native audio
controls, no fonts or scripts from elsewhere, one switch for the language that needs no script at all. All that is
said about the pieces is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from aoede.formats.lettering import clean
from aoede.formats.roll_layout import clock
from aoede.formats.web_page import both, document, text

# The files beside the page, wherever it lies: in a folder or on a server.
SOURCES = {"img-src": "'self' file:", "media-src": "'self' file:"}
# One piece at a time: what begins to play stops the others.
SCRIPT = """addEventListener("play", event => {
  for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
}, true);"""
STYLE = """
.facts span + span:not([lang]) {display:block;overflow-wrap:anywhere}
ol {list-style:none;margin:0;padding:0}
li {margin:1rem 0}
header section {margin-top:1rem}
.roll {overflow-x:auto;border-radius:.25rem}
.roll a {display:block;min-width:44rem}
img {display:block;width:100%;height:auto;background:#FFFFFF}"""


@dataclass(frozen=True)
class Piece:
    """One piece, and its files beside the page."""

    stem: str  # "01" of 01.mid, 01.png, 01.mp3
    title: str
    n_bars: int
    n_notes: int
    tempo_bpm: float
    duration_s: float
    picture_px: tuple[int, int]  # width, height


@dataclass(frozen=True)
class Playlist:
    title: str
    made_by: str  # the model, and what else it takes to make the same again
    pieces: Sequence[Piece]
    joined_stem: str  # of the file with all of them
    joined_s: float
    audio: str = "mp3"  # suffix of the sounds; "" where there are none


def to_bytes(playlist: Playlist, *, language: str = "en") -> bytes:
    """The page; `language`, "en" or "zh", is what it shows first. Raises UsageError for any other."""
    main = [
        *_head(playlist),
        "<ol>",
        *(line for piece in playlist.pieces for line in _piece(piece, playlist.audio)),
        "</ol>",
    ]
    return document(playlist.title, main, language=language, style=STYLE, script=SCRIPT, sources=SOURCES)


def _head(playlist: Playlist) -> Iterable[str]:
    n, length = len(playlist.pieces), clock(playlist.joined_s)
    pieces = both(f"{n} piece{'s' * (n != 1)}, {length} together", f"{n} 首，共 {length}")
    yield f"<header>\n<h1>{text(playlist.title)}</h1>"
    yield f'<p class="facts">{pieces} <span>{text(playlist.made_by)}</span></p>'
    yield '<section class="card" aria-labelledby="joined">'
    yield f'<h2 id="joined">{both("All of them, one after another", "全部连在一起")}</h2>'
    yield from _sound(playlist.joined_stem, playlist.audio, "joined")
    yield "</section>\n</header>"


def _piece(piece: Piece, audio: str) -> Iterable[str]:
    """A card of the list: heading, facts, sound, files, picture."""
    name, stem = f"title-{text(piece.stem)}", text(piece.stem)
    width, height = piece.picture_px
    picture = _address(piece.stem, "png")
    yield f'<li>\n<article class="card" aria-labelledby="{name}">'
    yield f'<h2 id="{name}"><span class="number">{stem}</span> {text(piece.title)}</h2>'
    yield f'<p class="facts">{_facts(piece)}</p>'
    yield from _sound(piece.stem, audio, name)
    yield f'<div class="roll"><a href="{picture}"><img src="{picture}" width="{width}" height="{height}"'
    yield f' loading="lazy" alt="{_picture_in_words(piece)}"></a></div>'
    yield "</article>\n</li>"


def _facts(piece: Piece) -> str:
    tempo, length = f"{piece.tempo_bpm:g}", clock(piece.duration_s)
    return both(
        f"{_many(piece.n_bars, 'bar')} · {_many(piece.n_notes, 'note')} · {tempo} bpm · {length}",
        f"{piece.n_bars:,} 小节 · {piece.n_notes:,} 个音 · 每分钟 {tempo} 拍 · {length}",
    )


def _many(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'s' * (n != 1)}"


def _picture_in_words(piece: Piece) -> str:
    """Its alternative text, in both languages: no switch reaches into an attribute."""
    title = text(piece.title)
    english = f"Piano roll of {title}: {_many(piece.n_notes, 'note')} in {_many(piece.n_bars, 'bar')}"
    return f"{english} / {title} 的钢琴卷帘：{piece.n_bars:,} 小节，{piece.n_notes:,} 个音"


def _sound(stem: str, audio: str, heading: str) -> Iterable[str]:
    """Controls, and links to the files."""
    links = [f'<a href="{_address(stem, "mid")}" download>MIDI</a>']
    if audio:
        source = _address(stem, audio)
        yield f'<audio controls preload="metadata" src="{source}" aria-labelledby="{heading}"></audio>'
        links.append(f'<a href="{source}" download>{text(audio.upper())}</a>')
    yield f'<p class="files">{" ".join(links)}</p>'


def _address(stem: str, suffix: str) -> str:
    """A file beside the page, as a relative address."""
    return escape(quote(f"{clean(stem)}.{clean(suffix)}", safe=""))
