"""The restricted Boltzmann machine against enumeration, and its fast draws and products against the plain ones."""

from dataclasses import asdict
from itertools import product

import numpy as np
import pytest

from aoede.errors import ConfigError, InputError
from aoede.models.rbm import RBM, Config
from aoede.models.rbm.bits import Active, flip, scatter
from aoede.models.rbm.partition import (
    ais_log_partition,
    exact_gradient,
    exact_log_likelihood,
    exact_log_partition,
    exact_samples,
    held_out_nats,
    reverse_ais_log_partition,
    spaced_betas,
)
from aoede.models.rbm.phases import Sweeps
from aoede.randomness import stream


def rng_of(name):
    return stream(1, name)


def random_rbm(rng, *, width=3, window_steps=2, n_hidden=4, n_labels=0, spread=1.0):
    """Parameters are multiples of 1/1024, so that float32 holds them and small changes of them exactly."""
    config = Config(width, window_steps, n_hidden, n_labels)
    shapes = ((config.n_visible, n_hidden), config.n_visible, n_hidden)
    parts = [np.round(rng.normal(0, spread, shape) * 1024) / 1024 for shape in shapes]
    return RBM(config, *(part.astype(np.float32) for part in parts))


def all_states(n):
    return np.array(list(product((0, 1), repeat=n)), np.uint8)


def joint(rbm):
    """All v, all h, and P(v, h), from the definition of the energy."""
    v, h = all_states(rbm.config.n_visible), all_states(rbm.config.n_hidden)
    w, b, c = (x.astype(float) for x in (rbm.weights, rbm.visible_bias, rbm.hidden_bias))
    unnormalised = np.exp(v @ b[:, None] + (h @ c)[None] + v @ w @ h.T)
    return v, h, unnormalised / unnormalised.sum(), np.log(unnormalised.sum())


def within(found, expected, n, sigmas=4.0):
    """Frequencies of `n` draws against their probabilities."""
    error = np.sqrt(np.maximum(expected * (1 - expected), 1e-12) / n)
    return np.all(np.abs(found - expected) <= sigmas * error + 1e-12)


# Drawing bits


@pytest.mark.parametrize("p", [1e-4, 1 / 300, 0.02, 0.25, 0.5, 0.7341, 1 - 1 / 300, 1 - 1e-4])
def test_bits_are_on_as_often_as_they_should_be(p):
    logits = np.full((1000, 2000), np.log(p / (1 - p)), np.float32)
    assert within(flip(logits, rng_of("flip")).mean(), p, logits.size)


def test_certain_bits_are_certain_and_no_log_odds_are_too_large():
    logits = np.array([[-1000.0, -60.0, 60.0, 1000.0]] * 5000, np.float32)
    assert (flip(logits, rng_of("certain")) == [0, 0, 1, 1]).all()


def test_neighbouring_bits_are_independent():
    bits = flip(np.full(1_000_000, -1.0, np.float32), rng_of("neighbours")).astype(float)
    p = 1 / (1 + np.e)
    for distance in (1, 7, 8):
        assert within((bits[distance:] * bits[:-distance]).mean(), p * p, bits.size)


def test_scattered_bits_are_on_as_often_as_they_should_be():
    p = np.array([1 / 256, 1 / 300, 1e-3, 1e-4, 0.0])
    logits = np.log(np.maximum(p, 1e-30) / (1 - p)).astype(np.float32)
    shape, times = (20_000, len(p)), 20
    found = np.zeros(len(p))
    rng = rng_of("scatter")
    for _ in range(times):
        rows, columns = scatter(shape, 1 / 256, lambda _, columns: logits[columns], rng)
        assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(rows)
        found += np.bincount(columns, minlength=len(p))
    assert within(found / (shape[0] * times), p, shape[0] * times)
    assert found[-1] == 0


def test_visible_units_drawn_in_two_ways_have_their_probabilities():
    rng = rng_of("two ways")
    rbm = random_rbm(rng, width=10, window_steps=6, n_hidden=5, spread=0.3)
    rbm.visible_bias[:30] -= 9  # quiet, all but those that the hidden units could wake
    h = np.array([1, 0, 1, 1, 0])
    p = 1 / (1 + np.exp(-rbm.visible_logits(h[None])[0].astype(float)))
    sweeps = Sweeps(rbm.matrix)
    assert 10 < len(sweeps._quiet) <= 30
    n = 400_000
    v = sweeps._visible(np.broadcast_to(np.append(h, 1).astype(np.float32), (n, 6)), rng).bits()
    assert within(v.mean(axis=0), p, n)
    assert within((v[:, 40] & v[:, 50]).mean(), p[40] * p[50], n)


# Products with bits


@pytest.mark.parametrize("density", [0.0, 0.01, 0.3, 1.0])
def test_products_with_active_columns_are_the_plain_products(density):
    rng = rng_of(f"active {density}")
    bits = (rng.random((7, 90)) < density).astype(np.uint8)
    with_one = np.concatenate([bits, np.ones((7, 1), np.uint8)], axis=1).astype(np.float32)
    matrix, p = rng.random((91, 4), np.float32), rng.random((7, 4), np.float32)
    active = Active.of(bits)
    np.testing.assert_allclose(active.times(matrix), with_one @ matrix, rtol=1e-5)
    target = np.ones((91, 4), np.float32)
    active.add_outer(target, p)
    np.testing.assert_allclose(target, 1 + with_one.T @ p, rtol=1e-5)
    np.testing.assert_allclose(active.mean(), with_one.mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(active.bits(), bits)


def test_bits_from_two_sources_are_one_batch():
    loud = np.array([[1, 0], [0, 0]], np.uint8)
    active = Active.placed(loud, np.array([4, 0]), 6, (np.array([0, 1, 1]), np.array([2, 2, 5])))
    np.testing.assert_array_equal(active.bits(), [[0, 0, 1, 0, 1, 0], [0, 0, 1, 0, 0, 1]])


# Energies


def test_free_energy_sums_the_hidden_units_out():
    rbm = random_rbm(rng_of("free energy"))
    v, h = all_states(6), all_states(4)
    energies = np.array([rbm.energy(np.repeat(one[None], len(h), axis=0), h) for one in v])
    np.testing.assert_allclose(rbm.free_energy(v), -np.log(np.exp(-energies).sum(axis=1)), rtol=1e-12)


def test_free_energy_of_huge_weights_is_finite():
    rbm = random_rbm(rng_of("huge"), spread=1e4)
    assert np.isfinite(rbm.free_energy(all_states(6))).all()


def test_pseudo_likelihood_is_the_sum_over_all_units_in_expectation():
    rbm = random_rbm(rng_of("pseudo"))
    v = np.array([[1, 0, 1, 1, 0, 0]], np.uint8)
    flipped = v ^ np.eye(6, dtype=np.uint8)
    log_p = -np.log1p(np.exp(rbm.free_energy(v) - rbm.free_energy(flipped)))
    found = rbm.pseudo_log_likelihood(np.repeat(v, 20_000, axis=0), rng_of("units"))
    assert found.mean() == pytest.approx(log_p.sum(), abs=4 * found.std() / np.sqrt(len(found)))


# The partition function


@pytest.mark.parametrize("n_hidden", [3, 8], ids=["hidden enumerated", "visible enumerated"])
def test_the_partition_function_is_the_sum_over_all_states(n_hidden):
    rbm = random_rbm(rng_of("z"), n_hidden=n_hidden)
    v, _, p, log_z = joint(rbm)
    assert exact_log_partition(rbm) == pytest.approx(log_z, abs=1e-9)
    np.testing.assert_allclose(exact_log_likelihood(rbm, v), np.log(p.sum(axis=1)), atol=1e-9)


def test_enumeration_in_chunks_counts_every_state_once():
    rbm = random_rbm(rng_of("chunks"), width=8, window_steps=2, n_hidden=14, spread=0.0)
    assert exact_log_partition(rbm) == pytest.approx(30 * np.log(2), abs=1e-9)


def test_more_units_than_can_be_enumerated_are_refused():
    with pytest.raises(InputError, match="too many states"):
        exact_log_partition(random_rbm(rng_of("many"), width=30, window_steps=1, n_hidden=21))


@pytest.mark.parametrize("n_hidden", [3, 8], ids=["hidden enumerated", "visible enumerated"])
def test_the_exact_gradient_is_that_of_finite_differences(n_hidden):
    rng = rng_of("gradient")
    rbm = random_rbm(rng, n_hidden=n_hidden)
    v = (rng.random((5, 6)) < 0.5).astype(np.uint8)
    gradient = exact_gradient(rbm, v)
    step = 2.0**-10
    for place in product(range(7), range(n_hidden + 1)):
        if place == (6, n_hidden):
            continue  # no parameter
        ends = []
        for sign in (1, -1):
            moved = RBM(rbm.config, rbm.weights, rbm.visible_bias, rbm.hidden_bias)
            moved.matrix[place] += sign * step
            ends.append(exact_log_likelihood(moved, v).mean())
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=3e-6)


def test_the_positive_phase_of_a_batch_is_that_of_the_exact_gradient():
    rng = rng_of("positive")
    rbm = random_rbm(rng)
    here, there = ((rng.random((9, 6)) < p).astype(np.uint8) for p in (0.3, 0.7))
    by_phases = np.zeros((7, 5))
    sweeps = Sweeps(rbm.matrix)
    sweeps.phase(here).add_mean(by_phases, 1.0)
    sweeps.phase(there).add_mean(by_phases, -1.0)
    # The model's expectation is the same in both gradients and falls out of their difference.
    np.testing.assert_allclose(
        by_phases, exact_gradient(rbm, here) - exact_gradient(rbm, there), rtol=0, atol=1e-6
    )


def test_contrastive_divergence_tends_to_the_exact_gradient():
    rng = rng_of("cd")
    rbm = random_rbm(rng, spread=1.0)
    v = (rng.random((5, 6)) < 0.8).astype(np.uint8)
    exact = exact_gradient(rbm, v)
    sweeps = Sweeps(rbm.matrix)

    def cosine(k, n):
        phase = sweeps.phase(np.repeat(v, n, axis=0))
        found = np.zeros((7, 5))
        phase.add_mean(found, 1.0)
        for _ in range(k):
            phase = sweeps.after(phase, rng)
        phase.add_mean(found, -1.0)
        return (found * exact).sum() / np.linalg.norm(found) / np.linalg.norm(exact)

    assert cosine(1, 4000) < cosine(5, 4000) < cosine(60, 4000)
    assert cosine(60, 4000) > 0.999
    assert cosine(60, 5) < cosine(60, 4000)


# Annealing


@pytest.mark.parametrize("spread", [0.3, 1.0, 1.5])
def test_annealing_finds_the_exact_partition_function_from_both_sides(spread):
    rng = rng_of(f"ais {spread}")
    rbm = random_rbm(rng, width=12, window_steps=3, n_hidden=12, spread=spread)
    exact = exact_log_partition(rbm)
    betas = spaced_betas(1500)
    below = ais_log_partition(rbm, rng, n_chains=200, betas=betas)
    above = reverse_ais_log_partition(rbm, rng, exact_samples(rbm, rng, 200), betas=betas)
    assert below.value == pytest.approx(exact, abs=0.1)
    assert below.low <= exact <= below.high
    assert above.low <= exact <= above.high
    assert above.value >= exact - 0.1


def test_too_short_an_annealing_errs_downwards_forwards_and_upwards_backwards():
    rng = rng_of("short")
    rbm = random_rbm(rng, width=12, window_steps=3, n_hidden=12, spread=2.0)
    exact = exact_log_partition(rbm)
    samples = exact_samples(rbm, rng, 50)
    forwards = [ais_log_partition(rbm, rng, n_chains=50, betas=[0, 0.5, 1]).value for _ in range(10)]
    backwards = [reverse_ais_log_partition(rbm, rng, samples, betas=[0, 0.5, 1]).value for _ in range(10)]
    assert np.mean(forwards) < exact - 0.5
    assert np.mean(backwards) > exact + 0.5


def test_the_base_model_changes_the_error_but_not_the_answer():
    rng = rng_of("base")
    rbm = random_rbm(rng, width=12, window_steps=3, n_hidden=12, spread=1.0)
    base = rng.normal(0, 1, 36)
    found = ais_log_partition(rbm, rng, n_chains=200, betas=spaced_betas(3000), base=base)
    assert found.value == pytest.approx(exact_log_partition(rbm), abs=0.1)


def test_held_out_nats_are_those_of_the_exact_likelihood():
    rng = rng_of("held out")
    rbm = random_rbm(rng, width=5, window_steps=4, n_hidden=8)
    windows = exact_samples(rbm, rng, 300)
    exact = -exact_log_likelihood(rbm, windows).mean() / 4
    found = held_out_nats(rbm, windows, rng, betas=spaced_betas(1000))
    assert found.value == pytest.approx(exact, abs=0.1 / 4)
    assert found.low <= exact <= found.high


def test_temperatures_are_spaced_as_in_the_paper():
    betas = spaced_betas(14_500)
    assert (betas[0], betas[-1]) == (0, 1)
    assert [np.sum((betas >= low) & (betas < high)) for low, high in ((0, 0.5), (0.5, 0.9), (0.9, 1))] == [
        500,
        4_000,
        10_000,
    ]


@pytest.mark.parametrize("betas", [[0, 1.1], [0.1, 1], [0, 0.6, 0.5, 1], [0], [[0, 1]]])
def test_temperatures_that_do_not_rise_from_0_to_1_are_refused(betas):
    with pytest.raises(InputError, match="from 0 to 1"):
        ais_log_partition(random_rbm(rng_of("betas")), rng_of("chains"), betas=betas)


# Gibbs sampling


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_long_chains_have_the_exact_distribution(temperature):
    rng = rng_of("chain")
    rbm = random_rbm(rng, n_hidden=3, spread=0.7)
    cooled = RBM(rbm.config, *(x / temperature for x in (rbm.weights, rbm.visible_bias, rbm.hidden_bias)))
    v, _, p, _ = joint(cooled)
    n = 40_000
    found = rbm.gibbs(np.zeros((n, 6), np.uint8), rng, 60, temperature=temperature)
    counts = np.bincount(found @ (2 ** np.arange(5, -1, -1)), minlength=64)
    assert np.array_equal(v @ (2 ** np.arange(5, -1, -1)), np.arange(64))
    assert within(counts / n, p.sum(axis=1), n, sigmas=4.5)


def test_exact_samples_have_the_exact_distribution():
    rng = rng_of("exact samples")
    for n_hidden in (3, 8):
        rbm = random_rbm(rng, n_hidden=n_hidden)
        v, _, p, _ = joint(rbm)
        found = exact_samples(rbm, rng, 40_000)
        assert within(found.mean(axis=0), p.sum(axis=1) @ v, 40_000)


def test_chains_with_clamped_units_have_the_exact_conditional_distribution():
    rng = rng_of("clamped")
    rbm = random_rbm(rng, n_hidden=3)
    clamped = np.array([True, False, False, True, False, False])
    begin = np.tile(np.array([1, 0, 0, 0, 0, 0], np.uint8), (40_000, 1))
    found = rbm.gibbs(begin, rng, 60, clamped=clamped)
    v, _, p, _ = joint(rbm)
    fits = (v[:, 0] == 1) & (v[:, 3] == 0)
    conditional = p.sum(axis=1) * fits
    expected = conditional @ v / conditional.sum()
    assert (found[:, 0] == 1).all()
    assert (found[:, 3] == 0).all()
    assert within(found[:, ~clamped].mean(axis=0), expected[~clamped], len(found))


# Generation


def steadfast():
    """An RBM of two bits that each keep their value through a window of 4: two rows are enough to tell the others."""
    config = Config(2, 4, 2, n_labels=1)
    weights = np.zeros((config.n_visible, 2), np.float32)
    for bit in range(2):
        weights[bit : config.n_roll : 2, bit] = 20
    visible_bias = np.full(config.n_visible, -10, np.float32)
    visible_bias[-1] = 0
    return RBM(config, weights, visible_bias, np.full(2, -30, np.float32))


@pytest.mark.parametrize("n_steps", [0, 1, 3, 4, 5, 23])
@pytest.mark.parametrize("overlap", [None, 0, 3])
def test_generated_rolls_have_the_length_that_was_asked_for(n_steps, overlap):
    rolls = steadfast().generate(n_steps, rng_of("length"), n=3, overlap_steps=overlap, n_gibbs=2)
    assert rolls.shape == (3, n_steps, 2)
    assert rolls.dtype == np.uint8


def test_windows_continue_the_rows_that_they_share_with_those_before():
    prompt = np.array([[0, 1], [1, 0], [1, 0]], np.uint8)
    rolls = steadfast().generate(40, rng_of("continue"), n=5, overlap_steps=2, n_gibbs=3, prompt=prompt)
    assert (rolls == [1, 0]).all()
    apart = steadfast().generate(40, rng_of("continue"), n=5, overlap_steps=0, n_gibbs=3, prompt=prompt)
    assert not apart.any()


def test_labels_are_held_and_move_what_they_are_tied_to():
    rbm = steadfast()
    rbm.weights[-1] = 60  # with the label on, both bits are on
    on = rbm.generate(8, rng_of("label"), n=20, labels=[1], n_gibbs=20)
    off = rbm.generate(8, rng_of("label"), n=20, labels=[0], n_gibbs=20)
    assert on.all()
    assert not off.all()


def test_the_same_stream_gives_the_same_roll():
    made = [steadfast().generate(12, rng_of("again"), n=4, n_gibbs=5) for _ in range(2)]
    np.testing.assert_array_equal(*made)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"overlap_steps": 4}, "shared rows"),
        ({"n_gibbs": 0}, "sweeps"),
        ({"n": 0}, "0 rolls"),
        ({"labels": [1, 0]}, "1 bits"),
        ({"labels": [2]}, "1 bits"),
        ({"prompt": [[1, 0, 0]]}, "rows of 2 bits"),
        ({"prompt": [[1, 2]]}, "rows of 2 bits"),
        ({"temperature": 0.0}, "above 0"),
        ({"temperature": float("nan")}, "above 0"),
    ],
)
def test_what_cannot_be_generated_is_said(wish, said):
    with pytest.raises(InputError, match=said):
        steadfast().generate(5, rng_of("refused"), **wish)


# Storing


def test_storing_and_loading_change_nothing():
    rbm = random_rbm(rng_of("store"), n_labels=2)
    again = RBM.from_tensors(rbm.config_values, rbm.to_tensors())
    assert again.config == rbm.config
    for name, tensor in rbm.to_tensors().items():
        np.testing.assert_array_equal(again.to_tensors()[name], tensor)


def test_tensors_of_another_shape_or_type_are_refused():
    rbm = random_rbm(rng_of("refuse"))
    tensors = rbm.to_tensors()
    for wrong in (
        {**tensors, "weights": tensors["weights"].T},
        {**tensors, "weights": tensors["weights"].astype(np.float64)},
        {**tensors, "hidden_bias": tensors["hidden_bias"][:-1]},
        {name: tensor for name, tensor in tensors.items() if name != "visible_bias"},
    ):
        with pytest.raises(InputError, match=r"the model's '(weights|hidden_bias|visible_bias)' is"):
            RBM.from_tensors(rbm.config_values, wrong)


def test_unknown_missing_and_impossible_settings_are_refused():
    good = asdict(Config(3, 2, 4))
    with pytest.raises(ConfigError, match="unknown setting 'n_hiden'"):
        Config.from_mapping({**good, "n_hiden": 4})
    with pytest.raises(ConfigError, match="needs the setting 'width'"):
        Config.from_mapping({"window_steps": 2, "n_hidden": 4})
    for wrong in ({"width": 0}, {"n_hidden": 2.0}, {"n_labels": True}, {"window_steps": 10**9}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            Config.from_mapping({**good, **wrong})
    with pytest.raises(ConfigError, match="visible units"):
        Config(4096, 4096, 4)
