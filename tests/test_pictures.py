"""Pictures of models, and of Gibbs chains: what is drawn of units, windows and chains."""

from pathlib import Path

import numpy as np
import pytest

from aoede.cli import main
from aoede.encodings.pianoroll import PianoRoll
from aoede.learning import pictures
from aoede.learning.sampling import Trained
from aoede.models.rbm import RBM, Config
from aoede.randomness import stream


def machine(n_hidden: int = 3, *, weight: float = 0.0, struck: bool = True) -> Trained:
    """An RBM over two steps of C4 to C5 whose hidden units like C4, the later ones more."""
    encoding = PianoRoll(60, 72, 4, struck)
    config = Config(width=encoding.width, window_steps=2, n_hidden=n_hidden)
    weights = np.zeros((config.n_visible, n_hidden), np.float32)
    weights[0] = weight * np.arange(1, n_hidden + 1)
    zeros = np.zeros(n_hidden, np.float32)
    model = RBM(config, weights, np.full(config.n_visible, -30, np.float32), zeros)
    metadata = {"family": "rbm", "config": model.config_values, "encoding": encoding.as_mapping()}
    return Trained.of(metadata, model.to_tensors(), name="small")


def test_look_at_a_shipped_model_without_hidden_units_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["look", "harmony"]) == 0
    assert "ngram" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_units_with_the_largest_weights_come_first() -> None:
    weights = np.array([[1.0, -3.0, 0.0, 2.0], [1.0, 3.0, 0.5, -2.0]])
    assert pictures.strongest(weights, 3).tolist() == [1, 3, 0]
    assert pictures.strongest(weights, 9).tolist() == [1, 3, 0, 2]


def test_a_window_parts_into_held_and_struck_bits_step_by_step() -> None:
    encoding = PianoRoll(60, 61)
    rows = np.arange(8).reshape(1, 8)  # two steps of two held and two struck bits
    parts = pictures.parts_of(rows, encoding)
    assert parts["held"].tolist() == [[[0, 1], [4, 5]]]
    assert parts["struck"].tolist() == [[[2, 3], [6, 7]]]
    assert set(pictures.parts_of(rows, PianoRoll(60, 61, 4, struck=False))) == {"held"}


def test_a_model_without_struck_bits_has_one_picture() -> None:
    assert set(pictures.units_pictures(machine())) == {"held", "struck"}
    assert set(pictures.units_pictures(machine(struck=False))) == {"held"}


def test_a_chain_goes_from_coin_tosses_to_what_the_machine_holds_for_likely() -> None:
    windows = pictures.chain_windows(machine().model, stream(1, "chain"), sweeps=(1, 3))
    assert windows.shape == (4, 2 * 26)
    assert 10 < windows[0].sum() < 42, "fair coins"
    assert not windows[1:].any(), "biases of -30 silence everything"


def test_labels_are_held_through_a_chain() -> None:
    config = Config(width=2, window_steps=1, n_hidden=1, n_labels=1)
    weights = np.array([[0], [0], [60]], np.float32)  # the label turns the hidden unit on
    weights[0] = 60  # and this the first bit
    bias, hidden = np.array([-30, -30, 0], np.float32), np.array([-30], np.float32)
    model = RBM(config, weights, bias, hidden)
    on, off = (
        pictures.chain_windows(model, stream(1, "chain"), labels=np.array([bit], np.uint8), sweeps=(5, 6))
        for bit in (1, 0)
    )
    assert on[-1].tolist() == [1, 0]
    assert not off[2, 1]


def test_the_same_seed_gives_the_same_chain_and_another_does_not() -> None:
    one, same, other = (
        pictures.chain_picture(machine(weight=40.0), stream(seed, "chain"), sweeps=(1, 2))
        for seed in (1, 1, 2)
    )
    assert one == same != other
