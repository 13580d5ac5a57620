"""WAV, FLAC, OGG Vorbis and MP3 through libsndfile: samples <-> bytes.

Writing the same samples gives the same bytes. 16-bit files get triangular dither (Lipshitz, Wannamaker and
Vanderkooy 1992) of a fixed stream, except where the sound is digital silence.
"""

import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from aoede.errors import InputError, UsageError
from aoede.formats.files import read_bounded, write_whole
from aoede.randomness import stream

KINDS = ("wav", "flac", "ogg", "mp3")
BLOCK_FRAMES = 65_536  # one big write of OGG crashes libsndfile 1.2

FULL_SCALE = 32_766 / 32_768  # of 16 bits; at and beyond it a sample may have been cut off

_FORMATS = {"wav": "WAV", "flac": "FLAC", "ogg": "OGG", "mp3": "MP3"}
_SUBTYPES = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}
_MPEG_RATES_HZ = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


def to_bytes(
    samples: NDArray[np.floating],
    *,
    sample_rate_hz: int,
    kind: str,
    comment: str = "",
    title: str = "",
    kbps: int | None = None,
) -> bytes:
    """`samples`, (n,) or (n, channels) within [-1, 1] (what lies outside is clipped), as a file's bytes.

    `comment` holds the recipe of a song; `kbps` is the constant bit rate of an MP3, in place of libsndfile's.
    Raises UsageError for an unknown kind, and for a rate that MP3 has not.
    """
    if kind not in KINDS:
        raise UsageError(f"no audio format is called {kind!r}", hint=f"Choose one of {', '.join(KINDS)}.")
    if kind == "mp3" and sample_rate_hz not in _MPEG_RATES_HZ:
        raise UsageError(f"MP3 has no sample rate of {sample_rate_hz} Hz", hint="Use 44100.")
    frames = samples[:, None] if samples.ndim == 1 else samples
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer,
        "w",
        sample_rate_hz,
        frames.shape[1],
        _SUBTYPES[kind],
        format=_FORMATS[kind],
        compression_level=None if kbps is None else _compression(kbps, sample_rate_hz),
        bitrate_mode=None if kbps is None else "CONSTANT",
    ) as file:
        if title and kind in ("flac", "ogg"):
            file.title = title
        if comment and kind in ("flac", "ogg"):
            file.comment = comment
        for block in _dithered(frames) if _SUBTYPES[kind] == "PCM_16" else _clipped(frames):
            file.write(block)
    data = buffer.getvalue()
    if kind == "mp3":
        return _id3(title, comment) + data
    if kind == "wav":
        return _with_info(data, title, comment)
    return _same_serial(data) if kind == "ogg" else data


def wav_stream(
    blocks: Iterable[NDArray[np.floating]],
    *,
    n_samples: int,
    sample_rate_hz: int,
    comment: str = "",
    title: str = "",
) -> Iterator[bytes]:
    """A WAV file piece by piece, while its sound is made: the bytes that `to_bytes` gives of all blocks together.

    `blocks` are (n,) of one channel, `n_samples` in all, which the head of the file says at once.
    """
    silence = np.zeros(0, np.float32)
    head = to_bytes(silence, sample_rate_hz=sample_rate_hz, kind="wav", comment=comment, title=title)
    n_bytes = n_samples * 2
    size = int.from_bytes(head[4:8], "little") + n_bytes
    yield head[:4] + size.to_bytes(4, "little") + head[8:-4] + n_bytes.to_bytes(4, "little")
    noises, noise = _noises(n_samples, 1), np.zeros((0, 1), np.float32)
    for block in blocks:
        while len(noise) < len(block):
            noise = np.concatenate([noise, next(noises)])
        frames = np.clip(np.nan_to_num(block[:, None]).astype(np.float32), -1.0, 1.0)
        yield _rounded(frames, noise[: len(block)]).astype("<i2").tobytes()
        noise = noise[len(block) :]


def _compression(kbps: int, sample_rate_hz: int) -> float:
    """libsndfile's 0..1 for a bit rate: from 320 down to 32 kbit/s in MPEG-1, from 160 down to 8 below 32 kHz."""
    most, least = (320, 32) if sample_rate_hz >= 32_000 else (160, 8)
    if not least <= kbps <= most:
        raise UsageError(f"an MP3 of {sample_rate_hz} Hz has {least} to {most} kbit/s, not {kbps}")
    return (most - kbps) / (most - least)


def write(
    path: Path,
    samples: NDArray[np.floating],
    *,
    sample_rate_hz: int,
    comment: str = "",
    title: str = "",
    force: bool = False,
) -> None:
    """`to_bytes` of the kind that the suffix names, into a file. Raises UsageError or OutputError."""
    kind = path.suffix.lower().removeprefix(".")
    data = to_bytes(samples, sample_rate_hz=sample_rate_hz, kind=kind, comment=comment, title=title)
    write_whole(path, data, force=force)


def _id3(title: str, comment: str) -> bytes:
    """An ID3v2.3 tag in UTF-16 (libsndfile's own holds Latin letters only); empty where there is nothing."""
    frames = b""
    if title:
        frames += _id3_frame(b"TIT2", b"\x01" + title.encode("utf-16"))
    if comment:
        frames += _id3_frame(b"COMM", b"\x01eng" + "\0".encode("utf-16") + comment.encode("utf-16"))
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frames if frames else b""


def _id3_frame(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + b"\0\0" + body


_FORMAT_BYTES = 36  # RIFF head and format of PCM


def _with_info(wav: bytes, title: str, comment: str) -> bytes:
    """The file with a LIST of title and comment before its samples (libsndfile drops comments above 32 kB)."""
    entries = b"INFO"
    for name, text in ((b"INAM", title.encode()), (b"ICMT", comment.encode())):
        if text:
            entries += name + (len(text) + 2 & ~1).to_bytes(4, "little") + text + bytes(2 - len(text) % 2)
    if len(entries) == 4:
        return wav
    chunk = b"LIST" + len(entries).to_bytes(4, "little") + entries
    size = int.from_bytes(wav[4:8], "little") + len(chunk)
    return wav[:4] + size.to_bytes(4, "little") + wav[8:_FORMAT_BYTES] + chunk + wav[_FORMAT_BYTES:]


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _same_serial(ogg: bytes) -> bytes:
    """The stream's random serial number made 1 on every page, with the page's new checksum (RFC 3533)."""
    pages: list[bytes] = []
    at = 0
    while at < len(ogg):
        n_segments = ogg[at + 26]
        end = at + 27 + n_segments + sum(ogg[at + 27 : at + 27 + n_segments])
        page = bytearray(ogg[at:end])
        page[14:18] = (1).to_bytes(4, "little")
        page[22:26] = bytes(4)
        page[22:26] = _ogg_checksum(page).to_bytes(4, "little")
        pages.append(bytes(page))
        at = end
    return b"".join(pages)


def _ogg_checksum(page: bytearray) -> int:
    """Ogg's CRC-32 reads bits from the other end than zlib's, starts from 0 and is not inverted."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def _clipped(frames: NDArray[np.floating]) -> Iterator[NDArray[np.float32]]:
    for begin in range(0, len(frames), BLOCK_FRAMES):
        block = np.nan_to_num(frames[begin : begin + BLOCK_FRAMES]).astype(np.float32)
        yield np.clip(block, -1.0, 1.0)


def _dithered(frames: NDArray[np.floating]) -> Iterator[NDArray[np.int16]]:
    for block, noise in zip(_clipped(frames), _noises(*frames.shape), strict=True):
        yield _rounded(block, noise)


def _noises(n_frames: int, n_channels: int) -> Iterator[NDArray[np.float32]]:
    """The dither of so many samples, block after block."""
    rng = stream(0, "dither")
    for begin in range(0, n_frames, BLOCK_FRAMES):
        shape = (min(BLOCK_FRAMES, n_frames - begin), n_channels)
        yield rng.random(shape, dtype=np.float32) - rng.random(shape, dtype=np.float32)


def _rounded(block: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.int16]:
    """16 bits, dithered where there is sound."""
    rounded = np.rint(block * 32767 + noise * (block != 0))
    return np.asarray(np.clip(rounded, -32768, 32767), np.int16)


def read(
    path: Path,
    *,
    max_seconds: float = 600.0,
    max_channels: int = 8,
    max_rate_hz: int = 192_000,
    max_bytes: int = 512 * 2**20,
) -> tuple[NDArray[np.float32], int]:
    """The samples of an audio file, (n, channels) in [-1, 1], and its rate in Hz.

    Decodes block by block and gives up as soon as a limit is passed, whatever the header says. Raises
    MissingError, DeniedError or InputError.
    """
    return from_bytes(
        read_bounded(path, max_bytes=max_bytes),
        where=str(path),
        max_seconds=max_seconds,
        max_channels=max_channels,
        max_rate_hz=max_rate_hz,
    )


def from_bytes(
    data: bytes,
    *,
    where: str = "",
    max_seconds: float = 600.0,
    max_channels: int = 8,
    max_rate_hz: int = 192_000,
) -> tuple[NDArray[np.float32], int]:
    """`read` of bytes: WAV, FLAC, OGG, MP3 and whatever else libsndfile knows by its first bytes."""
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _check_kind(file, max_channels, max_rate_hz, where)
            return _decode(file, max_seconds, where), file.samplerate
    except (soundfile.SoundFileError, ValueError, TypeError) as error:
        raise InputError(f"this cannot be read as audio ({_reason(error)})", where=where) from error


@dataclass(frozen=True, eq=False)
class Mono:
    """A file's channels as one."""

    samples: NDArray[np.float32]  # (n,) in [-1, 1]
    rate_hz: int
    n_channels: int
    n_odd: int  # values that were no finite numbers, and are silence now
    n_clipped: int  # samples at or beyond full scale, each beside another


def mono_from_bytes(
    data: bytes,
    *,
    where: str = "",
    max_seconds: float = 1800.0,
    max_channels: int = 64,
    max_rate_hz: int = 384_000,
    max_samples: int = 100_000_000,
) -> Mono:
    """The mean of all channels. It is taken block by block, so that the memory is that of one channel.

    Raises InputError as `from_bytes` does, and beyond `max_samples`.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _check_kind(file, max_channels, max_rate_hz, where)
            return _mixed(file, min(max_seconds * file.samplerate, max_samples), where)
    except (soundfile.SoundFileError, ValueError, TypeError) as error:
        raise InputError(f"this cannot be read as audio ({_reason(error)})", where=where) from error


def _mixed(file: soundfile.SoundFile, most: float, where: str) -> Mono:
    blocks, n_frames, n_odd, n_clipped = list[NDArray[np.float32]](), 0, 0, 0
    while len(block := file.read(BLOCK_FRAMES // 8, dtype="float32", always_2d=True)):
        n_frames += len(block)
        if n_frames > most:
            seconds = most / file.samplerate
            raise InputError(f"longer than {seconds:g} s", where=where, hint="Cut it into shorter pieces.")
        is_odd = ~np.isfinite(block)
        n_odd += int(is_odd.sum())
        block[is_odd] = 0.0
        is_full = (np.abs(block) >= FULL_SCALE).any(axis=1)
        n_clipped += int((is_full[1:] & is_full[:-1]).sum())
        blocks.append(np.clip(block.mean(axis=1), -1.0, 1.0))
    if not blocks:
        raise InputError("there is no sound in it", where=where)
    return Mono(np.concatenate(blocks), file.samplerate, file.channels, n_odd, n_clipped)


def _check_kind(file: soundfile.SoundFile, max_channels: int, max_rate_hz: int, where: str) -> None:
    if file.channels > max_channels:
        raise InputError(f"{file.channels} channels; at most {max_channels} are read", where=where)
    if not 0 < file.samplerate <= max_rate_hz:
        raise InputError(f"a sample rate of {file.samplerate} Hz", where=where)


def _decode(file: soundfile.SoundFile, max_seconds: float, where: str) -> NDArray[np.float32]:
    blocks: list[NDArray[np.float32]] = []
    n_frames = 0
    while True:
        block = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        if not len(block):
            break
        n_frames += len(block)
        if n_frames > max_seconds * file.samplerate:
            raise InputError(
                f"longer than {max_seconds:g} s", where=where, hint="Cut it into shorter pieces."
            )
        blocks.append(block)
    if not blocks:
        raise InputError("there is no sound in it", where=where)
    return np.nan_to_num(np.concatenate(blocks), posinf=1.0, neginf=-1.0)


def _reason(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).rstrip(".").lower()
