"""What workers make of songs is what the library of functions makes, and the page is told all of it."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aoede
from aoede import editing, export, synth
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.formats.sung_lines import sung_lines
from aoede.music.theory import MODES as SCALES
from aoede.song import Meter, Note, Song, Tempo, Track
from aoede.studio.facts import MODES
from aoede.studio.made_files import BEGINNING
from aoede.studio.packing import packed, unpacked
from aoede.studio.song_fields import OPTIONS
from aoede.studio.tasks import songs as tasks
from tests.studio_desk import BAR, NO_LOCKS, SMALL, WISH, ZH, Desk, compose, edit, of_role, opened, plain


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the user's data, in which workers work."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def song() -> Song:
    """Eight bars: verse and chorus, sung."""
    return aoede.compose(WISH, seed=1, **SMALL)


# Composing


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (WISH, SMALL),
        (ZH, {"bars": 6, "tempo": 96, "valence": 0.5, "arousal": -0.2}),
        ("a waltz", {"bars": 4, "lyrics": ""}),
    ],
)
def test_a_song_is_that_of_the_library_byte_for_byte(
    desk: Desk, request_: str, options: dict[str, Any]
) -> None:
    told = compose(desk, request_, 7, **options)
    expected = aoede.compose(request_, seed=7, **options)
    for kind in ("mid", "json", "musicxml", "wav", "svg", *(["lrc"] if expected.syllables else [])):
        name = tasks.export({"song": told["song"], "kind": kind}, desk)["file"]
        path = desk.folder / name
        assert path.read_bytes() == export.to_bytes(expected, f".{kind}"), kind
        path.unlink()


def test_a_song_is_told_plan_first_then_tune_then_band(desk: Desk) -> None:
    told = compose(desk, **SMALL)
    assert desk.names()[:2] == ["plan", "part"]
    plan, tune, band = desk.events[0], desk.events[1]["view"], desk.events[-1]["view"]
    view = told["view"]
    assert not any(track["notes"] for track in plan["view"]["tracks"])
    for name in ("title", "key", "sections", "bars", "times", "meter", "tempo_bpm", "style"):
        assert plan["view"][name] == view[name], name
    assert [track["role"] for track in plan["view"]["tracks"]] == [track["role"] for track in view["tracks"]]
    assert {track["role"] for track in tune["tracks"] if track["notes"]} == {"melody"}
    assert tune["chords"] == view["chords"]
    assert band["tracks"] == view["tracks"]
    assert plan["mood"]["valence"] > 0.3
    assert plan["plan"]["bars"] == 8


def test_another_draft_that_the_critic_takes_is_told_too(desk: Desk) -> None:
    told = compose(desk, "an angry rock song", 5, bars=8)
    tunes = [event["view"] for event in desk.events if event["event"] == "part"]
    if len(tunes) == 3:
        assert tunes[0]["tracks"] != tunes[1]["tracks"]
    assert tunes[-1]["tracks"] == told["view"]["tracks"]
    assert unpacked(told["song"]) == aoede.compose("an angry rock song", seed=5, bars=8)


def test_what_is_understood_is_what_a_song_would_be_made_of(desk: Desk) -> None:
    told = tasks.understand({"request": ZH}, desk)
    assert told["mood"]["language"] == "zh"
    assert "hope" in told["mood"]["feelings"]
    assert told["plan"]["key"]
    with pytest.raises(InputError):
        tasks.understand({"request": " "}, desk)


def test_options_stand_in_recipes_in_the_order_of_compose() -> None:
    known = list(inspect.signature(aoede.compose).parameters)
    assert [name for name in known if name in OPTIONS] == list(OPTIONS)
    assert set(known) - set(OPTIONS) == {"request", "seed", "progressions", "candidates"}


def test_a_song_of_too_many_notes_is_refused(desk: Desk, home: Path) -> None:
    notes = tuple(Note(i * 10, 60, 10, 80) for i in range(50_001))
    many = Song("many", (Track("x", notes),), tempos=(Tempo(0, 200),), meters=(Meter(0, 4, 4),))
    with pytest.raises(UsageError, match="50,000"):
        opened(desk, home, midi.to_bytes(many))


# Views


@pytest.mark.parametrize("request_", [WISH, ZH, "a slow waltz in D minor, about the sea"])
def test_a_view_says_what_the_song_is(desk: Desk, request_: str) -> None:
    told = compose(desk, request_, 3)
    song, view = unpacked(told["song"]), told["view"]
    ticks, seconds = zip(*view["times"], strict=True)
    assert view["times"][0] == [0, 0]
    assert view["times"][-1] == [view["end"], view["duration_s"]]
    for track, drawn in zip(song.tracks, view["tracks"], strict=True):
        assert [[n.start_ticks, n.duration_ticks, n.pitch, n.velocity] for n in track.notes] == drawn["notes"]
        starts = [note.start_ticks for note in track.notes]
        assert np.allclose(np.interp(starts, ticks, seconds), song.seconds_of(starts), atol=1e-5)
        assert re.fullmatch("#[0-9A-F]{6}", drawn["colour"])
        assert drawn["en"] != drawn["zh"]
    assert len({track["colour"] for track in view["tracks"]}) == len(view["tracks"])
    assert view["bars"] == list(range(0, view["end"], song.meters[0].bar_ticks))
    assert [line["text"] for line in view["lines"]] == [line.text for line in sung_lines(song)]
    assert [each["start"] for each in view["sections"]] == [s.start_ticks for s in song.sections]
    assert view["chords"] == [[chord.start_ticks, chord.symbol] for chord in song.chords]
    assert (view["request"], view["seed"], view["is_foreign"], view["by_hand"]) == (request_, 3, False, False)
    assert view["recipe"] == plain(song.recipe)


def test_what_was_measured_is_said_in_both_languages(desk: Desk) -> None:
    words = re.compile(r"[A-Za-z]{3,}|\b[a-z]+")
    for seed, request_ in enumerate(
        (WISH, ZH, "an angry rock song", "a dorian jazz tune", "phrygian fear", "rain")
    ):
        rows = compose(desk, request_, seed, bars=12)["view"]["asked_and_measured"]
        assert len(rows) >= 9
        for row in rows:
            assert {"what", "asked", "measured", "holds", "what_zh", "asked_zh", "measured_zh"} == row.keys()
            assert not words.search(f"{row['what_zh']} {row['asked_zh']} {row['measured_zh']}"), row
    assert set(MODES) == set(SCALES)


def test_a_song_of_somebody_else_is_drawn_as_far_as_it_is_known(desk: Desk, home: Path) -> None:
    drums = Track("Kit", (Note(0, 36, 60, 80),), is_drum=True)
    lead = Track("Lead", (Note(0, 69, 480, 90), Note(480, 72, 960, 90)))
    ours = midi.to_bytes(Song("", (lead, drums), tempos=(Tempo(0, 90), Tempo(480, 120))))
    view = opened(desk, home, ours.replace(b"aoede-recipe: {}", b"of somebody else"), "<b>小 歌.mid")["view"]
    assert (view["title"], view["is_foreign"], view["plan"], view["mood"]) == ("<b>小 歌", True, None, None)
    assert [(track["en"], track["zh"]) for track in view["tracks"]] == [("Lead", "Lead"), ("Drums", "鼓")]
    assert view["times"] == [[0, 0], [480, round(2 / 3, 6)], [view["end"], view["duration_s"]]]
    assert (view["asked_and_measured"], view["options"], view["seed"], view["sections"]) == ([], {}, None, [])


# Edits


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("regenerate", {"bars": "3-4", "tracks": "bass,chords", "seed": 5}, editing.regenerate),
        (
            "regenerate",
            {"sections": "chorus", "tracks": "all", "lock": "melody", "seed": 6},
            editing.regenerate,
        ),
        ("regenerate", {"sections": "line2", "tracks": "lyrics", "seed": 7}, editing.regenerate),
        ("extend", {"add": "bridge:2", "seed": 8}, editing.extend),
        (
            "set_lyrics",
            {"text": "A bird in the tree\nThe sun on the sea", "lock": "melody"},
            editing.set_lyrics,
        ),
    ],
)
def test_an_edit_is_that_of_the_library(
    desk: Desk, song: Song, name: str, options: dict[str, Any], expected: Callable[..., Song]
) -> None:
    new, told = edit(desk, song, name, options)
    again = expected(song, **options)
    assert new == again
    assert midi.to_bytes(new) == midi.to_bytes(again)
    assert told["changed"]["why"] == ""
    assert told["view"]["recipe"]["edits"] == [{name: options}]


def test_what_was_not_chosen_stays_note_for_note(desk: Desk, song: Song) -> None:
    for seed in range(12):
        first = 1 + seed % 6
        begin, end = (first - 1) * BAR, (first + 1) * BAR
        tracks = [("bass",), ("melody",), ("chords", "colour"), ("melody", "lyrics")][seed % 4]
        options = {"bars": f"{first}-{first + 1}", "tracks": ",".join(tracks), "seed": seed}
        new, _ = edit(desk, song, "regenerate", options)
        for track in song.tracks:
            kept = [n for n in track.notes if track.role not in tracks or not begin <= n.start_ticks < end]
            assert set(kept) <= set(of_role(new, track.role)), (seed, track.role)
            others = [n for n in of_role(new, track.role) if n not in kept]
            assert all(track.role in tracks and begin <= n.start_ticks < end for n in others), (
                seed,
                track.role,
            )
        if "lyrics" not in tracks:
            assert new.syllables == song.syllables
        assert new.chords == song.chords


def test_edits_of_edits_stay_what_their_recipe_makes(desk: Desk, song: Song) -> None:
    now = song
    for seed in range(6):
        now, _ = edit(desk, now, "regenerate", {"bars": f"{1 + seed}", "tracks": "bass,chords", "seed": seed})
    now, _ = edit(desk, now, "extend", {"add": "outro:2"})
    now, _ = edit(desk, now, "regenerate", {"sections": "outro", "tracks": "harmony", "seed": 1})
    assert editing.again(now.recipe).song == now
    assert len(now.recipe["edits"]) >= 6


def test_a_locked_track_section_and_line_keep_their_notes_and_words(desk: Desk, song: Song) -> None:
    lines = sung_lines(song)
    span = (lines[1].start_ticks, lines[1].end_ticks)

    def words(of: Song, begin: int, end: int) -> list[tuple[int, str]]:
        return [(s.start_ticks, s.text) for s in of.syllables if begin <= s.start_ticks < end]

    others = set()
    for seed in range(3, 7):
        everything = {"tracks": "all", "seed": seed}
        new, _ = edit(desk, song, "regenerate", everything, {"tracks": ["melody"]})
        assert of_role(new, "melody") == of_role(song, "melody")
        new, _ = edit(desk, song, "regenerate", everything, {"sections": ["chorus1"]})
        for track in song.tracks:
            late = [n for n in track.notes if n.start_ticks >= 4 * BAR]
            assert [n for n in of_role(new, track.role) if n.start_ticks >= 4 * BAR] == late, track.role
        assert words(new, 4 * BAR, 9 * BAR) == words(song, 4 * BAR, 9 * BAR)
        new, _ = edit(desk, song, "regenerate", everything, {"lines": [2]})
        assert words(new, *span) == words(song, *span)
        others.add(tuple(words(new, 0, span[0])))
    assert len(others) > 1


def test_locks_that_the_song_has_no_more_are_passed_over(desk: Desk, song: Song) -> None:
    locks = {"tracks": ["drums", "lyrics"], "sections": ["bridge", "chorus7", "900-901"], "lines": [4000]}
    new, told = edit(desk, song, "regenerate", {"tracks": "bass", "seed": 5}, locks)
    assert new == editing.regenerate(song, tracks="bass", seed=5, lock="lyrics")
    assert told["options"]["lock"] == "lyrics"


def test_locked_words_are_not_sung_over(desk: Desk, song: Song) -> None:
    text = "\n".join(["one two three four"] * 4)
    with pytest.raises(UsageError, match="locked"):
        edit(desk, song, "set_lyrics", {"text": text}, {"lines": [1]})
    with pytest.raises(UsageError, match="locked"):
        edit(desk, song, "set_lyrics", {"text": text}, {"tracks": ["lyrics"]})
    new, _ = edit(desk, song, "set_lyrics", {"text": text}, {"tracks": ["melody"]})
    assert of_role(new, "melody") == of_role(song, "melody")


def test_an_edit_of_what_is_all_locked_is_refused(desk: Desk, song: Song) -> None:
    with pytest.raises(UsageError, match="locked"):
        edit(desk, song, "regenerate", {"tracks": "bass", "seed": 5}, {"tracks": ["bass"]})


def test_why_says_why_nothing_changed(desk: Desk, song: Song) -> None:
    silent = replace(song, tracks=tuple(t for t in song.tracks if t.role != "colour"))
    silent = replace(silent, recipe={**song.recipe, "edited": True})
    sung, _ = edit(desk, song, "set_lyrics", {"text": "A bird in the tree"})
    same, told = edit(desk, sung, "set_lyrics", {"text": "A bird in the tree"})
    assert same == sung
    assert "song" not in told
    assert told["changed"]["tracks"] == {}
    assert "very words" in told["changed"]["why"]
    assert re.search("[一-龥]", told["changed"]["why_zh"])
    assert tasks._why(silent, "regenerate", {"tracks": "colour"}) == "silent"
    assert tasks._why(song, "regenerate", {"tracks": "bass", "bars": "1-2"}) == "same"
    assert tasks._why(song, "regenerate", {"tracks": "harmony"}) == "same"


def test_a_title_of_its_own_stays_through_edits(desk: Desk, song: Song) -> None:
    named = replace(song, title="奇迹")
    for name, options in (
        ("regenerate", {"tracks": "bass", "seed": 5}),
        ("extend", {"add": "bridge:2"}),
        ("set_lyrics", {"text": "A bird in the tree"}),
    ):
        assert edit(desk, named, name, options)[0].title == "奇迹", name


def test_a_song_that_was_not_composed_here_cannot_be_edited_and_says_what_can_be_done(desk: Desk) -> None:
    foreign = Song("x", (Track("a", (Note(0, 60, 480, 80),)),))
    with pytest.raises(InputError) as caught:
        edit(desk, foreign, "regenerate", {"seed": 1})
    assert "Harmonise" in caught.value.hint


# Takes


def takes(desk: Desk, song: Song, seed: int = 3, count: int = 2, **more: Any) -> list[Song]:
    """The songs that are told as takes."""
    task = {"song": packed(song), "count": count, "seed": seed, "tracks": None, "locks": NO_LOCKS, **more}
    assert tasks.takes(task, desk) == {"n_takes": count}
    assert desk.names() == ["take"] * count
    made, desk.events = [unpacked(event["song"]) for event in desk.events], []
    return made


def test_takes_are_other_songs_by_the_same_plan(desk: Desk, song: Song) -> None:
    made = takes(desk, song, count=3)
    assert made == takes(desk, song, count=3) != takes(desk, song, seed=4, count=3)
    assert made[:2] == takes(desk, song) == takes(desk, song, tracks="all")
    for a, b in zip([song, *made], [*made, song], strict=True):
        assert of_role(a, "melody") != of_role(b, "melody")
        assert (a.sections, a.tempos, a.meters, a.title) == (b.sections, b.tempos, b.meters, b.title)
        assert a.syllables != b.syllables
    assert {tuple(c.symbol for c in each.chords) for each in (song, *made)} != {
        tuple(c.symbol for c in song.chords)
    }
    assert editing.again(made[0].recipe).song == made[0]


def test_takes_keep_what_was_given_or_is_locked(desk: Desk, song: Song) -> None:
    own = aoede.compose(WISH, seed=1, lyrics="A bird in the tree\nThe sun on the sea", **SMALL)
    assert [
        each.syllables and of_role(each, "bass") != of_role(own, "bass") for each in takes(desk, own)
    ] == [True, True]
    path = desk.folder / "tune.mid"
    path.write_bytes(midi.to_bytes(replace(song, recipe={}, syllables=())))
    around = editing.harmonise(path, "calm", seed=2)
    for each in takes(desk, around):
        assert of_role(each, "melody") == of_role(around, "melody")
        assert of_role(each, "chords") != of_role(around, "chords")
    for each in takes(desk, song, locks={**NO_LOCKS, "tracks": ["bass", "melody"]}):
        assert of_role(each, "bass") == of_role(song, "bass")
    for each in takes(desk, song, tracks="bass"):
        assert replace(each, tracks=(), recipe={}) == replace(song, tracks=(), recipe={})
        assert of_role(each, "melody") == of_role(song, "melody")


# Sounds and stems


def test_the_tracks_of_the_page_add_up_to_the_sound_of_the_song(desk: Desk, song: Song) -> None:
    told = tasks.stems({"song": packed(song), "is_there": False}, desk)
    sound = told["sound"]
    frames = np.fromfile(desk.folder / told["file"], "<i2").reshape(sound["n_samples"], 2 * sound["n_tracks"])
    heard = synth.render(song, sample_rate_hz=44_100, loudness_dbfs=export.LOUDNESS_DBFS)
    mixed = frames.reshape(len(frames), -1, 2).sum(axis=1) / 32768
    assert sound["n_tracks"] == len(song.tracks)
    assert mixed.shape == heard.shape
    assert float(np.abs(mixed - heard).max()) <= (len(song.tracks) + 1) / 2 / 32768
    assert 0.1 < sound["peak"] < 1.0
    assert desk.names() == ["beginning"] + ["stem"] * len(song.tracks)
    early = np.fromfile(desk.folder / BEGINNING, "<i2").reshape(-1, 2 * sound["n_tracks"])
    np.testing.assert_array_equal(early, frames[: len(early)])
    n_ready = desk.events[0]["sound"].pop("n_ready")
    assert len(early) == n_ready > 10 * sound["rate_hz"]
    assert desk.events[0]["sound"].items() <= sound.items()
    assert tasks.stems({"song": packed(song), "is_there": True}, desk) == {}


def test_a_model_that_plays_the_melody_is_heard_in_files_and_on_the_page(desk: Desk) -> None:
    options = {"bars": 1, "lyrics": "", "lead": "notes"}
    told = compose(desk, "hope", **options)
    name = tasks.export({"song": told["song"], "kind": "wav"}, desk)["file"]
    assert (desk.folder / name).read_bytes() == export.to_bytes(
        aoede.compose("hope", seed=1, **options), ".wav"
    )
    sound = tasks.stems({"song": told["song"], "is_there": False}, desk)["sound"]
    assert sound["n_tracks"] == len(told["view"]["tracks"])
