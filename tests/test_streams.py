"""How documents become rows side by side for truncated back-propagation through time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.neural.streams import Streams, rows_of

Ints = NDArray[np.int64]
N_ROWS, N_STEPS = 4, 8


def _documents(n: int = 12, length: int = 40) -> list[Ints]:
    """Documents of symbols that occur nowhere else, each ended by 0."""
    return [np.append(1 + length * k + np.arange(length), 0) for k in range(n)]


def _streams(documents: list[Ints], labels: Ints | None = None, **changes: int) -> Streams:
    sizes = {"first_symbol": 0, "n_rows": N_ROWS, "n_steps": N_STEPS, "seed": 1} | changes
    return Streams(documents, labels, **sizes)


def _epoch(streams: Streams, epoch: int = 0) -> tuple[Ints, Ints, Ints]:
    """(S, B) inputs and targets, (S, B, n_columns) labels of a whole epoch."""
    first = epoch * streams.n_windows
    windows = [streams.window(first + k) for k in range(streams.n_windows)]
    return (
        np.concatenate([w.inputs for w in windows]),
        np.concatenate([w.targets for w in windows]),
        np.concatenate([w.labels for w in windows]),
    )


def test_each_row_is_unbroken_text_from_window_to_window_and_inputs_are_what_stood_before() -> None:
    inputs, targets, _ = _epoch(_streams(_documents()))
    assert np.array_equal(inputs[1:], targets[:-1])
    goes_on = (targets[1:] == targets[:-1] + 1) | (targets[1:] == 0) | (targets[:-1] == 0)
    assert goes_on.all()
    ends = np.argwhere(targets[:-1] == 0)
    assert len(ends)
    assert all(targets[t + 1, row] % 40 == 1 for t, row in ends)  # a new document, from its first symbol


def test_an_epoch_reads_no_symbol_twice_and_leaves_out_less_than_a_window_a_row() -> None:
    documents = _documents()
    streams = _streams(documents)
    for epoch in range(4):
        seen = _epoch(streams, epoch)[1].ravel()
        seen = seen[seen != 0]
        assert len(set(seen.tolist())) == len(seen)
        n_left_out = sum(map(len, documents)) - streams.n_windows * N_STEPS * streams.n_rows
        assert 0 <= n_left_out < N_ROWS * (N_STEPS + 1)


def test_what_an_epoch_leaves_out_comes_in_another_one() -> None:
    documents = _documents(1, 70)
    streams = _streams(documents)
    seen = {int(symbol) for epoch in range(40) for symbol in _epoch(streams, epoch)[1].ravel()}
    assert seen == set(range(71))


def test_the_labels_of_a_step_are_those_of_the_document_that_its_target_belongs_to() -> None:
    documents = _documents()
    table = np.stack([np.arange(12), np.arange(12)[::-1]], axis=1)
    _, targets, labels = _epoch(_streams(documents, table))
    whose = (targets - 1) // 40
    is_letter = targets != 0
    assert np.array_equal(labels[is_letter], table[whose[is_letter]])
    ends = np.argwhere(~is_letter[1:])  # an end belongs to the document that it ends
    assert all(np.array_equal(labels[t + 1, row], labels[t, row]) for t, row in ends)


def test_another_epoch_has_another_order_and_the_same_seed_the_same() -> None:
    streams = _streams(_documents())
    first, second = _epoch(streams, 0)[1], _epoch(streams, 1)[1]
    assert not np.array_equal(first, second)
    again = _streams(_documents())
    again.window(5 * again.n_windows)  # epochs can be asked for in any order
    assert np.array_equal(_epoch(again, 0)[1], first)
    assert not np.array_equal(_epoch(_streams(_documents(), seed=2), 0)[1], first)


def test_a_state_is_carried_within_an_epoch_only() -> None:
    streams = _streams(_documents())
    flags = [streams.window(k).is_first for k in range(2 * streams.n_windows)]
    assert [k for k, is_first in enumerate(flags) if is_first] == [0, streams.n_windows]


@pytest.mark.parametrize("n", [2, 3, 9, 17, 31, 40])
def test_a_little_text_is_read_in_fewer_rows_or_shorter_windows(n: int) -> None:
    streams = _streams([np.arange(n)])
    inputs, targets, labels = _epoch(streams)
    assert targets.shape == inputs.shape == labels.shape[:2]
    assert 1 <= streams.n_rows <= N_ROWS and targets.size <= n
    assert targets.size > n - streams.n_rows * (streams.n_steps + 1)


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(InputError, match="no document has a character"):
        _streams([np.zeros(0, np.int64), np.zeros(1, np.int64)])


def test_held_out_rows_are_the_documents_in_their_order_under_their_labels() -> None:
    documents = _documents(3, 9)
    window = rows_of(documents, np.arange(3)[:, None], first_symbol=0, n_rows=4)
    text = np.concatenate(documents)[:28]
    assert np.array_equal(window.targets.T.ravel(), text)
    assert np.array_equal(window.inputs.T.ravel(), np.append(0, text[:-1]))
    assert np.array_equal(window.labels[..., 0].T.ravel(), np.repeat(np.arange(3), 10)[:28])
    assert rows_of(documents[:1], None, first_symbol=0, n_rows=99).targets.shape == (1, 10)
