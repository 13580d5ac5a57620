"""What a person has locked in a song, in the words that edits take (`music/selection.py`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aoede.errors import UsageError
from aoede.formats.sung_lines import sung_lines
from aoede.music.selection import LYRICS, Spans, inside, locks_of, places_of
from aoede.song import Song

_OPTION = "--lock"


def lock_text(
    locks: Mapping[str, Any], song: Song, known: Sequence[str], asked: str | None = None
) -> str | None:
    """The lock of an edit: what is locked in the song, and what is `asked` beside it; None where that is nothing.

    locks: {"tracks": names, "sections": places such as "chorus2" or "9-16", in which all is locked, "lines": numbers
    of lines of the words, from 1}. What the song does not have, or has no more, is passed over.
    """
    tracks = [track for track in locks.get("tracks", ()) if track in known]
    places = [place for place in locks.get("sections", ()) if _is_place(place, song)]
    lines = [f"line{n}" for n in sorted(set(locks.get("lines", ()))) if n <= len(sung_lines(song))]
    parts = [*tracks, *_at("all", places), *_at(LYRICS, lines if LYRICS in known else ())]
    return ",".join([*parts, *([asked] if asked else [])]) or None


def _at(track: str, places: Iterable[str]) -> list[str]:
    joined = "+".join(places)
    return [f"{track}:{joined}"] if joined else []


def _is_place(place: str, song: Song) -> bool:
    try:
        places_of(place, song, _OPTION)
    except UsageError:
        return False
    return True


def check_kept(lock: str | None, known: Sequence[str], old: Song, new: Song) -> None:
    """Raises UsageError where `new` has other notes or words than `old` in what is locked."""
    spans = locks_of(lock, old, known) if lock else {}
    for track, where in spans.items():
        if _within(old, track, where) != _within(new, track, where):
            raise UsageError(
                f"this would change what is locked ({track})",
                where=_OPTION,
                hint="Unlock it, or leave it as it is.",
            )


def _within(song: Song, track: str, where: Spans) -> list[Any]:
    """The notes of a track, or the syllables, that begin in these spans."""
    if track == LYRICS:
        return [(s.start_ticks, s.text) for s in song.syllables if inside(where, s.start_ticks)]
    notes = (note for each in song.tracks if each.role == track for note in each.notes)
    return [note for note in notes if inside(where, note.start_ticks)]
