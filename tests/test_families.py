"""What every family of models must do, by what it says that it can. A new family is tested by being there."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from aoede.errors import AoedeError, ConfigError, UsageError
from aoede.learning import families, loop
from aoede.models.wavenet import Take
from aoede.neural.events.piece import EventPiece, Known
from aoede.neural.events.shape import Choice, Shape
from aoede.neural.frames.config import OUTPUTS
from aoede.randomness import stream
from aoede.score import log_probabilities, log_softmax, one_hot, score_text

KNOWN = {"scores", "samples", "autoregressive", "foresees", "ranks", "trains"}
# A family on an encoding, and where it foresees frames of music by one of its outputs: "rnn/pianoroll/nade".
FACES = [
    f"{name}/{encoding}{output}"
    for name in families.names()
    for encoding in families.load(name).ENCODINGS
    for output in (
        [f"/{each}" for each in OUTPUTS]
        if families.load(name, encoding=encoding).MATERIAL == "frames"
        else [""]
    )
]


def _load(face: str) -> Any:
    name, encoding, *_ = face.split("/")
    return families.load(name, encoding=encoding)


TRAINED = [face for face in FACES if "trains" in _load(face).CAPABILITIES]
ON_WINDOWS = [face for face in TRAINED if _load(face).MATERIAL == "windows"]
ON_FRAMES = [face for face in TRAINED if _load(face).MATERIAL == "frames"]
ON_MELODIES = [face for face in TRAINED if _load(face).MATERIAL in ("melodies", "changes")]
ON_AUDIO = [face for face in TRAINED if _load(face).MATERIAL == "audio"]
ON_CONVERSATIONS = [face for face in TRAINED if _load(face).MATERIAL == "conversations"]
ON_TEXTS = [face for face in TRAINED if _load(face).MATERIAL == "texts"]
NETWORKS = [
    face for face in ON_TEXTS if "torch" in families.needs(_load(face)) and not face.startswith("mixture")
]
N_SYMBOLS = 12
LABEL_SIZES = (3,)
# Whatever a family calls its sizes, here they are small.
SMALL_FRAMES = {"n_units": 8, "n_deep": 1, "n_past": 3, "reach": 3, "reach_below": 4}
SMALL_SHAPE = {"n_hidden": 12, "n_width": 16, "n_heads": 2, "n_layers": 1, "n_embedding": 8, "context": 16}
SMALL_RECIPE = {
    "batch_size": 16,
    "n_rows": 4,
    "n_steps": 8,
    "order": 3,
    "precision": "float32",
    "n_warm_up": 5,
}


def _rolls(n: int, seed: int) -> list[NDArray[np.uint8]]:
    """Pieces of 24 steps and 10 bits in which bits 0..4 sound in turn and bits 5..9 are noise."""
    rng = stream(seed, "rolls")
    rolls = []
    for _ in range(n):
        roll = (rng.random((24, 10)) < 0.1).astype(np.uint8)
        roll[:, :5] = np.eye(5, dtype=np.uint8)[(np.arange(24) + rng.integers(5)) % 5]
        rolls.append(roll)
    return rolls


SHAPE = Shape((4, 6), (Choice("first", 5, (), (3,), 2, (1,)), Choice("second", 6, (6,), (2, 4), 1, (2,))))


def _events(n: int, seed: int) -> list[EventPiece]:
    """Pieces of 24 events in which the first choice goes round, and the second is what the column told says."""
    rng = stream(seed, "events")
    pieces = []
    for _ in range(n):
        first = np.where(rng.random(24) < 0.9, np.arange(24) + rng.integers(5), rng.integers(5, size=24)) % 5
        told = rng.integers(6, size=24)
        second = np.where(rng.random(24) < 0.9, (told + 1) % 6, rng.integers(6, size=24))
        known = [Known.empty(24, choice) for choice in SHAPE.choices]
        for each, size in zip(known, (3, 2), strict=True):
            each.attributes[:, :, 0] = rng.integers(1, size, each.attributes.shape[:2]) if size > 2 else 1
        known[0].proposals[:, 0] = rng.integers(-1, 5, 24)
        known[1].told[:, 0], known[1].attributes[:, :, 1] = told, np.arange(6) % 4
        before = np.append(0, 1 + first[:-1])
        read = np.stack([rng.integers(4, size=24), before], axis=1).astype(np.int16)
        pieces.append(EventPiece(read, tuple(known), np.stack([first, second], axis=1).astype(np.int16)))
    return pieces


def _texts(n: int, seed: int) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Documents in which symbols 2..11 follow one another by the steps that their label says, and labels (n, 1)."""
    rng = stream(seed, "texts")
    labels = rng.integers(0, 3, (n, 1))
    documents = []
    for label in labels[:, 0]:
        steps = np.where(rng.random(rng.integers(12, 40)) < 0.9, label + 1, rng.integers(10))
        documents.append(np.append((rng.integers(10) + steps.cumsum()) % 10 + 2, 0))
    return documents, labels


def _takes(n: int, seed: int) -> list[Take]:
    """Clips of 300 samples in which the codes 40, 80, ..., 200 follow one another as fast as the label says."""
    rng = stream(seed, "takes")
    takes = []
    for i in range(n):
        turns = (rng.integers(5) + (np.arange(300) * (1 + i % 3)) // 2) % 5
        takes.append(Take.of(40 + 40 * turns + rng.integers(-1, 2, 300), [i % 3]))
    return takes


def _answers(n: int, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Messages of the words 2..11, each with a reply that begins with its first word."""
    rng = stream(seed, "answers")
    messages = [rng.integers(2, N_SYMBOLS, rng.integers(2, 6)) for _ in range(n)]
    return [(message, np.append(message[:1], rng.integers(2, N_SYMBOLS, 2))) for message in messages]


def _answering(family: Any, recipe: Any, n: int) -> Any:
    """A learner on messages and replies, as ids of words or as sets of features."""
    train, valid = _answers(4 * n, 1), _answers(8, 2)
    if family.ENCODINGS[0] == "words":
        config = family.Config(n_symbols=N_SYMBOLS, n_embedding=8, n_hidden=12)
        return family.Learner(config, recipe, train, valid, seed=3)
    config = family.Config(
        n_features=N_SYMBOLS, n_learned=11, meaning_width=1, n_buckets=8, width=8, n_hidden=12, n_out=8
    )
    fixed = {"meaning": np.zeros((1, 1), np.float32), "rarity": np.ones(N_SYMBOLS, np.float32)}
    return family.Learner(config, recipe, _pairs(family, train), _pairs(family, valid), fixed=fixed, seed=3)


def _pairs(family: Any, said: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Any:
    sides = [[SimpleNamespace(ids=np.append(0, ids), buckets=ids % 8, word_ids=ids) for ids in side]
             for side in zip(*said, strict=True)]  # fmt: skip
    return family.Pairs(*sides, np.array([int("".join(f"{i:02}" for i in reply)) for _, reply in said]))


def _small(kind: Any, sizes: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(kind)}
    return {name: value for name, value in sizes.items() if name in known}


def _learner(name: str, *, n: int = 12, **changes: Any) -> Any:
    family = _load(name)
    recipe = replace(family.RECIPES["default"].recipe, **_small(family.Recipe, SMALL_RECIPE), **changes)
    if name in ON_FRAMES:
        shape = _small(family.Config, SMALL_SHAPE) | SMALL_FRAMES
        config = family.Config(n_pitches=10, output=name.split("/")[2], **shape)
        return family.Learner(config, recipe, _rolls(n, 1), _rolls(4, 2), seed=3)
    if name in ON_MELODIES:
        config = family.Config(shape=SHAPE, **_small(family.Config, SMALL_SHAPE | {"n_units": 16}))
        return family.Learner(config, recipe, _events(n, 1), _events(4, 2), seed=3)
    if name in ON_WINDOWS:
        config = family.Config(width=10, window_steps=4, n_hidden=12)
        return family.Learner(config, recipe, _rolls(n, 1), _rolls(4, 2), seed=3)
    if name in ON_AUDIO:
        config = family.Config(
            n_layers=4, n_cycle=4, n_residual=8, n_skip=8, label_sizes=LABEL_SIZES, n_taps=4, n_quick=2
        )
        recipe = replace(recipe, n_steps=100, n_context=20, average=0.9, outline_steps=20)
        return family.Learner(config, recipe, _takes(n, 1), _takes(4, 2), seed=3)
    if name in ON_CONVERSATIONS:
        return _answering(family, recipe, n)
    shape = {"n_symbols": N_SYMBOLS, "label_sizes": LABEL_SIZES, **_small(family.Config, SMALL_SHAPE)}
    (train, train_labels), (valid, valid_labels) = _texts(4 * n, 1), _texts(8, 2)
    config = family.Config(**shape)
    return family.Learner(
        config, recipe, train, valid, train_labels=train_labels, valid_labels=valid_labels, seed=3
    )


@cache
def _model(name: str) -> tuple[Any, float]:
    """A model that was trained well, and its held-out figure. Whoever asks for it shares it."""
    learner = _learner(name)
    _train(learner, 0, 300)
    watched = learner.check(stream(1, "check")).watched
    return _load(name).Model.from_tensors(asdict(learner.config), learner.tensors()), watched


def _logits(model: Any, ids: NDArray[np.int64], condition: Any = None) -> NDArray[np.float64]:
    """(T + 1, V) log-probabilities before each of the ids and after them, one row read step by step."""
    logits, state = model.start(1, condition)
    rows = [logits[0]]
    for symbol in ids:
        logits, state = model.step(state, np.array([symbol]))
        rows.append(logits[0])
    table = np.asarray(rows, np.float64)
    return np.asarray(table - np.log(np.exp(table).sum(axis=1, keepdims=True)))


def _train(learner: Any, first: int, last: int, n_steps: int = 300) -> None:
    for step in range(first, last):
        indices = loop.batch_of(1, step, learner.n_examples, learner.batch_size)
        learner.update(indices, stream(1, "update", step), step / n_steps)


def _all(learner: Any) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in {**learner.tensors(), **learner.state()}.items()}


def test_being_in_the_folder_is_registration_and_a_wrong_name_is_told_which_there_are() -> None:
    assert {"mixture", "ngram", "rbm", "rnn", "seq2seq", "transformer", "two-tower", "wavenet"} == set(
        families.names()
    )
    with pytest.raises(UsageError, match="ngram"):
        families.load("rbn")


@pytest.mark.parametrize("name", FACES)
def test_a_family_says_what_it_can_and_refuses_settings_that_it_does_not_know(name: str) -> None:
    family = _load(name)
    assert set(family.CAPABILITIES) <= KNOWN
    assert family.ENCODINGS
    with pytest.raises(ConfigError, match="nonsense"):
        family.Config.from_mapping({"nonsense": 1})


@pytest.mark.parametrize("name", TRAINED)
def test_training_makes_the_held_out_figure_better(name: str) -> None:
    before, (_, after) = _learner(name).check(stream(1, "check")).watched, _model(name)
    if name.startswith("mixture"):  # its n-gram knows all that can be known of this at once
        assert after < min(before + 0.05, np.log(N_SYMBOLS) - 1)
    else:
        assert after < before - 0.5


@pytest.mark.parametrize("name", TRAINED)
def test_what_was_stored_goes_on_to_the_same_bits(name: str) -> None:
    learner = _learner(name)
    _train(learner, 0, 20)
    learner.check(stream(1, "check"))
    tensors = {key: array.copy() for key, array in learner.tensors().items()}
    state = {key: array.copy() for key, array in learner.state().items()}
    other = _learner(name)
    other.restore(tensors, state)
    assert _all(other) == _all(learner)
    for each in (learner, other):
        _train(each, 20, 40)
        each.check(stream(2, "check"))
    assert _all(other) == _all(learner)


@pytest.mark.parametrize("name", TRAINED)
def test_a_state_that_lacks_a_part_is_refused(name: str) -> None:
    learner = _learner(name)
    tensors, state = learner.tensors(), learner.state()
    for part in (tensors, state):
        for key in part:
            less = {other: array for other, array in part.items() if other != key}
            with pytest.raises(AoedeError):
                learner.restore(*((less, state) if part is tensors else (tensors, less)))


@pytest.mark.parametrize("name", TRAINED)
def test_smaller_steps_are_part_of_the_state(name: str) -> None:
    plain, tamed, restored = (_learner(name) for _ in range(3))
    tamed.tame()
    restored.restore(tamed.tensors(), tamed.state())
    for learner in (plain, tamed, restored):
        _train(learner, 0, 8)
    assert _all(tamed) == _all(restored)
    if "n_steps" not in dir(tamed):  # what is counted has no steps
        assert _all(plain) != _all(tamed)


@pytest.mark.parametrize("name", ON_WINDOWS)
def test_a_model_that_was_stored_scores_and_samples_as_before(name: str) -> None:
    family, learner = _load(name), _learner(name)
    _train(learner, 0, 50)
    config = asdict(learner.config)
    models = [family.Model.from_tensors(config, learner.tensors()) for _ in range(2)]
    scores = [family.score(model, _rolls(3, 5), None, stream(1, "score")) for model in models]
    assert scores[0] == scores[1]
    assert scores[0].low <= scores[0].value <= scores[0].high
    made = [model.generate(9, stream(1, "sample"), n=2) for model in models]
    assert made[0].shape == (2, 9, 10)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], models[0].generate(9, stream(2, "sample"), n=2, settled=False))
    assert set(np.unique(made[0])) <= {0, 1}


@pytest.mark.parametrize("name", NETWORKS)
def test_future_symbols_do_not_change_past_logits(name: str) -> None:
    """As the network reads them in training: a whole window at once."""
    learner = _learner(name)
    _train(learner, 0, 5)
    network, labels = learner.network.eval(), torch.zeros((20, 3, 1), dtype=torch.long)
    ids = torch.from_numpy(stream(1, "future").integers(2, N_SYMBOLS, (20, 3)))
    other = torch.cat([ids[:12], 2 + (ids[12:] + 3) % 10])
    with torch.no_grad():
        one, two = (network(window, labels, network.begin(3))[0] for window in (ids, other))
    assert torch.equal(one[:12], two[:12])
    assert (one[12:] - two[12:]).abs().amax(dim=2).min() > 0


@pytest.mark.parametrize("name", ON_TEXTS)
def test_step_by_step_is_what_is_scored_and_rows_do_not_touch_one_another(name: str) -> None:
    model, _ = _model(name)
    documents, labels = _texts(5, 7)
    scored = log_probabilities(model, documents, labels)
    for document, label, found in zip(documents, labels, scored, strict=True):
        condition = one_hot(label[None], LABEL_SIZES)
        alone = _logits(model, document, condition)[np.arange(len(document)), document]
        assert np.allclose(found, alone, atol=1e-5)
    figure = score_text(model, documents, labels)
    assert figure.value == pytest.approx(-np.concatenate(scored).mean())
    assert figure.n_symbols == sum(map(len, documents))


@pytest.mark.parametrize("name", ON_TEXTS)
def test_a_state_can_be_kept_and_gone_back_to_and_rows_chosen(name: str) -> None:
    model, _ = _model(name)
    _, state = model.start(3, np.eye(3))
    _, state = model.step(state, np.array([2, 5, 9]))
    first, _ = model.step(state, np.array([3, 6, 10]))
    model.step(state, np.array([7, 7, 7]))
    again, _ = model.step(state, np.array([3, 6, 10]))
    assert np.array_equal(first, again)
    chosen, _ = model.step(model.select(state, np.array([2, 0])), np.array([10, 3]))
    assert np.allclose(chosen, first[[2, 0]], atol=1e-5)


@pytest.mark.parametrize("name", ON_TEXTS)
def test_a_label_helps_and_a_mixture_of_labels_lies_between(name: str) -> None:
    model, _ = _model(name)
    documents, labels = _texts(30, 9)
    assert score_text(model, documents, labels).value < score_text(model, documents, None).value - 0.02
    told = np.zeros(3)  # nats of all documents under their label, half of it, and another one
    for document, label in zip(documents, labels[:, 0], strict=True):
        right, wrong = np.eye(3)[label], np.eye(3)[label % 2 + 1]
        for i, condition in enumerate((right, (right + wrong) / 2, wrong)):
            told[i] += _logits(model, document, condition)[np.arange(len(document)), document].sum()
    assert told[0] > told[1] > told[2]


@pytest.mark.parametrize("name", ON_TEXTS)
def test_a_text_model_that_was_stored_says_the_same(name: str) -> None:
    family, (model, _) = _load(name), _model(name)
    again = family.Model.from_tensors(model.config_values, model.to_tensors())
    ids = stream(2, "stored").integers(2, N_SYMBOLS, 15)
    assert np.array_equal(_logits(model, ids), _logits(again, ids))
    with pytest.raises(AoedeError):
        family.Model.from_tensors(model.config_values, {"strange": np.zeros(3, np.float32)})


@pytest.mark.parametrize("name", ON_TEXTS)
def test_few_documents_can_be_learnt_by_heart(name: str) -> None:
    learner = _learner(name, n=1, **_small(_load(name).Recipe, {"dropout": 0.0, "weight_dropout": 0.0}))
    _train(learner, 0, 400, 400)
    model = _load(name).Model.from_tensors(asdict(learner.config), learner.tensors())
    documents, labels = _texts(4, 1)
    assert score_text(model, documents, labels).value < 1.2 < np.log(N_SYMBOLS) / 2


def _scores(model: Any, piece: EventPiece) -> list[NDArray[np.float64]]:
    """(T, values) of each choice, read event by event."""
    state, found = model.begin(1), [list[NDArray[np.float64]]() for _ in piece.known]
    for t in range(len(piece)):
        state = model.advance(state, piece.read[t : t + 1])
        for which, known in enumerate(piece.known):
            found[which].append(model.scores(state, which, known.part(slice(t, t + 1)))[0])
    return [log_softmax(np.asarray(rows, np.float64)) for rows in found]


@pytest.mark.parametrize("name", ON_MELODIES)
def test_event_by_event_is_what_is_judged_and_what_is_forbidden_has_no_chance(name: str) -> None:
    model, watched = _model(name)
    piece = _events(1, 7)[0]
    for each in piece.known:
        each.attributes[5, :3, 0] = 0
    chosen = piece.chosen.copy()
    chosen[5] = 4
    piece = EventPiece(piece.read, piece.known, chosen)
    steps = _scores(model, piece)
    nats = model.nats([piece, *_events(3, 8)])[0]
    for which, logs in enumerate(steps):
        assert np.allclose(-logs[np.arange(24), piece.chosen[:, which]], nats[:, which], atol=1e-5)
        assert np.exp(logs[5, :3]).sum() == pytest.approx(0)
    figure = _load(name).score(model, _events(4, 2), None, stream(1, "score"))
    assert figure.value == pytest.approx(watched, abs=1e-4)


@pytest.mark.parametrize("name", ON_MELODIES)
def test_events_to_come_change_nothing_before_them(name: str) -> None:
    model, _ = _model(name)
    piece, other = _events(2, 7)
    mixed = EventPiece(np.concatenate([piece.read[:12], other.read[12:]]), piece.known, piece.chosen)
    one, two = (_scores(model, each) for each in (piece, mixed))
    assert all(np.array_equal(a[:12], b[:12]) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0][12:], two[0][12:])


@pytest.mark.parametrize("name", ON_MELODIES)
def test_a_model_of_events_that_was_stored_says_the_same_and_lines_do_not_touch_one_another(
    name: str,
) -> None:
    family, (model, _) = _load(name), _model(name)
    again = family.Model.from_tensors(model.config_values, model.to_tensors())
    pieces = _events(3, 9)
    assert all(np.array_equal(a, b) for a, b in zip(model.nats(pieces), again.nats(pieces), strict=True))
    state = model.begin(3)
    for t in range(5):
        state = model.advance(state, np.stack([piece.read[t] for piece in pieces]))
    known = pieces[2].known[0].part(slice(4, 5))
    alone = model.scores(model.select(state, np.array([2])), 0, known)
    assert np.allclose(
        log_softmax(np.asarray(alone, np.float64))[0], _scores(model, pieces[2])[0][4], atol=1e-5
    )
    with pytest.raises(AoedeError):
        family.Model.from_tensors(model.config_values, {"strange": np.zeros(3, np.float32)})


@pytest.mark.parametrize("name", ON_MELODIES)
def test_a_piece_that_is_not_of_the_shape_or_chooses_the_forbidden_is_refused(name: str) -> None:
    model, _ = _model(name)
    piece = _events(1, 1)[0]
    piece.known[0].attributes[3, piece.chosen[3, 0], 0] = 0
    with pytest.raises(AoedeError, match="forbidden"):
        model.nats([piece])
    with pytest.raises(AoedeError, match="columns"):
        model.nats([EventPiece(piece.read + 100, piece.known, piece.chosen)])
