"""The page of a song: one file, nothing from elsewhere, text that stays text, and a playhead that keeps time."""

import base64
import io
import json
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import soundfile

from aoede import export
from aoede.errors import UsageError
from aoede.formats import midi, roll_svg, song_page
from aoede.formats.lettering import clean
from aoede.formats.web_page import COLOURS, contrast
from aoede.song import ChordSymbol, KeySignature, Meter, Note, Section, Song, Syllable, Tempo, Track
from tests.reading_html import Read, lets_in_only_its_own

RECIPE = {"aoede": "0.1.0", "request": "a song of the sea", "seed": 7, "options": {"bars": 4}}
SOUND = b"ID3 not a real one"


def song(**others: Any) -> Song:
    """Four bars at 120 bpm that end at 60: a verse and a chorus, words, chords, drums."""
    tune = Track("Voice", tuple(Note(i * 480, 60 + i % 5, 480, 20 + 7 * i) for i in range(16)), 73, "melody")
    drums = Track("Kit", tuple(Note(i * 960, 36, 120, 90) for i in range(8)), 0, "drums", is_drum=True)
    made = Song(
        "The Sea",
        (tune, drums, Track("Mine", (Note(0, 48, 1920, 80),), 4)),
        (Tempo(0, 120.0), Tempo(5760, 90.0), Tempo(6720, 60.0)),
        keys=(KeySignature(0, 0, False),),
        sections=(Section(0, 3840, "verse"), Section(3840, 7680, "chorus")),
        chords=(ChordSymbol(0, "C"), ChordSymbol(1920, "F#m7b5"), ChordSymbol(3840, "N.C.")),
        syllables=(
            Syllable(0, "Won", True), Syllable(480, "der,"), Syllable(960, "sea", ends_line=True),
            Syllable(3840, "oh", ends_line=True),
        ),
        recipe=RECIPE,
    )  # fmt: skip
    return replace(made, **others)


def read(of: Song | None = None, sound: bytes | None = SOUND, **others: Any) -> Read:
    return Read(song_page.to_bytes(of or song(), sound, **{"command": "aoede compose x", **others}))


def data_of(page: Read, kind: str) -> bytes:
    """What a data address of this kind holds."""
    sources = (str(a.get("src") or a.get("href")) for _, a in page.elements)
    (found,) = (source for source in sources if source.startswith(f"data:{kind};base64,"))
    return base64.b64decode(found.split(",")[1], validate=True)


def test_the_page_is_one_file_and_its_policy_lets_nothing_else_in() -> None:
    page = read()
    assert lets_in_only_its_own(page)
    assert page.policy["media-src"] == page.policy["img-src"] == "data:"
    assert not {"link", "iframe", "object", "base", "img", "form"} & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href"):
            assert str(attributes.get(name, "#")).startswith(("#", "data:"))
    assert "innerHTML" not in page.raw["script"] and "http" not in page.markup.replace("http-equiv", "")


def test_sound_and_midi_are_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    page = read()
    assert data_of(page, "audio/mpeg") == SOUND
    assert data_of(page, "audio/midi") == midi.to_bytes(song())
    assert [link.get("download") for link in page.all("a")] == ["the-sea.mid", "the-sea.mp3"]


def test_without_sound_there_is_no_player_and_all_the_rest() -> None:
    page = read(sound=None)
    assert not page.all("audio") and len(page.all("a")) == 1
    assert Counter(tag for tag, _ in page.elements)["path"] == Counter(t for t, _ in read().elements)["path"]


def test_title_request_facts_form_and_words_are_said_in_both_languages() -> None:
    page = read()
    assert page.text_of["title"] == "The Sea" and ("en", "a song of the sea") in page.texts
    assert ("en", "C major · 120 bpm · 4/4 · 4 bars · 0:09") in page.texts
    assert ("zh-CN", "C大调 · 每分钟 120 拍 · 4/4 · 4 小节 · 0:09") in page.texts
    assert [t for t in page.texts if t[1] in ("Wonder, sea", "oh") and t[0]] == [
        ("en", "Wonder, sea"),
        ("en", "oh"),
    ]
    shown = {text for _, text in page.texts}
    assert shown >= {"Chorus", "Melody · Flute", "Words", "Kick", "副歌", "歌词", "底鼓", "F♯m7♭5", "Won-"}
    said = Counter(language for language, _ in page.texts)
    assert said["zh-CN"] > 10


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_language_that_is_asked_for_is_shown_first(language: str) -> None:
    page = read(language=language)
    assert [a["id"] for a in page.all("input") if "checked" in a] == [language]
    with pytest.raises(UsageError, match="en or zh, not 'fr'"):
        read(language="fr")


# --- text stays text ------------------------------------------------------------------------------------

NASTY = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\"><svg/onload=alert('x')>",
    "' onmouseover='alert(1)", "</style><b>", "</title><h1>", "<!--", "-->", "]]>", "&lt;b&gt;", "&#60;b&#62;",
    "&amp", "javascript:alert(1)", "{{7*7}}", "${alert(1)}", "`id`", "</pre></code>", "</textarea>", "<plaintext>",
    "\u202eevil\u202c", "\u2066x\u2069", "\u200f\u200eb", "\x1b]52;c;YQ==\x07", "line\r\nend", "nul\0l",
)  # fmt: skip
FRAMES = ("x{}", "{}x", "歌{}", '"x{}"', "x{0}{0}", "x' {} '", "x=\\{}", "<x {}>")
PAYLOADS = [frame.format(nasty) for nasty in NASTY for frame in FRAMES]


def poisoned(text: str) -> Song:
    """The song with `text` wherever somebody can write something."""
    return song(
        title=text,
        tracks=tuple(replace(track, name=text, role="") for track in song().tracks),
        sections=tuple(replace(section, name=text) for section in song().sections),
        chords=tuple(replace(chord, symbol=text) for chord in song().chords),
        syllables=tuple(replace(s, text=text, ends_line=True, joins_next=False) for s in song().syllables),
        recipe={**RECIPE, "request": f"{text}.", text: [text], "aoede": text, "options": {text: text}},
    )


def shape(page: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes; how large a label is set may differ with its length."""
    for tag, attributes in page.elements:
        yield tag, tuple(sorted(attributes.keys() - {"font-size"}))


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 200 and all(clean(payload) for payload in PAYLOADS)


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_whatever_somebody_writes_is_text_and_nothing_else(first: int) -> None:
    plain = read(poisoned("x"))
    for payload in PAYLOADS[first : first + 20]:
        page = read(poisoned(payload), command=payload)
        is_shown = payload.isprintable()
        assert sorted(shape(page)) == sorted(shape(read(poisoned("x"), command="x" if is_shown else "\n")))
        assert page.raw == plain.raw
        assert page.text_of["title"] == page.text_of["<title>"] == clean(payload)
        assert clean(f"{payload}.") in (text for _, text in page.texts)
        assert Counter(text for _, text in page.texts)[clean(payload)] >= 4  # title and lines
        assert json.loads(page.text_of["recipe"]) == dict(poisoned(payload).recipe)
        assert page.text_of.get("command", payload) == payload and ("command" in page.text_of) == is_shown
        unseen = set("\u202e\u202c\u2066\u2069\u200f\u200e\x1b\x07\r\0")
        assert not unseen & set(page.markup)


def test_half_characters_are_written_as_such() -> None:
    page = read(song(title="a\ud800", recipe={"request": "\udc00"}))
    assert page.text_of["title"] == "a□" and json.loads(page.text_of["recipe"]) == {"request": "\udc00"}


# --- time -----------------------------------------------------------------------------------------------


def inner(page: Read) -> dict[str, list[float]]:
    (found,) = (a for a in page.all("div") if a.get("id") == "inner")
    return {name: [float(v) for v in str(found[f"data-{name}"]).split()] for name in ("x", "s", "bars")}


def test_the_playhead_follows_the_tempo_map_to_the_last_ritardando() -> None:
    sea, data = song(), inner(read())
    width = float(str(next(a["width"] for a in read().all("svg") if a.get("id") == "notes")))
    assert data["x"] == sorted(data["x"]) and data["x"][-1] == pytest.approx(width, abs=0.5)
    for ticks in range(0, 7681, 60):
        x = ticks * data["x"][-1] / 7680
        assert np.interp(x, data["x"], data["s"]) == pytest.approx(sea.seconds_at(ticks), abs=0.004)
    assert data["bars"] == pytest.approx(sea.seconds_of([0, 1920, 3840, 5760]), abs=0.001)


def test_what_lights_up_comes_in_order_at_its_second() -> None:
    page, sea = read(), song()
    for tag, name, ticks in (
        ("button", "part", [0, 3840]),
        ("text", "chord", [0, 1920, 3840]),
        ("text", "syllable", [0, 480, 960, 3840]),
        ("p", "line", [0, 3840]),
    ):
        starts = [float(str(a["data-s"])) for a in page.all(tag, name)]
        assert starts == pytest.approx(sea.seconds_of(ticks), abs=0.001)
    ends = [float(str(a["data-e"])) for a in page.all("p", "line")]
    assert ends[0] == pytest.approx(sea.seconds_at(3840), abs=0.001)  # the tune goes on to the next line


def test_notes_stand_where_they_sound() -> None:
    tune = Track("", (Note(0, 60, 480, 127), Note(1920, 61, 960, 10)), role="melody")
    page = read(song(tracks=(tune,)))
    quiet, loud = (next(a for a in page.all("path") if a["class"] == f"q{step}") for step in (0, 3))
    px = inner(page)["x"][-1] / 7680
    (x, y, wide), (x2, y2, _) = (
        [float(v) for v in str(path["d"])[1:].replace("h", " ").split()] for path in (quiet, loud)
    )
    assert (x, x2) == pytest.approx((1920 * px, 0), abs=0.06)
    assert wide == pytest.approx(960 * px - 1, abs=0.06) and y < y2


# --- bounds ---------------------------------------------------------------------------------------------


def test_the_same_song_gives_the_same_bytes() -> None:
    assert song_page.to_bytes(song(), SOUND) == song_page.to_bytes(song(), SOUND)


def test_style_and_script_are_small() -> None:
    folder = resources.files("aoede.formats")
    assert sum(len((folder / f"song_page.{kind}").read_bytes()) for kind in ("css", "js")) < 8_000
    page = read()
    assert len(page.raw["style"].encode()) + len(page.raw["script"].encode()) < 12_000


def test_a_song_of_a_million_ticks_and_notes_stays_a_page() -> None:
    many = tuple(sorted(Note(i * 10, 40 + i % 50, 10, 64) for i in range(60_000)))
    page = read(song(tracks=(Track("", many),), meters=(Meter(0, 1, 16),), chords=(), syllables=()))
    assert len(page.markup) < 3_000_000
    assert "first 4,000 bars of 5,000" in page.markup


@pytest.mark.parametrize("empty", ["tracks", "sections", "chords", "syllables", "recipe", "keys", "title"])
def test_what_a_song_lacks_is_left_out(empty: str) -> None:
    page = read(song(**{empty: {} if empty == "recipe" else "" if empty == "title" else ()}))
    assert page.all("svg")
    assert bool(page.all("h1")) and ("recipe" in page.text_of) == (empty != "recipe")
    assert read(Song("", ())).text_of["title"] == "Untitled无题"


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_notes_and_sections_can_be_told_from_their_paper(scheme: int) -> None:
    sheets = roll_svg.style().split("@media")
    rules = [line for line in sheets[scheme].splitlines() if "{--c:" in line]
    assert len(rules) > 15
    for rule in rules:
        colour = rule.split("--c:")[1][:7]
        if rule.startswith(".v"):
            assert contrast(colour, COLOURS["card"][scheme]) >= 3
        else:
            assert contrast(colour, COLOURS["ink"][scheme]) >= 4.5


def test_the_script_can_be_read_by_an_engine() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not there")
    script = str(resources.files("aoede.formats") / "song_page.js")
    subprocess.run([node, "--check", script], check=True, timeout=30)


def test_headings_follow_one_another() -> None:
    levels = [int(tag[1]) for tag, _ in read().elements if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


# --- as export writes it --------------------------------------------------------------------------------


def test_export_renders_the_sound_and_tells_the_command_and_the_language() -> None:
    sea = song(title="海", recipe={**RECIPE, "request": "大海的歌"})
    page = Read(export.to_bytes(sea, ".html"))
    with soundfile.SoundFile(io.BytesIO(data_of(page, "audio/mpeg"))) as file:
        assert file.samplerate == 24_000 and file.frames / file.samplerate > sea.duration_s
        assert "aoede-recipe" in file.comment
    assert midi.from_bytes(data_of(page, "audio/midi")).song.recipe == sea.recipe
    assert page.text_of["command"] == 'aoede compose "大海的歌" --seed 7 --bars 4'
    assert page.all("html") == [{"lang": "zh-CN"}]
    assert len(data_of(page, "audio/mpeg")) * 8 / (file.frames / file.samplerate) < 70_000


@pytest.mark.parametrize(
    "request_", ["rain", "a song", "it's", 'say "hi"', "$HOME `x` 100%", "two\nlines", "-x"]
)
def test_a_shell_reads_the_command_back(request_: str) -> None:
    command = export.command_of({**RECIPE, "request": request_, "options": {"key": "D minor"}})
    words = shlex.split(command)
    assert [word for word in words if word != "--"][:2] == ["aoede", "compose"] and request_ in words
    assert words[words.index("--key") + 1] == "D minor" and words[words.index("--seed") + 1] == "7"
    assert export.command_of({}) == export.command_of({"seed": 7}) == ""


def test_the_language_is_that_of_what_is_said() -> None:
    assert export.language_of(song(title="Café")) == "en"
    assert export.language_of(song(syllables=(Syllable(0, "心"),))) == "zh"
