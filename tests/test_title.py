import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.words.title import MAX_CHARACTERS, title_of


@pytest.mark.parametrize(
    ("request_text", "title"),
    [
        ("a song that expresses hope and wonder", "Hope and Wonder"),
        ("I want a song about the last day of summer", "The Last Day of Summer"),
        ("Please write me a tune for my sister, in D minor", "My Sister"),
        ("a slow waltz in D minor, about the sea", "The Sea"),
        ("the night bus home", "The Night Bus Home"),
        ("something", "Something"),
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
