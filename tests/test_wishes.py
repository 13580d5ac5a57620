"""What a request states outright is read literally, and nothing else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.mood.manner_wishes import Manner
from aoede.mood.request import MAX_CHARACTERS
from aoede.mood.wishes import Wishes, wishes_of
from aoede.words.subject import subject_of
from aoede.words.title import title_of

KEYS = {
    "a sad song in D minor": ("D", "minor"),
    "in F# major please": ("F#", "major"),
    "a hymn in E flat major": ("Eb", "major"),
    "something in B-flat minor": ("Bb", "minor"),
    "a tune in the key of G": ("G", None),
    "key of C sharp minor": ("C#", "minor"),
    "in Am, slow": ("A", "minor"),
    "a ballad in A minor": ("A", "minor"),
    "a song in a minor": ("A", "minor"),
    "in d minor": ("D", "minor"),
    "a jig in G, fast": ("G", None),
    "in D dorian": ("D", "dorian"),
    "E phrygian, mysterious": ("E", "phrygian"),
    "in a minor key": (None, "minor"),
    "lydian mode, full of wonder": (None, "lydian"),
    "in A harmonic minor": ("A", "harmonic minor"),
    "in E aeolian": ("E", "minor"),
    "D小调的歌": ("D", "minor"),
    "降B大调，欢快": ("Bb", "major"),
    "升f小调": ("F#", "minor"),
    "C大调圆舞曲": ("C", "major"),
    "用小调写一首歌": (None, "minor"),
    "a和声小调": ("A", "harmonic minor"),
    "D多利亚调式": ("D", "dorian"),
    "Ｇ大調": ("G", "major"),
    "bE大调": ("Eb", "major"),
    "a Dorian folk song": (None, "dorian"),
    "A Mixolydian reel with fiddle": (None, "mixolydian"),
    "a phrygian rock song": (None, "phrygian"),
    "a song in natural minor": (None, "minor"),
    "harmonic-minor tango": (None, "harmonic minor"),
    "in F sharp minor about rain": ("F#", "minor"),
    "多利亚": (None, "dorian"),
    "混合利底亚的舞曲": (None, "mixolydian"),
    "升F小调": ("F#", "minor"),
    "D 小调": ("D", "minor"),
    "G调": ("G", None),
}
NO_KEYS = (
    "a major change in my life",
    "A major change is coming",
    "C you later",
    "minor details of love",
    "a song in a minor mood",
    "not in D minor",
    "vitamin C for the soul",
    "a major problem",
    "Dorian Gray looks in the mirror",
    "不要D小调",
    "一首江南小调",
    "plan B failed",
    "I got an A in maths",
    "in minor trouble",
    "major league baseball",
    "小调皮的孩子",
    "大调整",
    "A计划",
)
TEMPOS = {
    "slow, 70 bpm": 70.0,
    "at 128BPM": 128.0,
    "♩=96": 96.0,
    "♩ = 60, quiet": 60.0,
    "90 beats per minute": 90.0,
    "tempo 84": 84.0,
    "每分钟90拍": 90.0,
    "每分钟九十拍": 90.0,
    "每分钟一百二十拍": 120.0,
    "速度72": 72.0,
    "120拍": 120.0,
    "第64拍": None,
    "around 100 bpm": 100.0,
    "I walked 70 miles": None,
    "not 70 bpm": None,
    "summer of 69": None,
}
TEMPO_WORDS = {
    "a slow song": (50.0, 76.0),
    "andante, in 3/4": (76.0, 108.0),
    "Allegro con brio": (120.0, 156.0),
    "fast and furious": (126.0, 170.0),
    "mid-tempo ballad": (90.0, 115.0),
    "一首快板": (120.0, 156.0),
    "慢板的歌": (45.0, 60.0),
    "小快板": (112.0, 120.0),
    "中速": (90.0, 115.0),
    "节奏快的歌": (126.0, 170.0),
    "between 70 and 90 bpm": (70.0, 90.0),
    "快乐的歌": None,
    "慢慢长大": None,
    "fast asleep": None,
    "breakfast in bed": None,
    "fast food": None,
    "not too fast": None,
    "时间很快过去": None,
    "slow down, my heart": None,
    "moderately fast": (112.0, 138.0),
    "a quick tune": (112.0, 138.0),
    "the quick brown fox": None,
    "fast cars": None,
    "not too fast, not too slow": (90.0, 115.0),
    "不快不慢": (90.0, 115.0),
    "稍慢": (70.0, 92.0),
    "轻快的曲子": (112.0, 138.0),
    "很慢的歌": (50.0, 76.0),
    "欢快的歌": None,
}
METERS = {
    "a waltz": (3, 4),
    "in 3/4": (3, 4),
    "6/8 lullaby": (6, 8),
    "in five-four time": (5, 4),
    "7/8 dance": (7, 8),
    "a polka": (2, 4),
    "圆舞曲": (3, 4),
    "華爾茲": (3, 4),
    "三拍子的歌": (3, 4),
    "四三拍": (3, 4),
    "八六拍": (6, 8),
    "3/4拍": (3, 4),
    "not a waltz": None,
    "不要圆舞曲": None,
    "3/4 of my heart": None,
    "on 3/4/2024": None,
    "24/7": None,
    "1/2 a year": None,
    "waltz time": (3, 4),
    "three-quarter time": (3, 4),
    "in six-eight": (6, 8),
    "四分之三拍": (3, 4),
    "六八拍": (6, 8),
    "五四拍": (5, 4),
    "二四拍": (2, 4),
    "十二八拍": (12, 8),
    "五八拍档": None,
    "four eight-year-old children": None,
    "three four-leaf clovers": None,
}
BARS = {
    "16 bars of hope": 16,
    "16 bars": 16,
    "a 12-bar blues": 12,
    "thirty-two bars": 32,
    "24 measures of music": 24,
    "32小节": 32,
    "十六小节": 16,
    "三十二个小节": 32,
    "8小節": 8,
    "bars: 20": 20,
    "共24小节": 24,
    "forty-eight measures": 48,
    "two bars of chocolate": None,
    "behind bars": None,
}


@pytest.mark.parametrize(("request_text", "key"), KEYS.items())
def test_a_stated_key_is_read(request_text: str, key: tuple[str | None, str | None]) -> None:
    wishes = wishes_of(request_text)
    assert (wishes.tonic, wishes.mode) == key


@pytest.mark.parametrize("request_text", NO_KEYS)
def test_letters_and_majors_in_plain_speech_are_no_keys(request_text: str) -> None:
    wishes = wishes_of(request_text)
    assert (wishes.tonic, wishes.mode) == (None, None)


@pytest.mark.parametrize(("request_text", "tempo_bpm"), TEMPOS.items())
def test_a_stated_tempo_is_read(request_text: str, tempo_bpm: float | None) -> None:
    assert wishes_of(request_text).tempo_bpm == tempo_bpm


@pytest.mark.parametrize(("request_text", "span"), TEMPO_WORDS.items())
def test_tempo_words_give_a_range(request_text: str, span: tuple[float, float] | None) -> None:
    assert wishes_of(request_text).tempo_range_bpm == span


@pytest.mark.parametrize(("request_text", "meter"), METERS.items())
def test_a_stated_meter_is_read(request_text: str, meter: tuple[int, int] | None) -> None:
    assert wishes_of(request_text).meter == meter


@pytest.mark.parametrize(("request_text", "bars"), BARS.items())
def test_a_stated_length_is_read(request_text: str, bars: int | None) -> None:
    assert wishes_of(request_text).bars == bars


def test_several_wishes_are_read_together() -> None:
    assert wishes_of("a slow waltz in D minor, 16 bars at 70 bpm") == Wishes(
        "D", "minor", 70.0, (50.0, 76.0), (3, 4), 16, Manner("waltz")
    )
    assert wishes_of("写一首降B大调的圆舞曲，慢板，32小节，每分钟56拍") == Wishes(
        "Bb", "major", 56.0, (45.0, 60.0), (3, 4), 32, Manner("waltz")
    )


def test_a_request_without_wishes_has_none() -> None:
    assert wishes_of("a song that expresses hope and wonder") == Wishes()
    assert wishes_of("我想要一首表达希望和奇迹的歌") == Wishes()


@given(st.text(max_size=200))
def test_any_text_has_wishes(text: str) -> None:
    assert isinstance(wishes_of(text), Wishes)


@pytest.mark.parametrize(
    "part",
    ["a", "a ", "piano and ", "verse ", "钢琴", "1/", "for a ", "with some soft ", "in D ", "一把", " "],
)  # fmt: skip
def test_the_longest_requests_are_understood_at_once_whatever_they_repeat(part: str) -> None:
    request = part * (MAX_CHARACTERS // len(part))
    began = time.process_time()
    wishes_of(request)
    title_of(request)
    subject_of(request)
    assert time.process_time() - began < 3
