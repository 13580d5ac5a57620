"""Songs over HTTP, by a real server with its workers: made, changed, drawn, heard, saved, opened."""

import io
import json
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

import aoede
from aoede import editing, export, synth
from aoede.sketches import sketch
from aoede.song import Song
from aoede.studio import made_files
from aoede.studio.endpoints.files import disposition
from aoede.studio.made_files import MadeFiles
from tests.studio_server import Client

ZH = "我想要一首表达希望和奇迹的歌"
ASKED = {
    "request": ZH,
    "seed": 5,
    "options": {"form": "verse:2 chorus:2", "instruments": "piano, bass", "tempo": 120},
}


@pytest.fixture(scope="module")
def song() -> Song:
    return aoede.compose(ZH, seed=5, **ASKED["options"])


@pytest.fixture(scope="module")
def shown(client: Client) -> dict[str, Any]:
    """What the server has made of ASKED."""
    return dict(client.made("/songs", ASKED))


def refused(client: Client, method: str, path: str, body: Any, status: int = 422, **query: Any) -> str:
    answer = client.call(method, path, body, **query)
    assert answer.status == status, answer.data
    error = answer.json["error"]
    assert error.keys() >= {"code", "message", "hint", "where"}
    return f"{error['where']}: {error['message']} {error['hint']}"


# Songs


def test_a_song_is_told_while_it_is_made_and_then_stands_in_the_library(client: Client) -> None:
    job = client.post("/songs", ASKED)
    told = list(client.events(job["id"]))
    names = [event["event"] for event in told if event["event"] not in ("queued", "running")]
    assert names[0] == "plan"
    assert set(names[1:-1]) == {"part"}
    assert names[-1] == "done"
    result = told[-1]["result"]
    assert client.get(f"/songs/{result['song']['id']}") == result
    assert client.get(f"/versions/{result['version']['id']}") == {
        "version": result["version"],
        "view": result["view"],
    }
    assert result["song"]["id"] in [row["id"] for row in client.get("/songs", search="奇迹")["songs"]]
    assert job["asked"] == ASKED


def test_without_a_seed_one_is_drawn_and_told(client: Client) -> None:
    rows = [client.made("/songs", {"request": "hope", "options": {"bars": 2}})["song"] for _ in range(2)]
    assert rows[0]["seed"] != rows[1]["seed"]
    again = client.made("/songs", {"request": "hope", "seed": rows[0]["seed"], "options": {"bars": 2}})
    assert again["view"]["tracks"] == client.get(f"/songs/{rows[0]['id']}")["view"]["tracks"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"request": "x" * 10_001}, "10,000"),
        ({"request": ""}, "request"),
        ({"request": " \n"}, "request"),
        ({}, "request"),
        ({"request": "x", "seed": -1}, "seed"),
        ({"request": "x", "seed": 2**63}, "9,223,372,036,854,775,807"),
        ({"request": "x", "options": {"bars": 513}}, "512"),
        ({"request": "x", "options": {"tempo": 301}}, "300"),
        ({"request": "x", "options": {"valence": 1.1}}, "options.valence"),
        ({"request": "x", "options": {"lyrics": "a" * 20_001}}, "20,000"),
        ({"request": "x", "options": {"lyrics": "奇" * 7_000}}, "20,000 bytes"),
        ({"request": "x", "options": {"progressions": "/etc/passwd"}}, "progressions"),
        ({"request": "x", "options": {"candidates": 9}}, "candidates"),
        ({"request": "x", "options": {"style": "polka"}}, "--style"),
        ({"request": "x", "options": {"melody": [[0, 60, 480, 80]]}}, "options.melody"),
    ],
)
def test_too_much_and_what_is_unknown_is_refused_with_its_limit(client: Client, body: Any, says: str) -> None:
    assert says in refused(client, "POST", "/songs", body, wait=1)


def test_models_are_no_paths(client: Client, home: Path) -> None:
    for option in ("harmony", "melody", "lead"):
        for value in ("/etc/passwd", "../models/x", "runs", str(home / "songs.sqlite")):
            told = refused(client, "POST", "/songs", {"request": "x", "options": {option: value}}, 404)
            assert option in told


def test_stars_titles_locks_and_the_trash(client: Client) -> None:
    made = client.made("/songs", {"request": "hope", "options": {"bars": 2}})
    path = f"/songs/{made['song']['id']}"
    locks = {"tracks": ["melody"], "sections": ["verse"], "lines": [1, 2]}
    said = {"starred": True, "title": "奇迹 <b>", "locks": locks, "mix": {"bass": {"volume": 0.5}}}
    changed = client.call("PATCH", path, said).json
    assert (changed["song"]["starred"], changed["song"]["title"], changed["view"]["title"]) == (
        True,
        "奇迹 <b>",
        "奇迹 <b>",
    )
    assert (changed["song"]["locks"], changed["version"]["edit"]) == (locks, "retitle")
    assert client.call("DELETE", path).json["song"]["trashed"] is True
    assert made["song"]["id"] not in [row["id"] for row in client.get("/songs")["songs"]]
    assert client.call("PATCH", path, {"trashed": False}).json["song"]["trashed"] is False
    assert client.post(f"{path}/undo")["song"]["title"] == made["song"]["title"]
    assert "16,000" in refused(client, "PATCH", path, {"mix": {"a": "x" * 17_000}})
    assert "locks.tracks" in refused(client, "PATCH", path, {"locks": {"tracks": ["cello"]}})
    assert "200" in refused(client, "PATCH", path, {"title": "x" * 201})
    refused(client, "PATCH", "/songs/none", {"starred": True}, 404)


def test_edits_undo_redo_and_takes(client: Client, song: Song) -> None:
    made = client.made("/songs", ASKED)
    path, first = f"/songs/{made['song']['id']}", made["version"]["id"]
    options = {"bars": "1-2", "tracks": "chords", "seed": 9}
    new = client.made(f"{path}/edits", {"edit": "regenerate", "options": options})
    assert new["changed"]["tracks"].keys() == {"chords"}
    data = client.call("GET", f"/versions/{new['version']['id']}/files/mid").data
    assert data == export.to_bytes(editing.regenerate(song, **options), ".mid")
    assert (new["version"]["options"], new["song"]["undo"]) == (options, "regenerate")
    assert client.post(f"{path}/undo")["version"]["id"] == first
    assert client.post(f"{path}/redo")["version"] == new["version"]
    job = client.post(f"{path}/takes", {"count": 2, "seed": 3})
    told = list(client.events(job["id"]))
    takes = [event for event in told if event["event"] == "take"]
    rows = told[-1]["result"]["takes"]
    assert [row["id"] for row in rows] == [new["version"]["id"], *(take["version"]["id"] for take in takes)]
    assert len({row["take"] for row in rows}) == 1
    assert client.get(f"/versions/{rows[2]['id']}")["view"] == takes[1]["view"]
    assert client.get(path)["version"]["id"] == new["version"]["id"]
    kept = client.post(f"{path}/current", {"version": rows[2]["id"]})
    assert (kept["view"], kept["song"]["n_versions"]) == (takes[1]["view"], 4)
    edits = [row["edit"] for row in client.get(f"{path}/versions")["versions"]]
    assert edits == ["compose", "regenerate", "take", "take"]


def test_locks_of_the_song_are_locks_of_every_edit(client: Client) -> None:
    made = client.made("/songs", ASKED)
    path = f"/songs/{made['song']['id']}"
    client.call("PATCH", path, {"locks": {"tracks": ["melody"], "sections": ["chorus"], "lines": []}})
    new = client.made(f"{path}/edits", {"edit": "regenerate", "options": {"tracks": "all", "seed": 8}})
    assert new["version"]["options"]["lock"] == "melody,all:chorus"
    before, after = ({t["role"]: t["notes"] for t in each["view"]["tracks"]} for each in (made, new))
    assert before["melody"] == after["melody"]
    chorus = made["view"]["sections"][1]["start"]
    for role in before:
        assert [n for n in before[role] if n[0] >= chorus] == [n for n in after[role] if n[0] >= chorus]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("edits", {"edit": "delete"}, "edit"),
        ("edits", {"edit": "regenerate", "options": {"bars": "90"}}, "bar 90"),
        ("edits", {"edit": "regenerate", "options": {"text": "x"}}, "text"),
        ("edits", {"edit": "set_lyrics", "options": {"text": "奇" * 7_000}}, "20,000 bytes"),
        ("edits", {"edit": "set_lyrics"}, "options.text"),
        ("edits", {"edit": "extend", "options": {"bars": 513}}, "512"),
        ("takes", {"count": 9}, "8"),
        ("continue", {"bars": 65}, "64"),
        ("harmonise", {"tempo": 5}, "20"),
    ],
)
def test_edits_that_cannot_be_are_refused(
    client: Client, shown: dict[str, Any], path: str, body: Any, says: str
) -> None:
    assert says in refused(client, "POST", f"/songs/{shown['song']['id']}/{path}", body, wait=1)


# Files


@pytest.mark.parametrize("kind", ["mid", "mp3", "png", "musicxml", "json"])
def test_a_file_is_that_of_the_library(client: Client, shown: dict[str, Any], song: Song, kind: str) -> None:
    answer = client.call("GET", f"/versions/{shown['version']['id']}/files/{kind}")
    assert answer.status == 200
    assert answer.data == export.to_bytes(song, f".{kind}")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_archives_hold_the_stems_and_are_the_same_each_time(
    client: Client, shown: dict[str, Any], song: Song, tmp_path: Path, home: Path
) -> None:
    for kind, suffix in (("stems.zip", ".wav"), ("stems-midi.zip", ".mid")):
        path = f"/versions/{shown['version']['id']}/files/{kind}"
        first = client.call("GET", path).data
        for file in home.glob(f"cache/*/*/{kind}"):
            file.unlink()
        assert client.call("GET", path).data == first
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            for stem in export.write_stems(song, tmp_path / kind, suffix):
                assert archive.read(stem.name) == stem.read_bytes()


def test_a_file_has_a_name_that_every_program_can_use(client: Client, shown: dict[str, Any]) -> None:
    told = client.call("GET", f"/versions/{shown['version']['id']}/files/mid").headers["content-disposition"]
    row = shown["song"]
    stem = f"{row['key'].replace(' ', '-')}-120-5.mid"
    assert f'filename="song-{stem}"' in told
    assert unquote(told.partition("UTF-8''")[2]) == f"希望和奇迹-{stem}"
    assert (
        disposition('a"b\r\nx奇.mid')
        == "attachment; filename=\"song-a-b-x-.mid\"; filename*=UTF-8''a%22b%0D%0Ax%E5%A5%87.mid"
    )


def test_scores_and_pictures_can_be_shown_where_they_are(client: Client, shown: dict[str, Any]) -> None:
    path = f"/versions/{shown['version']['id']}/files"
    for kind in ("svg", "png"):
        assert (
            client.call("GET", f"{path}/{kind}", inline=1).headers["content-disposition"].startswith("inline")
        )
    policy = client.call("GET", f"{path}/svg", inline=1).headers[
        "content-security-policy"
    ]  # styles are within it
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox" in policy
    refused(client, "GET", f"{path}/html", None, inline=1)
    refused(client, "GET", f"{path}/exe", None, 404)
    refused(client, "GET", "/versions/none/files/mid", None, 404)


def test_a_song_without_words_has_no_lrc_and_says_so(client: Client) -> None:
    made = client.made("/songs", {"request": "hope", "options": {"bars": 2, "lyrics": ""}})
    assert "words" in refused(client, "GET", f"/versions/{made['version']['id']}/files/lrc", None)


def test_a_file_that_many_want_at_once_is_made_once(client: Client, home: Path) -> None:
    made = client.made("/songs", {"request": "hope", "options": {"bars": 4}})
    path = f"/versions/{made['version']['id']}/files/flac"
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(client.call("GET", path).data)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    jobs = client.get("/jobs")["jobs"]
    assert sum(job["asked"].get("version") == made["version"]["id"] for job in jobs) == 1
    assert (
        (home / "cache" / "CACHEDIR.TAG")
        .read_text()
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )


# The sound of the page


def test_the_sound_comes_in_pieces_and_adds_up(client: Client, shown: dict[str, Any], song: Song) -> None:
    version = shown["version"]["id"]
    told = client.made(f"/versions/{version}/sound")
    assert {**told, **client.get(f"/versions/{version}/sound")} == told
    assert (told["rate_hz"], told["n_tracks"]) == (44_100, len(song.tracks))
    pieces, at = [], 0
    while at < told["n_samples"]:
        answer = client.send("GET", f"{told['url']}?from={at}&count=100000")
        pieces.append(np.frombuffer(answer.data, "<i2").reshape(-1, told["n_tracks"], 2))
        at += len(pieces[-1])
    mixed = np.concatenate(pieces).sum(axis=1) / 32768
    heard = synth.render(song, sample_rate_hz=44_100, loudness_dbfs=export.LOUDNESS_DBFS)
    assert mixed.shape == heard.shape == (told["n_samples"], 2)
    assert float(np.abs(mixed - heard).max()) < 4 / 32768
    assert client.made(f"/versions/{version}/sound") == told


def test_the_sound_begins_before_all_of_it_is_made(client: Client) -> None:
    version = client.made("/songs", {"request": "hope", "seed": 3, "options": {"bars": 40}})["version"]["id"]
    job = client.post(f"/versions/{version}/sound")
    told = next(event["sound"] for event in client.events(job["id"]) if event["event"] == "beginning")
    count = min(told["n_ready"], 441_000)
    first = {"from": told["n_ready"] - count, "count": count}
    path = f"/versions/{version}/sound.pcm"
    early = client.call("GET", path, **first).data
    assert client.get(f"/jobs/{job['id']}")["state"] == "running"
    last = client.call("GET", path, **{"from": told["n_samples"] - 1, "count": 10}).data
    assert len(last) == 4 * told["n_tracks"]
    assert client.until(job["id"], lambda found: found["state"] != "running")["state"] == "done"
    assert early == client.call("GET", path, **first).data
    assert len(early) == 4 * told["n_tracks"] * count > 0


def test_a_sound_that_is_not_made_to_its_end_says_so_to_who_waits_for_it(client: Client) -> None:
    version = client.made("/songs", {"request": "hope", "seed": 3, "options": {"bars": 60}})["version"]["id"]
    job = client.post(f"/versions/{version}/sound")
    told = next(event["sound"] for event in client.events(job["id"]) if event["event"] == "beginning")
    path = f"/versions/{version}/sound.pcm?from={told['n_ready']}&count=100"
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(client.send, "GET", path)
        client.call("DELETE", f"/jobs/{job['id']}")
        assert waiting.result().status in (404, 409)


def test_ranges_beyond_the_sound_are_refused(client: Client, shown: dict[str, Any]) -> None:
    version = shown["version"]["id"]
    told = client.made(f"/versions/{version}/sound")
    path = f"/versions/{version}/sound.pcm"
    assert "441,000" in refused(client, "GET", path, None, **{"from": 0, "count": 441_001})
    refused(client, "GET", path, None, **{"from": 0, "count": 0})
    refused(client, "GET", path, None, **{"from": -1, "count": 1})
    refused(client, "GET", path, None, 416, **{"from": told["n_samples"], "count": 1})
    last = client.call("GET", path, **{"from": told["n_samples"] - 1, "count": 10})
    assert len(last.data) == 4 * told["n_tracks"]
    made = client.made("/songs", {"request": "hope", "options": {"bars": 1}})
    refused(
        client, "GET", f"/versions/{made['version']['id']}/sound.pcm", None, 404, **{"from": 0, "count": 1}
    )


# Files from elsewhere, drafts, and what the page asks first


def test_a_file_that_is_opened_becomes_a_song_with_its_settings(
    client: Client, song: Song, home: Path
) -> None:
    told = client.made("/opened", export.to_bytes(song, ".png"), name="../../<b>.png")
    assert told["view"]["options"] == ASKED["options"]
    assert (told["song"]["request"], told["song"]["seed"], told["version"]["edit"]) == (ZH, 5, "open")
    data = client.call("GET", f"/versions/{told['version']['id']}/files/mid").data
    assert data == export.to_bytes(song, ".mid")
    assert "Opened are MIDI files" in refused(
        client, "POST", "/opened", b"\x7fELF" * 100, wait=1, name="x.mid"
    )
    uploads = [path for path in home.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x89PNG"]
    assert all("cache" in path.parts for path in uploads)


def test_a_foreign_file_is_harmonised_and_gone_on_with(client: Client) -> None:
    notes = aoede.compose("hope", seed=1, form="verse:4", instruments="piano", lyrics="")
    data = export.to_bytes(notes, ".mid").replace(b"aoede-recipe", b"other-recipe")
    foreign = client.made("/opened", data, name="奇迹.mid")
    assert (foreign["view"]["is_foreign"], foreign["song"]["title"]) == (True, "Hope")
    path = f"/songs/{foreign['song']['id']}"
    more = client.made(f"{path}/continue", {"bars": 2, "seed": 1})
    assert (more["version"]["edit"], more["view"]["end"] > foreign["view"]["end"]) == ("continue", True)
    client.post(f"{path}/undo")
    around = client.made(
        f"{path}/harmonise", {"mood": "calm", "seed": 2, "instruments": "piano, cello, bass"}
    )
    assert (around["view"]["is_foreign"], around["song"]["n_versions"], around["song"]["undo"]) == (
        False,
        3,
        "harmonise",
    )


def test_drafts_are_kept_as_they_are(client: Client) -> None:
    draft = {"request": ZH, "options": {"bars": 4}, "more": True, "nothing": None, "list": [1, 2.5, "x"]}
    assert client.get("/drafts/make") == {}
    assert client.call("PUT", "/drafts/make", draft).status == 200
    assert client.get("/drafts/make") == draft
    assert "64,000" in refused(client, "PUT", "/drafts/make", {"x": "y" * 64_000})
    refused(client, "PUT", "/drafts/UPPER", draft, 404)


def test_what_is_understood_is_told_at_once(client: Client) -> None:
    told = client.post("/understood", {"request": "雨夜里一个人想念远方的朋友"})
    assert told["mood"]["valence"] < 0
    assert told["plan"]["key"]
    kept = {job["kind"] for job in client.get("/jobs")["jobs"]}
    assert "understand" not in kept  # which is asked at every pause of typing
    refused(client, "POST", "/understood", {"request": ""})


def test_the_choices_are_those_that_songs_take(client: Client) -> None:
    about = client.get("/about")
    assert about["limits"]["bars"] == 512
    assert about["features"].keys() == {"score", "train"}
    choices = about["choices"]
    for name in ("styles", "instruments", "modes", "sections", "harmony", "melody", "lead", "continue"):
        for choice in choices[name]:
            assert all(choice[part] for part in ("id", "en", "zh")), name
    named = {"styles": "style", "modes": "mode", "sections": "form", "harmony": "harmony", "melody": "melody"}
    stated = [(option, choice["id"]) for name, option in named.items() for choice in choices[name]]
    stated += [("lead", choice["id"]) for choice in choices["lead"]]
    stated += [("key", key) for key in choices["keys"]] + [("meter", meter) for meter in choices["meters"]]
    stated += [("form", form) for form in choices["forms"]]
    stated += [("instruments", f"{choice['id']}, piano, drums") for choice in choices["instruments"]]
    for option, value in stated:
        assert sketch("hope", seed=1, **{option: value}).options == {option: value}


# The store of files


def test_what_was_wanted_longest_ago_makes_room(tmp_path: Path) -> None:
    made = MadeFiles(tmp_path, most_bytes=250)
    (tmp_path / "cache").mkdir()
    own = [tmp_path / "cache" / "mine.txt", tmp_path / "cache" / "aoede-x" / "mine.txt"]
    own[1].parent.mkdir()
    for path in own:
        path.write_bytes(bytes(1000))
    for i, name in enumerate(("a", "b")):
        (tmp_path / name).write_bytes(bytes([i]) * 100)
        made.put("version", name, tmp_path / name)
    for name, at in (("a", 100), ("b", 50)):
        found = made.path("version", name)
        assert found is not None
        os.utime(found, (at, at))
    (tmp_path / "c").write_bytes(b"c" * 100)
    made.put("version", "c", tmp_path / "c")
    assert [made.path("version", name) is not None for name in "abc"] == [True, False, True]
    assert [path.read_bytes() for path in own] == [bytes(1000)] * 2
    assert json.dumps(made.told("version", "a")) == "null"
    assert made_files.MOST_BYTES == 2_000_000_000
