"""The lesson on WaveNet does what it says, with other recordings and in seconds in place of its hours."""

import contextlib
import io
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aoede.cli import main
from aoede.encodings.mulaw import MuLaw
from aoede.learning import on_audio, pace
from aoede.models.wavenet import RECIPES, Config, Recipe
from tools import lesson

NAME = "wavenet"
PAGE = (lesson.LESSONS / f"{NAME}.md").read_text(encoding="utf-8")
COMMANDS = lesson.commands_of(PAGE)
RATE_HZ = 8_000
WORDS, VOICES, NOTES = ("one", "two", "three"), ("anna", "ben"), (60, 62, 64, 65, 67, 69, 71, 72)
SMALL = {
    "n_residual": 4, "n_skip": 4, "n_told": 8, "n_taps": 4, "n_quick": 4, "n_outline": 8,
    "n_rows": 1, "n_steps": 200, "n_moved": 0, "phrases_s": 0,
}  # fmt: skip
MAX_BLANKS = 0  # figures that are still to be filled in


def record(folder: Path) -> None:
    """What the lesson asks of its reader: words of two voices, some of them once more, and single notes."""
    rng = np.random.default_rng(1)
    at = np.arange(RATE_HZ // 2) / RATE_HZ
    for i, word in enumerate(WORDS):
        for j, voice in enumerate(VOICES):
            for number in (1, 2, 3, 4):
                tone = np.sin(2 * np.pi * (150 + 70 * j) * at * (1 + 0.3 * i * at)) * np.sin(2 * np.pi * at)
                where = folder / ("later" if number == 4 else "words")
                file = where / f"{word}_{voice}_{1 if number == 4 else number:02}.wav"
                write(file, 0.4 * tone + 0.01 * rng.standard_normal(len(at)))
    at = np.arange(RATE_HZ * 7 // 10) / RATE_HZ
    for pitch in NOTES:
        name = f"{'C_D_EF_G_A_B'[pitch % 12]}{pitch // 12 - 1}"
        tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * at)
        write(folder / "notes" / f"flute_{name}.wav", 0.4 * tone * np.exp(-2 * at))


def write(file: Path, samples: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, samples, RATE_HZ)


def smaller(command: lesson.Command) -> list[str]:
    """The same in a second: a tiny network, a moment of training, a few bars of a song."""
    arguments = command.arguments
    name = arguments[0]
    if name == "train":
        said = {"n_layers": 4, **SMALL} if "n_layers=10" not in arguments else SMALL
        settings = [f"{key}={value}" for key, value in said.items()]
        if "tutorial" not in arguments:
            settings.append("outline_steps=5")
        arguments[arguments.index("--minutes") + 1] = "0.01"
        arguments += [part for setting in settings for part in ("--set", setting)]
    elif name == "sound" and "--seconds" in arguments:
        arguments[arguments.index("--seconds") + 1] = "0.5"
    elif name == "compose":
        arguments += ["--bars", "8", "--candidates", "1", "--files", "wav"]
    return arguments


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """The folder in which all commands ran, one after another, and what each of them printed."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp(NAME)
    record(folder)
    tune = next(part for command in COMMANDS for part in command.arguments if part.endswith(".mid"))
    (folder / tune).parent.mkdir(parents=True)
    shutil.copyfile(lesson.ROOT / tune, folder / tune)
    said = dict[str, str]()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setattr(on_audio, "SAMPLE_S", 0.05)
        patch.setattr(pace, "CALIBRATION_S", 0.02)
        for command in COMMANDS:
            with io.StringIO() as printed:
                patch.setattr("sys.stdout", printed)
                patch.setattr("sys.stderr", printed)
                code = main(smaller(command))
                said[command.line] = printed.getvalue()
            assert code == 0, f"{command.line}\n{said[command.line]}"
    return folder, said


def said_by(ran: tuple[Path, Mapping[str, str]], *words: str) -> str:
    """What the first command with these words printed."""
    return next(told for line, told in ran[1].items() if all(word in line for word in words))


def sound_in(file: Path) -> tuple[np.ndarray, int]:
    samples, rate_hz = soundfile.read(file)
    return samples, rate_hz


# The commands


@pytest.mark.slow
def test_every_command_of_the_lesson_runs_and_leaves_what_it_names(
    ran: tuple[Path, Mapping[str, str]],
) -> None:
    folder, said = ran
    assert len(said) == len(COMMANDS) > 12
    for command in COMMANDS:
        for option in ("--run", "-o", "--out"):
            if option in command.arguments:
                named = command.arguments[command.arguments.index(option) + 1]
                assert (folder / named).exists(), command.line
    for line, told in said.items():
        assert "Traceback" not in told and "Error" not in told, line


@pytest.mark.slow
def test_a_training_says_what_the_lesson_points_to(ran: tuple[Path, Mapping[str, str]]) -> None:
    told = said_by(ran, "--run out/voice")
    assert "labels: part 1, part 2" in told
    line = next(line for line in told.splitlines() if "without a network" in line)
    names = ["uniform", "histogram", "static linear prediction", "adaptive linear prediction"]
    assert sorted(names, key=line.index) == names
    assert "notes are told" in said_by(ran, "--run out/flute")


@pytest.mark.slow
def test_the_samples_are_where_the_lesson_says(ran: tuple[Path, Mapping[str, str]]) -> None:
    samples = ran[0] / "out" / "voice" / "samples"
    for name in ("best.wav", "best.png", "strip.png", "verdict.txt"):
        assert name in PAGE and (samples / name).is_file()
    assert list(samples.glob("step-*.wav")) and list(samples.glob("step-*.png"))
    assert (samples / "best.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_an_examination_has_the_figures_that_the_lesson_explains(ran: tuple[Path, Mapping[str, str]]) -> None:
    told = said_by(ran, "evaluate out/voice")
    for words in ("by linear prediction alone", "told of other clips"):
        assert words in told and words in " ".join(PAGE.split())
    of_network, of_prediction = (
        float(re.findall(pattern, told)[0])
        for pattern in (r"([\d.]+) bits a sample", r"prediction alone ([\d.]+)")
    )
    assert of_network == pytest.approx(of_prediction, abs=0.2)  # where the network begins


@pytest.mark.slow
def test_the_plain_network_has_neither_prior_nor_outline(ran: tuple[Path, Mapping[str, str]]) -> None:
    assert said_by(ran, "evaluate out/plain")
    config = RECIPES["tutorial"].shape_for(0, None)
    assert (config["has_prior"], config["pre_emphasis"]) == (False, 0)
    recipe = RECIPES["tutorial"].recipe
    assert isinstance(recipe, Recipe)
    assert (recipe.noise, recipe.making, recipe.outline_steps) == (0, 0, 0)


@pytest.mark.slow
def test_words_last_as_long_as_the_recordings_and_tunes_are_cut(ran: tuple[Path, Mapping[str, str]]) -> None:
    folder, _ = ran
    word, rate_hz = sound_in(folder / "out" / "three.wav")
    assert rate_hz == RATE_HZ and 0.3 < len(word) / rate_hz < 0.6
    assert len(list((folder / "out" / "cold").glob("*.wav"))) == 3
    tune, rate_hz = sound_in(folder / "out" / "tune.wav")
    assert len(tune) == rate_hz // 2 and np.abs(tune).max() > 0


@pytest.mark.slow
def test_what_is_gone_on_from_stands_at_the_beginning(ran: tuple[Path, Mapping[str, str]]) -> None:
    folder, _ = ran
    given, made = (sound_in(folder / name)[0] for name in ("later/three_anna_01.wav", "out/gone-on.wav"))
    assert len(made) == len(given) + RATE_HZ // 2
    assert np.abs(made[: len(given)] - given).max() < 1e-3


# What it says of sums


def test_the_sums_on_codes_are_right() -> None:
    steps = np.diff(MuLaw(16_000).values.astype(np.float64))
    narrow, wide = steps[127], steps[-1]
    assert f"{narrow:.5f}" in PAGE and f"{wide:.3f}" in PAGE and f"{wide / narrow:.0f} times" in PAGE
    assert round(2 / narrow, -2) == 11_600 and math.ceil(math.log2(2 / narrow)) == 14 and "11,600" in PAGE
    f = {y: math.log(1 + 255 * y) / math.log(256) for y in (0.01, 0.5)}
    assert f"({f[0.01]:.2f} and {f[0.5]:.2f}: {100 * f[0.01]:.0f} %.)" in PAGE


def test_the_sums_on_receptive_fields_are_right() -> None:
    whole, half = Config(), replace(Config(), n_layers=10)
    assert (whole.n_seen, half.n_seen) == (2_048, 1_025)
    assert (whole.n_seen / 16, whole.n_seen / 8, round(half.n_seen / 16)) == (128, 256, 64)
    assert sum(whole.dilations) == 2_046 and f"{sum(half.dilations) + 1:,}; {sum(half.dilations):,}" in PAGE


def places_needed(dilations: Sequence[int]) -> int:
    """In all layers together, for one answer."""
    needed, total = {0}, 0
    for d in reversed(dilations):
        total += len(needed)
        needed |= {at + d for at in needed}
    return total


def test_the_drawing_needs_the_places_that_it_shows() -> None:
    rows = re.findall(r"^    layer \d, d = (\d) +((?:[.O] *){16})", PAGE, re.MULTILINE)
    needed = {15}
    assert [int(d) for d, _ in rows] == [8, 4, 2, 1]
    for d, row in rows:
        assert {at for at, sign in enumerate(row.split()) if sign == "O"} == needed
        needed |= {at - int(d) for at in needed}
    assert needed == set(range(16))


def test_the_sums_on_ninety_minutes_are_right() -> None:
    config = Config()
    assert config.n_layers * config.n_seen == 40_960
    assert round(places_needed(config.dilations), -2) == 19_500
    ours = products(config.n_layers, config.n_residual, config.n_skip, config.n_skip, config.n_outputs)
    theirs = products(50, 32, 512, 512, 256)
    assert (round(ours["all"], -3), round(theirs["all"], -4)) == (164_000, 1_470_000)
    assert ours["all"] * 16_000 == pytest.approx(2.6e9, rel=0.02)
    assert (round(4e-6 * ours["all"], 1), round(4e-6 * theirs["all"])) == (0.7, 6)
    half = products(10, config.n_residual, config.n_skip, config.n_skip, config.n_outputs)
    assert 0.5 < half["all"] / ours["all"] < 0.6
    shares = [theirs[part] / theirs["all"] for part in ("skip", "head", "layers")]
    assert shares[0] > 1 / 2 and 0.24 < shares[1] < 0.28 and shares[2] < 1 / 5


def products(n_layers: int, r: int, s: int, hidden: int, n_out: int) -> dict[str, int]:
    """Multiplications a sample, with rings."""
    parts = {"layers": n_layers * (4 * r * r + r * r), "skip": n_layers * r * s, "head": hidden * (s + n_out)}
    return parts | {"all": sum(parts.values())}


def test_what_the_lesson_says_of_the_settings_is_so() -> None:
    config, recipe = Config(), RECIPES["default"].recipe
    assert isinstance(recipe, Recipe)
    assert (config.n_layers, config.n_residual, config.n_skip) == (20, 32, 64)
    assert (config.n_taps, config.n_quick, config.pre_emphasis) == (48, 16, 0.85)
    assert (recipe.label_dropout, recipe.making) == (0.1, 0.5)
    assert config.leaning > 0.5 and config.fading < 1


def test_the_exercises_set_what_there_is_to_be_set() -> None:
    names = set(re.findall(r"--set (\w+)=", PAGE))
    assert len(names) > 2 and names <= {field.name for kind in (Config, Recipe) for field in fields(kind)}


# The page


@pytest.mark.parametrize("page", sorted(lesson.LESSONS.glob(f"{NAME}*.md")), ids=lambda page: page.name)
def test_blanks_for_figures_are_named_and_the_same_in_both_languages(page: Path) -> None:
    blanks = re.findall(r"<!-- figure: ([a-z-]+) -->", page.read_text(encoding="utf-8"))
    assert len(set(blanks)) == len(blanks) <= MAX_BLANKS
    assert blanks == re.findall(r"<!-- figure: ([a-z-]+) -->", PAGE)
