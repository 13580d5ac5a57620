import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.mood.request import mood_of
from aoede.words.syllables import syllables_of
from aoede.words.theme import theme_of
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


@pytest.mark.parametrize(
    ("request_text", "title"),
    [
        ("I keep one photograph of you on the wall and another on the shelf by the window where the light comes in",
         "I Keep One Photograph of You on the Wall"),
        ("we drove all night through the desert with the windows down and nobody said a word until the sun came up",
         "We Drove All Night Through the Desert"),
        ("a song about everything that we promised one another on the last evening of a summer that would not end",
         "Everything That We Promised One Another"),
        ("How do you say goodbye to somebody who doesn't remember your name any more?",
         "How Do You Say Goodbye to Somebody"),
        ("I miss the way you used to hum while you were fixing the bicycle in the yard",
         "I Miss the Way You Used to Hum"),
        ("A waltz for two robots (they have just been switched on, they are learning to dance)",
         "A Waltz for Two Robots"),
        ("what would you do if you could not be afraid of anything for one whole day", "What Would You Do"),
        ("line one of my poem\nline two of my poem is longer and has more words in it\nline three ends",
         "Line One of My Poem"),
        ("it's 3am and I can't sleep 😴 the city is humming and my phone is at 4% 🔋", "It's 3am and I Can't Sleep"),
        ("深夜的便利店里坐着的那个每天都来买一份关东煮却从来不说话的女孩", "从来不说话的女孩"),
        ("窗外的雨下了一整夜把院子里刚开的桂花都打落在青石板上", "窗外的雨下了一整夜"),
        ("写一首关于小时候夏天傍晚在外婆家院子里听蝉鸣看星星的歌", "小时候夏天傍晚"),
        ("凌晨四点的菜市场里卖豆腐的老夫妻一边吵架一边给客人多装了半块豆腐", "凌晨四点的菜市场里"),
    ],
)  # fmt: skip
def test_a_long_clause_is_cut_where_a_phrase_ends(request_text: str, title: str) -> None:
    assert title_of(request_text) == title


@pytest.mark.parametrize(
    ("request_text", "title"),
    [
        ("Hi! Could you make me a song about my garden?", "My Garden"),
        ("please compose an uplifting orchestral piece for the opening of our library, which burned down",
         "The Opening of Our Library"),
        ("I would like a really sad song because my dog died", "My Dog Died"),
        ("write me a song", "A Song"),
        ("a lullaby for Iris, in 3/4, about 90 bpm", "A Lullaby for Iris"),
        ('Make me a song titled "Paper Boats" about my kids', "Paper Boats"),
        ("TITLE: Midnight Train\nMOOD: melancholic", "Midnight Train"),
        ("歌名叫《慢船》，写一个水手三十年没有回家的故事", "慢船"),
        ("我想要一首歌，献给护士们", "献给护士们"),
        ("你好，我想要一首摇滚风格的歌，讲述一个青年去北京的经历", "一个青年去北京的经历"),
        ("为我们公司成立二十周年写一首激昂的进行曲", "为我们公司成立二十周年"),
        ("晚上请写一首关于大海的歌", "大海"),
        ("我们走过一段路", "我们走过一段路"),
        ("快板，D小调，3/4拍，愤怒的暴风雨", "愤怒的暴风雨"),
        ("allegro, a boat race", "A Boat Race"),
        ("“床前明月光，疑是地上霜”", "床前明月光"),
        ("3,000 miles from home", "3,000 Miles from Home"),
        ("the 7:45 from Brighton", "The 7:45 from Brighton"),
        ("Dr. Hoffmann's clock shop", "Dr. Hoffmann's Clock Shop"),
        ("- walking\n- the dog", "Walking the Dog"),
        ("To be or not to be, that is the question", "To Be or Not to Be"),
    ],
)  # fmt: skip
def test_what_asks_and_greets_and_counts_is_no_title(request_text: str, title: str) -> None:
    assert title_of(request_text) == title


_TELLING = ("rain", "station", "window", "grandmother", "letters", "harbour", "bicycle", "violin", "lanterns")
_SMALL = ("the", "a", "of", "and", "my", "in", "with", "on", "which", "is", "to", "for", "every", "but")


@given(st.lists(st.sampled_from([*_TELLING, *_SMALL]), min_size=15, max_size=80))
def test_a_title_that_was_cut_ends_with_a_word_that_says_something(words: list[str]) -> None:
    title = title_of(" ".join(["rain", *words])).lower().split()
    assert title == ["rain", *words][: len(title)]
    assert len(title) == len(words) + 1 or title[-1] in _TELLING


@given(st.text(min_size=1, max_size=300))
def test_titles_are_short_and_printable_and_never_lost(request_text: str) -> None:
    title = title_of(request_text)
    assert len(title) <= MAX_CHARACTERS
    assert title.isprintable()
    assert title or not any(c.isprintable() and not c.isspace() for c in request_text)


def test_the_chorus_of_a_long_request_sings_whole_words_of_its_title() -> None:
    for request_text, sung in (
        (
            "I keep one photograph of you on the wall and another on the shelf by the window",
            "I Keep One Photograph of You",
        ),
        ("深夜的便利店里坐着的那个每天都来买一份关东煮却从来不说话的女孩", "从来不说话的女孩"),
        ("To be or not to be, that is the question", "To Be or Not to Be"),
        ("你好，我想要一首摇滚风格的歌，讲述一个小镇青年去北京的经历", "摇滚风格"),
        ("Dr. Hoffmann's clock shop", "Dr Hoffmann's Clock Shop"),
        ('a song called "Midnight Train", about leaving', "Midnight Train"),
    ):
        assert theme_of(mood_of(request_text), request_text).title == sung


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
