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
from aoede.studio.tasks import opening
from aoede.studio.telling import error_of, internal, told
from aoede.write import ordered
from tests.studio_desk import SMALL, Desk, compose, edit, opened
from tests.studio_errors import all_said
from tests.studio_heard import APART, MAY_BE, NOT_HEARD, PASSED_ON

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
    "xs": "31 of other kinds",
}  # fmt: skip
LEFT_OUT = {  # blanks of which the Chinese says nothing: lists of kinds, commands
    "Name a folder of {t} files.", "Go on with it: {t}", "Make sound with: aoede sound {t}",
    "For the text in it: {t}", "For the music in it: {t}", "What was saved before is whole. Set this right, then: {t}",
    'Let it answer with: aoede reply --model {t} "Are you free?"',
    "Keep the most useful with --set {t}={n}, or choose a smaller order.",
}  # fmt: skip


def filled(row: tuple[str, ...]) -> tuple[str, str, dict[str, str]]:
    """A sentence with samples in it, its Chinese, and the samples as they are told there."""
    kinds = (*CHINESE_FILLS, "s", "x", "ss", "xs")
    said, chinese = (Template.of(text, kinds) for text in row[:2])
    values, shown = dict[str, str](), dict[str, str]()
    for i, blank in enumerate(said.blanks):
        kind = blank.rstrip("0123456789")
        values[blank] = f"{40 + i},{100 + i}" if kind == "n" else SAMPLES[kind]
        shown[blank] = (CHINESE_FILLS[kind] if kind in CHINESE_FILLS else in_chinese)(values[blank]) or ""
    return said.filled(values), chinese.filled(shown), shown


@pytest.mark.parametrize("row", SAYINGS, ids=lambda row: row[0][:40])
def test_a_sentence_is_told_by_its_own_row_and_with_all_that_stands_in_it(row: tuple[str, ...]) -> None:
    english, chinese, shown = filled(row)
    assert in_chinese(english) == chinese
    assert HAN.search(chinese) or english.startswith(("a ", "an "))
    if row[0] not in LEFT_OUT:
        assert [value for value in shown.values() if value not in chinese] == []
    ends = row[-1][-1:] if len(row) > 2 else english[-1:]
    assert (ends == ".") == (chinese[-1] in "。…")
    assert not re.search(r"[\u3400-\u9fff][,;!?]|[,;!?][\u3400-\u9fff]", re.sub("“[^”]*”", "", row[1]))


TERMS = {
    "seed": "种子", "key": "调|键", "meter": "拍", "bar": "小节", "bars": "小节", "track": "轨", "tracks": "轨", "chord": "和弦",
    "chords": "和弦", "melody": "旋律", "lyrics": "歌词|词", "version": "版本", "training": "训练", "style": "风格",
    "instrument": "乐器", "section": "段落", "tempo": "速度", "model": "模型", "models": "模型", "folder": "文件夹", "label": "标签",
}  # fmt: skip


@pytest.mark.parametrize("row", SAYINGS, ids=lambda row: row[0][:40])
def test_one_word_of_the_trade_is_one_word_in_chinese(row: tuple[str, ...]) -> None:
    words = set(re.findall(r"[a-z]+", row[-1].lower() if len(row) > 2 else row[0].lower()))
    assert [word for word in words & set(TERMS) if not re.search(TERMS[word], row[1])] == []
