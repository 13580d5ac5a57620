"""Audio files: what is written is heard again, and broken files are refused."""

import io
import json
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aoede.errors import InputError, MissingError, OutputError, UsageError
from aoede.formats import audio
from aoede.randomness import stream

RATE_HZ = 44_100


def tone(seconds: float = 0.5, pitch_hz: float | np.ndarray = 440.0, gain: float = 0.5) -> np.ndarray:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    left = gain * np.sin(2 * np.pi * pitch_hz * t)
    return np.stack([left, -0.5 * left], axis=1).astype(np.float32)


@pytest.mark.parametrize("kind", audio.KINDS)
def test_each_kind_gives_back_the_sound(kind: str) -> None:
    sound = tone(pitch_hz=np.linspace(200, 2000, RATE_HZ // 2))
    back, rate_hz = audio.from_bytes(audio.to_bytes(sound, sample_rate_hz=RATE_HZ, kind=kind))
    assert rate_hz == RATE_HZ
    lag = np.argmax(np.correlate(back[:8000, 0], sound[2000:4000, 0], "valid")) - 2000
    same = back[2000 + lag : 18_000 + lag] - sound[2000:18_000]
    if kind in ("wav", "flac"):
        assert np.abs(same).max() < 2.1 / 32767
    assert np.sqrt((same**2).mean()) < 0.12 * np.sqrt((sound**2).mean())


@pytest.mark.parametrize("kind", audio.KINDS)
def test_the_same_samples_give_the_same_bytes(kind: str) -> None:
    first, second = (
        audio.to_bytes(tone(), sample_rate_hz=RATE_HZ, kind=kind, comment="recipe", title="Song")
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(("rate_hz", "kbps"), [(44_100, 64), (44_100, 128), (24_000, 64), (16_000, 32)])
def test_an_mp3_has_the_bit_rate_that_is_asked_for(rate_hz: int, kbps: int) -> None:
    noise = stream(0, "noise").uniform(-0.3, 0.3, (4 * rate_hz, 2)).astype(np.float32)
    data = audio.to_bytes(noise, sample_rate_hz=rate_hz, kind="mp3", kbps=kbps)
    assert len(data) * 8 / 4 / 1000 == pytest.approx(kbps, rel=0.08)
    with pytest.raises(UsageError, match="kbit/s, not 7"):
        audio.to_bytes(noise, sample_rate_hz=rate_hz, kind="mp3", kbps=7)


@pytest.mark.parametrize("kind", audio.KINDS)
def test_the_comment_carries_the_recipe(kind: str) -> None:
    recipe = json.dumps({"request": "一首表达希望和奇迹的歌", "seed": 7}, ensure_ascii=False)
    data = audio.to_bytes(tone(0.1), sample_rate_hz=RATE_HZ, kind=kind, comment=recipe, title="希望")
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert json.loads(file.comment)["seed"] == 7
        assert file.comment == recipe and file.title == "希望"


def test_a_wav_read_by_the_standard_library_holds_the_same_samples() -> None:
    sound = tone()
    with wave.open(io.BytesIO(audio.to_bytes(sound, sample_rate_hz=RATE_HZ, kind="wav"))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE_HZ)
        raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert raw.shape == sound.shape
    assert np.abs(raw / 32767 - sound).max() < 1.6 / 32767


def test_silence_is_written_without_noise() -> None:
    data = audio.to_bytes(np.zeros((5000, 2), np.float32), sample_rate_hz=RATE_HZ, kind="wav")
    assert not audio.from_bytes(data)[0].any()


def test_dither_frees_a_soft_tone_from_distortion() -> None:
    soft = tone(2.0, 441.0, gain=0.6 / 32767)[:, :1]
    back = audio.from_bytes(audio.to_bytes(soft, sample_rate_hz=RATE_HZ, kind="wav"))[0][:, 0]
    harmonics = np.abs(np.fft.rfft(back))[882 * np.arange(1, 8)]
    assert harmonics[0] > 20 * harmonics[1:].max()


def test_samples_out_of_range_are_clipped_and_not_wrapped() -> None:
    loud = np.array([[2.0], [-2.0], [np.nan]] * 100, dtype=np.float32)
    back = audio.from_bytes(audio.to_bytes(loud, sample_rate_hz=RATE_HZ, kind="wav"))[0][:, 0]
    assert back[0] > 0.999 and back[1] < -0.999 and back[2] == 0


def test_a_long_ogg_is_written() -> None:
    sound = np.tile(tone(1.0), (100, 1))  # one write of this size crashes libsndfile 1.2
    back = audio.from_bytes(audio.to_bytes(sound[: 44_100 * 40], sample_rate_hz=RATE_HZ, kind="ogg"))[0]
    assert len(back) == 44_100 * 40


def test_write_chooses_the_kind_by_suffix_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.FLAC"
    audio.write(path, tone(), sample_rate_hz=RATE_HZ)
    assert path.read_bytes()[:4] == b"fLaC"
    assert audio.read(path)[0].shape == tone().shape
    with pytest.raises(OutputError, match="exists already"):
        audio.write(path, tone(gain=0.1), sample_rate_hz=RATE_HZ)
    with pytest.raises(UsageError, match="no audio format"):
        audio.write(tmp_path / "a.xyz", tone(), sample_rate_hz=RATE_HZ)
    with pytest.raises(UsageError, match="MP3 has no sample rate"):
        audio.write(tmp_path / "a.mp3", tone(), sample_rate_hz=44_000)


def test_limits_hold_while_decoding() -> None:
    data = audio.to_bytes(tone(3.0), sample_rate_hz=RATE_HZ, kind="flac")
    with pytest.raises(InputError, match="longer than 2 s"):
        audio.from_bytes(data, max_seconds=2)
    with pytest.raises(InputError, match="2 channels"):
        audio.from_bytes(data, max_channels=1)
    with pytest.raises(InputError, match="sample rate"):
        audio.from_bytes(data, max_rate_hz=8000)
    with pytest.raises(InputError, match="no sound"):
        audio.from_bytes(audio.to_bytes(np.zeros((0, 1), np.float32), sample_rate_hz=8000, kind="wav"))


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as audio"):
        audio.from_bytes(b"MThd" + bytes(100))
    with pytest.raises(MissingError, match="no such file"):
        audio.read(tmp_path / "absent.wav")


@pytest.mark.parametrize("kind", audio.KINDS)
def test_broken_files_are_refused_or_read(kind: str) -> None:
    good = audio.to_bytes(tone(0.2), sample_rate_hz=RATE_HZ, kind=kind)
    rng = stream(3, "audio mutants", kind)
    n_read = 0
    for _ in range(60):
        data = bytearray(good[: int(rng.integers(len(good)))] if rng.random() < 0.3 else good)
        for at in rng.integers(0, min(len(data), 200), size=3) if len(data) else ():
            data[at] ^= 1 << int(rng.integers(8))
        try:
            sound, rate_hz = audio.from_bytes(bytes(data), max_seconds=5)
        except InputError:
            continue
        n_read += 1
        assert np.isfinite(sound).all() and sound.ndim == 2 and 0 < rate_hz <= 192_000
    assert n_read < 60


@pytest.mark.parametrize("sizes", [[70_000], [1, 65_535, 1, 4_463], [800] * 87 + [400], [0]])
def test_a_wav_that_streams_is_the_file_that_is_written(sizes: list[int]) -> None:
    sound = np.resize(tone()[:, 0], sum(sizes))
    blocks = np.split(sound, np.cumsum(sizes)[:-1])
    told = {"sample_rate_hz": RATE_HZ, "comment": "aoede-recipe: {}", "title": "x"}
    pieces = list(audio.wav_stream(blocks, n_samples=len(sound), **told))  # type: ignore[arg-type]
    assert len(pieces) == len(sizes) + 1
    assert b"".join(pieces) == audio.to_bytes(sound, kind="wav", **told)  # type: ignore[arg-type]
