"""Finished songs sound as bright and as restless as they were asked to, as a judge hears them by their notes."""

from itertools import pairwise

import numpy as np
import pytest

from aoede.compose import fill
from aoede.mood.request import Mood
from aoede.mood.wishes import Wishes
from aoede.music.judge import judged
from aoede.music.means import MODE_SPANS, MODES_BY_VALENCE
from aoede.music.plan import Plan, plan_for
from aoede.music.theory import MODES
from aoede.sketches import Sketch

STEPS = (-0.9, -0.3, 0.3, 0.9)


def a_plan(valence: float, arousal: float, seed: int = 1) -> Plan:
    return plan_for(Mood(valence, arousal, (), "en", {}, 0.0, 0.0, 1.0), Wishes(bars=16), seed=seed)


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    """(valences, arousals, 2) what the judge hears of a song of each mood."""
    found = np.zeros((len(STEPS), len(STEPS), 2))
    for i, valence in enumerate(STEPS):
        for j, arousal in enumerate(STEPS):
            mood, plan = Mood(valence, arousal, (), "en", {}, 0.0, 0.0, 1.0), a_plan(valence, arousal)
            heard = judged(fill(Sketch("a song", 1, {}, mood, Wishes(bars=16), plan, lyrics="")))
            found[i, j] = heard.valence, heard.arousal
    return found


def test_brighter_asked_is_brighter_measured(answers: np.ndarray) -> None:
    means = answers[:, :, 0].mean(axis=1)
    assert means[0] < means[2] < means[3]
    assert means[1] < means[2] - 0.4


def test_more_restless_asked_is_more_restless_measured(answers: np.ndarray) -> None:
    assert (np.diff(answers[:, :, 1].mean(axis=0)) > 0.1).all()


def test_each_axis_is_heard_more_of_itself_than_of_the_other(answers: np.ndarray) -> None:
    for axis in (0, 1):
        by_axis = [np.ptp(answers[:, :, axis].mean(axis=1 - which)) for which in (0, 1)]
        assert by_axis[axis] > 2 * by_axis[1 - axis]


@pytest.mark.parametrize("arousal", [-0.8, 0.0, 0.8])
def test_bright_plans_play_higher_and_lighter_and_tell_their_key(arousal: float) -> None:
    plans = [a_plan(valence, arousal) for valence in STEPS]
    for a, b in pairwise(plans):
        assert a.register < b.register
        assert a.articulation > b.articulation or b.articulation == 0.5
        assert a.legato >= b.legato
        assert a.surprise >= b.surprise
        assert a.clarity <= b.clarity


def test_modes_darken_with_the_valence_and_each_may_have_its_modes() -> None:
    brightness = [sum(w * sum(MODES[m]) for m, w in modes.items()) for _, modes in MODES_BY_VALENCE]
    assert brightness == sorted(brightness, reverse=True)
    assert MODE_SPANS.keys() == MODES.keys()
    assert [least for least, _ in MODES_BY_VALENCE] == sorted(
        (least for least, _ in MODES_BY_VALENCE), reverse=True
    )
    assert all(abs(sum(modes.values()) - 1) < 1e-9 for _, modes in MODES_BY_VALENCE)
