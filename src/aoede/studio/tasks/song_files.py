"""What a worker does for the files of a song: whole ones, archives of stems, and the sound that the page mixes."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.export import LOUDNESS_DBFS, SAMPLE_RATE_HZ, to_bytes, with_lead, write_stems
from aoede.formats.files import write_whole
from aoede.song import Song
from aoede.studio.made_files import BEGINNING, SOUND
from aoede.studio.packing import unpacked
from aoede.synth import Stems

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

STEMS: Mapping[str, str] = {"stems.zip": ".wav", "stems-midi.zip": ".mid"}  # kind of archive -> kind of stem
FILE = "file"
MAX_SOUND_BYTES = 800_000_000  # of the sound with all its tracks apart: five of them for quarter of an hour
BEGINNING_S = 10.0  # of a sound that can be heard before the rest of it is made
_FULL_SCALE = 32768.0
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in an archive, so that the same song gives the same bytes


def export(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"song", "kind"} -> the name of the file in the folder of the job; kind: "mid", "wav", ..., or one of STEMS."""
    song, kind = _heard(task["song"]), task["kind"]
    data = _archive(song, STEMS[kind], desk.folder) if kind in STEMS else to_bytes(song, f".{kind}")
    write_whole(desk.folder / FILE, data)
    return {"file": FILE}


def stems(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"song", "is_there"} -> the sound of every track as it is in the whole song; nothing where it is there already.

    The file holds little-endian 16-bit frames of twice as many channels as tracks: left and right of the first, left
    and right of the second. `peak` is the largest sample before it was clipped to [-1, 1). The first seconds are in a
    file of their own as soon as they are made, which the event "beginning" says.
    """
    if task["is_there"]:
        return {}
    song, given = with_lead(_heard(task["song"]), SAMPLE_RATE_HZ)
    n_tracks = len(song.tracks)
    rendered = Stems(song, given=given, sample_rate_hz=SAMPLE_RATE_HZ, loudness_dbfs=LOUDNESS_DBFS)
    frames = _frames(rendered.n_samples, n_tracks)
    sound = {"rate_hz": SAMPLE_RATE_HZ, "n_samples": len(frames), "n_tracks": n_tracks}
    beginnings = rendered.beginnings(BEGINNING_S)
    for i, stem in enumerate(beginnings):
        _put(frames, i, stem)
    n_ready = len(beginnings[0])
    write_whole(desk.folder / BEGINNING, frames[:n_ready].tobytes())
    desk.tell("beginning", sound={**sound, "n_ready": n_ready})
    peak = 0.0
    for i, stem in enumerate(rendered):
        peak = max(peak, float(np.abs(stem).max(initial=0.0)))
        _put(frames, i, stem)
        desk.tell("stem", done=(i + 1) / n_tracks)
    frames.tofile(desk.folder / SOUND)
    return {"file": SOUND, "sound": {**sound, "peak": round(peak, 4)}}


def _put(frames: NDArray[np.int16], track: int, stem: NDArray[np.float32]) -> None:
    """A track's sound, (n, 2), at the beginning of its two channels."""
    rounded = np.clip(np.rint(stem * np.float32(_FULL_SCALE)), -32768, 32767)
    frames[: len(stem), 2 * track : 2 * track + 2] = rounded


def _frames(n_samples: int, n_tracks: int) -> NDArray[np.int16]:
    """Room for all. Raises InputError where there is none, or nothing to hear."""
    if not n_tracks:
        raise InputError("there is nothing to hear in this song")
    n_bytes = 4 * n_samples * n_tracks
    if n_bytes > MAX_SOUND_BYTES:
        raise InputError(
            f"{n_tracks} tracks of {n_samples / SAMPLE_RATE_HZ / 60:.0f} minutes are more than can be mixed here",
            hint="Its sound files can be made all the same.",
        )
    return np.empty((n_samples, 2 * n_tracks), "<i2")


def _heard(packed: str) -> Song:
    """The song, with the model that plays its melody where there is one."""
    song = unpacked(packed)
    if "lead" not in song.recipe:
        return song
    from aoede.editing import resumed  # takes half a second to load

    return resumed(song).song


def _archive(song: Song, kind: str, folder: Path) -> bytes:
    """The stems in one file. They are not compressed: sound hardly would be, and notes are small."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for path in write_stems(song, folder / "stems", kind):
            archive.writestr(zipfile.ZipInfo(path.name, _EPOCH), path.read_bytes())
    return data.getvalue()
