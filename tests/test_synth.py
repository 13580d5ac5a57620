"""The synthesiser does what the score says: pitch, loudness, place, length, pedal, bend, drums; and never clips."""

import hashlib
import math
from itertools import pairwise

import numpy as np
import pytest

from aoede import mastering, synth
from aoede.errors import InputError
from aoede.formats.soundfont import Preset, SoundFont, Zone
from aoede.song import Bend, Control, Note, Song, Tempo, Track

RATE_HZ = 44_100
DRY = Control(0, 91, 0)
QUARTER_S = 0.5  # at 120 bpm
PIANO, STRINGS, FLUTE, TRUMPET = 0, 48, 73, 56


def song_of(*tracks: Track, bpm: float = 120.0) -> Song:
    return Song("test", tracks, tempos=(Tempo(0, bpm),))


def one_note(
    pitch: int = 69,
    velocity: int = 100,
    quarters: float = 4,
    program: int = PIANO,
    *controls: Control,
    **more: object,
) -> Song:
    note = Note(0, pitch, round(480 * quarters), velocity)
    return song_of(Track("one", (note,), program, controls=(DRY, *controls), **more))  # type: ignore[arg-type]


def level_db(sound: np.ndarray, begin_s: float = 0.0, end_s: float = 1e9) -> float:
    part = sound[round(begin_s * RATE_HZ) : round(min(end_s, 1e4) * RATE_HZ)]
    return 10 * math.log10(float((part.astype(np.float64) ** 2).mean()) + 1e-20)


def pitch_hz(sound: np.ndarray, near_hz: float, begin_s: float = 0.2, end_s: float = 1.7) -> float:
    """The strongest frequency within a whole tone of `near_hz`, between bins by a parabola."""
    part = sound[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ), 0].astype(np.float64)
    size = 1 << 19
    spectrum = np.log(np.abs(np.fft.rfft(part * np.hanning(len(part)), size)) + 1e-12)
    low, high = (round(near_hz * 2 ** (cents / 1200) * size / RATE_HZ) for cents in (-200, 200))
    top = low + int(np.argmax(spectrum[low:high]))
    a, b, c = spectrum[top - 1 : top + 2]
    return (top + 0.5 * (a - c) / (a - 2 * b + c)) * RATE_HZ / size


def cents(sounding_hz: float, wanted_hz: float) -> float:
    return 1200 * math.log2(sounding_hz / wanted_hz)


@pytest.mark.parametrize("program", [PIANO, 4, 24, FLUTE, STRINGS, TRUMPET, 46])
def test_a4_sounds_at_440_hz(program: int) -> None:
    sound = synth.render(one_note(program=program))
    assert abs(cents(pitch_hz(sound, 440.0), 440.0)) < 5


@pytest.mark.parametrize("pitch", [33, 45, 57, 60, 72, 84])
def test_the_piano_is_in_equal_temperament(pitch: int) -> None:
    wanted_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    assert abs(cents(pitch_hz(synth.render(one_note(pitch)), wanted_hz), wanted_hz)) < 10


@pytest.mark.parametrize("rate_hz", [22_050, 48_000])
def test_pitch_and_length_do_not_depend_on_the_sample_rate(rate_hz: int) -> None:
    sound = synth.render(one_note(program=FLUTE), sample_rate_hz=rate_hz)
    assert len(sound) / rate_hz == pytest.approx(
        len(synth.render(one_note(program=FLUTE))) / RATE_HZ, abs=0.01
    )
    sounding_hz = pitch_hz(sound, 440.0 * RATE_HZ / rate_hz) * rate_hz / RATE_HZ
    assert abs(cents(sounding_hz, 440.0)) < 5


def test_louder_velocity_gives_40_log10_more_decibels() -> None:
    difference = level_db(synth.render(one_note(velocity=127))) - level_db(
        synth.render(one_note(velocity=100))
    )
    assert difference == pytest.approx(40 * math.log10(127 / 100), abs=0.1)


def test_softer_velocity_is_duller() -> None:
    def brightness(velocity: int) -> float:
        spectrum = np.abs(np.fft.rfft(synth.render(one_note(60, velocity))[:, 0])) ** 2
        frequency = np.arange(len(spectrum)) / len(spectrum) * RATE_HZ / 2
        return float(spectrum[frequency > 3000].sum() / spectrum.sum())

    assert brightness(110) > 1.5 * brightness(40)


@pytest.mark.parametrize("number", [7, 11])
def test_volume_and_expression_follow_40_log10(number: int) -> None:
    full, half = (
        level_db(synth.render(one_note(69, 100, 4, PIANO, Control(0, number, v)))) for v in (100, 50)
    )
    assert full - half == pytest.approx(40 * math.log10(2), abs=0.1)


def test_expression_can_swell_within_a_note() -> None:
    sound = synth.render(one_note(69, 100, 8, STRINGS, Control(0, 11, 30), Control(960, 11, 120)))
    assert level_db(sound, 2.0, 3.0) - level_db(sound, 0.5, 0.98) > 15


def test_a_step_of_volume_makes_no_click() -> None:
    still = synth.render(one_note(69, 100, 8, FLUTE))
    moved = synth.render(one_note(69, 100, 8, FLUTE, Control(960, 7, 127)))
    bends = [np.abs(np.diff(sound[:, 0], 2))[44_000:44_700].max() for sound in (still, moved)]
    assert bends[1] < 2.5 * bends[0]


@pytest.mark.parametrize(("value", "left_minus_right_db"), [(0, 60), (127, -60)])
def test_pan_moves_the_sound_to_one_side(value: int, left_minus_right_db: float) -> None:
    sound = synth.render(one_note(69, 100, 4, FLUTE, Control(0, 10, value)))
    difference = level_db(sound[:, 0]) - level_db(sound[:, 1])
    assert difference * np.sign(left_minus_right_db) > abs(left_minus_right_db)


def test_pan_keeps_the_power() -> None:
    powers = [
        float((synth.render(one_note(69, 90, 4, FLUTE, Control(0, 10, pan))).astype(float) ** 2).sum())
        for pan in (1, 32, 64, 127)
    ]
    assert max(powers) / min(powers) < 1.02


def test_bend_moves_the_pitch_by_two_semitones() -> None:
    up, down = (
        pitch_hz(synth.render(one_note(69, 100, 4, FLUTE, bends=(Bend(0, value),))), 440.0 * 2 ** (sign / 6))
        for value, sign in ((8191, 1), (-8192, -1))
    )
    assert cents(up, 440.0) == pytest.approx(200, abs=5)
    assert cents(down, 440.0) == pytest.approx(-200, abs=5)


def test_bend_within_a_note_leaves_its_beginning() -> None:
    sound = synth.render(one_note(69, 100, 8, FLUTE, bends=(Bend(960, 4096),)))
    assert cents(pitch_hz(sound, 440.0, 0.2, 0.95), 440.0) == pytest.approx(0, abs=8)
    assert cents(pitch_hz(sound, 466.0, 1.2, 3.5), 440.0) == pytest.approx(100, abs=5)


def test_drums_sound_and_differ_from_the_piano_and_each_other() -> None:
    kick, snare, piano = (
        synth.render(one_note(pitch, is_drum=is_drum))
        for pitch, is_drum in ((36, True), (38, True), (36, False))
    )
    length = min(map(len, (kick, snare, piano)))
    for a, b in ((kick, piano), (kick, snare)):
        assert level_db(a) > -60
        assert abs(np.corrcoef(a[:length, 0], b[:length, 0])[0, 1]) < 0.5


def test_a_kit_that_is_missing_is_played_by_the_standard_one() -> None:
    kits = [synth.render(song_of(Track("d", (Note(0, 38, 480, 90),), kit, is_drum=True))) for kit in (0, 25)]
    assert np.array_equal(*kits)


def test_a_closed_hi_hat_ends_the_open_one() -> None:
    def ringing_db(second: int) -> float:
        notes = (Note(0, 46, 100, 100), Note(240, second, 100, 1))
        sound = synth.render(song_of(Track("d", notes, is_drum=True, controls=(DRY,))))
        return level_db(sound, 0.40, 0.6)

    assert ringing_db(42) < ringing_db(36) - 20


def test_a_note_rings_on_after_its_end_and_dies_away() -> None:
    sound = synth.render(one_note(60, 100, 1))
    levels = [level_db(sound, begin, begin + 0.04) for begin in (QUARTER_S - 0.05, QUARTER_S, 0.6, 0.7, 0.8)]
    assert levels[1] > -50
    assert all(a > b + 2 for a, b in pairwise(levels))
    assert not sound[-10:].any()


def test_the_pedal_holds_the_note_until_it_comes_up() -> None:
    pedal = (Control(0, 64, 127), Control(960, 64, 0))
    held, plain = synth.render(one_note(60, 100, 1, PIANO, *pedal)), synth.render(one_note(60, 100, 1))
    assert level_db(held, 0.8, 1.0) > level_db(plain, 0.8, 1.0) + 20
    assert level_db(held, 1.5, 1.6) < level_db(held, 0.9, 1.0) - 20


def test_a_key_struck_again_under_the_pedal_does_not_pile_up() -> None:
    notes = tuple(Note(i * 240, 60, 100, 90) for i in range(12))
    sound = synth.render(song_of(Track("p", notes, controls=(DRY, Control(0, 64, 127)))))
    assert level_db(sound, 2.5, 3.0) - level_db(sound, 0.0, 0.5) < 3


def test_the_tempo_map_places_the_notes() -> None:
    notes = (Note(0, 69, 100, 100), Note(1920, 69, 100, 100))
    song = Song("t", (Track("p", notes, controls=(DRY,)),), tempos=(Tempo(0, 60.0), Tempo(960, 240.0)))
    sound = synth.render(song)[:, 0]
    onset = round(song.seconds_at(1920) * RATE_HZ)
    assert onset == 2.5 * RATE_HZ
    assert not sound[onset - 2000 : onset].any() and np.abs(sound[onset : onset + 2000]).max() > 0.01


def test_a_missing_program_is_played_by_its_family_and_else_by_the_piano() -> None:
    def sound_of(program: int) -> bytes:
        return synth.render(one_note(program=program, quarters=1)).tobytes()

    assert sound_of(1) == sound_of(0)
    assert sound_of(50) == sound_of(52) or sound_of(50) == sound_of(48)
    assert sound_of(127) == sound_of(0)


def test_every_shipped_program_is_about_equally_loud() -> None:
    levels = []
    for program in (p for bank, p in synth.default_soundfont().presets if bank == 0):
        pitches = (36, 40, 43) if program in (32, 33) else (55, 64, 72)
        sounds = [synth.render(one_note(pitch, program=program, quarters=2))[:, 0] for pitch in pitches]
        levels.append(np.mean([max(level_db(s, t, t + 0.2) for t in np.arange(0, 1, 0.2)) for s in sounds]))
    assert max(levels) - min(levels) < 8


def test_a_long_note_keeps_sounding_without_clicks() -> None:
    sound = synth.render(one_note(69, 100, 100, FLUTE))[:, 0]  # 50 s: over two segments of waveform
    loudest = [np.abs(sound[round(t * RATE_HZ) :][: RATE_HZ // 2]).max() for t in (5, 19.75, 39.75, 45)]
    assert max(loudest) / min(loudest) < 1.2
    bends = np.abs(np.diff(sound[RATE_HZ : 45 * RATE_HZ], 2))
    assert bends.max() < 3 * np.percentile(bends, 99.9)


def test_64_notes_at_full_velocity_do_not_clip() -> None:
    notes = tuple(sorted(Note(i // 16 * 480, 36 + i, 1920, 127) for i in range(64)))
    sound = synth.render(song_of(*(Track("t", notes, program) for program in (0, 48))))
    peak = float(np.abs(sound).max())
    assert 0.5 < peak <= 10 ** (-1 / 20)
    assert float((np.abs(sound) > 0.999 * peak).mean()) < 0.001


def test_the_reverb_answers_on_both_sides_and_cc91_sets_it() -> None:
    note = (Note(0, 38, 100, 100),)
    wet, dry = (
        synth.render(song_of(Track("d", note, is_drum=True, controls=(Control(0, 91, send),))))
        for send in (127, 0)
    )
    assert level_db(wet[:, 0], 0.7, 1.2) > level_db(dry[:, 0], 0.7, 1.2) + 20
    assert abs(np.corrcoef(wet[RATE_HZ:, 0], wet[RATE_HZ:, 1])[0, 1]) < 0.2


def test_a_loudness_can_be_asked_for() -> None:
    song = one_note(60, 30, 12, STRINGS)
    sound = synth.render(song, loudness_dbfs=-17.0)
    assert level_db(sound, 0.5, 5.0) == pytest.approx(-17.0, abs=1.5)
    assert level_db(synth.render(song), 0.5, 5.0) < -30


def test_silence_in_gives_silence_out() -> None:
    assert synth.render(song_of()).shape == (0, 2)
    quiet = synth.render(one_note(69, 100, 4, PIANO, Control(0, 7, 0)), loudness_dbfs=-15.0)
    assert len(quiet) > 2 * RATE_HZ and not quiet.any()


def test_the_result_is_two_channels_of_finite_floats_and_always_the_same() -> None:
    song = song_of(
        Track("a", (Note(0, 60, 960, 80), Note(240, 64, 960, 80)), STRINGS),
        Track("d", (Note(0, 36, 100, 80), Note(480, 49, 100, 80)), is_drum=True),
    )
    digests = {hashlib.sha256(synth.render(song).tobytes()).hexdigest() for _ in range(2)}
    sound = synth.render(song)
    assert len(digests) == 1
    assert sound.shape[1] == 2 and sound.dtype == np.float32 and np.isfinite(sound).all()
    assert len(sound) / RATE_HZ > song.duration_s


def test_limits_on_length_are_told() -> None:
    with pytest.raises(InputError, match="at most 30 are rendered"):
        synth.render(one_note(quarters=10_000))
    with pytest.raises(InputError, match="too many long notes"):
        synth.render(one_note(quarters=40, program=FLUTE), max_voice_seconds=10)
    pedal = (Control(0, 64, 127), Control(10**9, 64, 0))
    with pytest.raises(InputError, match="too many long notes"):
        synth.render(one_note(69, 100, 4, FLUTE, *pedal))


def test_a_plain_zone_is_played_at_its_rate_with_its_envelope() -> None:
    wave = np.rint(16_000 * np.sin(2 * np.pi * np.arange(441) / 44.1)).astype(np.int16)
    zone = Zone((0, 127), (0, 127), "sine", 0, 441, 0, 441, RATE_HZ, 72, loop_mode="always", attack_s=0.5)
    zone = Zone(
        **{f: getattr(zone, f) for f in Zone.__slots__} | {"hold_s": 0.5, "decay_s": 2.0, "sustain_db": 30.0}
    )
    font = SoundFont("t", "", np.concatenate([wave, np.zeros(46, np.int16)]), {(0, 0): Preset("p", (zone,))})
    sound = synth.render(one_note(72, 60, 8), soundfont=font)
    assert pitch_hz(sound, 1000.0, 0.5, 1.0) == pytest.approx(1000.0, rel=1e-4)
    full = level_db(sound, 0.55, 0.95)
    assert level_db(sound, 0.24, 0.26) - full == pytest.approx(-6, abs=0.3)
    assert level_db(sound, 1.29, 1.31) - full == pytest.approx(-15, abs=0.3)
    assert level_db(sound, 2.5, 3.5) - full == pytest.approx(-30, abs=0.1)


def test_extreme_zones_still_give_finite_sound() -> None:
    samples = np.tile(np.array([12_000, -12_000], np.int16), 200)
    plain = {"keys": (0, 127), "velocities": (0, 127), "sample_name": "x", "start": 0, "end": 300}
    loops = ((0, 1), (299, 300), (0, 300))
    extremes = (
        {"cents_per_key": 1200, "root_key": 0},
        {"root_key": 127, "tune_cents": -12_000},
        {"cutoff_hz": 20.0},
    )
    for (loop_start, loop_end), extreme in ((loop, extreme) for loop in loops for extreme in extremes):
        zone = Zone(
            **plain, loop_start=loop_start, loop_end=loop_end, rate_hz=192_000, loop_mode="always", **extreme
        )
        font = SoundFont("t", "", samples, {(0, 0): Preset("p", (zone, zone))})
        sound = synth.render(one_note(120, 127, 2), soundfont=font)
        assert np.isfinite(sound).all() and np.abs(sound).max() <= mastering.PEAK


def test_the_limiter_leaves_soft_sound_alone_and_holds_loud_sound_below_the_peak() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    soft = (0.1 * rng.standard_normal((2, 6400))).clip(-0.8, 0.8).astype(np.float32)
    kept, loud = soft.copy(), 30 * soft
    mastering.limit(kept)
    mastering.limit(loud)
    assert np.array_equal(kept, soft)
    assert np.abs(loud).max() <= mastering.PEAK
