"""The lesson on machines that write does what it says, and `aoede look` shows how a model of text foresees."""

import re
from pathlib import Path

import numpy as np
import pytest

from aoede.choice import Choice, choose, gumbel_noise
from aoede.cli import main
from aoede.encodings.chars import END
from aoede.learning import text_pictures
from aoede.learning.sampling import find_checkpoint
from aoede.learning.writer import Writer
from aoede.randomness import stream
from tests.lesson_runs import Lesson, LessonClaims, run, words_and_figures
from tools import lesson

LINE = "What light, what "


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    pytest.importorskip("torch")
    return run("characters", tmp_path_factory.mktemp("characters"))


@pytest.fixture
def one(texts: Lesson) -> Lesson:
    return texts


@pytest.mark.slow
class TestLesson(LessonClaims):
    """What every lesson claims."""


@pytest.mark.slow
def test_the_ladder_of_texts_is_as_the_lesson_says(texts: Lesson) -> None:
    """Not monotone: the n-gram beats every network, and the mixture both; learning while reading beats that."""
    rungs = {
        words: figures for words, figures in map(words_and_figures, texts.printed.splitlines()) if figures
    }

    def nats(start: str, place: int = 0) -> float:
        return min(figures[place] for words, figures in rungs.items() if words.startswith(start))

    assert nats("uniform") > nats("unigram") > nats("Markov chain") > nats("transformer") > nats("LSTM")
    assert min(nats("RNN"), nats("LSTM"), nats("transformer")) > nats("7-gram") + 0.1
    assert nats("mixture") < nats("7-gram") - 0.02
    still, learning = rungs["mixture"][:2]
    assert learning < still - 0.05


@pytest.mark.slow
def test_the_lesson_catches_its_copier_and_keeps_it_from_copying(texts: Lesson) -> None:
    free, kept = (said for line, said in texts.said.items() if "write out/copier" in line)
    assert re.search(r"\]\(1[,)]", free), "no passage is marked"
    assert "it copies" in free
    longest = [
        int(found) for said in (free, kept) for found in re.findall(r"training text: (\d+) char", said)
    ]
    assert longest[0] > 20 and longest[1] <= 15


def test_the_text_to_be_judged_by_is_not_among_that_to_learn_from() -> None:
    learnt, judged = (
        (lesson.ROOT / lesson.TEXTS / name).read_text(encoding="utf-8")
        for name in ("shakespeare.txt", "shakespeare_next.txt")
    )
    assert judged[:1000] not in learnt and len(judged) == 20_096


@pytest.fixture
def ngram(texts: Lesson) -> Writer:
    found, name = find_checkpoint(texts.folder / "out" / "ngram")
    return Writer.of(found.metadata, found.tensors, name=name)


@pytest.mark.slow
def test_the_surprise_in_the_picture_is_what_the_model_is_scored_by(ngram: Writer) -> None:
    seen = text_pictures.foresight(ngram, LINE)
    assert "".join(seen.names) == "What·light,·what·"
    np.testing.assert_allclose(np.exp(seen.log_p).sum(axis=1), 1)
    (scored,) = ngram.model.log_probabilities([np.append(ngram.encoding.encode(LINE), END)])
    np.testing.assert_allclose(seen.log_p[np.arange(len(LINE)), seen.ids], scored[:-1], rtol=1e-5)


@pytest.mark.slow
def test_of_a_long_text_only_the_last_places_are_kept_and_they_know_all_of_it(ngram: Writer) -> None:
    text = "Now " * 30 + LINE
    seen = text_pictures.foresight(ngram, text)
    assert seen.log_p.shape == (text_pictures.MAX_PLACES, ngram.encoding.n_symbols)
    assert "".join(seen.names).endswith("Now·What·light,·what·")
    (scored,) = ngram.model.log_probabilities([ngram.encoding.encode(text)])
    found = seen.log_p[np.arange(len(seen.ids)), seen.ids]
    np.testing.assert_allclose(found, scored[-text_pictures.MAX_PLACES :], rtol=1e-5)


@pytest.mark.slow
def test_the_letter_that_wins_in_the_picture_is_the_one_that_a_writer_chooses(ngram: Writer) -> None:
    seen = text_pictures.foresight(ngram, LINE)
    noise = gumbel_noise(stream(10, "look"), ngram.encoding.n_symbols)
    chosen = [
        int(choose(seen.next_log_p, noise, Choice(temperature=t))[0]) for t in text_pictures.TEMPERATURES
    ]
    assert ngram.encoding.decode(chosen) == "ttmm", "as the lesson says"
    assert set(chosen) <= set(text_pictures.candidates(seen.next_log_p, chosen))


@pytest.mark.slow
def test_the_same_seed_draws_the_same_pictures_and_another_only_another_choice(texts: Lesson) -> None:
    found, name = find_checkpoint(texts.folder / "out" / "ngram")
    one, same, other = (text_pictures.pictures_of(found, name, text=LINE, seed=seed) for seed in (10, 10, 11))
    assert one == same
    assert one["foreseen"] == other["foreseen"] and one["choice"] != other["choice"]


@pytest.mark.slow
def test_look_reads_unknown_characters_and_refuses_texts_where_none_is_read(
    texts: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = str(texts.folder / "out" / "ngram")
    assert main(["look", run, "--text", "好\t\U0001f600 \u0000"]) == 0
    assert main(["look", run, "--text", "", "-f"]) == 2
    assert main(["look", run, "--text", "a" * 10_001, "-f"]) == 2
    assert main(["look", "harmony", "--text", "a"]) == 2
    assert main(["look", str(lesson.ROOT / lesson.SONGS / "cowboy_songs_jessejames.mid"), "--text", "a"]) == 2
    told = capsys.readouterr().err
    assert told.count("--text") == 4 and "Traceback" not in told
