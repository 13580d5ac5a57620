"""The files of the page: both languages say everything, nothing is made markup, nothing comes from elsewhere."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).parent.parent / "src" / "aoede" / "studio" / "web"
SCRIPTS = sorted(WEB.glob("*.js"))
TEXTS = sorted(WEB.glob("text_*.js"))
MAX_PAGE_BYTES = 1_000_000  # compressed, all of it
_KEY = re.compile(r'^\s*"([\w.\-]+)":', re.M)
_PART = re.compile(r"^  (en|zh): \{$(.*?)^  \},?$", re.M | re.S)


def _texts() -> Iterator[tuple[str, dict[str, list[str]]]]:
    for path in TEXTS:
        yield path.name, {language: _KEY.findall(body) for language, body in _PART.findall(path.read_text())}


@pytest.mark.parametrize(
    ("name", "keys"), list(_texts()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_text_is_there_in_both_languages_once(name: str, keys: dict[str, list[str]]) -> None:
    assert keys["en"], f"{name} holds no texts that can be read line by line"
    assert sorted(keys["en"]) == sorted(set(keys["en"]))
    assert sorted(keys["en"]) == sorted(keys["zh"])


def test_every_text_that_is_asked_for_exists() -> None:
    known = {key for _, keys in _texts() for key in keys["en"]}
    asked = {(path.name, key) for path in SCRIPTS for key in re.findall(r'\bt\("([^"]+)"', path.read_text())}
    assert asked
    assert {(name, key) for name, key in asked if key not in known} == set()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_chinese_texts_are_chinese_and_english_ones_are_not(path: Path) -> None:
    parts = dict(_PART.findall(path.read_text()))
    chinese = re.findall(r'^\s*"[\w.\-]+": (.*)$', parts["zh"], re.M)
    told = [text for text in chinese if re.search("[㐀-鿿]", text)]
    assert len(told) > 0.9 * len(chinese)
    assert not re.search("[㐀-鿿]", re.sub(r"简体中文|中文", "", parts["en"]))


MARKUP = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc|importNode|adoptNode"
    r'|DOMParser(?!\(\)\.parseFromString\(\w+, "image/svg\+xml"\)\))'  # a score, whose places are read only
)
CODE = r"\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:"
ELSEWHERE = r"https?://(?!www\.w3\.org/)"  # names of XML only


@pytest.mark.parametrize(
    "path", [*SCRIPTS, *WEB.glob("*.html"), *WEB.glob("*.css")], ids=lambda path: path.name
)
def test_no_file_makes_markup_or_code_of_text_or_asks_another_machine(path: Path) -> None:
    text = path.read_text()
    assert re.findall(MARKUP, text) == []
    assert re.findall(CODE, text) == []
    assert re.findall(ELSEWHERE, text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=\"", text) == []
    assert re.findall(r"url\((?!#|[\"']?data:)", text) == []


def test_the_whole_page_is_small() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in WEB.iterdir()) < MAX_PAGE_BYTES


def test_every_script_and_style_is_asked_for_by_another_file_of_the_page() -> None:
    told = "".join(path.read_text() for path in WEB.iterdir())
    views = {f"{name}_view.js" for name in ("song", "words", "reply", "sound", "train")}
    assert [p.name for p in WEB.iterdir() if p.name != "index.html" and p.name not in views
            and f"/{p.name}" not in told] == []  # fmt: skip
