"""A song as JSON: everything in it, for programs that would rather not read MIDI."""

import json
from dataclasses import asdict
from typing import Any

from aoede.song import TICKS_PER_QUARTER, Song

SCHEMA = "aoede.song/1"


def to_dict(song: Song) -> dict[str, Any]:
    """Plain JSON values: times in ticks (480 a quarter), pitches 0..127, velocities 1..127."""
    return {
        "schema": SCHEMA,
        "title": song.title,
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "duration_s": round(song.duration_s, 3),
        "tempos": [asdict(tempo) for tempo in song.tempos],
        "meters": [asdict(meter) for meter in song.meters],
        "keys": [asdict(key) for key in song.keys],
        "sections": [asdict(section) for section in song.sections],
        "chords": [asdict(chord) for chord in song.chords],
        "syllables": [asdict(syllable) for syllable in song.syllables],
        "tracks": [asdict(track) for track in song.tracks],
        "recipe": dict(song.recipe),
    }


def to_bytes(song: Song) -> bytes:
    """UTF-8, one object, the same bytes for the same song."""
    return (json.dumps(to_dict(song), ensure_ascii=False, indent=1) + "\n").encode()
