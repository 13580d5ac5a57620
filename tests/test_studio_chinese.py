"""Everything that the library can tell a person at the page has Chinese, whatever stands in it."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aoede
from aoede.errors import AoedeError
from aoede.formats import chat, mail, midi, table, text
from aoede.learning.account import Report, Row
from aoede.music.form import SECTIONS, parse_form
from aoede.music.instruments import INSTRUMENTS, parse_instruments
from aoede.music.styles import STYLES, parse_style
from aoede.song import Song
from aoede.studio.asking import Field, checked, parsed
from aoede.studio.chinese import SAYINGS, in_both, in_chinese, in_plain_english, sample_in_chinese
from aoede.studio.chinese.matching import Template
from aoede.studio.chinese.names import CHINESE_FILLS, FORM_WORDS, names
from aoede.studio.datasets import safe_name
from aoede.studio.learners import checked_settings, learner_of
from aoede.studio.server import all_endpoints
from aoede.studio.tasks.training import Teller
from aoede.studio.telling import error_of, internal, told
from aoede.studio.views import view_of
from aoede.write import ordered
from tests.studio_desk import SMALL, Desk, compose, edit, opened
from tests.studio_errors import all_said
from tests.studio_heard import APART, MAY_BE, NOT_HEARD, PASSED_ON
from tests.studio_refused import EDITED, REFUSED, WISHES

HAN = re.compile(r"[\u3400-\u9fff]")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def test_every_error_that_the_page_can_hear_of_is_known_in_chinese() -> None:
    unknown, unused = [], {*NOT_HEARD, *MAY_BE}
    for said in all_said(APART):
        if said.source in PASSED_ON:
            continue
        if said.source in MAY_BE:
            unused.discard(said.source)
            unknown += [example for example in MAY_BE[said.source] if in_chinese(example) is None]
            continue
        assert said.forms, f"{said.module}: what {said.source} may be is not known here"
        for texts in said.forms:
            if not any(map(in_chinese, texts)):
                reason = next((start for start in NOT_HEARD if texts[0].startswith(start)), None)
                unused.discard(reason or "")
                unknown += [f"{said.module}: {texts[0]}"] * (reason is None)
    assert unknown == []
    assert unused == set(), "these are told in Chinese, or not at all"


def test_what_an_endpoint_needs_is_described_in_chinese() -> None:
    def needed(fields: Mapping[str, Field]) -> list[str]:
        inner = [about for field in fields.values() for about in needed(field.fields or {})]
        return [field.about for field in fields.values() if field.required] + inner

    bodies = [each.body for each in all_endpoints() if isinstance(each.body, Mapping)]
    abouts = {about for fields in (*bodies, *(e.query for e in all_endpoints())) for about in needed(fields)}
    assert len(abouts) > 8
    assert [about for about in abouts if in_chinese(about) is None] == []


# ---- the sentences --------------------------------------------------------------------------------

SAMPLES: Mapping[str, str] = {
    "q": "'blühend'", "t": "Tübingen", "name": "cello", "names": "piano, Hans", "key": "D minor", "section": "chorus",
    "place": "verse 5-12", "places": "intro 1-4, verse 5-12", "rooms": "verse 5-12 (8), chorus 13-20 (9)",
    "times": "4 times", "option": "bars", "reason": "damaged", "reasons": "31 damaged, 2 no notes",
    "material": "melody", "s": "this is no JSON", "x": "format not recognised", "ss": "31 of other kinds",
    "xs": "31 of other kinds", "fs": "row 31 has no reply",
}  # fmt: skip
LEFT_OUT = {  # blanks of which the Chinese says nothing: lists of kinds, commands
    "Name a folder of {t} files.", "Go on with it: {t}", "Make sound with: aoede sound {t}",
    "For the text in it: {t}", "For the music in it: {t}",
    "What was saved before is whole. Set this right, then: {t}",
    'Let it answer with: aoede reply --model {t} "Are you free?"',
    "Keep the most useful with --set {t}={n}, or choose a smaller order.",
}  # fmt: skip


def filled(row: tuple[str, ...]) -> tuple[str, str, dict[str, str]]:
    """A sentence with samples in it, its Chinese, and the samples as they are told there."""
    kinds = (*CHINESE_FILLS, "s", "x", "ss", "xs", "fs")
    said, chinese = (Template.of(text, kinds) for text in row[:2])
    values, shown = dict[str, str](), dict[str, str]()
    for i, blank in enumerate(said.blanks):
        kind = blank.rstrip("0123456789")
        values[blank] = f"{40 + i},{100 + i}" if kind == "n" else SAMPLES[kind]
        shown[blank] = CHINESE_FILLS.get(kind, in_chinese)(values[blank]) or ""
    return said.filled(values), chinese.filled(shown), shown


def test_a_sentence_is_told_by_its_own_row_and_with_all_that_stands_in_it() -> None:
    for row in SAYINGS:
        english, chinese, shown = filled(row)
        assert in_chinese(english) == chinese
        assert HAN.search(chinese) or english.startswith(("a ", "an "))
        assert row[0] in LEFT_OUT or not [value for value in shown.values() if value not in chinese], row


def test_chinese_has_its_own_points_and_as_many_full_stops() -> None:
    for row in SAYINGS:
        english, chinese, _ = filled(row)
        ends = row[-1][-1:] if len(row) > 2 else english[-1:]
        assert (ends == ".") == (chinese[-1] in "。…"), row
        assert not re.search(r"[\u3400-\u9fff][,;!?]|[,;!?][\u3400-\u9fff]", re.sub("“[^”]*”", "", row[1])), (
            row
        )


TERMS = {
    "seed": "种子", "key": "调|键", "meter": "拍", "bar": "小节", "bars": "小节", "track": "轨", "tracks": "轨",
    "chord": "和弦", "chords": "和弦", "melody": "旋律", "lyrics": "词", "version": "版本", "training": "训练",
    "style": "风格", "instrument": "乐器", "section": "段落", "tempo": "速度", "model": "模型", "models": "模型",
    "folder": "文件夹", "label": "标签",
}  # fmt: skip


def test_one_word_of_the_trade_is_one_word_in_chinese() -> None:
    for row in SAYINGS:
        plain = re.sub(r"\{[a-z]+\d?\}", "", row[-1] if len(row) > 2 else row[0]).lower()
        words, chinese = set(re.findall(r"[a-z]+", plain)), filled(row)[1]
        assert not [word for word in words & set(TERMS) if not re.search(TERMS[word], chinese)], row


def test_numbers_of_a_sentence_are_those_of_its_chinese() -> None:
    sized = {
        "480",
        "6000",
        "8000",
        "0.7",
        "0.3",
        "16",
        "8",
    }  # of examples, and of options that the page has not
    for row in SAYINGS:
        english, chinese, _ = filled(row)
        lost = Counter(NUMBER.findall(english)) - Counter(NUMBER.findall(chinese))
        assert row[0] in LEFT_OUT or set(lost) <= sized, row


def test_nobody_at_the_page_is_told_to_type_an_option() -> None:
    typed = re.compile(r"--(?!root )\w|`aoede|aoede (?:train|sound|reply|look|harmonise|extend)\b")
    assert [
        row for row in SAYINGS if typed.search(row[1]) or typed.search(row[-1] if len(row) > 2 else row[0])
    ] == []


def test_what_was_told_in_plain_english_has_the_same_chinese() -> None:
    for row in SAYINGS:
        english = filled(row)[0]
        assert in_chinese(in_plain_english(english)) in (in_chinese(english), in_chinese(row[-1]))
        assert in_plain_english(in_plain_english(english)) == in_plain_english(english)


def test_names_that_are_offered_in_chinese_can_be_written_so() -> None:
    assert FORM_WORDS.keys() == SECTIONS.keys()
    assert [name for name, _ in parse_form(" ".join(FORM_WORDS.values()))] == list(SECTIONS)
    assert parse_instruments(names(", ".join(INSTRUMENTS)) or "") == tuple(INSTRUMENTS)
    assert [parse_style(word) for word in (names(", ".join(STYLES)) or "").split("、")] == list(STYLES)


# ---- what is told -----------------------------------------------------------------------------------


def failure(act: Callable[[], Any]) -> dict[str, Any]:
    """What is told of the error that this raises, as it comes out of a worker and again of the server."""
    with pytest.raises(AoedeError) as caught:
        act()
    first = told(caught.value)
    assert told(error_of(json.loads(json.dumps(first)))) == first
    return first


FIELDS = {(each.method, each.path): each.body for each in all_endpoints()}


@pytest.mark.parametrize(("method", "path", "body", "kept"), REFUSED)
def test_a_request_that_is_refused_says_so_in_chinese(
    method: str, path: str, body: dict[str, Any], kept: str
) -> None:
    fields = FIELDS[method, path]
    assert isinstance(fields, Mapping)
    found = failure(lambda: checked(fields, parsed(json.dumps(body).encode()), ""))
    chinese = f"{found['message_zh']} {found.get('hint_zh', '')}"
    assert HAN.search(found["message_zh"])
    assert kept in chinese
    assert bool(found["hint"]) == ("hint_zh" in found)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def song() -> Song:
    """Eight bars: verse and chorus, sung."""
    return aoede.compose("hope", seed=1, **SMALL)


@pytest.mark.parametrize(("options", "message", "hint"), WISHES)
def test_a_wish_that_cannot_be_says_so_in_chinese(
    desk: Desk, options: dict[str, Any], message: str, hint: str
) -> None:
    usual = {} if {"form", "instruments", "meter"} & set(options) else SMALL
    found = failure(lambda: compose(desk, "hope", **{**usual, **options}))
    assert message in found["message_zh"]
    assert hint in found.get("hint_zh", "")


@pytest.mark.parametrize(("name", "options", "message", "hint"), EDITED)
def test_an_edit_that_cannot_be_says_so_in_chinese(
    desk: Desk, song: Song, name: str, options: dict[str, Any], message: str, hint: str
) -> None:
    found = failure(lambda: edit(desk, song, name, options))
    assert message in found["message_zh"]
    assert hint in found.get("hint_zh", "")


def test_files_that_cannot_be_read_say_why_in_chinese(desk: Desk, tmp_path: Path) -> None:
    acts: list[Callable[[], Any]] = [
        partial(opened, desk, tmp_path, data, "{file}.mid")
        for data in (b"", b"MThd", b"{}", b"{", b"<svg>", b"\x89PNG\r\n", b"RIFF\0\0\0\0WAVE")
    ]
    acts += [
        partial(text.from_bytes, b"\x89PNG\r\n\x1a\n"),
        partial(text.from_bytes, bytes(range(1, 32)) * 9),
        partial(table.from_bytes, b"a,b\n1,2\n", is_json=False),
        partial(table.from_bytes, b'{"text": 5}\n[\n', is_json=True),
        partial(chat.turns_from_text, "nothing"),
        partial(mail.from_bytes, b"nothing", where="mail"),
        partial(safe_name, "../x.mid"),
        partial(safe_name, "x.exe"),
        partial(checked_settings, learner_of("rbm"), {"n_hidden": 3}),
        partial(checked_settings, learner_of("rbm"), {"depth": 3}),
        partial(learner_of, "rbm", "chords"),
        partial(ordered, "poem", as_={"Emily Dickson": 1.0}),
        partial(ordered, "tang", form="sonnet"),
        partial(ordered, "nothing-of-this-name"),
    ]
    for act in acts:
        found = failure(act)
        assert HAN.search(found["message_zh"]), found
        assert bool(found["hint"]) == bool(HAN.search(found.get("hint_zh", ""))), found


def test_what_stays_is_named_and_numbered_as_it_was(desk: Desk) -> None:
    found = failure(lambda: compose(desk, "hope", chords="C | \\d+(a)*{0} | G"))
    assert "第 2 小节的“\\d+(a)*{0}”" in found["message_zh"]
    assert found["message"] == "'\\\\d+(a)*{0}' in bar 2 is not a chord"


def test_a_bug_says_so_in_chinese_and_no_more() -> None:
    assert told(ZeroDivisionError("secret"))["message_zh"] == "这是 Aoede 的程序错误（ZeroDivisionError）"
    assert told(MemoryError())["message_zh"] == "内存不够"
    assert "message_zh" not in told(AoedeError("what nobody has translated"))
    assert internal("KeyError").hint.startswith("What happened")


def test_what_was_repaired_in_a_file_is_told_in_chinese() -> None:
    whole = midi.to_bytes(aoede.compose("hope", seed=1, bars=2))
    rng, lines = np.random.default_rng(0), set[str]()
    for _ in range(60):
        data = bytearray(whole)
        data[int(rng.integers(14, len(data)))] = int(rng.integers(256))
        try:
            lines.update(midi.from_bytes(bytes(data[: int(rng.integers(40, len(data)))])).repairs)
        except AoedeError as error:
            assert in_chinese(error.message)
    assert len(lines) > 20
    assert [line for line in lines if in_chinese(line) is None] == []


def test_the_account_of_a_folder_is_told_line_by_line() -> None:
    rows = (
        Row("a.mid", "skipped", "damaged", ("this is not a MIDI file",)),
        Row(
            "诗/b.csv",
            "repaired",
            "",
            ("row 3 (line 4) has 2 fields, the header 3", "1 control character dropped"),
        ),
        Row("c.wav", "skipped", "silence"),
        Row(
            "d.csv",
            "skipped",
            "damaged",
            ("this table has no column 'x'; it has id", "larger than 5 bytes; split it"),
        ),
    )
    lines = in_both(Report(rows, {".jpg": 2}).lines(9), "lines")["lines_zh"]
    assert lines == [
        "a.mid 略过（已损坏）：这不是 MIDI 文件",
        "c.wav 略过（只有静音）",
        "d.csv 略过（已损坏）：这个表格没有“x”列；它有这些列：id；超过 5 字节，请拆成几个",
        "诗/b.csv 已修复：表格第 3 行（文件第 4 行）有 2 格，表头有 3 格；去掉了 1 个控制字符",
        "其他类型：2 .jpg",
    ]


def test_remarks_come_in_both_languages(desk: Desk, song: Song) -> None:
    told_of = ["its words are left out; --lyrics sets words to it", "{what nobody has translated}"]
    view = view_of(song, told=told_of)
    assert view["told"] == ["its words are left out", "{what nobody has translated}"]
    assert view["told_zh"] == ["原有的歌词没有采用", "{what nobody has translated}"]
    Teller(desk, "run").warned("minutes say nothing here: ngram counts until it is done")
    assert desk.events[-1]["text_zh"] == "时间在这里不起作用：ngram 数完就好"
    order = ordered("tang", start="明月x", length=5)
    assert in_both(order.notes, "notes")["notes_zh"] == ["开头里有模型没见过的字符：x"]


def test_a_sample_of_text_keeps_its_words() -> None:
    sample = "Nothing in it\n-- stands\n\n-- Nothing in it stands word for word in the training text.\n"
    assert sample_in_chinese(sample) == "Nothing in it\n-- stands\n\n-- 训练文本中没有与之逐字相同的片段。\n"
    assert sample_in_chinese("Try again.") == "Try again."
    sound = "better than linear prediction by 0.12 bits a sample: 2.100 against 2.220\n"
    assert sample_in_chinese(sound) == "比线性预测好，每采样少 0.12 比特：2.100 对 2.220\n"


# ---- hostile texts ----------------------------------------------------------------------------------

HOSTILE = (
    "{q}",
    "{n}{t}{0}",
    "%s%(x)d",
    "(a+)+$",
    "\\1\\g<0>",
    "' is not a mode",
    "; ",
    "\n",
    "“”",
    "\u202e",
    "x" * 10_000,
)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
def test_a_hostile_text_passes_through_unharmed(value: str) -> None:
    shown = repr(value)[1:-1].replace("\\\\", "\\")
    assert in_chinese(f"{value!r} is not a mode") == f"没有“{shown}”这种调式"
    assert in_chinese(f"has to be a list, not {value}") == f"应为列表，而不是 {value}"
    assert in_both([f"the same bytes as {value}"], "told")["told_zh"] == [f"与 {value} 完全相同"]


@pytest.mark.parametrize(
    "part", ["track 1: ", "; ", "'a' has ", " is no ", "\n", "row 1 ", "a: b; ", "(", "' and '", ": "]
)
def test_no_text_takes_long(part: str) -> None:
    texts = [
        part * (10_000 // len(part)),
        f"track 2: {part * 2000}",
        f"label x: {part * 2000} only",
        f"'{part * 2000}",
    ]
    begun = time.process_time()
    for each in texts:
        in_chinese(each)
        in_plain_english(each)
    assert time.process_time() - begun < 0.5
