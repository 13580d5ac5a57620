"""SoundFonts: what is written is read back, generators combine as the format says, broken files are refused."""

import hashlib
import struct
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from aoede.errors import InputError, MissingError
from aoede.formats import soundfont
from aoede.formats.soundfont import Preset, SoundFont, Zone
from aoede.randomness import stream

PRESETS = files("aoede") / "presets"


def small_font() -> SoundFont:
    wave = (8000 * np.sin(2 * np.pi * np.arange(400) / 40)).astype(np.int16)
    samples = np.concatenate([wave, np.zeros(46, np.int16), wave[::-1], np.zeros(46, np.int16)])
    low = Zone((0, 59), (0, 127), "low", 0, 400, 40, 360, 22_050, loop_mode="always", sustain_db=12.5)
    high = Zone(
        keys=(60, 127),
        velocities=(30, 127),
        sample_name="high",
        start=446,
        end=846,
        loop_start=446,
        loop_end=846,
        rate_hz=44_100,
        root_key=72,
        tune_cents=-1234,
        cents_per_key=50,
        attack_s=2.0 ** (-1234 / 1200),
        decay_s=2.0 ** (777 / 1200),
        release_s=2.0,
        decay_cents_by_key=40,
        attenuation_db=3.7,
        pan=-0.25,
        cutoff_hz=440.0 * 2 ** (1 / 12),
        reverb_send=0.3,
        exclusive_class=5,
        fixed_velocity=99,
    )
    presets = {(0, 3): Preset("Two", (low, high)), (128, 0): Preset("Kit", (high,))}
    return SoundFont("Test", "Nobody 2026", samples, presets)


def zones_of(
    inner: list[tuple[int, int]], outer: list[tuple[int, int]], *, sample: int = 0, instrument: int = 0
) -> tuple[Zone, ...]:
    """Zones of a font whose only instrument zone has the settings `inner`, its preset zone `outer`."""
    font = soundfont.to_bytes(replace_presets(small_font(), {(0, 0): Preset("One", (plain_zone(),))}))
    lists = {b"igen": [*inner, (53, sample), (0, 0)], b"pgen": [*outer, (41, instrument), (0, 0)]}
    counts = {b"ibag": len(inner) + 1, b"pbag": len(outer) + 1}
    for name, pairs in lists.items():
        font = replace_chunk(font, name, b"".join(struct.pack("<HH", a, b & 0xFFFF) for a, b in pairs))
    for name, count in counts.items():
        font = replace_chunk(font, name, struct.pack("<4H", 0, 0, count, 0))
    return soundfont.from_bytes(font).presets[0, 0].zones


def plain_zone() -> Zone:
    return Zone((0, 127), (0, 127), "low", 0, 400, 40, 360, 22_050)


def replace_presets(font: SoundFont, presets: dict[tuple[int, int], Preset]) -> SoundFont:
    return SoundFont(font.name, font.notice, font.samples, presets)


def replace_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """`data` with the body of one pdta chunk changed, all lengths set right."""
    at = data.index(name)
    size = struct.unpack("<I", data[at + 4 : at + 8])[0]
    data = data[:at] + name + struct.pack("<I", len(body)) + body + data[at + 8 + size :]
    pdta = data.index(b"pdta") - 4
    data = data[:pdta] + struct.pack("<I", len(data) - pdta - 4) + data[pdta + 4 :]
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def test_a_written_font_is_read_back_equal() -> None:
    font = small_font()
    back = soundfont.from_bytes(soundfont.to_bytes(font))
    assert dict(back.presets) == dict(font.presets)
    assert (back.name, back.notice) == (font.name, font.notice)
    assert np.array_equal(back.samples, font.samples)


def test_the_shipped_font_is_read_and_written_byte_for_byte() -> None:
    data = (PRESETS / "sound.sf2").read_bytes()
    assert len(data) <= 8_000_000
    assert soundfont.to_bytes(soundfont.from_bytes(data)) == data


def test_the_card_names_the_shipped_bytes_and_carries_the_notice() -> None:
    card = (PRESETS / "sound.md").read_text(encoding="utf-8")
    assert hashlib.sha256((PRESETS / "sound.sf2").read_bytes()).hexdigest() in card
    assert "Copyright © 2000-2002, 2008 Frank Wen" in card and "Permission is hereby granted" in card


def test_shipped_programs_sound_at_every_key_and_velocity() -> None:
    font = soundfont.from_bytes((PRESETS / "sound.sf2").read_bytes())
    for (bank, program), preset in font.presets.items():
        for key in range(128) if bank == 0 else (35, 36, 37, 38, 42, 44, 46, 49, 51):
            for velocity in (1, 60, 61, 95, 96, 127):
                assert any(zone.sounds_at(key, velocity) for zone in preset.zones), (bank, program, key)


def test_shipped_loops_join_without_a_step() -> None:
    font = soundfont.from_bytes((PRESETS / "sound.sf2").read_bytes())
    zones = {zone.loop_start: zone for preset in font.presets.values() for zone in preset.zones}
    for zone in (zone for zone in zones.values() if zone.loop_mode == "always"):
        loop = font.samples[zone.loop_start : zone.loop_end].astype(float)
        bends = np.abs(np.diff(np.tile(loop, 3), 2))
        seam = bends[len(loop) - 6 : len(loop) + 6].max()
        assert seam <= 1.5 * np.percentile(bends, 99.5) + 4, zone.sample_name


def test_preset_settings_add_to_those_of_the_instrument() -> None:
    (zone,) = zones_of([(48, 50), (17, 100), (8, 9000)], [(48, 25), (17, -350), (8, -2100)])
    assert zone.attenuation_db == 7.5
    assert zone.pan == -0.5
    assert zone.cutoff_hz == pytest.approx(440.0)


def test_sums_are_held_to_the_range_of_the_generator() -> None:
    (zone,) = zones_of([(48, 1000), (17, 400)], [(48, 1000), (17, 400)])
    assert (zone.attenuation_db, zone.pan) == (144.0, 1.0)


def test_settings_that_mean_nothing_in_a_preset_are_ignored_there() -> None:
    (zone,) = zones_of([(58, 64)], [(58, 3), (54, 1)])
    assert (zone.root_key, zone.loop_mode) == (64, "none")


def test_ranges_of_preset_and_instrument_intersect() -> None:
    (zone,) = zones_of([(43, 40 | 80 << 8)], [(43, 60 | 127 << 8)])
    assert zone.keys == (60, 80)
    assert zones_of([(43, 0 | 59 << 8)], [(43, 60 | 127 << 8)]) == ()


def test_times_are_timecents_and_the_filter_envelope_counts_as_sustained() -> None:
    (zone,) = zones_of([(34, 1200), (38, -1200), (11, 2400), (29, 500), (8, 6900)], [])
    assert (zone.attack_s, zone.release_s) == (2.0, 0.5)
    assert zone.cutoff_hz == pytest.approx(880.0)


def test_a_loop_outside_of_its_sample_is_not_played() -> None:
    (zone,) = zones_of([(54, 1), (3, 2000)], [])
    assert zone.loop_mode == "none"


def test_indices_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="no instrument 9"):
        zones_of([], [], instrument=9)
    with pytest.raises(InputError, match="no sample 7"):
        zones_of([], [], sample=7)
    with pytest.raises(InputError, match="outside of the file"):
        zones_of([(12, 9)], [])


def test_a_bomb_of_zones_is_refused_quickly() -> None:
    font = small_font()
    many = replace_presets(font, {(0, 0): Preset("Many", (plain_zone(),) * 500)})
    with pytest.raises(InputError, match="too many zones"):
        soundfont.from_bytes(soundfont.to_bytes(many), max_zones=400)


def test_what_is_no_soundfont_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a SoundFont"):
        soundfont.from_bytes(b"RIFF\0\0\0\0WAVE" + bytes(50))
    with pytest.raises(InputError, match="no 'smpl' chunk"):
        soundfont.from_bytes(b"RIFF\4\0\0\0sfbk")
    with pytest.raises(InputError, match="cut short"):
        soundfont.from_bytes(soundfont.to_bytes(small_font())[:-10])
    with pytest.raises(MissingError, match="no such file"):
        soundfont.read(tmp_path / "absent.sf2")


def test_mutants_are_refused_or_give_sound_zones() -> None:
    good = soundfont.to_bytes(small_font())
    rng = stream(1, "soundfont mutants")
    began, n_refused = time.process_time(), 0
    for number in range(300):
        data = bytearray(good)
        for at in rng.integers(0, len(data), size=int(rng.integers(1, 6))):
            data[at] ^= 1 << int(rng.integers(8))
        for at in rng.integers(good.index(b"pdta"), len(data) - 2, size=number % 3):
            data[at : at + 2] = b"\xff\xff"
        try:
            font = soundfont.from_bytes(
                bytes(data[: len(good) if number % 4 else int(rng.integers(len(good)))])
            )
        except InputError:
            n_refused += 1
            continue
        for zone in (zone for preset in font.presets.values() for zone in preset.zones):
            assert 0 <= zone.start <= zone.loop_start < zone.loop_end <= zone.end <= len(font.samples)
            assert 0 <= zone.root_key < 128 and zone.release_s > 0 and -1 <= zone.pan <= 1
    assert 75 < n_refused < 300
    assert time.process_time() - began < 5
