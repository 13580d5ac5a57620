from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.errors import UsageError
from aoede.mood.feelings import FEELINGS
from aoede.mood.request import Mood
from aoede.mood.wishes import Wishes
from aoede.music.means import MEANS
from aoede.music.plan import MAX_BARS, phrase_lengths, plan_for
from aoede.music.theory import MODES

NO_WISHES = Wishes(tonic=None, mode=None, tempo_bpm=None, tempo_range_bpm=None, meter=None, bars=None)


def mood(valence: float, arousal: float, **feelings: float) -> Mood:
    return Mood(
        valence=valence, arousal=arousal, keywords=(), language="en", feelings=feelings,
        valence_sd=0.1, arousal_sd=0.1, coverage=1.0,
    )  # fmt: skip


@given(
    bars=st.integers(1, MAX_BARS),
    valence=st.floats(-1, 1),
    arousal=st.floats(-1, 1),
    seed=st.integers(0, 2**63 - 1),
)
def test_every_plan_has_exactly_the_bars_asked_for(
    bars: int, valence: float, arousal: float, seed: int
) -> None:
    plan = plan_for(mood(valence, arousal), replace(NO_WISHES, bars=bars), seed=seed)
    assert plan.bars == bars
    assert all(section.bars >= 1 for section in plan.sections)


@given(st.integers(1, 60))
def test_phrases_fill_their_section(bars: int) -> None:
    assert sum(phrase_lengths(bars)) == bars
    assert bars == 1 or min(phrase_lengths(bars)) >= 2


def test_what_was_stated_is_obeyed_exactly() -> None:
    wishes = replace(NO_WISHES, tonic="F#", mode="dorian", tempo_bpm=71.5, meter=(7, 8), bars=13)
    for seed in range(20):
        plan = plan_for(mood(0.9, 0.9, joy=1.0), wishes, seed=seed)
        assert (plan.key.tonic, plan.key.mode, plan.tempo_bpm, plan.bars) == ("F#", "dorian", 71.5, 13)
        assert (plan.meter.numerator, plan.meter.denominator) == (7, 8)


def test_a_tempo_range_is_kept() -> None:
    for seed in range(20):
        plan = plan_for(mood(0.0, 0.9), replace(NO_WISHES, tempo_range_bpm=(50, 70)), seed=seed)
        assert 50 <= plan.tempo_bpm <= 70


@pytest.mark.parametrize("span", [(200, 240), (40, 46), (190, 200)])
def test_a_tempo_range_beyond_what_moods_ask_for_is_kept_too(span: tuple[float, float]) -> None:
    for arousal in (-0.8, 0.8):
        plan = plan_for(mood(0.0, arousal), replace(NO_WISHES, tempo_range_bpm=span), seed=1)
        assert span[0] <= plan.tempo_bpm <= span[1]


@pytest.mark.parametrize(
    ("wish", "message"),
    [({"bars": 0}, "bars must be between 1 and 512"), ({"bars": 513}, "bars must be between"),
     ({"tempo_bpm": 5000.0}, "tempo in bpm must be between 20 and 300"), ({"tempo_bpm": float("nan")}, "tempo"),
     ({"meter": (1, 64)}, "1/64 is not a meter")],
)  # fmt: skip
def test_what_no_song_can_obey_is_refused(wish: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_for(mood(0, 0), replace(NO_WISHES, **wish), seed=1)


def test_bright_moods_get_a_major_third_and_dark_ones_a_minor_third() -> None:
    for seed in range(30):
        for feelings in ({}, {"hope": 0.5}, {"grief": 0.5}):
            assert not plan_for(mood(0.6, 0.0, **feelings), NO_WISHES, seed=seed).key.is_minor
            assert plan_for(mood(-0.6, 0.0, **feelings), NO_WISHES, seed=seed).key.is_minor


def test_arousal_raises_tempo_times_density_at_any_valence() -> None:
    for valence in (-0.7, 0.0, 0.7):
        pace = [
            sum(
                p.tempo_bpm * p.density
                for p in (plan_for(mood(valence, a), NO_WISHES, seed=s) for s in range(20))
            )
            for a in (-0.8, -0.3, 0.3, 0.8)
        ]
        assert pace == sorted(pace)
        assert pace[-1] > 3 * pace[0]


def test_every_named_feeling_has_its_musical_means() -> None:
    assert set(MEANS) == {feeling if isinstance(feeling, str) else feeling.id for feeling in FEELINGS}
    assert {mode for means in MEANS.values() for mode in means.modes} <= set(MODES)


def test_hope_climbs_and_swells() -> None:
    plan = plan_for(mood(0.6, 0.1, hope=1.0), replace(NO_WISHES, bars=40), seed=3)
    choruses = [section for section in plan.sections if section.name == "chorus"]
    assert choruses[-1].lift > choruses[0].lift
    assert choruses[-1].velocity > choruses[0].velocity


def test_another_seed_gives_another_plan_and_the_same_seed_the_same() -> None:
    plans = [plan_for(mood(0.3, 0.2), NO_WISHES, seed=seed) for seed in range(10)]
    assert len({(plan.key, plan.tempo_bpm) for plan in plans}) >= 8
    assert plans[4] == plan_for(mood(0.3, 0.2), NO_WISHES, seed=4)


def test_keys_of_few_signs_come_oftener_and_every_key_may_come() -> None:
    keys = [plan_for(mood(0.2, 0.0), NO_WISHES, seed=seed).key for seed in range(400)]
    signs = [abs(key.signature.sharps) for key in keys]
    assert sum(n <= 3 for n in signs) > 2 * sum(n > 3 for n in signs)
    assert len({key.tonic_pc for key in keys}) == 12
