"""Trainings in the studio: what is found in a folder, what is told, nothing lost by a pause."""

from pathlib import Path
from typing import Any

import pytest

from aoede.errors import InputError, MissingError, UsageError
from aoede.learning import families, materials, runs
from aoede.studio import learners
from aoede.studio.learners import LEARNERS, checked_settings, learner_of
from aoede.studio.tasks import scanning
from aoede.studio.tasks.training import Teller
from tests.small_trainings import QUICK, Desk, resumed, scanned, songs_in, texts_in, trained


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return songs_in(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return texts_in(tmp_path_factory.mktemp("texts"))


# What is in a folder


def test_a_scan_names_the_broken_file_and_the_duplicate_and_says_why(songs: Path) -> None:
    found = scanned(songs)
    assert {name: found[name] for name in ("read", "repaired", "skipped", "duplicates")} == {
        "read": 10,
        "repaired": 0,
        "skipped": 2,
        "duplicates": 1,
    }
    told = {row["path"]: row for row in found["rows"]}
    assert told["broken.mid"]["reason"] == "damaged"
    assert "without any track" in told["broken.mid"]["remarks"][0]
    assert {told["again.mid"]["reason"], told["0.mid"]["reason"]} == {"", "duplicate"}
    assert found["others"] == {".pdf": 1}
    assert found["kinds"]["music"]["songs"] == 10
    assert [row["outcome"] for row in found["rows"][:3]] == ["skipped", "skipped", "read"]


def test_a_scan_says_who_can_learn_and_in_both_languages_why_others_cannot(songs: Path, texts: Path) -> None:
    music, words = (
        {f"{e['family']}/{e['encoding']}": e for e in scanned(f)["families"]} for f in (songs, texts)
    )
    assert {name for name, each in music.items() if each["fits"]} == {
        name for name, each in LEARNERS.items() if each.material == "music"
    }
    assert {name for name, each in words.items() if each["fits"]} >= {
        "ngram/characters",
        "mixture/characters",
    }
    assert all(each["why"]["en"] and each["why"]["zh"] for each in music.values() if not each["fits"])
    assert scanned(songs)["recommended"] == "rbm/pianoroll"
    assert scanned(texts)["recommended"] == (
        "mixture/characters" if learners.has_torch() else "ngram/characters"
    )


def test_without_torch_what_can_be_trained_is_recommended_and_the_command_is_said(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (learners, scanning):
        monkeypatch.setattr(module, "has_torch", lambda: False)
    found = scanned(texts)
    assert found["recommended"] == "ngram/characters"
    assert "pip install" in found["install"]
    with pytest.raises(MissingError) as told:
        learners.check_installed(learner_of("mixture"))
    assert "pip install" in told.value.hint
    learners.check_installed(learner_of("ngram"))


def test_a_folder_in_which_nothing_can_be_used_is_told_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(b"no music")
    (tmp_path / "b.txt").write_bytes(b"\0\1\2\3" * 100)
    (tmp_path / "c.wav").write_bytes(b"RIFF")
    found = scanned(tmp_path.resolve())
    assert (found["read"], found["skipped"], found["recommended"]) == (0, 3, None)
    assert all(row["reason"] == "damaged" and row["remarks"] for row in found["rows"])
    assert not any(each["fits"] for each in found["families"])


def test_a_mailbox_is_recommended_for_replies(tmp_path: Path) -> None:
    chat = [f'{{"message": "Are you free on day {n}?", "reply": "Yes, see you then"}}' for n in range(30)]
    (tmp_path / "chat.jsonl").write_text("\n".join(chat))
    found = scanned(tmp_path.resolve())
    assert "two-tower/ngrams" in {f"{e['family']}/{e['encoding']}" for e in found["families"] if e["fits"]}
    assert found["kinds"]["conversations"]["exchanges"] > 1


def test_a_folder_that_became_a_link_is_not_scanned_and_not_learnt_from(songs: Path, tmp_path: Path) -> None:
    link = tmp_path.resolve() / "link"
    link.symlink_to(songs, target_is_directory=True)
    with pytest.raises(InputError, match="something else"):
        scanned(link)
    with pytest.raises(InputError, match="something else"):
        trained(link, tmp_path / "run", "rbm")


# What can be trained


def test_every_family_that_trains_is_there_with_settings_that_it_has() -> None:
    assert {learner.family for learner in LEARNERS.values()} == set(families.names())
    for learner in LEARNERS.values():
        family = families.load(learner.family, encoding=learner.encoding)
        assert "trains" in family.CAPABILITIES
        assert ("torch" in families.needs(family)) == learner.needs_torch
        reading = {"transpose", "text_column", "label_columns", "held_out"}
        said = {name: None for name in learner.settings if name not in reading}
        families.settings_for(family, said)
        assert materials.of(family).on


def test_settings_that_could_name_a_file_or_are_out_of_range_are_refused() -> None:
    for name, value in (
        ("responses", "/etc/passwd"),
        ("meanings", "../../secret"),
        ("folder", "/"),
        ("n_hidden", 10**9),
        ("n_hidden", True),
        ("n_hidden", "6"),
        ("learning_rate", float("nan")),
        ("cell", "os.system"),
        ("text_column", ""),
    ):
        with pytest.raises(UsageError) as told:
            checked_settings(
                learner_of("two-tower" if name in ("responses", "meanings") else "rnn"), {name: value}
            )
        assert told.value.where == f"settings.{name}"
    assert checked_settings(learner_of("rnn"), {"label_columns": "author, form"}) == {
        "label_columns": ["author", "form"]
    }


# What is told


def test_a_training_tells_its_files_its_steps_its_figures_and_its_end(songs: Path, tmp_path: Path) -> None:
    desk = Desk()
    result = trained(songs, tmp_path / "run", "rbm", desk, encoding="pianoroll", n_epochs=8, **QUICK)
    names = [each["event"] for each in desk.events]
    order = [names.index(name) for name in ("reading", "read", "began", "sample", "checked")]
    assert order == sorted(order)
    assert desk.told("read")[0]["skipped"] == 2
    began = desk.told("began")[0]
    assert (began["run"], began["step"], began["seed"]) == ("run", 0, 5)
    last = desk.told("checked")[-1]
    assert last["watched"] == "held-out nats a step"
    assert last["figures"][last["watched"]] == pytest.approx(result["figures"][last["watched"]])
    assert result["is_done"]
    assert result["has_model"]
    assert result["step"] == began["n_steps"]


def test_steps_are_told_four_times_a_second_at_most_with_the_mean_of_their_losses() -> None:
    now, desk = [0.0], Desk()
    teller = Teller(desk, "run", clock=lambda: now[0])  # type: ignore[arg-type]
    for step in range(1, 1001):
        teller.stepped(step, {"loss": float(step)})
        now[0] += 0.01
    told = desk.told("step")
    assert 35 <= len(told) <= 41
    assert told[1]["losses"]["loss"] == pytest.approx((told[0]["step"] + 1 + told[1]["step"]) / 2)


def test_a_training_whose_server_is_gone_goes_on_to_save(songs: Path, tmp_path: Path) -> None:
    class Cut(Desk):
        def tell(self, event: str, **data: Any) -> None:
            super().tell(event, **data)
            if event == "step":
                raise BrokenPipeError

    desk = Cut(stops_after=("step", 2))
    result = trained(songs, tmp_path / "run", "rbm", desk, encoding="pianoroll", n_epochs=2000, **QUICK)
    assert not result["is_done"]
    assert runs.newest(tmp_path / "run")[0].step == result["step"] > 0  # type: ignore[union-attr]


# Pausing and going on


def test_a_training_that_was_paused_twice_comes_to_the_same_bytes(songs: Path, tmp_path: Path) -> None:
    options = {"encoding": "pianoroll", "n_epochs": 24, **QUICK}
    whole = trained(songs, tmp_path / "whole", "rbm", **options)
    parts = trained(songs, tmp_path / "parts", "rbm", Desk(stops_after=("checked", 1)), **options)
    steps = [parts["step"]]
    assert not parts["is_done"]
    parts = resumed(songs, tmp_path / "parts", Desk(stops_after=("checked", 2)))
    steps.append(parts["step"])
    assert not parts["is_done"]
    parts = resumed(songs, tmp_path / "parts")
    assert parts == whole | {"run": "parts"}
    assert 0 < steps[0] < steps[1] < whole["step"]
    models = [(tmp_path / name / runs.MODEL_FILE).read_bytes() for name in ("whole", "parts")]
    assert models[0] == models[1]
