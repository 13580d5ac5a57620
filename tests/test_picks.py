"""Picks: what was taken is counted, nothing of a message is kept, and a damaged file is told."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aoede.errors import InputError, OutputError
from aoede.learning import picks
from aoede.learning.picks import FILE, LEAST, MOST, MOST_COUNTED, NO_PICKS, SCHEMA, Picks

counts = st.dictionaries(st.text(max_size=8), st.integers(0, MOST_COUNTED), max_size=4)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_they_lie_where_aoede_home_says(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert picks.place() == home / FILE
    assert picks.save(NO_PICKS.with_pick("Yes.", "yes", ["yes", "no"])) == home / FILE
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path / "other"))
    assert picks.load() == NO_PICKS
    for unset in ("", None):
        monkeypatch.delenv("AOEDE_HOME") if unset is None else monkeypatch.setenv("AOEDE_HOME", unset)
        assert picks.place().name == FILE
        assert tmp_path not in picks.place().parents
        assert picks.place().is_absolute()


def test_a_pick_is_counted_with_what_was_offered_beside_it(home: Path) -> None:
    found = NO_PICKS.with_pick("Sounds good!", "accept", ["accept", "decline", "later"])
    found = found.with_pick("sounds good", "accept", ["accept", "decline"])
    assert found.replies == {"sounds good": 2}
    assert found.taken == {"accept": 2}
    assert found.offered == {"accept": 2, "decline": 2, "later": 1}
    assert Picks() == NO_PICKS  # nothing is changed in place
    picks.save(found)
    assert picks.load() == found
    picks.save(found.with_pick("好啊！", "accept", ["accept"]))
    assert picks.load().of_reply("好啊") == 2


def test_nothing_of_a_message_is_in_the_file(home: Path) -> None:
    place = picks.save(NO_PICKS.with_pick("On Friday.", "when", ["when", "yes"]))
    values = json.loads(place.read_bytes())
    assert values == {
        "schema": SCHEMA,
        "replies": {"on friday": 1},
        "taken": {"when": 1},
        "offered": {"when": 1, "yes": 1},
    }
    assert [path.name for path in home.iterdir()] == [FILE]


def test_the_same_picks_in_another_order_are_the_same_bytes(home: Path) -> None:
    one = NO_PICKS.with_pick("Yes.", "yes", ["yes", "no"]).with_pick("No.", "no", ["no", "yes"])
    other = NO_PICKS.with_pick("No.", "no", ["yes", "no"]).with_pick("Yes.", "yes", ["no", "yes"])
    data = picks.save(one).read_bytes()
    assert picks.save(other).read_bytes() == data


def test_forgetting_leaves_no_file_and_says_whether_there_was_one(home: Path) -> None:
    assert not picks.forget()
    place = picks.save(NO_PICKS.with_pick("Yes.", "yes", ["yes"]))
    assert picks.forget()
    assert not place.exists()
    assert not picks.forget()
    assert picks.load() == NO_PICKS


GOOD = {"schema": SCHEMA, "replies": {}, "taken": {}, "offered": {}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b"[" * 100_000,
        json.dumps(GOOD | {"schema": "aoede.picks/9"}).encode(),
        json.dumps({name: value for name, value in GOOD.items() if name != "taken"}).encode(),
        json.dumps(GOOD | {"taken": ["yes"]}).encode(),
        *(
            json.dumps(GOOD).replace('"taken": {}', f'"taken": {{"yes": {number}}}').encode()
            for number in (
                "-1",
                "1.5",
                "true",
                '"1"',
                "null",
                "NaN",
                "Infinity",
                "1e999",
                "9" * 5_000,
                "10000000",
            )
        ),
    ],
    ids=lambda content: content[:40].decode("latin-1"),
)
def test_a_damaged_file_is_named_with_the_way_out(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / FILE).write_bytes(content)
    with pytest.raises(InputError, match="damaged") as caught:
        picks.load()
    assert caught.value.where == str(home / FILE)
    assert "--forget-picks" in caught.value.hint
    assert picks.forget()


@given(st.binary(max_size=60))
def test_any_bytes_are_picks_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("picks")
        patch.setenv("AOEDE_HOME", str(home))
        (home / FILE).write_bytes(content)
        with pytest.raises(InputError):
            picks.load()


def test_a_place_that_cannot_be_written_or_removed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError):
        picks.save(NO_PICKS)
    assert not picks.forget()
    monkeypatch.setenv("AOEDE_HOME", str(tmp_path))
    (tmp_path / FILE).mkdir()
    with pytest.raises(OutputError):
        picks.forget()


@given(counts, counts, counts, st.text(max_size=8))
def test_no_intent_is_moved_beyond_the_bounds(
    replies: dict[str, int], taken: dict[str, int], offered: dict[str, int], name: str
) -> None:
    found = Picks(replies, taken, offered)
    for intent in (name, *taken, *offered):
        assert LEAST <= found.of_intent(intent) <= MOST
        assert 1 <= found.of_reply(intent) <= 1 + MOST_COUNTED
    more = found.with_pick(name, name, [name])
    assert more.of_intent(name) >= found.of_intent(name)
    assert max(more.taken.values()) <= MOST_COUNTED


def test_what_is_taken_rises_and_what_is_passed_over_falls() -> None:
    assert NO_PICKS.of_intent("yes") == NO_PICKS.of_reply("Yes.") == 1
    found = NO_PICKS
    for _ in range(9):
        before = found
        found = found.with_pick("Yes.", "yes", ["yes", "no", "later"])
        assert found.of_intent("yes") > before.of_intent("yes")
        assert found.of_intent("no") < before.of_intent("no")
    assert found.of_intent("yes") == pytest.approx((9 + 3) / (9 / 3 + 3))
    assert found.of_intent("other") == 1
    assert Picks({}, {"yes": 10}, {"yes": 30}).of_intent("yes") == 1  # one in three is what chance gives
