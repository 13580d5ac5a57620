"""The command line as a person meets it: what is printed where, exit codes, files."""

import json
import os
import re
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from aoede import export
from aoede.compose import compose as compose_song
from aoede.errors import InputError
from tests.command import Run


def run_process(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aoede", *arguments],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_compose_leaves_every_file_that_there_is_of_a_song_and_says_what_it_did(
    aoede: Run, tmp_path: Path
) -> None:
    done = aoede("compose", "a song that expresses hope and wonder", "--seed", "3", "--bars", "4")
    assert done.code == 0
    suffixes = {path.suffix for path in (tmp_path / "out").iterdir()}
    assert suffixes - {".svg"} >= {".html", ".json", ".mid", ".musicxml", ".png", ".wav"}
    assert (".svg" in suffixes) == (find_spec("verovio") is not None)
    for word in ("hope", "wonder", "valence", "arousal", "bpm", "verse", "--seed 3"):
        assert word in done.out
    assert done.err == ""


def test_compose_answers_chinese_with_the_same_facts(aoede: Run, tmp_path: Path) -> None:
    done = aoede(
        "compose", "我想要一首表达希望和奇迹的歌", "--seed", "3", "--bars", "4", "--audio", "none", "--json"
    )
    told = json.loads(done.out)
    assert told["mood"]["language"] == "zh"
    assert {"希望", "奇迹"} <= set(told["mood"]["keywords"])
    assert told["mood"]["valence"] > 0.3
    assert all(Path(path).stat().st_size > 100 for path in told["files"])


def test_count_makes_songs_with_the_seeds_that_follow(aoede: Run) -> None:
    done = aoede("compose", "joy", "--seed", "5", "-n", "3", "--bars", "2", "--audio", "none", "--json")
    assert [song["seed"] for song in json.loads(done.out)["songs"]] == [5, 6, 7]


def test_repeating_a_command_is_harmless_but_another_song_is_not_overwritten(
    aoede: Run, tmp_path: Path
) -> None:
    command = ("compose", "joy", "--bars", "2", "-o", "song.mid", "--seed")
    assert aoede(*command, "1").code == 0
    before = (tmp_path / "song.mid").read_bytes()
    assert aoede(*command, "1").code == 0
    refused = aoede(*command, "2")
    assert refused.code == 73
    assert "--force" in refused.err
    assert (tmp_path / "song.mid").read_bytes() == before
    assert aoede(*command, "2", "--force").code == 0
    assert (tmp_path / "song.mid").read_bytes() != before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("compose", ""), 65, ("request",)),
        (("compose", "x" * 1_000_000), 65, ("characters",)),
        (("compose", "joy", "--bars", "0"), 2, ("bars", "1", "512")),
        (("compose", "joy", "--key", "H#"), 2, ("H#", "F# minor")),
        (("compose", "joy", "--mode", "lydan"), 2, ("lydian",)),
        (("compose", "joy", "--count", "99"), 2, ("16",)),
        (("compose", "joy", "--progressions", "none.csv"), 66, ("none.csv",)),
        (("compos", "joy"), 2, ("compose",)),
        (("compose",), 2, ("REQUEST",)),
        (("look", "missing.mid"), 66, ("missing.mid",)),
        (("render", "."), 65, ("folder",)),
        (("look", "x.mid", "-o", "x.gif"), 66, ("x.mid",)),
    ],
)
def test_bad_input_is_one_clear_error_with_its_code(
    aoede, tmp_path: Path, arguments, code: int, words
) -> None:
    done = aoede(*arguments)
    assert done.code == code
    assert done.err.startswith("error: ")
    assert all(word in done.err for word in words), done.err
    assert done.out == ""
    assert not list(tmp_path.rglob("*"))


def test_errors_are_json_where_json_was_asked_for(aoede: Run) -> None:
    error = json.loads(aoede("compose", "joy", "--key", "H#", "--json").err)["error"]
    assert error["code"] == "usage"
    assert error["exit"] == 2
    assert error["hint"]


def test_look_and_render_read_back_what_compose_wrote(aoede: Run, tmp_path: Path) -> None:
    aoede("compose", "a march in B minor", "--seed", "1", "--bars", "8", "-o", "song.mid")
    told = json.loads(aoede("look", "song.mid", "--json").out)
    assert told["bars"] == 8
    assert told["repairs"] == []
    assert [track["role"] for track in told["tracks"]] == ["melody", "chords", "bass", "drums"]
    assert Path(told["picture"]).read_bytes().startswith(b"\x89PNG")
    rendered = json.loads(aoede("render", "song.mid", "--json").out)
    assert Path(rendered["audio"]).read_bytes().startswith(b"RIFF")


def test_named_files_and_stems_are_written_and_no_others(aoede: Run, tmp_path: Path) -> None:
    made = aoede(
        "compose", "joy", "--bars", "2", "--seed", "1", "--files", "mid, .musicxml", "--stems", "--json"
    )
    names = [Path(name) for name in json.loads(made.out)["files"]]
    assert [path.suffix for path in names[:2]] == [".mid", ".musicxml"]
    assert {"melody.wav", "chords.wav", "bass.wav"} <= {path.name for path in names[2:]}
    assert all(path.exists() for path in names)
    refused = aoede("compose", "joy", "--files", "mid,exe")
    assert refused.code == 2
    assert ".exe" in refused.err


def test_names_cannot_rewrite_the_terminal(aoede: Run, tmp_path: Path) -> None:
    done = aoede("look", "\x1b[2Jevil.mid")
    assert "\x1b" not in done.err


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from aoede.cli import main;"
        "sys.exit(main(['compose', 'joy', '--bars', '16', '--seed', '1', '--audio', 'none']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 74
    assert "disk is full" in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    done = run_process("compose", "joy", "--bars", "2", "--audio", "none", cwd=tmp_path)
    assert done.returncode == 73
    assert "Traceback" not in done.stderr


def test_doctor_finds_everything_well_and_models_names_licences(aoede: Run) -> None:
    healthy = aoede("doctor", "--json")
    told = json.loads(healthy.out)
    assert healthy.code == 0, told
    assert all(check["ok"] for check in told["checks"])
    listed = json.loads(aoede("models", "--json").out)["models"]
    assert {"harmony"} <= {model["name"] for model in listed}
    assert all(model["licence"] and model["bytes"] > 1000 for model in listed)
    card = json.loads(aoede("models", "tang", "--json").out)
    assert (
        card["schema"] == "aoede.card/1"
        and "李白" in card["labels"]["values"][0]
        and "## Data" in card["card"]
    )
    assert {**next(model for model in listed if model["name"] == "tang"), **card} == card


def test_every_command_explains_itself(aoede: Run) -> None:
    listed = aoede("--help").out.partition("Commands:\n")[2]
    commands = re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)
    assert {"compose", "evaluate", "resume", "sample", "train", "write"} < set(commands)
    for command in commands:
        done = aoede(command, "--help")
        assert done.code == 0
        assert len(done.out.split()) > 15, command


def test_help_answers_quickly(tmp_path: Path) -> None:
    times = []
    for _ in range(5):
        began = cpu_seconds_of_children()
        assert run_process("--help", cwd=tmp_path).returncode == 0
        times.append(cpu_seconds_of_children() - began)
    assert min(times) < 0.3


def cpu_seconds_of_children() -> float:
    """What ended processes took, however busy the machine was."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("command", ["models", "models --json", "--help"])
def test_a_closed_pipe_is_quiet_and_has_its_exit_code(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m aoede {command} | true; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")


def test_aoede_alone_prints_its_help(aoede: Run) -> None:
    assert aoede() == aoede("--help")
    assert aoede().out.startswith("Usage: aoede")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_request_on_stdin_may_be_in_any_encoding_that_people_have(tmp_path: Path, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aoede", "compose", "-", "--bars", "2", "--seed", "1", "--audio", "none", "--json"],
        input="希望和奇迹".encode(encoding), cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["title"] == "希望和奇迹"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xff\xfe\x00", b"\xff" * 50, b"\x00\x01"])
def test_bytes_that_are_no_request_are_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aoede", "compose", "-", "--audio", "none", "--bars", "2"],
        input=data, cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 65)
    assert b"Traceback" not in done.stderr
    assert b"bug" not in done.stderr


def test_half_a_character_is_refused_in_python_too() -> None:
    with pytest.raises(InputError, match="half a character"):
        compose_song("hope \ud83d", seed=1)


def test_a_terminated_command_leaves_no_half_written_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aoede", "compose", "joy", "--bars", "512", "--seed", "1"]
    for wait_s in (0.3, 0.8, 1.3):
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(wait_s)
            process.terminate()
        assert process.returncode in (143, -15)  # -15: before the command had begun
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("suffix", [".mid", ".wav", ".png", ".json"])
def test_the_command_line_and_python_give_the_same_bytes(aoede: Run, tmp_path: Path, suffix: str) -> None:
    for name in ("first", "second"):
        done = aoede(
            "compose", "雨后的彩虹 rainbow", "--seed", "9", "--bars", "6", "--key", "D", "-o", name + suffix
        )
        assert done.code == 0
    first = (tmp_path / f"first{suffix}").read_bytes()
    assert first == (tmp_path / f"second{suffix}").read_bytes()
    song = compose_song("雨后的彩虹 rainbow", seed=9, bars=6, key="D")
    assert first == export.to_bytes(song, suffix)


def test_a_song_can_go_through_a_pipe(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "aoede", "compose", "joy", "--bars", "4", "--seed", "1", "-o", "-"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    assert made.stdout.startswith(b"MThd")
    assert b"valence" in made.stderr
    looked = subprocess.run(
        [sys.executable, "-m", "aoede", "look", "-", "--json", "-o", "song.png"],
        cwd=tmp_path, input=made.stdout, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(looked.stdout)["bars"] == 4


def test_several_songs_do_not_go_into_one_file(aoede: Run, tmp_path: Path) -> None:
    for target in ("song.mid", "-"):
        done = aoede("compose", "joy", "-n", "2", "-o", target)
        assert (done.code, done.out) == (2, "")
        assert "folder" in done.err
    assert not list(tmp_path.iterdir())
