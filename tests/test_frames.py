"""Networks on frames of music: what they foresee is a distribution, of the past alone, in NumPy as in torch."""

from dataclasses import asdict, replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede.errors import AoedeError, ConfigError, InputError
from aoede.learning import families
from aoede.neural.frames.config import OUTPUTS
from aoede.neural.frames.echo import echoes
from aoede.neural.frames.model import FrameModel, Reading
from aoede.neural.frames.network import Frames
from aoede.neural.frames.rows import Mover, Piece, Rows
from aoede.randomness import stream

UInt8 = NDArray[np.uint8]
FAMILIES = ["rnn", "transformer"]
EXACT = [output for output in OUTPUTS if output != "rbm"]
SHAPE = {"n_units": 6, "n_deep": 2, "n_past": 3, "reach": 2, "reach_below": 3}
OWN = {"rnn": {"n_hidden": 10, "n_layers": 2}, "transformer": {"n_width": 8, "n_heads": 2, "context": 6}}
PLAIN = {
    "n_rows": 3, "n_steps": 6, "precision": "float32", "n_warm_up": 0, "dropout": 0.0, "trunk_dropout": 0.0,
    "hidden_dropout": 0.0, "past_dropout": 0.0, "context_dropout": 0.0,
}  # fmt: skip


def _pieces(n: int = 5, n_pitches: int = 5, *, has_strikes: bool = False, seed: int = 1) -> list[UInt8]:
    """Pieces of 9 to 20 steps that play a short pattern again and again, with a little noise."""
    rng = stream(seed, "pieces")
    found = []
    for _ in range(n):
        held = np.tile((rng.random((4, n_pitches)) < 0.4).astype(np.uint8), (5, 1))[: rng.integers(9, 21)]
        held ^= (rng.random(held.shape) < 0.05).astype(np.uint8)
        struck = held & (np.diff(held, axis=0, prepend=0) == 1)
        struck |= held & (rng.random(held.shape) < 0.3).astype(np.uint8)
        found.append(np.concatenate([held, struck], axis=1) if has_strikes else held)
    return found


def _contexts(pieces: list[UInt8], n: int) -> list[NDArray[np.float32]]:
    return [
        np.eye(n, dtype=np.float32)[np.arange(len(piece)) % max(n, 1)]
        if n
        else np.zeros((len(piece), 0), np.float32)
        for piece in pieces
    ]


def _learner(
    name: str = "rnn", output: str = "notes", *, recipe: dict[str, Any] | None = None, **shape: Any
) -> Any:
    family = families.load(name, encoding="pianoroll")
    sizes = {"n_pitches": 5, "output": output, **SHAPE, **OWN[name], **shape}
    config = family.Config(**sizes)
    pieces = _pieces(n_pitches=config.n_pitches, has_strikes=config.has_strikes)
    told = _contexts(pieces, config.n_context)
    made = family.Recipe(**(PLAIN | (recipe or {})))
    return family.Learner(
        config, made, pieces[1:], pieces[:1], train_context=told[1:], valid_context=told[:1], seed=2
    )


def _train(learner: Any, n: int, begin: int = 0) -> list[float]:
    return [
        learner.update(np.zeros(1, np.int64), stream(1, "update", step), 0.1)["training nats a frame"]
        for step in range(begin, begin + n)
    ]


def _model(learner: Any, name: str = "rnn") -> FrameModel:
    family = families.load(name, encoding="pianoroll")
    model: FrameModel = family.Model.from_tensors(asdict(learner.config), learner.tensors())
    return model


def _window(learner: Any, piece: UInt8, told: NDArray[np.float32]) -> Frames:
    whole = Piece.of(piece, told, has_echo=learner.config.has_echo)
    return Frames.of([whole], [0], [len(piece)], learner.config, torch.device("cpu"))


def _every_frame(n_pitches: int, *, has_strikes: bool, before: UInt8) -> UInt8:
    """All frames that there can be after `before` (n_pitches,): what sounds anew is struck, a rest is not."""
    kinds = (
        [[(0, 0), (1, 1)] + [(1, 0)] * int(was) for was in before] if has_strikes else [[0, 1]] * n_pitches
    )
    rows = np.array(list(product(*kinds)), np.uint8)
    return rows.transpose(0, 2, 1).reshape(len(rows), -1) if has_strikes else rows


@pytest.mark.parametrize(
    "shape", [{}, {"has_echo": False, "n_context": 3}, {"has_strikes": True}, {"n_deep": 0}]
)
@pytest.mark.parametrize("output", EXACT)
@pytest.mark.parametrize("name", FAMILIES)
def test_numpy_says_what_torch_says(name: str, output: str, shape: dict[str, Any]) -> None:
    learner = _learner(name, output, **shape)
    _train(learner, 6)
    pieces = _pieces(3, has_strikes=learner.config.has_strikes, seed=7)
    told = _contexts(pieces, learner.config.n_context)
    for piece, rows, nats in zip(pieces, told, _model(learner, name).nats(pieces, told), strict=True):
        with torch.no_grad():
            learner.network.eval()
            found, _ = learner.network(_window(learner, piece, rows), learner.network.begin(1))
        assert np.abs(found.sum(dim=1).numpy() - nats).max() < 2e-5


@pytest.mark.parametrize("shape", [{}, {"has_strikes": True}])
@pytest.mark.parametrize("output", EXACT)
def test_probabilities_of_all_frames_add_up_to_one(output: str, shape: dict[str, Any]) -> None:
    if shape and output != "notes":
        return  # they know nothing of strikes: every bit is one of its own
    learner = _learner("rnn", output, **shape)
    _train(learner, 10)
    model, piece = _model(learner), _pieces(1, has_strikes=bool(shape), seed=9)[0]
    reading = Reading(model, 1)
    for frame in piece[:6]:
        reading.expect(np.zeros(0, np.float32))
        every = _every_frame(5, has_strikes=bool(shape), before=reading._past[0, 0, :5])
        total = sum(float(np.exp(-reading.nats(one[None])[0])) for one in every)
        assert total == pytest.approx(1, abs=1e-5)
        reading.hear(frame[None])


@pytest.mark.parametrize("shape", [{}, {"has_strikes": True}])
@pytest.mark.parametrize("output", OUTPUTS)
def test_frames_are_drawn_as_often_as_the_model_says(output: str, shape: dict[str, Any]) -> None:
    if shape and output != "notes":
        return
    learner = _learner("rnn", output, n_pitches=3, **shape)
    _train(learner, 12)
    model, n = _model(learner), 20_000
    reading, one = Reading(model, n), Reading(model, 1)
    for frame in _pieces(1, 3, has_strikes=bool(shape), seed=3)[0][:5]:
        for each in (reading, one):
            each.expect(np.zeros(0, np.float32))
            each.hear(np.repeat(frame[None], n if each is reading else 1, axis=0))
    reading.expect(np.zeros(0, np.float32))
    one.expect(np.zeros(0, np.float32))
    drawn = reading.draw(stream(1, "draw"), 1.0)
    more = [stream(2, "estimate")] if output == "rbm" else []
    every = _every_frame(3, has_strikes=bool(shape), before=one._past[0, 0, :3])
    shares = [(drawn == each).all(axis=1).mean() for each in every]
    assert sum(shares) == pytest.approx(1)  # nothing else was drawn
    for share, each in zip(shares, every, strict=True):
        p = float(np.exp(-one.nats(each[None], *more)[0]))
        assert abs(share - p) < 5 * np.sqrt(p * (1 - p) / n) + (0.01 if more else 1e-4)


def test_the_estimate_of_an_rbm_is_what_all_frames_add_up_to() -> None:
    learner = _learner("rnn", "rbm")
    _train(learner, 40)
    reading = Reading(_model(learner), 1)
    reading.expect(np.zeros(0, np.float32))
    every = _every_frame(5, has_strikes=False, before=np.zeros(5, np.uint8))
    total = sum(np.exp(-reading.nats(one[None], stream(1, "z"))[0]) for one in every)
    assert total == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("output", EXACT)
@pytest.mark.parametrize("name", FAMILIES)
def test_no_gradient_comes_from_the_future_nor_from_notes_above(name: str, output: str) -> None:
    """The Jacobian of every bit's nats by all bits: the past, and in its own frame the bits below it."""
    learner = _learner(name, output)
    _train(learner, 5)
    piece = _pieces(1, seed=4)[0][:8]
    window = _window(learner, piece, np.zeros((8, 0), np.float32))
    m = window.n_past

    def nats(frames: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = learner.network(
            replace(window, before=torch.cat([window.before[:m], frames[:, None]])), learner.network.begin(1)
        )[0]
        return found

    learner.network.eval()
    asked: Any = torch.autograd.functional.jacobian
    jacobian = asked(nats, window.before[m:, 0])  # (t, p, s, q)
    t, p, s, q = np.indices(jacobian.shape)
    itself = (s == t) & (q == p)
    foreign = (s > t) | ((s == t) & (q > p if output != "bernoulli" else q != p))
    assert not jacobian.numpy()[foreign & ~itself].any()
    assert np.abs(jacobian.numpy()[(s == t - 1)]).max() > 0
    if output != "bernoulli":
        assert np.abs(jacobian.numpy()[(s == t) & (q < p)]).max() > 0


@pytest.mark.parametrize("name", FAMILIES)
def test_other_frames_later_on_leave_earlier_nats_as_they_are(name: str) -> None:
    """Also by way of the echo, which no gradient goes through."""
    learner = _learner(name)
    _train(learner, 5)
    model, piece = _model(learner, name), np.tile(_pieces(1, seed=5)[0][:4], (4, 1))
    other = piece.copy()
    other[9:] ^= 1
    one, two = model.nats([piece])[0], model.nats([other])[0]
    assert np.array_equal(one[:9], two[:9])
    assert (one[9:] != two[9:]).all()


@pytest.mark.parametrize("output", EXACT)
@pytest.mark.parametrize("name", FAMILIES)
def test_frame_by_frame_is_the_whole_piece(name: str, output: str) -> None:
    learner = _learner(name, output, n_context=2)
    _train(learner, 5)
    model, pieces = _model(learner, name), _pieces(3, seed=6)
    told = _contexts(pieces, 2)
    for piece, rows, whole in zip(pieces, told, model.nats(pieces, told), strict=True):
        reading, found = Reading(model, 1), []
        for frame, row in zip(piece, rows, strict=True):
            reading.expect(row)
            found.append(reading.nats(frame[None])[0])
            reading.hear(frame[None])
        assert np.abs(np.array(found) - whole).max() < 1e-5


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_makes_the_same_music_and_a_prompt_is_gone_on_from(name: str, output: str) -> None:
    learner = _learner(name, output)
    _train(learner, 150)
    model, start = _model(learner, name), _pieces(1, seed=8)[0]
    made = [model.generate(12, stream(seed, "make"), n=2, prompt=start) for seed in (1, 1, 2)]
    assert made[0].shape == (2, 12, 5)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert not np.array_equal(made[0], model.generate(12, stream(1, "make"), n=2, prompt=1 - start))


def test_a_temperature_near_zero_makes_what_is_likeliest_note_by_note() -> None:
    learner = _learner()
    _train(learner, 60)
    model = _model(learner)
    made = [model.generate(16, stream(seed, "cold"), temperature=1e-3) for seed in (1, 2)]
    assert np.array_equal(made[0], made[1])


def test_an_echo_is_what_followed_the_longest_stretch_that_was_heard_before() -> None:
    a, b, c, d = np.eye(4, dtype=np.uint8)
    expected, lengths = echoes(np.stack([a, b, c, b, d, a, b, c, a]))
    none = np.zeros(4, np.uint8)
    # after a: nothing heard before; c: none; b again: c followed; ... a b: c; a b c: b
    wanted = [none, none, none, none, c, none, b, c, b]
    assert np.array_equal(expected, np.stack(wanted))
    assert lengths.tolist() == [0, 0, 0, 0, 1, 0, 1, 2, 3]


def test_an_echo_takes_the_latest_of_equal_stretches_and_time_that_grows_with_the_piece() -> None:
    a, b, c = np.eye(3, dtype=np.uint8)
    expected, _ = echoes(np.stack([a, b, a, c, a]))
    assert np.array_equal(expected[2:], np.stack([np.zeros(3), b, np.zeros(3)]))
    still = np.zeros((20_000, 4), np.uint8)
    assert echoes(still)[1].max() == 8  # one frame for ever: as fast as any


def test_what_is_heard_again_is_foreseen_better_with_an_echo() -> None:
    rng = stream(3, "again")
    songs = [np.tile((rng.random((7, 5)) < 0.5).astype(np.uint8), (4, 1)) for _ in range(30)]
    family = families.load("rnn", encoding="pianoroll")
    found = {}
    for has_echo in (True, False):
        config = family.Config(n_pitches=5, has_echo=has_echo, **SHAPE, n_hidden=16)
        learner = family.Learner(
            config, family.Recipe(**(PLAIN | {"n_steps": 28, "n_rows": 8})), songs[:24], songs[24:], seed=1
        )
        _train(learner, 250)
        found[has_echo] = learner.check(stream(1, "check")).watched
    assert found[True] < 0.7 * found[False]


def test_rows_read_every_step_of_every_piece_once_in_order_and_carry_on() -> None:
    pieces = [Piece.of(piece) for piece in _pieces(6, seed=11)]
    rows = Rows(pieces, n_rows=2, n_steps=5, seed=1)
    place, taken = {0: 0, 1: 0}, 0
    seen: dict[int, list[Any]] = {0: [], 1: []}
    for step in range(200):
        for row, stretch in enumerate(rows.next(stream(1, step), 0.0)):
            assert stretch.is_first == (stretch.begin == 0)
            assert stretch.begin == place[row]
            assert 0 < stretch.end - stretch.begin <= 5
            place[row] = 0 if stretch.end == len(stretch.piece) else stretch.end
            if stretch.is_first:
                seen[row].append(stretch.piece)
                taken += 1
    counts = [sum(each is piece for row in seen.values() for each in row) for piece in pieces]
    assert max(counts) - min(counts) <= 1  # all pieces before any comes again
    assert sum(counts) == taken


def test_gradients_that_are_taken_again_are_the_same() -> None:
    kept, again = (_learner(recipe={"checkpoint_steps": every, "n_steps": 12}) for every in (0, 5))
    assert np.allclose(_train(kept, 6), _train(again, 6), atol=1e-5)
    for one, two in zip(kept.tensors().values(), again.tensors().values(), strict=True):
        assert np.abs(one - two).max() < 1e-4


def test_a_row_that_forgets_reads_its_window_as_a_beginning() -> None:
    """At a learning rate of nothing the weights stay, so only what is carried can make losses differ."""
    found = []
    for forgetting in (0.0, 1.0):
        learner = _learner(
            output="bernoulli", has_echo=False, recipe={"learning_rate": 0.0, "forgetting": forgetting}
        )
        found.append(_train(learner, 4))
    carried, forgotten = found
    assert carried[0] == forgotten[0]
    assert all(abs(one - two) > 1e-4 for one, two in zip(carried[1:], forgotten[1:], strict=True))


def test_pieces_that_are_moved_are_learnt_at_other_pitches() -> None:
    rolls = [np.tile(np.eye(12, dtype=np.uint8)[[5, 6]], (8, 1)) for _ in range(4)]
    family = families.load("rnn", encoding="pianoroll")

    def moved(frames: UInt8, context: Any, semitones: int) -> Any:
        return np.roll(frames, semitones, axis=1), context

    found = []
    for mover in (None, Mover(moved, -5, 6)):
        learner = family.Learner(
            family.Config(n_pitches=12, **SHAPE, n_hidden=16),
            family.Recipe(**PLAIN),
            rolls,
            rolls,
            mover=mover,
            seed=1,
        )
        _train(learner, 80)
        found.append(float(_model(learner).nats([np.roll(rolls[0], -3, axis=1)])[0].mean()))
    assert found[1] < found[0] - 1


def test_rolls_and_contexts_of_another_width_are_refused() -> None:
    model = _model(_learner(n_context=2))
    with pytest.raises(InputError, match="5 bits"):
        model.nats([np.zeros((3, 4), np.uint8)])
    with pytest.raises(InputError, match="2 numbers"):
        model.nats([np.zeros((3, 5), np.uint8)], [np.zeros((3, 1), np.float32)])
    with pytest.raises(InputError, match="2 numbers"):
        model.generate(4, stream(1, "x"), context=np.zeros((3, 2), np.float32))


def test_settings_that_cannot_be_are_refused() -> None:
    family = families.load("rnn", encoding="pianoroll")
    with pytest.raises(ConfigError, match="no output 'chords'"):
        family.Config(n_pitches=5, output="chords")
    with pytest.raises(ConfigError, match="n_pitches"):
        family.Config(n_pitches=0)
    with pytest.raises(ConfigError, match="hidden_dropout"):
        family.Recipe(hidden_dropout=1.0)
    with pytest.raises(ConfigError, match="n_gibbs"):
        family.Recipe(n_gibbs=0)
    with pytest.raises(AoedeError, match="nothing to learn"):
        family.Learner(family.Config(n_pitches=5), family.Recipe(), [np.zeros((0, 5), np.uint8)], [], seed=1)
