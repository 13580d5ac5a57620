"""Requests in English and Chinese are understood: valence, arousal, feelings, and how sure that is."""

import math
import time
from statistics import correlation, mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import InputError, UsageError
from aoede.learning.checkpoint import load_preset
from aoede.learning.mood_columns import Scale
from aoede.learning.mood_regression import cross_validate, fit, folds_of, gaussian_kernel
from aoede.learning.mood_table_zh import families
from aoede.mood.emoji import EMOJI
from aoede.mood.feelings import FEELINGS, NAMED_BY, nearest_feelings
from aoede.mood.request import PRIOR_SD, Mood, mood_of, moved
from aoede.mood.tokens import normalised, tokens_of
from aoede.mood.vectors import RATED_BY, table

HELD_OUT_AT_LEAST = {"en_valence": 0.85, "en_arousal": 0.65, "zh_valence": 0.6, "zh_arousal": 0.45}


def valence(request_text: str) -> float:
    return mood_of(request_text).valence


def arousal(request_text: str) -> float:
    return mood_of(request_text).arousal


@pytest.mark.parametrize(
    "request_text",
    [
        "a happy song",
        "a song that expresses hope and wonder",
        "sunshine",
        "wedding",
        "我很快乐",
        "表达希望和奇迹的歌",
        "阳光明媚",
    ],
)
def test_ordinary_bright_requests_are_clearly_bright(request_text: str) -> None:
    assert 0.5 <= valence(request_text) < 1


@pytest.mark.parametrize(
    "request_text",
    [
        "a sad song",
        "grief",
        "a lonely night in the rain",
        "funeral",
        "一首悲伤的歌",
        "孤独的夜晚",
        "心碎",
        "我很害怕",
    ],
)
def test_ordinary_dark_requests_are_clearly_dark(request_text: str) -> None:
    assert -1 < valence(request_text) <= -0.4


@pytest.mark.parametrize(
    "request_text",
    ["excited", "an explosive party", "rage", "a thrilling chase", "激动", "激烈的战斗", "狂欢", "愤怒"],
)
def test_restless_requests_are_restless(request_text: str) -> None:
    assert arousal(request_text) > 0.4


@pytest.mark.parametrize(
    "request_text",
    ["calm", "a peaceful lullaby", "quiet lake", "relaxing", "平静", "宁静的湖边", "摇篮曲", "悠闲的午后"],
)
def test_calm_requests_are_calm(request_text: str) -> None:
    assert arousal(request_text) < -0.3


@pytest.mark.parametrize(
    ("plain", "denied"),
    [
        ("happy", "not happy"),
        ("happy", "never happy"),
        ("sad", "not sad"),
        ("sad", "not a sad song"),
        ("sad", "I don't want a sad song"),
        ("hope", "without hope"),
        ("afraid", "no longer afraid"),
        ("tears", "no more tears"),
        ("fear", "free from fear"),
        ("lonely", "never lonely"),
        ("快乐", "不快乐"),
        ("希望", "没有希望"),
        ("悲伤", "不再悲伤"),
        ("难过", "别难过"),
        ("孤单", "我并不孤单"),
        ("恐惧", "毫无恐惧"),
        ("开心", "不是很开心"),
    ],
)
def test_negation_turns_the_sign(plain: str, denied: str) -> None:
    assert valence(plain) * valence(denied) < 0
    assert abs(valence(denied)) < abs(valence(plain))


@pytest.mark.parametrize(("twice", "plain"), [("not without hope", "hope"), ("不是没有希望", "希望")])
def test_a_double_negation_is_none(twice: str, plain: str) -> None:
    assert valence(twice) * valence(plain) > 0


@pytest.mark.parametrize(
    ("text", "bright"),
    [
        ("not sad, joyful", True),  # a comma ends the negation
        ("not sad but joyful", True),
        ("not joyful but sad", False),
        ("no tears or sorrow", True),  # "or" carries it on
        ("不悲伤，很快乐", True),
        ("不快乐，很悲伤", False),
    ],
)
def test_negation_has_a_scope(text: str, bright: bool) -> None:
    assert (valence(text) > 0.1) if bright else (valence(text) < -0.1)


def test_not_only_denies_nothing() -> None:
    assert valence("not only happy") == valence("happy")
    assert valence("不仅快乐") == valence("快乐")


@pytest.mark.parametrize(
    "rising",
    [
        ("a little happy", "happy", "very happy", "extremely happy"),
        ("有点快乐", "快乐", "非常快乐", "极其快乐"),
    ],
)
def test_intensifiers_keep_their_order_upwards(rising: tuple[str, ...]) -> None:
    values = [valence(text) for text in rising]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize(
    "falling",
    [("slightly sad", "sad", "deeply sad", "utterly sad"), ("有点悲伤", "悲伤", "非常悲伤", "极其悲伤")],
)
def test_intensifiers_keep_their_order_downwards(falling: tuple[str, ...]) -> None:
    values = [valence(text) for text in falling]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize(
    ("bright_last", "dark_last"),
    [
        ("sad but hopeful", "hopeful but sad"),
        ("lonely, yet happy", "happy, yet lonely"),
        ("虽然难过但是充满希望", "虽然充满希望但是难过"),
        ("悲伤却快乐", "快乐却悲伤"),
    ],
)
def test_the_clause_after_a_contrast_weighs_more(bright_last: str, dark_last: str) -> None:
    assert valence(bright_last) > 0 > valence(dark_last)


@pytest.mark.parametrize(
    ("text", "word"), [("the morning after the storm", "storm"), ("暴风雨之后的早晨", "暴风雨")]
)
def test_what_is_over_rests(text: str, word: str) -> None:
    assert arousal(text) < 0 < arousal(word)


@pytest.mark.parametrize("frame", ["a song that expresses {}", "please write me a song about {}", "{}"])
def test_the_frame_of_a_request_says_nothing(frame: str) -> None:
    assert valence(frame.format("hope")) == valence("hope")
    assert mood_of(frame.format("hope")).keywords == ("hope",)


@pytest.mark.parametrize("frame", ["我想要一首表达{}的歌", "请写一首关于{}的曲子", "{}"])
def test_the_chinese_frame_says_nothing(frame: str) -> None:
    assert mood_of(frame.format("希望")).keywords == ("希望",)
    assert valence(frame.format("希望")) == valence("希望")


def test_a_request_of_small_words_says_nothing_but_one_alone_is_rated() -> None:
    silent, alone = mood_of("write me a song"), mood_of("music")
    assert (silent.coverage, silent.valence, silent.valence_sd) == (0.0, 0.0, PRIOR_SD[0])
    assert (alone.coverage, alone.keywords) == (1.0, ("music",))


def test_neutral_words_do_not_wash_out_a_strong_one() -> None:
    washed = valence("a joyful song about a table, a chair, a paper, a wall and a corner of the office")
    assert washed > 0.7 * valence("joyful")


def test_opposites_meet_between() -> None:
    assert valence("sad") < valence("happy and sad") < valence("happy")


def test_keywords_are_written_as_in_the_request_and_ordered() -> None:
    mood = mood_of("A song for the Table, full of HOPE")
    assert mood.keywords[0] == "HOPE"
    assert mood_of("希望的桌子").keywords[0] == "希望"


def test_keywords_of_a_traditional_request_stay_traditional() -> None:
    assert mood_of("快樂").keywords == ("快樂",)


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("表达欢乐和奇迹的乐曲", "表達歡樂和奇蹟的樂曲"),
        ("没有爱的冬天", "沒有愛的冬天"),
        ("我不开心", "我不開心"),
        ("风雨之后", "風雨之後"),
    ],
)
def test_traditional_and_simplified_script_mean_the_same(simplified: str, traditional: str) -> None:
    one, other = mood_of(simplified), mood_of(traditional)
    assert (one.valence, one.arousal, one.feelings) == (other.valence, other.arousal, other.feelings)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("a song of hope", "en"),
        ("希望之歌", "zh"),
        ("一首 happy 的歌", "mixed"),
        ("qwxzt vvbnm", "other"),
        ("надежда", "other"),
        ("😀", "other"),
        ("ありがとう", "other"),
    ],
)
def test_the_language_is_found(text: str, language: str) -> None:
    assert mood_of(text).language == language


def test_unknown_words_widen_the_uncertainty_and_lower_the_coverage() -> None:
    known, some, none = mood_of("hope"), mood_of("hope qwxzt vvbnm"), mood_of("qwxzt vvbnm")
    assert known.valence_sd < some.valence_sd < none.valence_sd == PRIOR_SD[0]
    assert known.arousal_sd < some.arousal_sd < none.arousal_sd == PRIOR_SD[1]
    assert (known.coverage, none.coverage) == (1.0, 0.0)
    assert some.coverage == pytest.approx(1 / 3, abs=1e-4)
    assert (none.valence, none.arousal, none.keywords, dict(none.feelings)) == (0.0, 0.0, (), {})


@pytest.mark.parametrize(
    ("inflected", "stem"), [("candyflosses", "candyfloss"), ("lullaby's", "lullaby"), ("happyyyy", "happy")]
)
def test_inflected_and_drawn_out_words_are_known(inflected: str, stem: str) -> None:
    assert table("en").get(inflected) is None
    assert mood_of(inflected).coverage == 1.0
    assert math.copysign(1, valence(inflected)) == math.copysign(1, valence(stem))


def test_drawn_out_words_are_stronger() -> None:
    assert valence("saaaad") < valence("sad")
    assert valence("soooo sad") < valence("so sad") or valence("so sad") < valence("sad")


def test_phrases_mean_more_than_their_words() -> None:
    assert valence("broken heart") < -0.4
    assert valence("never give up") > 0.3
    assert mood_of("let go").keywords == ("let go",)


@pytest.mark.parametrize(
    ("text", "bright"),
    [("😀", True), ("💔", False), ("😭", False), ("🎉🎉", True), (":)", True), ("😡", False)],
)
def test_emoji_have_a_mood(text: str, bright: bool) -> None:
    assert (valence(text) > 0.3) is bright
    assert (valence(text) < -0.3) is not bright


def test_every_emoji_gloss_is_rated() -> None:
    assert len(EMOJI) >= 150
    assert [gloss for gloss in EMOJI.values() if gloss not in table("en")] == []


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("hope", "hope"),
        ("dread", "dread"),
        ("a nostalgic tune", "nostalgia"),
        ("我很愤怒", "anger"),
        ("思念远方的你", "longing"),
        ("a triumphant march", "triumph"),
    ],
)
def test_named_feelings_come_first(text: str, feeling: str) -> None:
    feelings = mood_of(text).feelings
    assert max(feelings, key=lambda name: feelings[name]) == feeling


def test_hope_and_wonder_are_both_heard() -> None:
    for text in ("a song that expresses hope and wonder", "我想要一首表达希望和奇迹的歌"):
        assert set(mood_of(text).feelings) == {"hope", "wonder"}
        assert sum(mood_of(text).feelings.values()) == pytest.approx(1, abs=0.001)


def test_a_denied_feeling_gives_its_opposite() -> None:
    assert "joy" not in mood_of("not happy").feelings
    assert "sadness" in mood_of("not happy").feelings
    assert "melancholy" in mood_of("没有希望").feelings


def test_feelings_have_sound_opposites_and_unique_points() -> None:
    assert len(FEELINGS) >= 26
    assert all(feeling.opposite in FEELINGS for feeling in FEELINGS.values())
    assert len({(f.valence, f.arousal) for f in FEELINGS.values()}) == len(FEELINGS)
    assert next(iter(nearest_feelings(0.9, 0.5))) == "joy"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_points_of_the_feelings_agree_with_the_table(language: str) -> None:
    points, means = [], []
    for feeling in FEELINGS.values():
        words = feeling.english if language == "en" else feeling.chinese
        ratings = [rating for word in words if (rating := table(language).get(word))]
        assert len(ratings) >= 5
        points.append((feeling.valence, feeling.arousal))
        means.append((mean(r.valence for r in ratings), mean(r.arousal for r in ratings)))
    for axis, least_r in ((0, 0.95), (1, 0.8)):
        assert correlation([p[axis] for p in points], [m[axis] for m in means]) > least_r


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_the_feelings_are_in_the_table(language: str) -> None:
    words = [word for word in NAMED_BY if word.isascii() == (language == "en")]
    assert [word for word in words if word not in table(language)] == []


@pytest.mark.parametrize(("language", "least"), [("en", 40_000), ("zh", 30_000)])
def test_a_table_is_large_sorted_and_in_range(language: str, least: int) -> None:
    words = table(language)
    assert len(words) >= least
    assert words.words == sorted(set(words.words))
    for row in range(0, len(words), 97):
        rating = words.rating(row)
        assert -1 <= rating.valence <= 1 and -1 <= rating.arousal <= 1
        assert 0.05 <= rating.valence_sd <= 0.45 and 0.05 <= rating.arousal_sd <= 0.40
        assert rating.rated_by in RATED_BY


def test_what_people_rated_is_surer_than_what_the_model_rated() -> None:
    rated = [table("en").rating(row) for row in range(0, len(table("en")), 7)]
    people = [r.valence_sd for r in rated if r.rated_by == "people"]
    model = [r.valence_sd for r in rated if r.rated_by == "model"]
    assert max(people) < sum(model) / len(model)


def test_chinese_is_segmented_into_words() -> None:
    assert [token.text for token in tokens_of("深夜空荡荡的车站")] == ["深夜", "空荡荡", "的", "车站"]
    assert [token.text for token in tokens_of("我一个人吃饭")] == ["我", "一个人", "吃饭"]


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u3000"])
def test_an_empty_request_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="the request is empty"):
        mood_of(text)


def test_a_very_long_request_is_refused_with_the_limit() -> None:
    with pytest.raises(InputError, match=r"12,000 characters; 10,000 are allowed"):
        mood_of("hope " * 2400)
    assert mood_of("hope", max_characters=4).valence > 0
    with pytest.raises(InputError, match="5 are allowed"):
        mood_of("hopeful", max_characters=5)


def check(mood: Mood) -> None:
    assert -1 <= mood.valence <= 1 and -1 <= mood.arousal <= 1
    assert 0 <= mood.valence_sd <= PRIOR_SD[0] and 0 <= mood.arousal_sd <= PRIOR_SD[1]
    assert 0 <= mood.coverage <= 1
    assert mood.language in {"en", "zh", "mixed", "other"}
    assert all(name in FEELINGS and 0 <= weight <= 1 for name, weight in mood.feelings.items())
    assert sum(mood.feelings.values()) <= 1.001


_PIECES = st.sampled_from(
    [
        "not",
        "very",
        "but",
        "sad",
        "happy",
        "没有",
        "快乐",
        "但是",
        "很",
        "after",
        "之后",
        "😀",
        "!!!",
        "\x00",
        "\ud800",
        "،",
        "soooo",
        "𝄞",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(min_size=1, max_size=80), st.lists(_PIECES, min_size=1, max_size=12).map(" ".join)))
def test_any_text_has_a_mood(text: str) -> None:
    if text.strip():
        check(mood_of(text))


@given(st.text(max_size=100))
def test_normalising_keeps_every_character_in_its_place(text: str) -> None:
    assert len(normalised(text)) == len(text)


def test_the_same_request_has_the_same_mood() -> None:
    text = "a little sad, but full of hope 😀 虽然难过但是充满希望"
    assert mood_of(text) == mood_of(text)


def test_a_request_is_understood_in_a_few_milliseconds() -> None:
    mood_of("hope 希望")
    start = time.process_time()
    for _ in range(50):
        mood_of("a song for the morning after the storm, 深夜空荡荡的车站")
    assert (time.process_time() - start) / 50 < 0.01


def test_the_longest_request_is_understood_within_a_second() -> None:
    start = time.process_time()
    mood_of("不是很快乐，但是" * 1250)
    mood_of("not sad but " * 833)
    assert time.process_time() - start < 1.0


def test_the_stored_held_out_figures_are_good() -> None:
    figures = load_preset("mood_en").metadata["held_out"]
    assert all(figures[name] >= least for name, least in HELD_OUT_AT_LEAST.items())


def test_the_held_out_prediction_has_not_seen_its_family() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    targets = rng.normal(size=(200, 1))
    groups = [f"family {row // 2}" for row in range(200)]
    targets[1::2] = targets[::2]  # twins: seeing one gives the other away
    kernel = np.kron(np.eye(100), np.ones((2, 2))).astype(np.float32)
    together = cross_validate(kernel, targets, 0.1, folds_of(groups))
    apart = cross_validate(kernel, targets, 0.1, folds_of([str(row) for row in range(200)]))
    assert correlation(together[:, 0].tolist(), targets[:, 0].tolist()) < 0.1
    assert correlation(apart[:, 0].tolist(), targets[:, 0].tolist()) > 0.8


def test_the_regression_follows_a_smooth_function_and_is_surer_near_its_words() -> None:
    x = np.linspace(-2, 2, 60, dtype=np.float32)[:, None]
    y = np.sin(2 * x).astype(np.float64)
    regression, held_out = fit(gaussian_kernel(x, x, 2.0), y, 0.01, folds_of([str(row) for row in range(60)]))
    assert float(np.abs(held_out - y).mean()) < 0.05
    values, sd = regression.predict(gaussian_kernel(np.array([[0.5], [6.0]], np.float32), x, 2.0))
    assert values[0, 0] == pytest.approx(math.sin(1.0), abs=0.05)
    assert sd[1, 0] > 2 * sd[0, 0]


def test_words_with_a_common_source_are_one_family() -> None:
    origins = {"快乐": ["happy"], "高兴": ["happy", "glad"], "喜悦": ["glad"], "山": ["hill"]}
    names = families(["快乐", "高兴", "喜悦", "山"], origins)
    assert names[0] == names[1] == names[2] != names[3]


def test_the_scale_puts_the_middle_at_zero_and_keeps_order() -> None:
    valence = np.linspace(1, 9, 101)
    scale = Scale.of(valence, np.full(101, 5.0) + np.sin(valence))
    bright, _ = scale.apply(np.array([scale.valence[0], scale.valence[1], scale.valence[2]]), np.full(3, 5.0))
    assert bright == pytest.approx([-0.8, 0.0, 0.8])


@pytest.mark.parametrize(
    "request_text",
    [
        "nobody came to his birthday",
        "betrayed by the only friend I had",
        "母亲在儿子的墓碑前痛哭",
        "饥饿的孩子",
    ],
)
def test_what_happens_outweighs_who_is_there_and_what_did_not_come(request_text: str) -> None:
    assert mood_of(request_text).valence < -0.05


def test_people_alone_are_still_rated() -> None:
    assert mood_of("my mother and my best friend").valence > 0.2
    assert mood_of("妈妈").valence > 0.2


@pytest.mark.parametrize(
    ("calm", "restless"), [("sleeping", "sprinting"), ("打盹", "冲刺"), ("asleep", "a race")]
)
def test_sleep_is_calm_and_a_race_is_not(calm: str, restless: str) -> None:
    assert mood_of(calm).arousal < -0.2 < 0.2 < mood_of(restless).arousal


def test_letters_of_keys_are_no_keywords() -> None:
    assert mood_of("a hopeful ballad in E flat major").keywords == ("hopeful", "ballad")


def test_a_stated_valence_and_arousal_take_the_place_of_what_the_words_say() -> None:
    said = mood_of("a song that expresses hope and wonder")
    assert moved(said) is said
    dark = moved(said, valence=-0.8, arousal=-0.5)
    assert (dark.valence, dark.arousal) == (-0.8, -0.5)
    assert dark.keywords == said.keywords
    assert max(dark.feelings, key=dark.feelings.__getitem__) in ("sadness", "loneliness")
    near = moved(said, arousal=said.arousal + 0.1)
    assert set(list(near.feelings)[:2]) == {"hope", "wonder"}
    assert near.valence == said.valence


@pytest.mark.parametrize("value", [1.01, -2, math.nan, math.inf, "0.5", True])
def test_a_valence_off_the_axis_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="valence is a number from -1 to 1"):
        moved(mood_of("hope"), valence=value)
