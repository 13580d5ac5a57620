"""A playlist as one HTML page: pieces to listen to and to look at, in English and Chinese.

The page needs nothing but the files beside it and runs from a folder, without a server or a network: native audio
controls, no fonts or scripts from elsewhere, one switch for the language that needs no script at all. All that is
said about the pieces is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from aoede.errors import UsageError
from aoede.formats.lettering import clean
from aoede.formats.roll_layout import clock
from aoede.formats.sheet import LANGUAGES

LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
# Each colour on light and on dark paper; all text reaches a contrast of 4.5 (WCAG 2.1 AA).
COLOURS = {
    "paper": ("#FFFFFF", "#14171D"),
    "card": ("#F5F6F8", "#1E232C"),
    "ink": ("#1F2430", "#ECEEF2"),
    "muted": ("#5A6270", "#A3ACBA"),
    "link": ("#0060A0", "#7CC0F5"),
    "line": ("#D9DCE3", "#39414F"),
}
# One piece at a time: what begins to play stops the others.
SCRIPT = """addEventListener("play", event => {
  for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
}, true);"""


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
    if language not in LANGUAGES:
        raise UsageError(f"a page can speak {' or '.join(LANGUAGES)}, not {language!r}")
    title = _text(playlist.title)
    checked = {name: " checked" if name == language else "" for name in LANGUAGES}
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{LANGUAGE_TAGS[language]}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>",
        f"<style>\n{_style()}\n</style>",
        "</head>",
        "<body>",
        f'<input type="radio" name="language" id="en"{checked["en"]}><label for="en" lang="en">English</label>',
        f'<input type="radio" name="language" id="zh"{checked["zh"]}><label for="zh" lang="zh-CN">中文</label>',
        "<main>",
        *_head(playlist, title),
        "<ol>",
        *(line for piece in playlist.pieces for line in _piece(piece, playlist.audio)),
        "</ol>",
        "</main>",
        f"<script>\n{SCRIPT}\n</script>",
        "</body>",
        "</html>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _head(playlist: Playlist, title: str) -> Iterable[str]:
    n, length = len(playlist.pieces), clock(playlist.joined_s)
    pieces = _both(f"{n} piece{'s' * (n != 1)}, {length} together", f"{n} 首，共 {length}")
    yield f"<header>\n<h1>{title}</h1>"
    yield f'<p class="facts">{pieces} <span>{_text(playlist.made_by)}</span></p>'
    yield '<section aria-labelledby="joined">'
    yield f'<h2 id="joined">{_both("All of them, one after another", "全部连在一起")}</h2>'
    yield from _sound(playlist.joined_stem, playlist.audio, "joined")
    yield "</section>\n</header>"


def _piece(piece: Piece, audio: str) -> Iterable[str]:
    """A card of the list: heading, facts, sound, files, picture."""
    name, stem = f"title-{_text(piece.stem)}", _text(piece.stem)
    width, height = piece.picture_px
    picture = _address(piece.stem, "png")
    yield f'<li>\n<article aria-labelledby="{name}">'
    yield f'<h2 id="{name}"><span class="number">{stem}</span> {_text(piece.title)}</h2>'
    yield f'<p class="facts">{_facts(piece)}</p>'
    yield from _sound(piece.stem, audio, name)
    yield f'<div class="roll"><a href="{picture}"><img src="{picture}" width="{width}" height="{height}"'
    yield f' loading="lazy" alt="{_picture_in_words(piece)}"></a></div>'
    yield "</article>\n</li>"


def _facts(piece: Piece) -> str:
    tempo, length = f"{piece.tempo_bpm:g}", clock(piece.duration_s)
    return _both(
        f"{_many(piece.n_bars, 'bar')} · {_many(piece.n_notes, 'note')} · {tempo} bpm · {length}",
        f"{piece.n_bars:,} 小节 · {piece.n_notes:,} 个音 · 每分钟 {tempo} 拍 · {length}",
    )


def _many(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'s' * (n != 1)}"


def _picture_in_words(piece: Piece) -> str:
    """Its alternative text, in both languages: no switch reaches into an attribute."""
    title = _text(piece.title)
    english = f"Piano roll of {title}: {_many(piece.n_notes, 'note')} in {_many(piece.n_bars, 'bar')}"
    return f"{english} / {title} 的钢琴卷帘：{piece.n_bars:,} 小节，{piece.n_notes:,} 个音"


def _sound(stem: str, audio: str, heading: str) -> Iterable[str]:
    """Controls, and links to the files."""
    links = [f'<a href="{_address(stem, "mid")}" download>MIDI</a>']
    if audio:
        source = _address(stem, audio)
        yield f'<audio controls preload="metadata" src="{source}" aria-labelledby="{heading}"></audio>'
        links.append(f'<a href="{source}" download>{_text(audio.upper())}</a>')
    yield f'<p class="files">{" ".join(links)}</p>'


def _both(english: str, chinese: str) -> str:
    """The same in two languages, of which one is shown; without quotes or markup in either."""
    return f'<span lang="en">{_text(english)}</span><span lang="zh-CN">{_text(chinese)}</span>'


def _address(stem: str, suffix: str) -> str:
    """A file beside the page, as a relative address."""
    return escape(quote(f"{clean(stem)}.{clean(suffix)}", safe=""))


def _text(text: str) -> str:
    return escape(clean(text), quote=True)


def _style() -> str:
    light, dark = (";".join(f"--{name}:{pair[i]}" for name, pair in COLOURS.items()) for i in (0, 1))
    return f"""
:root {{{light};color-scheme:light dark}}
@media (prefers-color-scheme: dark) {{:root {{{dark}}}}}
* {{box-sizing:border-box}}
body {{margin:0 auto;max-width:75rem;padding:1rem;background:var(--paper);color:var(--ink);
  font:1rem/1.5 system-ui,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}}
label {{margin-right:1rem;padding:.5rem .25rem}}
#en:checked ~ main [lang|="zh"], #zh:checked ~ main [lang|="en"] {{display:none}}
h1 {{font-size:1.75rem;line-height:1.2;margin:1rem 0 .25rem;overflow-wrap:anywhere}}
h2 {{font-size:1.125rem;margin:0;overflow-wrap:anywhere}}
p {{margin:.25rem 0}}
.facts, .number {{color:var(--muted);font-variant-numeric:tabular-nums}}
.facts span + span:not([lang]) {{display:block;overflow-wrap:anywhere}}
ol {{list-style:none;margin:0;padding:0}}
li {{margin:1rem 0}}
header section, article {{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem}}
header section {{margin-top:1rem}}
audio {{display:block;width:100%;min-width:0;margin:.5rem 0}}
a {{color:var(--link)}}
.files a {{display:inline-block;margin-right:1rem;padding:.25rem 0}}
.roll {{overflow-x:auto;border-radius:.25rem}}
.roll a {{display:block;min-width:44rem}}
img {{display:block;width:100%;height:auto;background:#FFFFFF}}
:focus-visible {{outline:3px solid var(--link);outline-offset:2px}}
@media print {{audio, input, label {{display:none}}}}""".strip()
