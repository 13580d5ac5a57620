"""Documents have labels; labels become ids and mixtures; both become what a model learns from."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.encodings.chars import Characters
from aoede.errors import ConfigError, UsageError
from aoede.learning.texts import MAX_CUT, Document, Labels, prepare

BURNS, BLAKE = "Robert Burns", "William Blake"


def document(text: str, **labels: str) -> Document:
    return Document(text, labels, "a.csv", 1)


LABELS = Labels(("author", "tune"), ((BURNS, BLAKE), ("临江仙", "如梦令")))


# Labels


def test_labels_are_values_with_enough_text_in_order_of_name() -> None:
    documents = [
        document("x" * 600, author="Zoe", form="ode"),
        document("x" * 601, author=" zoe ", form="ode"),
        document("x" * 1000, author="Ann", form="ode"),
        document("x" * 999, author="Few"),
        document("x" * 5000),
    ]
    labels = Labels.fit(documents)
    assert labels == Labels(("author",), (("Ann", "zoe"),))
    assert labels.sizes == (3,)
    assert labels.ids_of({"author": "ZOE"}).tolist() == [2]
    assert labels.ids_of({"author": "Few"}).tolist() == labels.ids_of({}).tolist() == [0]
    assert Labels.fit(documents, min_characters=1).values == (("Ann", "Few", "zoe"),)
    assert Labels.fit(documents[:1]).columns == ()


def test_names_that_a_model_file_cannot_hold_and_those_with_little_text_are_left_out_and_told() -> None:
    titles = [document("x" * (1000 + i), tune=f"{chr(0x4E00 + i)}" * 9) for i in range(5000)]
    labels = Labels.fit(titles)
    n = len(labels.values[0])
    assert 1000 < n < 5000 and set(labels.values[0]) == {one.labels["tune"] for one in titles[-n:]}
    assert len(json.dumps(json.dumps(labels.as_mapping()))) < 400_000
    documents = [document("x" * 1000, author=name, form="ode") for name in ("Ann", "Zoe")]
    documents += [document("x", author=name, form=" Ode") for name in ("Few", "few ")]
    assert Labels.fit(documents).left_out(documents) == (
        ["author: 2 of 3 names have enough text to be told apart"]
    )


def test_a_condition_mixes_values_within_their_column() -> None:
    assert LABELS.condition().tolist() == [1, 0, 0, 1, 0, 0]
    assert LABELS.condition({BURNS: 0.7, BLAKE: 0.3}).tolist() == pytest.approx([0, 0.7, 0.3, 1, 0, 0])
    assert LABELS.condition({"robert  burns": 3, "如梦令": 1}).tolist() == [0, 1, 0, 0, 0, 1]
    assert LABELS.condition({"tune": "如梦令", "AUTHOR": "william blake"}).tolist() == [0, 0, 1, 0, 0, 1]
    assert LABELS.condition({"author=Robert Burns": 1, "author=William Blake": 1}).tolist()[1:3] == [0.5, 0.5]
    assert Labels().condition().shape == (0,)


@given(st.dictionaries(st.sampled_from([BURNS, BLAKE, "临江仙", "如梦令"]), st.floats(1e-6, 1e6)))
def test_every_column_of_a_condition_sums_to_one(wanted: dict[str, float]) -> None:
    weights = LABELS.condition(wanted)
    assert np.isfinite(weights).all() and (weights >= 0).all()
    assert [part.sum() for part in np.split(weights, [3])] == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"Burns": 1.0}, "no label 'Burns'[^!]*nearest are Robert Burns"),
        ({"author": "wiliam blake"}, "no label 'wiliam blake'[^!]*nearest are William Blake"),
        ({"Xu": 1.0}, "no label 'Xu'[^!]*There are 4, among them"),
        ({"tune": BURNS}, f"no label '{BURNS}'"),
        ({"autor": BURNS}, "no label column 'autor'[^!]*Columns are author, tune"),
        ({BURNS: 0}, "weight of 'Robert Burns' must be a number above 0"),
        ({BURNS: float("nan")}, "weight"),
        ({BURNS: float("inf")}, "weight"),
        ({BURNS: True}, "weight"),
    ],
)
def test_a_condition_that_cannot_be_met_is_refused_with_what_could(
    wanted: dict[str, float], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        LABELS.condition(wanted)
    with pytest.raises(UsageError, match="no label"):
        Labels().condition({BURNS: 1.0})


def test_a_name_in_two_columns_must_be_told_apart() -> None:
    labels = Labels(("author", "form"), (("Ode", "Poe"), ("Ode", "Sonnet")))
    with pytest.raises(UsageError, match=r"is a value of author and form[^!]*author=Ode"):
        labels.condition({"Ode": 1.0})
    assert labels.condition({"form=ode": 1.0}).tolist() == [1, 0, 0, 0, 1, 0]


def test_stored_labels_are_the_same_labels() -> None:
    assert Labels.from_mapping(LABELS.as_mapping()) == LABELS
    assert Labels.from_mapping(Labels().as_mapping()) == Labels()


@pytest.mark.parametrize(
    "values",
    [
        {"columns": ["a"]},
        {"columns": ["a"], "values": [[]]},
        {"columns": ["a"], "values": ["bc"]},
        {"columns": "a", "values": [["b"]]},
        {"columns": ["a"], "values": [["b", "B"]]},
        {"columns": ["a", "A"], "values": [["b"], ["c"]]},
        {"columns": ["a"], "values": [["b", 3]]},
        {"columns": ["a"], "values": 5},
        {"columns": ["a"], "values": [["b", " "]]},
        {"more": 1},
    ],
)
def test_what_are_no_labels_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Labels.from_mapping(values)


# Documents


def test_a_model_learns_from_ids_that_end_and_from_label_ids() -> None:
    documents = [document("ab\n", author=BLAKE), document("", tune="如梦令", author="nobody")]
    encoding = Characters.fit(["ab\n"])
    ids, labels = prepare(documents, encoding, LABELS)
    assert [row.tolist() for row in ids] == [[3, 4, 2, 0], [0]]
    assert labels.tolist() == [[2, 0], [0, 2]] and labels.dtype == np.int64
    assert prepare(documents, encoding)[1].shape == (2, 0)
    assert prepare([], encoding, LABELS)[1].shape == (0, 2)


@given(st.text("ab \n", min_size=2, max_size=300), st.floats(0.01, 0.99))
def test_the_parts_of_a_cut_document_are_the_document(text: str, share: float) -> None:
    whole = Document(text, {"author": "A"}, "a.txt", 3)
    beginning, end = whole.cut(share)
    assert beginning.text + end.text == text and beginning.text and end.text
    assert end.line == 3 + beginning.text.count("\n")
    assert beginning.labels == end.labels == whole.labels


def test_a_document_is_cut_between_paragraphs_else_between_lines() -> None:
    lines = ("word " * 10 + "\n") * 100
    beginning, end = Document(lines, {}, "a.txt", 1).cut(0.1)
    assert end.text.startswith("word") and beginning.text.endswith("\n") and end.line == 11
    near = "x\n" * 50 + "\n" + "x\n" * 450
    assert Document(near, {}, "a.txt", 1).cut(0.1)[1].text == "x\n" * 450


def test_of_a_long_book_no_more_is_cut_than_is_needed_to_judge_by() -> None:
    book = Document("a line of it\n" * 100_000, {}, "a.txt", 1)
    assert abs(len(book.cut(0.1)[0].text) - MAX_CUT) < 20
