"""A song that was just made, as workers tell it to the server: the parts of `library.Made`."""

from collections.abc import Mapping, Sequence
from typing import Any

from aoede.account import measured_rows
from aoede.errors import UsageError
from aoede.sketches import Sketch
from aoede.song import Song
from aoede.studio.facts import rows_of
from aoede.studio.packing import packed
from aoede.studio.song_fields import MAX_NOTES
from aoede.studio.views import Known, view_of


def made(
    song: Song,
    planned: Sketch | None,
    edit: str,
    options: Mapping[str, Any],
    *,
    seed: int | None,
    told: Sequence[str] = (),
) -> dict[str, Any]:
    """What `edit` made, with all that is known of it. planned: its sketch as it is now; None where nobody knows one.

    Raises UsageError for more than MAX_NOTES notes.
    """
    n_notes = sum(len(track.notes) for track in song.tracks)
    if n_notes > MAX_NOTES:
        raise UsageError(
            f"the song has {n_notes:,} notes; {MAX_NOTES:,} are the most", hint="Ask for fewer bars."
        )
    known = None if planned is None else Known(planned, rows_of(measured_rows(planned, song)), told)
    view = view_of(song, known, told=told)
    return {"edit": edit, "options": dict(options), "seed": seed, "view": view, "song": packed(song)}
