import pytest

from aoede.errors import UsageError
from aoede.music.theory import MODES, Key, make_key, nearest_pitch, parse_key, parse_mode, tonic_name


@pytest.mark.parametrize(
    ("tonic", "mode", "sharps"),
    [("C", "major", 0), ("A", "minor", 0), ("D", "minor", -1), ("D", "dorian", -1), ("F#", "major", 6),
     ("Bb", "major", -2), ("F", "lydian", -1), ("C#", "minor", 4), ("Cb", "major", -7), ("A#", "minor", 7)],
)  # fmt: skip
def test_signature_is_that_of_the_parallel_plain_key(tonic: str, mode: str, sharps: int) -> None:
    assert Key(tonic, mode).signature.sharps == sharps


@pytest.mark.parametrize(
    ("tonic", "mode", "better"), [("G#", "major", "Ab"), ("Fb", "minor", "E"), ("D#", "minor", "D#")]
)
def test_keys_with_more_than_seven_signs_are_respelt(tonic: str, mode: str, better: str) -> None:
    assert make_key(tonic, mode).tonic == better


@pytest.mark.parametrize("mode", MODES)
def test_every_usual_tonic_has_a_signature_of_at_most_seven_signs(mode: str) -> None:
    for pc in range(12):
        key = Key(tonic_name(pc, mode), mode)
        assert key.tonic_pc == pc
        assert abs(key.signature.sharps) <= 7


@pytest.mark.parametrize(
    ("text", "key"),
    [("C", ("C", None)), ("F# minor", ("F#", "minor")), ("bbm", ("Bb", "minor")), ("d dorian", ("D", "dorian")),
     ("E♭ major", ("Eb", "major")), ("CM", ("C", "major")), ("D小调", ("D", "minor"))],
)  # fmt: skip
def test_keys_are_read_in_their_usual_spellings(text: str, key: tuple[str, str | None]) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["H#", "", "C##", "major", "C mojor", "1"])
def test_what_is_no_key_is_refused_with_what_would_work(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_key(text)
    assert caught.value.hint


def test_a_misspelt_mode_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="'lydan' is not a mode") as caught:
        parse_mode("lydan")
    assert "lydian" in caught.value.hint


def test_nearest_pitch_is_never_more_than_a_tritone_away() -> None:
    for pc in range(12):
        for near in range(40, 80):
            pitch = nearest_pitch(pc, near)
            assert pitch % 12 == pc
            assert abs(pitch - near) <= 6


@pytest.mark.parametrize(
    ("key", "degree", "flat"),
    [(("C", "major"), 8, True), (("A", "phrygian"), 1, True), (("C", "lydian"), 6, False), (("D", "major"), 4, False),
     (("F", "major"), 5, True), (("C", "mixolydian"), 10, True), (("C#", "dorian"), 9, False)],
)  # fmt: skip
def test_chords_are_spelt_as_musicians_write_them(key: tuple[str, str], degree: int, flat: bool) -> None:
    assert Key(*key).spells_flat((Key(*key).tonic_pc + degree) % 12) is flat
