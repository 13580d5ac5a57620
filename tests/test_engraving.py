"""The engraved lead sheet: as many notes as the score has, in one picture, the same each time."""

import builtins
import json
import re
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings

from aoede.errors import UsageError
from aoede.formats import engraving, musicxml
from aoede.song import ChordSymbol, KeySignature, Meter, Note, Section, Song, Syllable, Tempo, Track
from tests.test_musicxml import songs

needs_verovio = pytest.mark.skipif(
    not any(Path(path, "verovio").is_dir() for path in sys.path),
    reason="Verovio is not installed (pip install 'aoede[score]')",
)


def tune(n_bars: int = 8, words: str = "", meter: tuple[int, int] = (4, 4)) -> Song:
    """Quarters, eighths, triplets, long notes and syncopations, with words round and round."""
    bars = (
        ((0, 480), (480, 480), (960, 960)),
        ((0, 160), (160, 160), (320, 160), (480, 240), (720, 480), (1_200, 720)),
        ((240, 240), (480, 1_440)),
    )
    notes = [
        Note(1_920 * i + start, 60 + (5 * i + start // 120) % 15, length, 80)
        for i in range(n_bars)
        for start, length in bars[i % 3]
    ]
    texts = words.split() or ["la"]
    syllables = tuple(
        Syllable(note.start_ticks, texts[k % len(texts)].rstrip("-"), texts[k % len(texts)].endswith("-"))
        for k, note in enumerate(notes)
    )
    return Song(
        "Won & der",
        (Track("Melody", tuple(notes), 73, "melody"),),
        tempos=(Tempo(0, 96.0),),
        meters=(Meter(0, *meter),),
        keys=(KeySignature(0, -3, True),),
        sections=(Section(0, 3_840, "verse"), Section(3_840, 1_920 * n_bars, "chorus")),
        chords=tuple(ChordSymbol(1_920 * i, s) for i, s in enumerate(("Cm", "Ab/C", "Gadd9", "Bb7sus4"))),
        syllables=syllables if words else (),
        recipe={"request": "望", "seed": 7},
    )


def of_class(root: Element, kind: str) -> list[Element]:
    return [element for element in root.iter(f"{{{engraving.SVG}}}g") if element.get("class") == kind]


def text_of(element: Element) -> str:
    return "".join(element.itertext()).replace("\xa0", " ").strip()


@pytest.fixture(scope="module")
def sheet() -> Element:
    pytest.importorskip("verovio")
    return ElementTree.fromstring(engraving.to_svg(tune(12, "won- der at the beau- ti- ful sea")))


@needs_verovio
@pytest.mark.parametrize("meter", [(4, 4), (6, 8), (5, 4), (7, 8)])
def test_verovio_reads_every_score_without_a_warning_and_shows_every_note(
    meter: tuple[int, int], capfd: pytest.CaptureFixture[str]
) -> None:
    import verovio

    score = musicxml.to_bytes(tune(12, "a b-", meter))
    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    assert toolkit.loadData(score.decode())
    shown = sum(
        len(of_class(ElementTree.fromstring(toolkit.renderToSVG(page)), "note"))
        for page in range(1, toolkit.getPageCount() + 1)
    )
    verovio.enableLog(verovio.LOG_OFF)
    captured = capfd.readouterr()
    assert toolkit.getLog() + captured.out + captured.err == ""
    assert shown == score.count(b"<pitch>")


@needs_verovio
@given(songs())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_verovio_reads_odd_songs_without_a_warning_too(capfd: pytest.CaptureFixture[str], song: Song) -> None:
    import verovio

    verovio.enableLog(verovio.LOG_WARNING)
    assert verovio.toolkit().loadData(musicxml.to_bytes(song).decode())
    verovio.enableLog(verovio.LOG_OFF)
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@needs_verovio
def test_a_whole_score_is_read_without_a_warning_too(capfd: pytest.CaptureFixture[str]) -> None:
    import verovio

    song = tune(6)
    drums = Track("Drums", tuple(Note(240 * i, (36, 42)[i % 2], 60, 90) for i in range(40)), is_drum=True)
    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    assert toolkit.loadData(
        musicxml.to_bytes(replace(song, tracks=(*song.tracks, drums)), whole=True).decode()
    )
    verovio.enableLog(verovio.LOG_OFF)
    captured = capfd.readouterr()
    assert toolkit.getLog() + captured.out + captured.err == ""


def test_the_sheet_has_every_note_chord_word_and_section_of_its_score(sheet: Element) -> None:
    song = tune(12, "won- der at the beau- ti- ful sea")
    score = musicxml.to_bytes(song)
    assert len(of_class(sheet, "note")) == score.count(b"<pitch>")
    assert [text_of(g) for g in of_class(sheet, "harm")] == ["Cm", "A♭/C", "Gadd9", "B♭7sus4"]
    assert [text_of(g) for g in of_class(sheet, "reh")] == ["Verse", "Chorus"]
    shown = [text_of(g) for g in of_class(sheet, "syl") if text_of(g)]
    assert shown == [syllable.text for syllable in song.syllables]


def test_no_sign_needs_a_font_that_only_browsers_load(sheet: Element) -> None:
    assert not re.search("[\ue000-\uf8ff]", "".join(sheet.itertext()))
    assert "font-face" not in ElementTree.tostring(sheet, "unicode")
    families = {element.get("font-family") for element in sheet.iter()} - {None}
    assert families == {engraving.TEXT_FONTS, engraving.SIGN_FONTS}


def test_the_first_tempo_stands_beside_the_first_section(sheet: Element) -> None:
    section, tempo = of_class(sheet, "reh")[0], of_class(sheet, "tempo")[0]
    name, mark = (g.find(f"{{{engraving.SVG}}}text") for g in (section, tempo))
    box = section.find(f"{{{engraving.SVG}}}rect")
    assert name is not None and mark is not None and box is not None
    assert mark.get("y") == name.get("y") and text_of(tempo).startswith("♩")
    assert float(mark.get("x", 0)) > float(box.get("x", 0)) + float(box.get("width", 0))


def test_the_picture_holds_title_and_recipe(sheet: Element) -> None:
    assert sheet.findtext(f"{{{engraving.SVG}}}title") == "Won & der"
    told = sheet.findtext(f"{{{engraving.SVG}}}metadata", "").removeprefix("aoede-recipe: ")
    assert json.loads(told) == {"request": "望", "seed": 7}


@needs_verovio
@pytest.mark.parametrize(("words", "language"), [("won- der sea", "en"), ("床 前 明 月 光，", "zh")])
def test_syllables_stand_apart(words: str, language: str) -> None:
    root = ElementTree.fromstring(engraving.to_svg(tune(12, words), language=language))
    lines: dict[float, list[tuple[float, str]]] = {}
    for group in of_class(root, "syl"):
        text = group.find(f"{{{engraving.SVG}}}text")
        if text is not None and text_of(text):
            lines.setdefault(float(text.get("y", 0)), []).append((float(text.get("x", 0)), text_of(text)))
    size_px = 378
    for line in lines.values():
        for (x, text), (following, _) in pairwise(line):
            width_px = size_px * sum(1.0 if "一" <= char <= "鿿" else 0.45 for char in text)
            assert following > x + width_px, (text, x, following)


@needs_verovio
def test_a_song_of_many_bars_is_one_picture_of_all_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engraving.OPTIONS, "pageHeight", 1_000)
    root = ElementTree.fromstring(engraving.to_svg(tune(60)))
    pages = root.findall(f"{{{engraving.SVG}}}svg")
    heights = [int(page.get("height", 0)) for page in pages]
    assert len(pages) > 1
    assert [int(page.get("y", 0)) for page in pages] == [sum(heights[:i]) for i in range(len(pages))]
    assert root.get("viewBox") == f"0 0 2100 {sum(heights)}"
    assert len(of_class(root, "measure")) == 60


@needs_verovio
def test_the_same_song_gives_the_same_bytes() -> None:
    assert engraving.to_svg(tune(3)) == engraving.to_svg(tune(3))


@needs_verovio
def test_a_song_without_notes_or_names_is_engraved() -> None:
    assert len(of_class(ElementTree.fromstring(engraving.to_svg(Song("", ()))), "measure")) == 1


def test_without_verovio_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "verovio":
            raise ImportError(name)
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=r"pip install 'aoede\[score\]'"):
        engraving.to_svg(tune(1))
