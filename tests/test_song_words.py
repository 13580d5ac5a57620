"""The words of songs: they fit their phrases, return with the chorus, rhyme, and are about the request."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.mood.request import mood_of
from aoede.music.given_lyrics import onto
from aoede.music.prosody import SungLine, phrases_of
from aoede.song import Meter, Note
from aoede.words.rhyme import rhymes
from aoede.words.song_words import SungSection, phrases_with_rhymes, scheme_for, words_for
from aoede.words.subject import subject_of
from aoede.words.syllables import syllables_of
from aoede.words.theme import Theme, theme_of
from aoede.words.title_lines import calls

FOUR, THREE = Meter(0, 4, 4), Meter(0, 3, 4)
REQUESTS = {"en": "a song that expresses hope and wonder", "zh": "一首表达希望和奇迹的歌"}


def theme(language: str) -> Theme:
    return theme_of(mood_of(REQUESTS[language]), REQUESTS[language])


def tune(steps: Sequence[int], meter: Meter, bars: int) -> tuple[Note, ...]:
    """Notes with these steps between them, in sixteenths, as far as the bars go."""
    notes, at = [], 0
    for i, step in enumerate(steps):
        if at + 120 * step > bars * meter.bar_ticks:
            break
        notes.append(Note(at, 60 + i * i % 7, 120 * step, 80))
        at += 120 * step
    return tuple(notes)


TUNES = st.lists(st.integers(1, 16), min_size=1, max_size=40)


@given(st.lists(TUNES, min_size=1, max_size=4), st.sampled_from(("en", "zh")), st.sampled_from((FOUR, THREE)),
       st.booleans(), st.integers(0, 99))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_no_line_is_longer_than_any_return_of_its_phrase_can_hold(
    tunes: list[list[int]], language: str, meter: Meter, keeps_notes: bool, seed: int
) -> None:
    bars = 8
    melodies = [notes for steps in tunes if (notes := tune(steps, meter, bars))]
    sections = []
    for i, notes in enumerate(melodies):
        phrases = phrases_of(notes, meter, bars)
        if keeps_notes:
            phrases = [SungLine(p.notes, p.meter, limit=len(p.notes)) for p in phrases]
        name = "verse" if i == 0 and len(melodies) > 2 else "chorus"
        sections.append(SungSection(name, tuple(phrases), name))
    words = words_for(theme(language), sections, seed=seed)
    for section, lines, notes in zip(sections, words, melodies, strict=True):
        assert len(lines) == len(section.phrases)
        made, syllables = onto(notes, meter, bars, lines, keeps_notes=keeps_notes)
        assert len(syllables) == sum(len(syllables_of(line)) for line in lines)
        assert made == notes if keeps_notes else len(made) == len(syllables)
    choruses = [lines for section, lines in zip(sections, words, strict=True) if section.name == "chorus"]
    for lines in choruses[1:]:
        n = min(len(lines), len(choruses[0]))
        assert lines[:n] == choruses[0][:n]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lines_that_should_rhyme_do_and_the_chorus_sings_the_title(language: str) -> None:
    n = {"en": 8, "zh": 6}[language]
    line = [tuple(Note(1920 * 2 * i + 240 * k, 60 + k, 240, 80) for k in range(n)) for i in range(4)]
    sections = [
        SungSection(name, tuple(SungLine(notes) for notes in line), f"{name} {i}")
        for i, name in enumerate(("verse", "verse", "bridge"))
    ] + [SungSection("chorus", tuple(SungLine(notes) for notes in line), "chorus")]
    words = words_for(theme(language), sections, seed=3)
    for section, lines in zip(sections, words, strict=True):
        due = [
            (lines[phrase.rhymes_with], text)
            for phrase, text in zip(phrases_with_rhymes(section, sections, 3), lines, strict=True)
            if phrase.rhymes_with is not None
        ]
        assert due
        assert all(rhymes(*pair) for pair in due)
    assert any(theme(language).title in text for text in words[-1])
    every = [text for lines in words for text in lines]
    assert len(set(every)) == len(every)


def test_a_scheme_has_a_sign_for_each_line_and_no_line_is_left_alone() -> None:
    for name in ("verse", "chorus", "bridge", "pre-chorus"):
        for n in range(1, 14):
            scheme = scheme_for(SungSection(name, (), name), n, seed=n)
            assert len(scheme) == n
            assert all(sign == "X" or scheme.count(sign) > 1 for sign in scheme)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_is_a_call_for_one_note(language: str) -> None:
    for n in (1, 2, 3):
        assert all(len(syllables_of(call)) == n for call in calls(language, n))


@pytest.mark.parametrize(
    ("request_", "subject"),
    [
        ("grief, for cello and piano, adagio", "grief"),
        ("old photographs in a shoebox", "old photographs in a shoebox"),
        ("a quiet song in A, about rain", "a quiet song, about rain"),
        ("falling leaves in e flat minor", "falling leaves"),
        ("in 3/4, D minor, about the sea, for piano and cello", "about the sea"),
        ("wild horses on the plain, 150 bpm", "wild horses on the plain"),
        ("a song about my old guitar", "a song about my old guitar"),
        ("D小调，悲伤的大提琴", "悲伤"),
        ("关于大提琴的歌", "大提琴的歌"),
        ("爷爷的旧吉他", "爷爷的旧吉他"),
        ("用钢琴演奏的离别", "离别"),
        ("一首24小节的圆舞曲", ""),
        ("the sound of bells", "the sound of bells"),
    ],
)
def test_what_says_how_it_sounds_is_no_subject(request_: str, subject: str) -> None:
    assert subject_of(request_) == subject


@pytest.mark.parametrize(
    ("request_", "title", "not_sung_of"),
    [
        ("sorrow, for piano and cello, 70 bpm", "Sorrow", ("piano", "cello")),
        ("悲伤的大提琴", "悲伤", ("大提琴", "琴声")),
        ("sixteen bars of pure joy", "Pure Joy", ("bars",)),
        ("快板，赛龙舟", "赛龙舟", ("快板",)),
    ],
)
def test_instruments_and_bars_are_no_theme(request_: str, title: str, not_sung_of: tuple[str, ...]) -> None:
    found = theme_of(mood_of(request_), request_)
    assert found.title == title
    assert not set(not_sung_of) & ({*found.keywords} | {*found.weights})


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_request_has_a_title_that_can_be_sung(text: str) -> None:
    if text.strip():
        found = theme_of(mood_of(text), text)
        assert 1 <= len(syllables_of(found.title)) <= 10
