import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.errors import UsageError
from aoede.music.form import FORMS, SECTIONS, form_for, form_of, parse_form
from aoede.music.given_chords import parse_chords
from aoede.music.instruments import DRUMS, INSTRUMENTS, cast, of_program, parse_instruments
from aoede.music.styles import STYLES, STYLES_BY_FEELING, parse_style


@given(
    names=st.lists(st.sampled_from(list(SECTIONS)), min_size=1, max_size=20),
    bars=st.integers(1, 512),
)
def test_a_form_asked_for_has_exactly_the_bars_asked_for(names: list[str], bars: int) -> None:
    asked = parse_form(" ".join(names))
    if bars < len(names):
        with pytest.raises(UsageError, match=f"{bars} bars do not fit"):
            form_of(asked, bars)
        return
    form = form_of(asked, bars)
    assert [name for name, _ in form] == names
    assert sum(n for _, n in form) == bars
    assert min(n for _, n in form) >= 1


def test_stated_lengths_of_sections_are_kept() -> None:
    assert form_of(parse_form("intro:2 verse chorus:16 outro"), 40) == (
        ("intro", 2), ("verse", 12), ("chorus", 16), ("outro", 10),
    )  # fmt: skip
    with pytest.raises(UsageError, match="need exactly 8"):
        form_of(parse_form("verse:4 chorus:4"), 9)


def test_forms_are_read_in_both_languages_and_however_they_are_joined() -> None:
    assert parse_form("前奏，主歌：16、副歌") == (("intro", None), ("verse", 16), ("chorus", None))
    assert parse_form("Intro -> Verse1 -> pre-chorus -> Chorus") == tuple(
        (name, None) for name in ("intro", "verse", "pre-chorus", "chorus")
    )


@pytest.mark.parametrize("text", ["intro vers", "verse:0", "", "x" * 3000, "verse " * 65])
def test_what_is_no_form_is_refused_with_what_would_work(text: str) -> None:
    with pytest.raises(UsageError, match="--form") as caught:
        parse_form(text)
    assert "verse" in str(caught.value.hint)


@given(kind=st.sampled_from(list(FORMS)), bar_s=st.floats(0.8, 5), wanted_s=st.floats(105, 150))
def test_a_song_of_no_stated_length_takes_one_and_a_half_to_about_three_minutes(
    kind: str, bar_s: float, wanted_s: float
) -> None:
    assert 90 <= sum(n for _, n in form_for(kind, bar_s, None, wanted_s)) * bar_s <= 172


def test_chords_are_played_as_they_are_given() -> None:
    given_chords = parse_chords("verse: C | Am F | G7; chorus: F/A")
    assert [(c.start_ticks, c.end_ticks, c.chord.symbol()) for c in given_chords.over("verse", 4, 1920)] == [
        (0, 1920, "C"), (1920, 2880, "Am"), (2880, 3840, "F"), (3840, 5760, "G7"), (5760, 7680, "C"),
    ]  # fmt: skip
    assert [c.chord.symbol() for c in given_chords.over("chorus", 2, 1440)] == ["F/A", "F/A"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C Am F G", "C major"),
        ("Am F C G", "A minor"),
        ("Dm Gm A7 Dm", "D minor"),
        ("Cmaj7 A7 Dm7 G7", "C major"),
    ],
)
def test_given_chords_tell_their_key(text: str, key: str) -> None:
    assert str(parse_chords(text).key()) == key


@pytest.mark.parametrize(
    ("text", "told"), [("C xyz", "'xyz' in bar 2"), ("| C | | G |", "bar 2 is empty"), (" ; ", "no chord")]
)
def test_what_is_no_chord_is_named_with_its_bar(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_chords(text)


@given(st.lists(st.sampled_from(list(INSTRUMENTS)), min_size=1, max_size=6, unique=True))
def test_a_band_has_the_instruments_asked_for_and_no_others(names: list[str]) -> None:
    try:
        roles = cast(names)
    except UsageError:
        return
    assert {of_program(program).name for program in roles.values()} == set(names)
    assert all(role in of_program(program).roles for role, program in roles.items())
    assert "melody" in roles


def test_everybody_plays_what_suits_them() -> None:
    def band(text: str) -> dict[str, str]:
        return {role: of_program(program).name for role, program in cast(parse_instruments(text)).items()}

    assert band("钢琴和大提琴") == {"melody": "cello", "chords": "piano", "bass": "piano"}
    assert band("guitar, bass & drums") == {
        "melody": "guitar", "chords": "guitar", "bass": "bass", "drums": "drums",
    }  # fmt: skip
    assert cast(["piano", "drums"])["drums"] == DRUMS
    with pytest.raises(UsageError, match="drums alone"):
        cast(["drums"])
    with pytest.raises(UsageError, match="Did you mean 'violin'"):
        parse_instruments("voilin")


def test_styles_are_known_in_both_languages() -> None:
    assert [parse_style(name) for name in ("Waltz", "圆舞曲", "摇滚", "cradle  song")] == [
        "waltz", "waltz", "rock", "lullaby",
    ]  # fmt: skip
    assert {style for styles in STYLES_BY_FEELING.values() for style in styles} <= set(STYLES)
    with pytest.raises(UsageError, match="Did you mean 'waltz'"):
        parse_style("walts")
