"""Verse forms: what people wrote is found again, and what is written by a pattern has it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from aoede.errors import ConfigError, InputError, UsageError
from aoede.randomness import stream
from aoede.words.forms import CHARACTER, END, Forms, Pattern, form_of

QUATRAIN = "床前明月光，疑是地上霜。\n舉頭望明月，低頭思故鄉。"
DREAM = "常记溪亭日暮，沉醉不知归路。\n兴尽晚回舟，误入藕花深处。\n争渡。\n争渡。\n惊起一滩鸥鹭。"


@dataclass(frozen=True)
class Poem:
    text: str
    labels: Mapping[str, str] = field(default_factory=dict)


def forms() -> Forms:
    ci = [Poem(DREAM, {"tune": "如梦令"})] * 30
    ci += [Poem(DREAM.replace("，", "。\n"), {"tune": "如梦令"})] * 10
    ci += [Poem("一二三。", {"tune": "如梦令"}), Poem("a b", {"tune": "如梦令"})]
    return Forms.fit([*ci, Poem(QUATRAIN), Poem("一二三四五六。")])


def test_the_pattern_of_a_text_names_its_phrases_and_marks() -> None:
    pattern = Pattern.of(DREAM)
    assert pattern == Pattern("6，6。/5，6。/2。/2。/6。")
    assert len(pattern) == len(DREAM)
    assert pattern.fits(DREAM)
    for text in ("床前 明月", "hello", "", "，。", "床" * 1001):
        assert Pattern.of(text) is None


def test_each_position_says_what_must_come() -> None:
    pattern = Pattern("2，1。/12？")
    assert [pattern.allowed(i) for i in range(7)] == [
        CHARACTER,
        CHARACTER,
        "，",
        CHARACTER,
        "。",
        "\n",
        CHARACTER,
    ]
    assert pattern.allowed(18) == "？"
    assert pattern.allowed(19) == pattern.allowed(99) == END


def test_text_drawn_under_the_masks_has_the_pattern() -> None:
    symbols = "".join(sorted("\n，。、？a1" + "天地人月光山水𠀀"))
    pattern = Pattern("6，6。/5、6？/2。")
    rng = stream(1, "draws")
    rows = pattern.masks(symbols)
    ids = [int(rng.choice(np.flatnonzero(row))) for row in rows]
    assert rows.shape == (len(pattern) + 1, len(symbols) + 2)
    assert ids[-1] == 0
    assert not rows[:, 1].any()
    assert Pattern.of("".join(symbols[i - 2] for i in ids[:-1])) == pattern


def test_a_model_that_lacks_what_a_form_needs_is_told() -> None:
    with pytest.raises(InputError, match="、"):
        Pattern("2、2。").masks("天地。")
    with pytest.raises(InputError, match="any Chinese character"):
        Pattern("2").masks("abc")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "5，5。//5",
        "，5",
        "0，",
        "5a",
        "/5",
        "100，",
        "99，" * 11,
        "5" * 5000,
        "9" * 12,
        "5，123",
        7,
        None,
    ],
)
def test_an_odd_code_is_no_pattern(code: Any) -> None:
    with pytest.raises(InputError):
        Pattern(code)


def test_regulated_forms_are_known_by_lengths() -> None:
    seven = "一二三四五六七，一二三四五六七。"
    assert form_of(QUATRAIN) == "五言绝句"
    assert form_of(QUATRAIN + "\n" + QUATRAIN) == "五言律诗"
    assert form_of(seven * 2) == "七言绝句"
    assert form_of("\n".join([seven] * 4)) == "七言律诗"
    for other in (seven, seven * 3, QUATRAIN + seven, "", "hello"):
        assert form_of(other) == "古体诗"


def test_fitted_forms_keep_the_common_patterns_by_frequency() -> None:
    found = forms()
    assert found.names == ("如梦令", "五言绝句")
    assert list(found.patterns("如梦令").values()) == [30, 10]
    rng = stream(2, "patterns")
    drawn = [found.pattern("如梦令", rng).code for _ in range(400)]
    assert 0.65 < drawn.count("6，6。/5，6。/2。/2。/6。") / 400 < 0.85
    assert found.pattern("五絕", rng) == Pattern.of(QUATRAIN)


def test_a_start_chooses_among_the_patterns_and_one_that_fits_none_is_refused() -> None:
    found, rng = forms(), stream(3, "start")
    for _ in range(20):
        assert found.pattern("如梦令", rng, start="常记溪亭日暮。\n").code.startswith("6。/")
    with pytest.raises(UsageError, match="does not begin like 如梦令"):
        found.pattern("如梦令", rng, start="常记，")


def test_an_unknown_tune_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="Perhaps 如梦令"):
        forms().patterns("如夢令")
    with pytest.raises(UsageError, match="no form"):
        Forms({}).patterns("如梦令")


def test_stored_forms_are_the_same() -> None:
    stored = json.dumps(forms().as_mapping(), ensure_ascii=True)
    assert Forms.from_mapping(json.loads(stored)).as_mapping() == forms().as_mapping()
    assert Forms.from_mapping(json.loads(stored)).names == forms().names


def test_of_more_tunes_than_a_model_file_holds_the_commonest_are_kept() -> None:
    rare = [Poem(QUATRAIN, {"tune": f"{chr(0x4E00 + i)}，床前明月光疑是地上霜"}) for i in range(3000)]
    found = Forms.fit([*rare, *[Poem(QUATRAIN, {"tune": "龘"})] * 2])
    assert found.names[0] == "龘" and 1000 < len(found.names) < 3000
    assert len(json.dumps(json.dumps(found.as_mapping()))) < 400_000


@pytest.mark.parametrize(
    "values",
    [
        None,
        {},
        {"patterns": []},
        {"patterns": {}, "more": 1},
        {"patterns": {"": {"5,": 1}}},
        {"patterns": {"x" * 41: {"5,": 1}}},
        {"patterns": {"a": {}}},
        {"patterns": {"a": {"5,": 0}}},
        {"patterns": {"a": {"5,": True}}},
        {"patterns": {"a": {"5,": 1 << 60}}},
        {"patterns": {"a": {"hello": 1}}},
        {"patterns": {"a": {"99," * 900: 1}}},
        {
            "patterns": {
                "a": {f"{i}," if i else "5.": 1 for i in range(1, 100)} | {f"{i}.": 1 for i in range(1, 9)}
            }
        },
        {"patterns": {str(i): {"5,": 1} for i in range(5001)}},
    ],
)
def test_hostile_forms_are_refused(values: Any) -> None:
    with pytest.raises(ConfigError):
        Forms.from_mapping(values)
