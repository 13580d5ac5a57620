"""A song as one HTML file, to play and to share: its sound, its piano roll with a playhead, its words, its MIDI.

Everything is in the file and nothing comes from elsewhere; its policy forbids every connection. All that is said
about the song stands in the document as text; the script holds no word of it, only moves the playhead and lights up
what sounds. Without a script it can still be heard, read and printed.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from importlib import resources
from itertools import groupby

from aoede.formats import midi, roll_svg
from aoede.formats.lettering import clean
from aoede.formats.picture import facts
from aoede.formats.roll_layout import Layout, clock, in_one_row
from aoede.formats.roll_system import section_colours
from aoede.formats.section_names import section_label
from aoede.formats.sung_lines import SungLine, sung_lines
from aoede.formats.web_page import both, document, text, written_in
from aoede.song import Song

MAX_LINES = 5000
SOURCES = {"img-src": "data:", "media-src": "data:"}


def to_bytes(song: Song, audio_mp3: bytes | None = None, *, language: str = "en", command: str = "") -> bytes:
    """The page of `song`, the same bytes for the same song.

    `audio_mp3` is its sound, without which it can be looked at only. `language`, "en" or "zh", is what the page shows
    first; `command` makes the song again (left out where it cannot be shown as it is, with line ends or direction
    marks in it). Raises UsageError for another language and what `midi.to_bytes` raises.
    """
    layouts = {name: in_one_row(song, name) for name in ("en", "zh")}
    lines = sung_lines(song)[:MAX_LINES]
    stem = "-".join(re.findall(r"\w+", clean(song.title).lower()))[:40] or "song"
    main = [
        *_head(song, layouts),
        *_player(audio_mp3, is_sung=bool(lines)),
        *_form(song),
        *_roll(song, layouts),
        *(_words(song, lines) if lines else ()),
        *_files(song, stem, with_sound=audio_mp3 is not None),
        *(_again(song, command) if song.recipe else ()),
    ]
    return document(
        song.title or "Aoede", main, language=language, style=_style(), script=_asset("js"), sources=SOURCES
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return f"{_asset('css')}{roll_svg.style()}"


@lru_cache(maxsize=2)
def _asset(kind: str) -> str:
    return (resources.files("aoede.formats") / f"song_page.{kind}").read_text(encoding="utf-8")


def _head(song: Song, layouts: dict[str, Layout]) -> Iterator[str]:
    request = str(song.recipe.get("request", ""))
    title = f'<h1 id="title" lang="{written_in(song.title)}" dir="auto">{text(song.title)}</h1>'
    yield "<header>"
    yield title if clean(song.title) else f'<h1 id="title">{both("Untitled", "无题")}</h1>'
    if request and clean(request).casefold() != clean(song.title).casefold():
        yield f'<p class="request" lang="{written_in(request)}" dir="auto">{text(request)}</p>'
    yield f'<p class="facts">{both(*(facts(song, layouts[name], name) for name in ("en", "zh")))}</p>'
    yield "</header>"


def _player(audio_mp3: bytes | None, *, is_sung: bool) -> Iterator[str]:
    """The sound, and what is heard now; on a narrow page a line that is sung has room for two rows."""
    yield f'<section id="player" aria-labelledby="play"><h2 class="aside" id="play">{both("Listen", "播放")}</h2>'
    if audio_mp3 is not None:
        source = f"data:audio/mpeg;base64,{base64.b64encode(audio_mp3).decode()}"
        yield f'<audio id="audio" controls preload="auto" aria-labelledby="title" src="{source}"></audio>'
    shown = '<p id="now" class="sung">' if is_sung else '<p id="now">'
    yield f'{shown}<b id="now-chord"></b><span id="now-line" dir="auto"></span></p>'
    yield "</section>"


def _form(song: Song) -> Iterator[str]:
    """The sections as buttons that go there."""
    if not song.sections:
        return
    colours = section_colours(song.sections)
    starts = song.seconds_of([section.start_ticks for section in song.sections])
    ends = song.seconds_of([section.end_ticks for section in song.sections])
    yield f'<nav aria-labelledby="form"><h2 class="aside" id="form">{both("Form", "曲式")}</h2>'
    yield '<ol class="parts">'
    for section, start, end in zip(song.sections, starts, ends, strict=True):
        kind = roll_svg.section_class(colours[section.name])
        yield f'<li><button type="button" class="part {kind}"{_from_to(start, end)}>{_section_name(section.name)}'
        yield f'<span class="number"> {clock(start)}</span></button></li>'
    yield "</ol></nav>"


def _from_to(start_s: float, end_s: float) -> str:
    return f' data-s="{roll_svg.seconds(start_s)}" data-e="{roll_svg.seconds(end_s)}"'


def _section_name(name: str) -> str:
    return both(*(section_label(clean(name), language) for language in ("en", "zh")))


def _roll(song: Song, layouts: dict[str, Layout]) -> Iterator[str]:
    """The roll beside the names of its rows, and under it who plays."""
    layout = layouts["en"]
    xs, times = roll_svg.corners(song, layout)
    bars = song.seconds_of([bar.start_ticks for bar in layout.systems[0].bars])
    data = {"x": xs, "s": times, "bars": [roll_svg.seconds(s) for s in bars]}
    told = both(
        "Click into the roll to go there. Space plays and stops, ← and → go a bar back and on.",
        "点击卷帘可跳到该处；空格键播放或暂停，← 与 → 后退或前进一小节。",
    )
    yield '<figure class="card roll">'
    yield f'<figcaption id="roll">{told}</figcaption>'
    yield f'<div class="sheet">{roll_svg.names(layout)}'
    yield '<div id="scroll" tabindex="0" role="region" aria-labelledby="roll">'
    yield f'<div id="inner"{"".join(f" data-{name}={_quoted(values)}" for name, values in data.items())}>'
    yield roll_svg.roll(song, layout)
    yield '<div id="playhead"></div></div></div></div>'
    yield from _tracks(layouts)
    yield "</figure>"


def _quoted(values: Sequence[str]) -> str:
    return f'"{" ".join(values)}"'


def _tracks(layouts: dict[str, Layout]) -> Iterator[str]:
    yield '<ul class="tracks">'
    for english, chinese in zip(layouts["en"].voices, layouts["zh"].voices, strict=True):
        n = len(english.track.notes)
        count = both(f"{n:,} note{'s' * (n != 1)}", f"{n:,} 个音")
        yield f'<li><b class="{roll_svg.colour_class(english.colour)}"></b>{both(english.label, chinese.label)}'
        yield f' <span class="number">{count}</span></li>'
    yield "</ul>"


def _words(song: Song, lines: Iterable[SungLine]) -> Iterator[str]:
    """The lyrics, a stanza a section."""
    yield f'<section class="card" aria-labelledby="words"><h2 id="words">{both("Words", "歌词")}</h2>'
    yield '<div class="columns">'
    for section, stanza in groupby(lines, key=lambda line: line.section):
        yield '<div class="stanza">'
        if section >= 0:
            yield f"<h3>{_section_name(song.sections[section].name)}</h3>"
        for line in stanza:
            when = _from_to(*song.seconds_of([line.start_ticks, line.end_ticks]))
            language = written_in(line.text)
            yield f'<p class="line" lang="{language}" dir="auto"{when}>{text(line.text)}</p>'
        yield "</div>"
    yield "</div></section>"


def _files(song: Song, stem: str, *, with_sound: bool) -> Iterator[str]:
    """What can be saved. The MP3 is in the page already; the script makes a file of it."""
    notes = base64.b64encode(midi.to_bytes(song)).decode()
    yield f'<section class="card" aria-labelledby="files"><h2 id="files">{both("Save", "保存")}</h2>'
    yield f'<p class="files"><a href="data:audio/midi;base64,{notes}" download="{text(stem)}.mid">MIDI</a>'
    if with_sound:
        yield f'<a id="mp3" hidden href="#mp3" download="{text(stem)}.mp3">MP3</a>'
    yield "</p></section>"


def _again(song: Song, command: str) -> Iterator[str]:
    """How to make the song again."""
    yield f'<section class="card" aria-labelledby="again"><h2 id="again">{both("Make it again", "重新生成")}</h2>'
    if command.isprintable() and command:
        yield f'<p><code id="command">{escape(command)}</code></p>'
        yield f'<p><button type="button" id="copy" hidden>{both("Copy", "复制")}</button>'
        yield f'<span role="status"> <span id="copied" hidden>{both("Copied", "已复制")}</span></span></p>'
    yield f"<details><summary>{both('Recipe', '配方')}</summary>"
    recipe = json.dumps(dict(song.recipe), ensure_ascii=False, indent=1, default=str)
    yield f'<pre id="recipe">{escape(_visible(recipe))}</pre>'
    yield "</details></section>"
    version = str(song.recipe.get("aoede", ""))
    yield f"<footer>{both(f'Made with Aoede {version}', f'由 Aoede {version} 制作')}</footer>"


def _visible(written: str) -> str:
    """JSON with what cannot be seen (direction marks, control characters) written as escapes."""
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in written)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
