"""Bytes in any usual encoding become text in one normal form; what is no text is refused with a reason."""

import contextlib
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.formats.text import decoded, from_bytes, normal_form

SIMPLIFIED = "昨夜雨疏风骤，浓睡不消残酒。\n试问卷帘人，却道海棠依旧。\n知否，知否？应是绿肥红瘦。\n"
TRADITIONAL = "床前看月光，疑是地上霜。\n舉頭望山月，低頭思故鄉。\n春眠不覺曉，處處聞啼鳥。\n"
FRENCH = "Où est la forêt d’été? À Noël, «déjà vu» – toute l’œuvre est à l’hôtel.\n" * 5
ENGLISH = "It is an ancient Mariner,\nAnd he stoppeth one of three.\n"


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, FRENCH, ENGLISH])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_every_form_of_unicode_is_read_with_its_mark_and_without(text: str, encoding: str) -> None:
    reading = from_bytes(text.encode(encoding))
    assert (reading.text, reading.repairs) == (text, ())


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gb2312", "gb18030"),
        (TRADITIONAL, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (FRENCH, "cp1252", "cp1252"),
        ("naïve café\n", "latin-1", "cp1252"),
        (ENGLISH + "“月”：春风\n", "gb18030", "gb18030"),
    ],
)
def test_older_encodings_are_told_by_what_the_text_reads_like(text: str, encoding: str, name: str) -> None:
    reading = from_bytes(text.encode(encoding))
    assert (reading.text, reading.encoding, reading.repairs) == (text, name, ())


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "shift-jis", "euc-kr", "euc-jp"])
def test_text_in_an_encoding_that_is_not_known_is_refused_and_not_garbled(encoding: str) -> None:
    text = {
        "c": "Привет, как дела?\n",
        "k": "Привет, как дела?\n",
        "s": "これは歌です。\n",
        "e": "노래합니다.\n",
    }
    sample = text[encoding[0]] if encoding != "euc-jp" else "これは日本語の文章です。春は花。\n"
    with pytest.raises(InputError, match=r"no encoding that is known here \(byte 0 "):
        from_bytes(sample.encode(encoding) * 20, where="odd.txt")


def test_a_few_wrong_bytes_are_replaced_and_their_place_is_told() -> None:
    data = ("Gänse\n" * 11).encode() + b"here \xff\xfe\xfd\n"
    reading = from_bytes(data)
    assert reading.repairs == ("3 bytes that are no UTF-8, the first in line 12",)
    assert reading.text.startswith("Gänse\n" * 11 + "here \ufffd")
    one = from_bytes("é".encode() * 9 + b"\n\xe9")
    assert one.repairs == ("1 byte that is no UTF-8, in line 2",)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 and so on", "a PDF"),
        (b"PK\x03\x04\x14\0\x06\0", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"MThd\0\0\0\x06", "a MIDI file"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV recording"),
        (b"words" + b"\1" * 20, "20 control characters, the first at byte 5"),
        (b"\0" * 50, "control characters, the first at byte 0"),
        (b"\xff\xfe" + bytes(range(1, 256)) * 20, "begins like UTF-16"),
    ],
)
def test_a_binary_file_is_refused_with_what_it_seems_to_be(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=f"no text file.*{what}"):
        from_bytes(data)


def test_the_normal_form_has_newlines_composed_letters_and_nothing_invisible() -> None:
    odd = "\ufeffone\r\ntwo\rthree\u2028e\u0301\u200b\u202e\x1b[2J\tend\x0c"
    text, n_dropped = normal_form(odd)
    assert text == "one\ntwo\nthree\né[2J\tend\n"
    assert n_dropped == 4
    assert from_bytes(b"a\x07b").repairs == ("1 control character dropped",)
    assert normal_form("\ud83d x")[0] == "\ufffd x"
    assert normal_form("नमस्ते 👩‍🚀")[0] == "नमस्ते 👩‍🚀"


@given(st.text(max_size=80))
@settings(max_examples=150)
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = normal_form(text)[0]
    assert normal_form(once) == (once, 0)
    assert unicodedata.is_normalized("NFC", once)
    assert from_bytes(once.encode()).text == once or decoded(once.encode()).encoding != "utf-8"


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_text_or_an_error_for_the_person(data: bytes) -> None:
    try:
        text = from_bytes(data).text
    except InputError:
        return
    text.encode()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 10_000_000,
        ("春" * 3_300_000).encode(),
        ("a" + "\u0316\u0300" * 1_000_000).encode(),
        b"abc\xe9" * 1_000_000,
        b"\xff " * 1_000_000,
        b"ab\x01" * 1_000_000,
        b"naiv et caf\xe9 au lait\n" * 150_000,
    ],
    ids=["line", "hanzi", "marks", "latin", "broken", "controls", "lines"],
)
def test_ten_megabytes_in_one_line_are_read_in_linear_time(data: bytes) -> None:
    begun = time.process_time()
    with contextlib.suppress(InputError):
        from_bytes(data)
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16", "utf-32"])
def test_a_few_words_are_read_however_uncommon_their_characters(encoding: str) -> None:
    for words in ("你好", "鹧鸪"):
        assert decoded(words.encode(encoding), is_short=True).text == words


def test_a_few_words_of_latin_1_are_not_taken_for_chinese() -> None:
    for words in ("Müller", "une forêt d'été", "naïve café"):
        assert decoded(words.encode("latin-1"), is_short=True).text == words
    with pytest.raises(InputError, match="byte 1 is no UTF-8"):
        decoded(b"a\xff", is_short=True)


@pytest.mark.parametrize(
    ("good", "bad", "encoding", "name"),
    [
        (SIMPLIFIED, SIMPLIFIED, "gb18030", "GB18030"),
        (TRADITIONAL, TRADITIONAL, "big5hkscs", "BIG5HKSCS"),
        ("café\n", "naïve café\n", "latin-1", "Windows-1252"),
        ("café\n", SIMPLIFIED, "gb18030", "GB18030"),
    ],
)
@pytest.mark.parametrize("share", [0.03, 0.2, 0.5, 0.8])
def test_of_a_file_in_two_encodings_each_line_is_read_in_its_own(
    good: str, bad: str, encoding: str, name: str, share: float
) -> None:
    n_bad = round(60 * share)
    reading = from_bytes((good * (60 - n_bad)).encode() + b"plain\n" + (bad * n_bad).encode(encoding))
    assert reading.text == good * (60 - n_bad) + "plain\n" + bad * n_bad
    n_lines = good.count("\n") * (60 - n_bad), bad.count("\n") * n_bad
    assert reading.repairs == (f"{n_lines[0]} lines are in UTF-8 and {n_lines[1]} in {name}",)


def test_a_line_that_is_utf_8_by_chance_stays_in_the_encoding_of_the_others() -> None:
    assert "也".encode("gb18030").decode() == "Ҳ"
    lines = "也\n" + SIMPLIFIED + "也\n"
    reading = from_bytes(lines.encode("gb18030"))
    assert (reading.text, reading.repairs) == (lines, ())


def test_a_file_that_is_cut_within_a_character_of_utf_8_is_utf_8() -> None:
    assert from_bytes("Où\nété".encode()[:-1]).repairs == ("1 byte that is no UTF-8, in line 2",)


def test_the_mark_of_utf_8_before_another_encoding_is_passed_over() -> None:
    reading = from_bytes(b"\xef\xbb\xbf" + SIMPLIFIED.encode("gb18030"))
    assert (reading.text, reading.encoding) == (SIMPLIFIED, "gb18030")


def test_lines_are_those_that_editors_count_in_the_file() -> None:
    assert from_bytes("one\x0ctwo\u2028three\r\nfour\rfive".encode()).text == "one two three\nfour\nfive"
