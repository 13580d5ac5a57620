"""The page of a playlist: whole, safe, in two languages, without a network."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from aoede.errors import UsageError
from aoede.formats import page
from aoede.formats.page import Piece, Playlist
from aoede.formats.web_page import COLOURS, contrast
from tests.reading_html import Read, lets_in_only_its_own

PIECE = Piece("01", "rain", 8, 172, 100.0, 19.2, (1600, 554))
LIST = Playlist("my list", "rbm · seed 3", [PIECE, replace(PIECE, stem="02", n_bars=1)], "joined", 45.0)
HOSTILE = "\"><script>alert('x')</script>&amp;\u202e\ud800\0<!--"


def read(playlist: Playlist = LIST, language: str = "en") -> Read:
    return Read(page.to_bytes(playlist, language=language))


def test_the_page_is_well_formed_and_names_each_thing_once() -> None:
    seen = read()
    assert Counter(tag for tag, _ in seen.elements)["h1"] == 1


def test_every_file_stands_beside_the_page_and_nothing_comes_from_elsewhere() -> None:
    seen = read()
    files = {a.get("src") or a.get("href") for tag, a in seen.elements if tag in ("audio", "img", "a")}
    assert files == {
        *(f"{stem}.{suffix}" for stem in ("01", "02") for suffix in ("mid", "mp3", "png")),
        *("joined.mid", "joined.mp3"),
    }
    assert not {"link", "iframe", "object", "base"} & {tag for tag, _ in seen.elements}
    assert all("src" not in attributes for attributes in seen.all("script"))
    text = page.to_bytes(LIST).decode()
    assert not re.search(r"https?:|//\w|url\(|@import|file:/", text)


def test_everything_can_be_heard_seen_and_read_out() -> None:
    seen = read()
    assert len(seen.all("audio")) == 3
    assert all("controls" in audio and audio["aria-labelledby"] for audio in seen.all("audio"))
    for image in seen.all("img"):
        assert "Piano roll of rain: 172 notes in" in (image["alt"] or "") and "钢琴卷帘" in (
            image["alt"] or ""
        )
        assert (image["width"], image["height"]) == ("1600", "554")
    assert "width=device-width" in str(seen.all("meta"))


def test_what_is_said_is_said_in_both_languages_and_one_of_them_is_shown() -> None:
    seen = read()
    said = Counter(language for language, _ in seen.texts)
    assert said["en"] == said["zh-CN"] > 3
    assert ("en", "8 bars · 172 notes · 100 bpm · 0:19") in seen.texts
    assert ("en", "1 bar · 172 notes · 100 bpm · 0:19") in seen.texts
    assert ("zh-CN", "8 小节 · 172 个音 · 每分钟 100 拍 · 0:19") in seen.texts
    for language, tag in (("en", "en"), ("zh", "zh-CN")):
        shown = read(language=language)
        assert shown.all("html") == [{"lang": tag}]
        checked = [a["id"] for a in shown.all("input") if "checked" in a]
        assert checked == [language]
    with pytest.raises(UsageError, match="en or zh, not 'fr'"):
        page.to_bytes(LIST, language="fr")


def test_the_switch_stands_before_what_it_switches() -> None:
    """The style rule of each choice hides the other language in all that follows."""
    text = page.to_bytes(LIST).decode()
    assert "#en:checked ~ * .zh, #zh:checked ~ * .en {display:none}" in text
    assert text.index('id="en"') < text.index('id="zh"') < text.index("<header>")


def test_hostile_titles_are_text_and_nothing_else() -> None:
    hostile = replace(
        LIST, title=HOSTILE, made_by=HOSTILE, pieces=[replace(PIECE, title=HOSTILE, stem='0"1')], audio="mp3"
    )
    seen = read(hostile)
    assert len(seen.all("script")) == 1
    assert any("<script>alert('x')</script>" in text for _, text in seen.texts)
    assert "\u202e" not in page.to_bytes(hostile).decode()
    assert [image["src"] for image in seen.all("img")] == ["0%221.png"]


def test_a_page_without_sound_has_no_player() -> None:
    seen = read(replace(LIST, audio=""))
    assert not seen.all("audio")
    assert {link["href"] for link in seen.all("a")} == {"01.mid", "01.png", "02.mid", "02.png", "joined.mid"}


def test_the_same_playlist_gives_the_same_bytes() -> None:
    assert page.to_bytes(LIST) == page.to_bytes(LIST)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("paper", ["paper", "card"])
@pytest.mark.parametrize("ink", ["ink", "muted", "link"])
def test_text_reaches_the_contrast_of_wcag_aa(ink: str, paper: str, scheme: int) -> None:
    assert contrast(COLOURS[ink][scheme], COLOURS[paper][scheme]) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21) and contrast("#777777", "#777777") == 1
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)


def test_the_policy_lets_in_our_own_style_and_script_and_files_beside_the_page() -> None:
    assert lets_in_only_its_own(read())
    assert read().policy["media-src"] == read().policy["img-src"] == "'self' file:"
