"""WaveNet: the network of training, the one in NumPy, and the compiled steps are one; nothing hears the future."""

import importlib.util
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede.errors import ConfigError, InputError, MissingError, UsageError
from aoede.learning import loop
from aoede.models.wavenet import Config, Learner, Recipe, Take, WaveNet, backends, native, score
from aoede.models.wavenet.backends import BACKENDS, Voices, installed
from aoede.models.wavenet.model import shapes
from aoede.models.wavenet.network import Network, Stretch
from aoede.models.wavenet.outline import outlines
from aoede.models.wavenet.outline_fitting import fit
from aoede.models.wavenet.prediction import (
    Adaptive,
    Sketch,
    Static,
    adaptive_bits,
    baselines,
    centres,
    log_laplace,
    place_of,
    predicted,
)
from aoede.models.wavenet.takes import Crops, Heard, sketch_of
from aoede.neural.network import Masks, begin_weights, load_weights, weights_of
from aoede.randomness import stream
from aoede.score import one_hot

SMALL = Config(
    n_layers=6,
    n_cycle=3,
    n_residual=8,
    n_skip=12,
    n_told=6,
    label_sizes=(3, 2),
    n_frame_features=4,
    frame_samples=10,
    n_outline=7,
    n_harmonics=3,
    n_taps=8,
    n_quick=4,
)
PLAIN = replace(SMALL, has_prior=False, label_sizes=(), n_frame_features=0, n_harmonics=0)
CONFIGS = [SMALL, PLAIN, replace(PLAIN, has_prior=True), replace(SMALL, has_prior=False, n_levels=64)]


def _needs(backend: str) -> Any:
    missing = backend not in installed()
    return pytest.param(backend, marks=pytest.mark.skipif(missing, reason=f"{backend} is not installed here"))


@pytest.fixture(autouse=True, scope="module")
def _built_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is built in C stays out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        native.built.cache_clear()
        yield


EACH_BACKEND = [_needs(backend) for backend in BACKENDS]


def _weights(config: Config, seed: int = 1) -> dict[str, NDArray[np.float32]]:
    rng = stream(seed, "weights")
    return {
        name: rng.normal(0, shape[-1] ** -0.5 if len(shape) > 1 else 0.3, shape).astype(np.float32)
        for name, shape in shapes(config).items()
    }


def _model(config: Config, seed: int = 1) -> WaveNet:
    return WaveNet.from_tensors(asdict(config), _weights(config, seed))


def _take(config: Config, n: int, seed: int = 1) -> Take:
    """A tone with a little noise."""
    rng = stream(seed, "take")
    samples = 0.3 * np.sin(np.arange(n) * rng.uniform(0.1, 0.4)) + rng.normal(0, 0.01, n)
    codes = np.rint(place_of(samples, config.n_levels))
    labels = [int(rng.integers(size)) for size in config.label_sizes]
    frames = rng.random((-(-n // config.frame_samples), config.n_frame_features), np.float32)
    turns = rng.random((len(frames), config.n_harmonics, 2), np.float32) * [1, 0.1]
    turns[len(frames) // 2] = np.nan
    return Take.of(codes, labels, frames, np.asarray(turns, np.float32))


def _said(config: Config, take: Take) -> tuple[Any, Any]:
    """Condition and frames as the model takes them."""
    condition = one_hot(take.labels[None], config.label_sizes)[0] if config.label_sizes else None
    return condition, take.frames if config.n_frame_features else None


def _sketch(model: WaveNet, take: Take) -> Sketch | None:
    return sketch_of(take, model.config, model.to_tensors()) if model.config.has_prior else None


def _network(config: Config, weights: Mapping[str, NDArray[np.float32]]) -> Network:
    network = Network(config, Recipe(), Masks()).double()
    load_weights(network, weights)
    return network.eval()


def _stretch(config: Config, take: Take) -> Stretch:
    stretch = Stretch.of(Crops.of([Heard(take, config)], [0], len(take), 0, config), torch.device("cpu"))
    doubles = {name: getattr(stretch, name).double() for name in ("places", "widths", "frames")}
    return replace(stretch, **doubles)


def _stepped(model: WaveNet, take: Take, backend: str, block: int = 7) -> NDArray[np.float32]:
    """(T, V) logits read step by step, a few samples at a time."""
    config, voices, sketch = model.config, Voices(model, backend=backend), _sketch(model, take)
    told = model.told(*_said(config, take), making=sketch is not None)
    logits = np.zeros((1, len(take), config.n_levels), np.float32)
    every = math.gcd(block, config.frame_samples) if len(told) > 1 else block
    for t in range(0, len(take), every):
        part = take.codes[None, t : t + every]
        wanted = np.zeros((1, part.shape[1], config.n_levels), np.float32)
        frame = min(t // config.frame_samples, len(told) - 1)
        leant_on = {}
        if sketch is not None:
            row = min(t // sketch.frame_samples, len(sketch.rows) - 1)
            leant_on = {"outline": sketch.rows[row][None], "waves": sketch.waves[None, t : t + every]}
        uniforms = np.zeros(part.shape)
        made = voices.advance(told[frame][None], uniforms, given=part, logits=wanted, **leant_on)
        assert np.array_equal(made, part)
        logits[:, t : t + every] = wanted
    return logits[0]


# -- the four forms are one --


@pytest.mark.parametrize("backend", EACH_BACKEND)
@pytest.mark.parametrize("config", CONFIGS)
def test_step_by_step_is_the_full_convolution(config: Config, backend: str) -> None:
    model, take = _model(config), _take(config, 150)
    full = model.logits(take.codes, *_said(config, take), sketch=_sketch(model, take))
    assert full.std() > 0.1
    assert np.abs(_stepped(model, take, backend) - full).max() < 1e-4


@pytest.mark.parametrize("config", CONFIGS)
def test_torch_and_numpy_agree(config: Config) -> None:
    weights, take = _weights(config), _take(config, 150)
    with torch.no_grad():
        found, _ = _network(config, weights)(_stretch(config, take), ())
    model = WaveNet.from_tensors(asdict(config), weights)
    full = model.logits(take.codes, *_said(config, take))
    assert np.abs(found[0].numpy() - full).max() < 1e-4


@pytest.mark.parametrize("backend", EACH_BACKEND)
def test_voices_side_by_side_do_not_touch_one_another(backend: str) -> None:
    model, n = _model(SMALL), 40
    rng = stream(1, "voices")
    told, uniforms = model.told(frames=rng.random((3, 4), np.float32)), rng.random((3, n))
    together = Voices(model, 3, backend=backend).advance(told, uniforms)
    for i in range(3):
        alone = Voices(model, backend=backend).advance(told[i : i + 1], uniforms[i : i + 1])
        assert np.array_equal(alone[0], together[i])


@pytest.mark.parametrize("backend", EACH_BACKEND)
def test_the_same_seed_gives_the_same_samples_however_they_are_cut(backend: str) -> None:
    model = _model(PLAIN)
    told, uniforms = model.told(), stream(1, "same").random((1, 60))
    whole = Voices(model, backend=backend).advance(told, uniforms)
    voices = Voices(model, backend=backend)
    parts = [voices.advance(told, uniforms[:, t : t + 13]) for t in range(0, 60, 13)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1))
    assert not np.array_equal(
        whole, Voices(model, backend=backend).advance(told, stream(2, "same").random((1, 60)))
    )


@pytest.mark.parametrize("backend", EACH_BACKEND)
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_codes_are_drawn_as_often_as_their_logits_say(backend: str, temperature: float) -> None:
    config = replace(SMALL, n_levels=16)
    model, n = _model(config), 4_000
    uniforms = ((np.arange(n) + 0.5) / n)[:, None]
    told = np.repeat(model.told(), n, axis=0)
    wanted = np.zeros((n, 1, 16), np.float32)
    drawn = Voices(model, n, backend=backend).advance(told, uniforms, temperature=temperature, logits=wanted)
    logits = wanted[0, 0].astype(np.float64) / temperature
    expected = np.exp(logits) / np.exp(logits).sum()
    assert np.abs(np.bincount(drawn[:, 0], minlength=16) / n - expected).max() < 1e-3


def test_a_backend_or_temperature_that_there_is_not_is_refused() -> None:
    model = _model(PLAIN)
    with pytest.raises(UsageError, match="abacus"):
        Voices(model, backend="abacus")
    for temperature in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(UsageError, match="temperature"):
            Voices(model).advance(model.told(), np.zeros((1, 1)), temperature=temperature)


def test_where_the_compiler_builds_nothing_another_backend_takes_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(backends, "c_compiler", lambda: str(broken))
    model = _model(replace(PLAIN, n_residual=4))
    assert Voices(model).backend != "c"
    with pytest.raises(MissingError, match="could not be built"):
        Voices(model, backend="c")
    monkeypatch.setattr(backends, "c_compiler", lambda: None)
    with pytest.raises(MissingError, match="no C compiler"):
        Voices(model, backend="c")


# -- nothing hears the future --


def test_no_sample_depends_on_a_later_one_and_all_that_should_be_heard_is() -> None:
    """The Jacobian of what the layers give out by what the first one reads: zero above the diagonal."""
    network, take = _network(SMALL, _weights(SMALL)), _take(SMALL, 30)
    stretch = _stretch(SMALL, take)
    told = network.told(stretch.labels, stretch.frames, stretch.making).detach()
    h = network.inputs(stretch).detach()
    jacobian = torch.autograd.functional.jacobian(lambda x: network.heard(x, told).sum(dim=2)[0], h)
    moved = jacobian[:, 0].abs().amax(dim=2)  # (T out, T in)
    assert (moved.triu(1) == 0).all()
    reach = sum(SMALL.dilations)
    for t in range(30):
        heard = moved[t, max(0, t - reach) : t + 1]
        assert (heard > 0).all()
        assert (moved[t, : max(0, t - reach)] == 0).all()


@pytest.mark.parametrize("config", CONFIGS)
def test_later_codes_and_frames_leave_earlier_logits_as_they_are(config: Config) -> None:
    model, take, other = _model(config), _take(config, 100), _take(config, 100, seed=2)
    codes = np.concatenate([take.codes[:60], other.codes[60:]])
    codes[60] = (int(take.codes[60]) + 5) % config.n_levels
    condition, frames = _said(config, take)
    one = model.logits(take.codes, condition, frames)
    two = model.logits(codes, condition, frames)
    assert np.array_equal(one[:61], two[:61])
    assert not np.allclose(one[61], two[61])
    if frames is not None:
        changed = np.concatenate([frames[:6], other.frames[6:]])
        three = model.logits(take.codes, condition, changed)
        assert np.array_equal(one[:60], three[:60])
        assert (np.abs(one[60:] - three[60:]).max(axis=1) > 0).all()


# -- the prior --


def test_the_prior_adds_up_to_one_wherever_it_lies() -> None:
    rng = stream(1, "prior")
    places, widths = rng.uniform(-1, 1, 500), np.exp(rng.uniform(np.log(2e-5), np.log(3), 500))
    logs = log_laplace(places, widths, 256)
    assert np.allclose(np.exp(logs).sum(axis=1), 1)
    assert np.exp(logs).min() > 1e-9
    sharp = log_laplace(centres(256), np.full(256, 1e-5), 256)
    assert np.array_equal(sharp.argmax(axis=1), np.arange(256))


def test_the_prior_streams_as_it_reads_at_once_and_sees_only_the_past() -> None:
    clips = np.stack([centres(256)[_take(SMALL, 200, seed).codes] for seed in (1, 2)])
    found = [predicted(clip, SMALL) for clip in clips]
    state = Adaptive.begun(2, SMALL)
    for t in range(200):
        places, widths = state.foreseen()
        assert np.allclose(places, [each[0][t] for each in found], atol=1e-12)
        assert np.allclose(widths, [each[1][t] for each in found], atol=1e-12)
        state.observe(clips[:, t])
    later = clips[0].copy()
    later[100:] *= -0.5
    assert np.array_equal(predicted(later, SMALL)[0][:101], found[0][0][:101])
    assert predicted(later, SMALL)[0][101] != found[0][0][101]


@pytest.mark.parametrize("backend", EACH_BACKEND)
@pytest.mark.parametrize("leans", [False, True])
def test_the_compiled_prior_is_the_one_in_numpy(
    backend: str, leans: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(SMALL, n_taps=32, n_quick=8)
    take = _take(config, 600)
    sketch = _sketch(_model(config), take) if leans else None
    monkeypatch.setattr(backends, "installed", lambda: (backend,))
    found = backends.predicted(centres(256)[take.codes], config, sketch)
    for one, two in zip(found, predicted(centres(256)[take.codes], config, sketch), strict=True):
        assert np.allclose(one, two, atol=1e-7)


def test_an_outline_is_stable_and_bounds_what_is_made() -> None:
    """Weights drawn at random, and large: what leans on the outline alone comes back to it from any beginning."""
    config = replace(SMALL, leaning=1.0)
    weights = {name: 3 * w if name.startswith("outline") else w for name, w in _weights(config).items()}
    found = outlines(config, weights, None, _take(config, 100).frames)
    for row in found.weights:
        companion = np.eye(len(row), k=-1)
        companion[0] = row
        assert np.abs(np.linalg.eigvals(companion)).max() < 1


def test_a_fitted_outline_knows_loudness_and_waveform_of_what_is_told() -> None:
    """Two labels, one ten times as loud as the other, both with a note whose place in its period is told."""
    config = replace(SMALL, label_sizes=(3,), n_harmonics=2, frame_samples=40)
    rng, n, takes = stream(1, "told"), 2_000, []
    begins = np.arange(n // 40) * 40
    turns = np.stack(
        [np.stack([begins * c % 1, np.full(len(begins), c)], axis=1) for c in (0.03, 0.06)], axis=1
    )
    for label, loud in ((1, 0.3), (2, 0.03)):
        samples = loud * (np.cos(2 * np.pi * 0.03 * np.arange(n)) + 0.1 * rng.normal(size=n))
        codes = np.rint(place_of(samples, 256))
        takes.append(Take.of(codes, [label], np.ones((n // 40, 4), np.float32), turns.astype(np.float32)))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = Network(config, Recipe(), Masks())
        begin_weights(network, rng)
        fit(network.outline, takes, 800, rng)
    widths = []
    for take in takes:
        sketch = sketch_of(take, config, weights_of(network))
        assert np.corrcoef(sketch.waves, np.cos(2 * np.pi * 0.03 * np.arange(n)))[0, 1] > 0.98
        widths.append(np.exp(sketch.rows[0, -1]))
    assert widths[0] > 2 * widths[1]


def test_the_prior_stands_silence_square_waves_and_sudden_noise() -> None:
    rng = stream(1, "hostile")
    parts = [
        np.zeros(3_000),
        np.tile([1.0, -1.0], 500),
        rng.uniform(-1, 1, 500),
        np.ones(1_000),
        np.zeros(2_000),
    ]
    places, widths = predicted(np.concatenate(parts), replace(SMALL, n_taps=16))
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 1
    assert widths.min() > 0
    assert np.abs(places[-500:]).max() < 1e-3


def test_each_baseline_of_a_noisy_tone_is_better_than_the_one_before() -> None:
    takes = [_take(SMALL, 2_000, seed).codes for seed in range(4)]
    found = list(baselines(takes[:3], takes[3:], replace(SMALL, n_taps=16)).values())
    assert found[0] == 8
    assert found == sorted(found, reverse=True)
    assert found[3] < found[1] - 1
    with pytest.raises(InputError):
        Static.fitted([], SMALL)


def test_at_first_the_network_is_the_prior() -> None:
    take = _take(SMALL, 400)
    learner = Learner(SMALL, replace(Recipe(), n_rows=2, n_steps=50, outline_steps=20), [take], [take])
    model = WaveNet.from_tensors(asdict(SMALL), learner.tensors())
    assert score(model, [take]).value == pytest.approx(adaptive_bits(take.codes, SMALL).mean(), abs=1e-4)


# -- training --


def _learner(**changes: Any) -> Learner:
    recipe = replace(
        Recipe(),
        n_rows=4,
        n_steps=100,
        n_context=20,
        precision="float32",
        noise=0.0,
        label_dropout=0.0,
        outline_steps=20,
        average=0.9,
    )
    takes = [_take(SMALL, 300, seed) for seed in range(3)]
    return Learner(SMALL, replace(recipe, **changes), takes, takes[:1], seed=2)


def _trained(learner: Learner, n: int) -> Learner:
    for step in range(n):
        indices = loop.batch_of(1, step, learner.n_examples, learner.batch_size)
        learner.update(indices, stream(1, "update", step), step / n)
    return learner


def test_few_clips_can_be_learnt_by_heart() -> None:
    learner = _learner(learning_rate=1e-2)
    before = learner.check(stream(1, "check")).watched
    assert _trained(learner, 250).check(stream(1, "check")).watched < before - 0.5


def test_what_is_judged_in_training_is_what_the_model_scores() -> None:
    learner = _trained(_learner(noise=0.1, label_dropout=0.2), 20)
    found = learner.check(stream(1, "check"))
    model = WaveNet.from_tensors(asdict(SMALL), learner.tensors())
    again = WaveNet.from_tensors(model.config_values, model.to_tensors())
    take = _take(SMALL, 300, 0)
    assert score(model, [take]).value == pytest.approx(found.figures["held-out bits a sample"], abs=1e-3)
    said = _said(SMALL, take)
    assert np.array_equal(model.logits(take.codes, *said), again.logits(take.codes, *said))


def test_training_in_bfloat16_is_close_to_training_in_float32() -> None:
    found = [
        _trained(_learner(precision=precision), 40).check(stream(1, "check")).watched
        for precision in ("float32", "bfloat16")
    ]
    assert abs(found[0] - found[1]) < 0.05


def test_a_stretch_from_the_middle_is_heard_as_in_the_whole_clip() -> None:
    take = _take(SMALL, 300)
    network, heard = _network(SMALL, _weights(SMALL)), Heard(take, SMALL)
    whole = _stretch(SMALL, take)
    crops = Crops.of([heard], [100], 90, SMALL.n_seen, SMALL)
    part = Stretch.of(crops, torch.device("cpu"))
    part = replace(part, **{name: getattr(part, name).double() for name in ("places", "widths", "frames")})
    with torch.no_grad():
        one, two = network(whole, ())[0][0, 100:190], network(part, ())[0][0]
    assert torch.allclose(one[crops.counted[0]], two[crops.counted[0]], atol=1e-9)
    assert int(crops.counted.sum()) == 90 - SMALL.n_seen
    assert np.array_equal(crops.targets[0], take.codes[100:190])


def test_what_is_no_clip_of_this_model_is_refused() -> None:
    take = _take(SMALL, 50)
    for bad in (
        replace(take, labels=np.array([3, 0])),
        replace(take, labels=np.array([0])),
        replace(take, frames=take.frames[:, :2]),
        replace(take, frames=take.frames[:0]),
    ):
        with pytest.raises(InputError):
            Heard(bad, SMALL)
    with pytest.raises(InputError, match="codes"):
        Heard(take, replace(SMALL, n_levels=16))
    with pytest.raises(InputError, match="frame"):
        _model(SMALL).told(frames=np.zeros((3, 5), np.float32))
    with pytest.raises(InputError):
        WaveNet.from_tensors(asdict(SMALL), {"strange": np.zeros(3, np.float32)})


@pytest.mark.parametrize(
    "changes", [{"n_layers": 0}, {"has_prior": 1}, {"pre_emphasis": 1.0}, {"n_quick": 9}, {"n_levels": 300}]
)
def test_shapes_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Config.from_mapping(asdict(SMALL) | changes)


def test_the_family_needs_no_numba_to_be_imported() -> None:
    import subprocess
    import sys

    code = "import sys, aoede.models.wavenet; print(*sorted({'numba', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
    assert importlib.util.find_spec("aoede.models.wavenet.kernel")
