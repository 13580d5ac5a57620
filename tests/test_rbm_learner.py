"""Training an RBM: its examples, its update, its check, its state, and what it comes to on small data."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np
import pytest

from aoede.errors import ConfigError, InputError
from aoede.models.rbm import RBM, RECIPES, Config, Learner, Recipe
from aoede.models.rbm.partition import exact_log_likelihood, exact_log_partition, exact_samples
from aoede.models.rbm.phases import Sweeps
from aoede.models.rbm.windows import Windows
from aoede.randomness import stream

SMALL = Config(width=3, window_steps=2, n_hidden=4)


def rolls_of(rng, *lengths, width=3):
    return [(rng.random((n, width)) < 0.4).astype(np.uint8) for n in lengths]


def trained(config, recipe, rolls, n_steps, valid=(), seed=1):
    learner = Learner(config, recipe, rolls, valid, seed=seed)
    for step in range(n_steps):
        rng = stream(seed, "update", step)
        indices = rng.integers(0, learner.n_examples, recipe.batch_size)
        learner.update(indices, rng, step / n_steps)
    return learner


# Windows


def test_every_window_of_every_roll_is_an_example_the_first_included():
    rolls = rolls_of(stream(1, "windows"), 5, 2, 7)
    windows = Windows(SMALL, rolls)
    expected = [roll[i : i + 2].reshape(-1) for roll in rolls for i in range(len(roll) - 1)]
    np.testing.assert_array_equal(windows.gather(np.arange(len(windows))), expected)


def test_a_stride_leaves_windows_out_but_never_the_first():
    rolls = rolls_of(stream(1, "stride"), 8, 3, 2)
    windows = Windows(SMALL, rolls, stride_steps=3)
    expected = [rolls[0][i : i + 2].reshape(-1) for i in (0, 3, 6)]
    expected += [roll[:2].reshape(-1) for roll in rolls[1:]]
    np.testing.assert_array_equal(windows.gather(np.arange(len(windows))), expected)


def test_a_roll_that_is_too_short_is_filled_up_with_rests():
    windows = Windows(replace(SMALL, window_steps=4), rolls_of(stream(1, "short"), 1, 3))
    found = windows.gather(np.arange(2)).reshape(2, 4, 3)
    assert len(windows) == 2
    assert not found[0, 1:].any()
    assert not found[1, 3:].any()


def test_labels_stand_behind_the_windows_of_their_roll():
    config = replace(SMALL, n_labels=2)
    labels = np.array([[1, 0], [0, 1]], np.uint8)
    windows = Windows(config, rolls_of(stream(1, "labels"), 3, 4), labels)
    np.testing.assert_array_equal(windows.gather(np.arange(5))[:, 6:], labels[[0, 0, 1, 1, 1]])


def test_windows_to_look_at_are_spread_over_all_rolls():
    windows = Windows(SMALL, rolls_of(stream(1, "spread"), *[30] * 20))
    chosen = windows.spread(20)
    assert len(chosen) == 20
    assert len(np.unique(chosen // 29)) == 20
    assert len(windows.spread(10**6)) == len(windows)


def test_rolls_and_labels_that_do_not_fit_are_refused():
    good = rolls_of(stream(1, "fit"), 4, 4)
    with pytest.raises(InputError, match="rows of 3 bits"):
        Windows(SMALL, [good[0][:, :2]])
    with pytest.raises(InputError, match="rows of 3 bits"):
        Windows(SMALL, [good[0] * 2])
    with pytest.raises(InputError, match="rows of 3 bits"):
        Windows(SMALL, [good[0].astype(float)])
    with pytest.raises(InputError, match="1 bits for each of 2 rolls"):
        Windows(replace(SMALL, n_labels=1), good)
    with pytest.raises(InputError, match="1 bits for each of 2 rolls"):
        Windows(replace(SMALL, n_labels=1), good, np.ones((3, 1), np.uint8))


# Recipes


def test_unknown_and_impossible_settings_are_refused():
    with pytest.raises(ConfigError, match="unknown setting 'learning_speed'"):
        Recipe.from_mapping({"learning_speed": 0.1})
    for name, wrong in {
        "batch_size": 0,
        "k": 1.5,
        "momentum": 1.0,
        "persistent": 1,
        "weight_sd": -0.1,
        "n_epochs": True,
        "learning_rate": float("nan"),
    }.items():
        with pytest.raises(ConfigError, match=name):
            Recipe.from_mapping({name: wrong})
    with pytest.raises(ConfigError, match="first_k"):
        Recipe(first_k=5, k=2)


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_survive_being_stored(name):
    recipe = RECIPES[name].recipe
    assert Recipe.from_mapping(asdict(recipe)) == recipe


def test_schedules_go_from_their_beginning_to_their_end():
    recipe = Recipe(learning_rate=0.2, final_rate=0.1, first_k=1, k=9, first_momentum=0.5, momentum=0.9)
    assert [recipe.rate_at(x) for x in (0, 0.5, 1)] == pytest.approx([0.2, 0.11, 0.02])
    assert [recipe.k_at(x) for x in (0, 0.5, 1)] == [1, 5, 9]
    assert [recipe.momentum_at(x) for x in (0, 0.05, 0.1, 1)] == pytest.approx([0.5, 0.7, 0.9, 0.9])


def test_the_tutorial_recipe_is_that_of_the_tutorials():
    preset = RECIPES["tutorial"]
    learner = Learner(Config(156, 15, 50), preset.recipe, rolls_of(stream(1, "t"), 400, width=156), [])
    weights = learner.tensors()["weights"]
    assert abs(weights.mean()) < 1e-3
    assert weights.std() == pytest.approx(0.01, rel=0.02)
    assert (preset.window_steps, preset.n_hidden, preset.recipe.batch_size) == (15, 50, 100)
    assert (preset.recipe.k, preset.recipe.learning_rate, preset.recipe.n_epochs) == (1, 0.005, 200)


# The update


def test_an_update_of_cd_is_one_step_along_the_difference_of_two_phases():
    recipe = replace(RECIPES["tutorial"].recipe, k=3, first_k=3)
    learner = Learner(SMALL, recipe, rolls_of(stream(1, "cd"), 30), [])
    expected = learner.model.matrix.copy()
    v = Windows(SMALL, rolls_of(stream(1, "cd"), 30)).gather(np.arange(10))
    sweeps, rng = Sweeps(learner.model.matrix.copy()), stream(1, "draws")
    positive = negative = sweeps.phase(v)
    for _ in range(3):
        negative = sweeps.after(negative, rng)
    positive.add_mean(expected, recipe.learning_rate)
    negative.add_mean(expected, -recipe.learning_rate)
    learner.update(np.arange(10), stream(1, "draws"), 0.0)
    np.testing.assert_allclose(learner.model.matrix, expected, rtol=0, atol=1e-7)


def test_persistent_chains_go_on_where_they_were():
    recipe = Recipe(k=1, n_chains=50, learning_rate=0.0)
    learner = Learner(SMALL, recipe, rolls_of(stream(1, "pcd"), 30), [])
    sweeps, rng = Sweeps(learner.model.matrix), stream(1, "draws")
    chains = sweeps.phase(learner.model.particles)
    for _ in range(4):
        chains = sweeps.after(chains, rng)
    rng = stream(1, "draws")
    for _ in range(4):
        learner.update(np.arange(10), rng, 0.0)
    np.testing.assert_array_equal(learner.model.particles, chains.visible.bits())


def test_the_centred_gradient_is_that_of_centred_units():
    learner = Learner(SMALL, Recipe(), rolls_of(stream(1, "centre"), 60), [])
    rng = stream(1, "phases")
    sweeps = Sweeps(rng.normal(0, 1, (7, 5)).astype(np.float32))
    data, model = (sweeps.phase((rng.random((20, 6)) < p).astype(np.uint8)) for p in (0.3, 0.6))
    gradient = np.zeros((7, 5), np.float32)
    data.add_mean(gradient, 1.0)
    model.add_mean(gradient, -1.0)
    learner._centre(gradient, data)
    mu, offset = learner.state()["visible_offset"], learner.state()["hidden_offset"]

    def moments(phase):
        v, h = phase.visible.bits().astype(float), phase.p[:, :-1].astype(float)
        return (v - mu).T @ (h - offset) / 20, v.mean(axis=0), h.mean(axis=0)

    dw, db, dc = (a - b for a, b in zip(moments(data), moments(model), strict=True))
    np.testing.assert_allclose(gradient[:-1, :-1], dw, rtol=0, atol=1e-6)
    np.testing.assert_allclose(gradient[:-1, -1], db - dw @ offset, rtol=0, atol=1e-6)
    np.testing.assert_allclose(gradient[-1, :-1], dc - mu @ dw, rtol=0, atol=1e-6)


def test_weight_decay_draws_weights_and_nothing_else_towards_zero():
    recipe = Recipe(weight_decay=0.5, learning_rate=0.1, weight_sd=1.0, centred=False, first_momentum=0.0)
    one, other = (
        Learner(SMALL, replace(recipe, weight_decay=decay), rolls_of(stream(1, "decay"), 30), [])
        for decay in (0.5, 0.0)
    )
    before = one.tensors()["weights"]
    for learner in (one, other):
        learner.update(np.arange(10), stream(1, "draws"), 0.0)
    found, plain = one.tensors(), other.tensors()
    np.testing.assert_allclose(found["weights"], plain["weights"] - 0.05 * before, atol=1e-6)
    np.testing.assert_array_equal(found["visible_bias"], plain["visible_bias"])
    np.testing.assert_array_equal(found["hidden_bias"], plain["hidden_bias"])


def test_a_shift_changes_what_is_learnt_and_where_biases_begin():
    learner = Learner(
        SMALL, Recipe(), rolls_of(stream(1, "shift"), 300), [], shift=lambda windows, _: windows & [0, 1, 1]
    )
    assert (learner.model.visible_bias[::3] < -5).all()
    assert (learner.model.visible_bias[1::3] > -1).all()
    measured = learner.update(np.arange(50), stream(1, "draws"), 0.0)
    silenced = Learner(SMALL, Recipe(), rolls_of(stream(1, "shift"), 300), [], shift=lambda w, _: w * 0)
    assert measured["data bits a step"] > 0
    assert silenced.update(np.arange(50), stream(1, "draws"), 0.0)["data bits a step"] == 0


def test_visible_biases_begin_at_the_log_odds_of_the_data():
    rolls = rolls_of(stream(1, "bias"), 50)
    means = Windows(SMALL, rolls).gather(np.arange(49)).mean(axis=0)
    learner = Learner(SMALL, Recipe(), rolls, [])
    smoothed = (means * 49 + 1) / 51
    np.testing.assert_allclose(1 / (1 + np.exp(-learner.model.visible_bias)), smoothed, rtol=1e-5)
    plain = Learner(SMALL, Recipe(bias_from_data=False), rolls, [])
    assert not plain.model.visible_bias.any()


def test_what_an_update_measures_is_what_its_batch_and_chains_have():
    learner = Learner(SMALL, Recipe(n_chains=40), rolls_of(stream(1, "measure"), 60), [])
    rows = np.arange(0, 50, 2)
    v = Windows(SMALL, rolls_of(stream(1, "measure"), 60)).gather(rows)
    measured = learner.update(rows, stream(1, "draws"), 0.0)
    assert measured["data bits a step"] == pytest.approx(v.sum() / len(v) / 2, rel=1e-5)
    chains = learner.model.particles
    assert measured["chain bits a step"] == pytest.approx(chains.sum() / 40 / 2, rel=1e-4)


def test_a_training_that_diverges_says_so_in_its_figures_alone():
    learner = Learner(
        SMALL, Recipe(learning_rate=10.0, weight_decay=1.0), rolls_of(stream(1, "wild"), 60), []
    )
    found = [learner.update(np.arange(50), stream(1, "wild", step), 0.0) for step in range(100)]
    assert np.isfinite(list(found[0].values())).all()
    assert np.isnan(found[-1]["hidden units on"])


# State


@pytest.mark.parametrize("name", RECIPES)
def test_a_restored_learner_goes_on_to_the_same_bits(name):
    config = replace(SMALL, n_labels=2)
    recipe = replace(RECIPES[name].recipe, batch_size=8, n_chains=6)
    rolls, labels = rolls_of(stream(1, "state"), 20, 20), np.eye(2, dtype=np.uint8)

    def begun(seed):
        return Learner(config, recipe, rolls, rolls, train_labels=labels, valid_labels=labels, seed=seed)

    def go_on(learner, steps):
        for step in steps:
            rng = stream(3, "update", step)
            learner.update(rng.integers(0, learner.n_examples, 8), rng, step / 10)
            check = learner.check(stream(3, "check", step))
        return learner.tensors() | learner.state(), check

    learner = begun(seed=1)
    go_on(learner, range(4))
    tensors, state = learner.tensors(), learner.state()
    expected, check = go_on(learner, range(4, 9))
    stranger = begun(seed=2)
    stranger.restore(tensors, state)
    found, check_again = go_on(stranger, range(4, 9))
    assert check == check_again
    for part, tensor in expected.items():
        np.testing.assert_array_equal(found[part], tensor, err_msg=part)


def test_state_of_another_kind_is_refused_and_changes_nothing():
    learner = Learner(SMALL, Recipe(n_chains=6), rolls_of(stream(1, "kind"), 20), [])
    tensors, state = learner.tensors(), learner.state()
    other = {name: tensor + 1 for name, tensor in tensors.items()}
    wrong_states = (
        {**state, "velocity": state["velocity"][:-1]},
        {**state, "visible_offset": state["visible_offset"].astype(np.float64)},
        {**state, "extra": state["best"]},
        {name: tensor for name, tensor in state.items() if name != "best"},
    )
    for wrong in wrong_states:
        with pytest.raises(InputError):
            learner.restore(other, wrong)
    for name, tensor in (learner.tensors() | learner.state()).items():
        np.testing.assert_array_equal(tensor, (tensors | state)[name])


def test_nothing_to_learn_from_is_said():
    with pytest.raises(InputError, match="nothing to learn from"):
        Learner(SMALL, Recipe(), [], [])


# The check


def test_the_watched_figure_is_the_held_out_likelihood():
    rolls = rolls_of(stream(1, "watched"), 100, 100)
    recipe = Recipe(n_check_betas=2000, n_check_chains=100, weight_sd=0.5)
    learner = trained(SMALL, recipe, rolls[:1], 30, valid=rolls[1:])
    windows = Windows(SMALL, rolls[1:]).gather(np.arange(99))
    exact = -exact_log_likelihood(learner.model, windows).mean() / 2
    check = learner.check(stream(1, "check"))
    assert check.watched == pytest.approx(exact, abs=0.02)
    assert check.figures["held-out nats a step"] == check.watched
    gap = learner.model.free_energy(windows).mean()
    gap -= learner.model.free_energy(Windows(SMALL, rolls[:1]).gather(np.arange(99))).mean()
    assert check.figures["free-energy gap"] == pytest.approx(gap)


def test_learning_by_heart_is_called_overfitting_and_the_best_check_is_remembered():
    rng = stream(1, "by heart")
    config = Config(width=12, window_steps=1, n_hidden=30)
    known, unknown = (rolls_of(rng, 12, width=12) for _ in range(2))
    recipe = Recipe(batch_size=12, learning_rate=0.2, n_check_betas=200)
    learner = Learner(config, recipe, known, unknown, seed=1)
    checks = [learner.check(stream(1, "check", 0))]
    for step in range(600):
        learner.update(np.arange(12), stream(1, "update", step), 0.3)
        if step % 100 == 99:
            checks.append(learner.check(stream(1, "check", step)))
    assert not checks[0].overfits
    assert checks[-1].overfits
    assert checks[-1].watched > min(check.watched for check in checks) + 1
    forgetful = Learner(config, recipe, known, unknown, seed=1)
    forgetful.restore(learner.tensors(), forgetful.state())
    assert not forgetful.check(stream(1, "check", 599)).overfits


def test_without_held_out_pieces_the_training_is_watched_and_never_overfits():
    learner = Learner(SMALL, Recipe(batch_size=10), rolls_of(stream(1, "alone"), 12), [])
    checks = []
    for step in range(200):
        learner.update(np.arange(10), stream(1, "update", step), 0.5)
        if step % 50 == 0:
            checks.append(learner.check(stream(1, "check", step)))
    assert not any(check.overfits for check in checks)
    assert all(check.watched == check.figures["training nats a step"] for check in checks)


# What it comes to


def bars_and_stripes():
    """The 14 pictures of 3 x 3 whose rows, or whose columns, are each of one colour, as rolls of three rows."""
    rows = np.array(list(product((0, 1), repeat=3)), np.uint8)
    pictures = [np.repeat(row[None], 3, axis=0) for row in rows] + [
        np.repeat(row[:, None], 3, axis=1) for row in rows
    ]
    return list({picture.tobytes(): picture for picture in pictures}.values())


BARS = Config(width=3, window_steps=3, n_hidden=16)
OPTIMUM = -np.log(14)
INDEPENDENT = -9 * np.log(2)


def mean_log_likelihood(learner, rolls):
    v = np.array([roll.reshape(-1) for roll in rolls])
    return exact_log_likelihood(learner.model, v).mean()


def test_the_default_recipe_learns_bars_and_stripes_and_the_tutorial_recipe_hardly():
    rolls = bars_and_stripes()
    assert len(rolls) == 14
    found = {
        name: mean_log_likelihood(
            trained(BARS, replace(preset.recipe, batch_size=28, n_chains=28), rolls, 3000), rolls
        )
        for name, preset in RECIPES.items()
    }
    assert found["default"] > OPTIMUM - 0.6
    assert found["default"] > INDEPENDENT + 2.5
    assert found["default"] > found["tutorial"] + 1.5


def test_one_batch_is_learnt_by_heart():
    config = Config(width=8, window_steps=2, n_hidden=12)
    rolls = rolls_of(stream(1, "one batch"), *[2] * 4, width=8)
    recipe = replace(RECIPES["default"].recipe, batch_size=4, weight_decay=0.0, n_chains=50)
    learner = trained(config, recipe, rolls, 1000)
    samples = exact_samples(learner.model, stream(1, "samples"), 500).reshape(-1, 1, 2, 8)
    known = (samples == np.array(rolls)).all(axis=(2, 3)).any(axis=1)
    assert known.mean() > 0.7


def test_annealing_is_right_for_a_trained_model():
    learner = trained(BARS, replace(Recipe(), batch_size=28), bars_and_stripes(), 1500)
    model = RBM.from_tensors(learner.model.config_values, learner.tensors())
    figures = [learner.check(stream(1, "check", i)).watched for i in range(3)]
    windows = np.array([roll.reshape(-1) for roll in bars_and_stripes()])
    exact = (model.free_energy(windows).mean() + exact_log_partition(model)) / 3
    assert np.mean(figures) == pytest.approx(exact, abs=0.1)
