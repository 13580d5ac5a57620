"""How songs begin and end: chords that tell the key, an intro that says where home is, found again in the notes."""

from itertools import pairwise

import pytest

from aoede.compose import fill
from aoede.encodings.chords import REDUCED
from aoede.music.harmony import candidates, ids_of
from aoede.music.introduction import introduction
from aoede.music.key_clarity import LEAST_LEAD, leads, telling
from aoede.music.report import found_key
from aoede.music.theory import MODES
from aoede.randomness import stream
from aoede.sketches import sketch
from aoede.song import Song

REQUESTS = (
    "a song that expresses hope and wonder",
    "something sad for a rainy Sunday",
    "a lullaby for my newborn niece",
    "an angry song about a broken promise",
    "a quiet morning by the sea",
    "fear of the dark cellar stairs",
    "an anthem for a small island",
    "nostalgia for summers that never ended",
    "Dorian folk song about a highwayman",
    "sunlight through stained glass, lydian",
)


def plain(mode: str) -> str:
    return "0:min" if 3 in MODES[mode] else "0:maj"


def test_a_full_cadence_tells_its_key_and_a_step_to_the_relative_one_does_not() -> None:
    told, open_ = ids_of("0:maj 5:maj 7:maj 0:maj"), ids_of("0:maj 9:min 0:maj 9:min")
    assert leads([told, open_], "major").tolist() == pytest.approx([0.36, -0.04], abs=0.01)
    assert leads([ids_of("0:min 8:maj 7:maj 0:min")], "minor")[0] > 2 * LEAST_LEAD
    assert leads([ids_of("0:min 3:maj 8:maj 10:maj")], "minor")[0] < 0


def test_progressions_that_tell_their_key_are_kept_and_the_clearest_where_they_are_few() -> None:
    told, open_ = ids_of("0:maj 5:maj 7:maj 0:maj"), ids_of("0:maj 9:min 4:min 9:min")
    assert telling([open_, told, open_, told, told, told], "major") == [told] * 4
    assert telling([open_, told], "major") == [open_, told]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("n_chords", [1, 2, 3, 4, 5, 8, 16])
def test_an_introduction_begins_at_home_and_four_chords_tell_the_key(mode: str, n_chords: int) -> None:
    for i, verse in enumerate(candidates(8, mode, rng=stream(1, mode), n=12)):
        found = introduction(verse, n_chords, mode, rng=stream(i))
        assert len(found) == n_chords
        assert found[0] // len(REDUCED) == 0
        if n_chords >= 4:
            assert leads([found], mode)[0] >= LEAST_LEAD


@pytest.mark.parametrize("mode", MODES)
def test_what_an_introduction_adds_to_the_verse_is_a_cadence(mode: str) -> None:
    opening = ids_of(f"{plain(mode)} 4:dim 6:dim 8:aug")  # tells nothing
    found = introduction(opening, 4, mode, rng=stream(0))
    assert found[-1] == opening[0]
    assert len(set(found)) > 1
    assert sum(a == b for a, b in pairwise(found)) <= 1


def test_an_introduction_is_the_verses_own_beginning_where_that_tells_the_key() -> None:
    verse = ids_of("0:maj 5:maj 0:maj 7:maj 9:min 5:maj 7:maj 0:maj")
    assert introduction(verse, 4, "major", rng=stream(0)) == verse[:4]


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return [fill(sketch(text, seed=seed, bars=24, lyrics="")) for seed, text in enumerate(REQUESTS)]


@pytest.mark.parametrize("which", [0, -1])
def test_the_key_finder_hears_the_stated_key_where_a_song_begins_and_ends(
    songs: list[Song], which: int
) -> None:
    heard = 0
    for song in songs:
        section = song.sections[which]
        signature = [key for key in song.keys if key.start_ticks <= section.start_ticks][-1]
        tonic_pc = (7 * signature.sharps + (9 if signature.is_minor else 0)) % 12
        heard += found_key(song, section) == (tonic_pc, signature.is_minor)
    assert heard >= 9


def test_who_plays_alone_plays_the_intro_too() -> None:
    song = fill(sketch("a tender song for a music box", seed=1, bars=24, instruments="music box", lyrics=""))
    assert {track.role for track in song.tracks} == {"melody"}
    assert min(note.start_ticks for note in song.tracks[0].notes) < song.sections[0].end_ticks
