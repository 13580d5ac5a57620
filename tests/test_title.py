import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.words.syllables import syllables_of
from aoede.words.title import MAX_CHARACTERS, title_of
from aoede.words.title_lines import title_lines


@pytest.mark.parametrize(
    ("request_text", "title"),
    [
        ("a song that expresses hope and wonder", "Hope and Wonder"),
        ("I want a song about the last day of summer", "The Last Day of Summer"),
        ("Please write me a tune for my sister, in D minor", "My Sister"),
        ("a slow waltz in D minor, about the sea", "The Sea"),
        ("the night bus home", "The Night Bus Home"),
        ("something", "Something"),
        ("something sad for a rainy Sunday", "A Rainy Sunday"),
        ("我想要一首表达希望和奇迹的歌", "希望和奇迹"),
        ("写一首关于大海的歌曲", "大海"),
        ("雨夜里一个人想念远方的朋友", "雨夜里一个人想念远方的朋友"),
        ("一首歌", "歌"),
        ("欢快的节日舞曲，快板", "欢快的节日舞曲"),
        ("🔥🔥", "🔥🔥"),
    ],
)
def test_titles_say_what_the_request_is_about(request_text: str, title: str) -> None:
    assert title_of(request_text) == title


@given(st.text(min_size=1, max_size=300))
def test_titles_are_short_and_printable_and_never_lost(request_text: str) -> None:
    title = title_of(request_text)
    assert len(title) <= MAX_CHARACTERS
    assert title.isprintable()
    assert title or not any(c.isprintable() and not c.isspace() for c in request_text)


def test_what_is_sung_beside_a_title_goes_with_it() -> None:
    def lines(title: str, language: str) -> list[str]:
        return [line for n in range(3, 14) for line in title_lines(title, language, n)]

    assert any("in my heart" in line for line in lines("Hope and Wonder", "en"))
    assert not any("in my heart" in line for line in lines("I Miss the Sea", "en"))
    assert not any(
        "night," in line or line.endswith("the night") for line in lines("The Night Bus Home", "en")
    )
    assert "我的大海" in lines("大海", "zh")
    assert not any(line.startswith(("我的", "你的")) for line in lines("我想回家", "zh"))
    assert not any("天明" in line for line in lines("雨夜", "zh"))


@given(
    st.sampled_from(
        ["Hope", "I Miss the Sea", "The Night Bus Home", "Dancing on the Roof with All My Friends"]
    ),
    st.integers(1, 8),
)
def test_a_line_with_the_title_has_about_the_syllables_asked_for(title: str, n: int) -> None:
    least = len(syllables_of(title))
    found = list(title_lines(title, "en", n))
    assert found
    assert all(title in line for line in found)
    assert abs(len(syllables_of(found[0])) - max(n, least)) <= 2
