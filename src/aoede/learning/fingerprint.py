"""The fingerprint of a song, by which copies of a piece and versions of a tune are found."""

from hashlib import sha256

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from aoede.music.note_table import pitched_notes, table_of
from aoede.song import TICKS_PER_QUARTER, Song

Ints = NDArray[np.int64]

_PHRASE_NOTES = 12  # 8 bring unrelated tunes together, 16 miss versions of one: see docs/LOG.md


def fingerprint(song: Song) -> str:
    """A hash that copies of a piece share, and most versions of one tune too: the min-hash of its melody.

    The melody is the highest pitch at each sixteenth that has a note; a phrase is twelve of its notes in a row, as
    intervals and as ratios of the times between them. Of the hashes of all phrases the smallest is taken, so
    two pieces agree with a probability of the share of the phrases that they have in common (Broder 1997).
    Key, tempo, note values, lengths, instruments, drums and silence before the piece make no difference.
    Of a song with drums only, those are the melody.
    """
    notes = pitched_notes(song)
    notes = notes if len(notes) else table_of(song.tracks)
    since = notes.starts_ticks - notes.starts_ticks[:1]
    steps = (since * 8 + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)
    places = np.sort(steps * 128 + notes.pitches)
    is_top = np.append(places[1:] >> 7 != places[:-1] >> 7, True)
    steps, pitches = places[is_top] >> 7, places[is_top] & 127
    phrases = _phrases(pitches[1:] - pitches[:-1], steps[1:] - steps[:-1])
    return min(sha256(phrase).digest() for phrase in phrases).hex()


def _phrases(intervals: Ints, gaps: Ints) -> set[bytes]:
    """Every stretch of `_PHRASE_NOTES` notes, or all of a shorter piece, ready to be hashed."""
    n = min(_PHRASE_NOTES - 1, len(intervals))
    if not n:
        return {b""}
    gaps = sliding_window_view(gaps, n)
    ratios = gaps // np.gcd.reduce(gaps, axis=1)[:, None]
    rows = np.concatenate([sliding_window_view(intervals, n), ratios], axis=1).astype("<i4")
    data, n_bytes = rows.tobytes(), rows.itemsize * rows.shape[1]
    return {data[i : i + n_bytes] for i in range(0, len(data), n_bytes)}
