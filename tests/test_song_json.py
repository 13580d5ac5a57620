"""Songs as JSON: read back they are the songs that were written, and what is none is refused."""

import json
from typing import Any

import pytest

import aoede
from aoede.errors import InputError
from aoede.formats import song_json


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return song_json.to_dict(aoede.compose("希望", seed=1, bars=8, valence=0.2))


def test_a_song_read_back_is_the_song_with_its_ritardando_to_the_last_bit() -> None:
    for request in ("hope and wonder", "我想要一首表达希望和奇迹的歌"):
        song = aoede.compose(request, seed=2, bars=12)
        assert song_json.from_dict(json.loads(song_json.to_bytes(song))) == song


def _changed(told: dict[str, Any], path: list[Any], value: Any) -> Any:
    copy = json.loads(json.dumps(told))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value"),
    [(["schema"], "aoede.song/9"), (["tracks"], None), (["tracks", 0, "notes", 0, "pitch"], "60"),
     (["tracks", 0, "notes", 0], []), (["tempos"], {}), (["title"], 5), (["recipe"], []),
     (["tracks", 0, "is_drum"], 1), (["tracks", 0, "colour"], 1), (["sections", 0, "start_ticks"], 0.5),
     (["meters", 0, "numerator"], True), (["ticks_per_quarter"], 96)],
)  # fmt: skip
def test_what_is_no_song_is_refused_in_a_sentence(told: dict[str, Any], path: list[Any], value: Any) -> None:
    with pytest.raises(InputError, match=r"this is no song|this song cannot be read"):
        song_json.from_dict(_changed(told, path, value))
