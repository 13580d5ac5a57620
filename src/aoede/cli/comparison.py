"""A song among real ones: its melody, its accompaniment and the place of each measure, as facts and in lines."""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aoede.music.measures import Measures
    from aoede.music.note_table import NoteTable
    from aoede.music.voices import Voices

# The names of music/bands.py, which --help does not load.
LIKE = ("chorales", "tunes", "songs", "leadsheets", "melodies")
GAUGE_CELLS, GAUGE_EDGES = 25, (7, 17)  # of a scale in text, and where on it the band begins and ends


def facts_of_voices(voices: "Voices") -> dict[str, Any]:
    """What is melody, note by note, and what accompanies it."""
    melody = voices.melody
    own = {
        "found_as": voices.how,
        "track": voices.track if voices.track >= 0 else None,
        **_extent(melody),
        "onsets": list(zip(melody.starts_ticks.tolist(), melody.pitches.tolist(), strict=True)),
    }
    return {"melody": own, "accompaniment": _extent(voices.accompaniment)}


def _extent(notes: "NoteTable") -> dict[str, Any]:
    """How many notes, from which pitch to which, and how many at once."""
    from aoede.music.voices import mean_sounding

    if not len(notes):
        return {"notes": 0, "lowest": None, "highest": None, "at_once": None}
    lowest, highest = int(notes.pitches.min()), int(notes.pitches.max())
    return {"notes": len(notes), "lowest": lowest, "highest": highest, "at_once": mean_sounding(notes)}


def compared(measured: "Measures", like: str | None) -> dict[str, Any]:
    """The place of each measure in the bands of real songs, and how usual such places are among them."""
    from aoede.music import bands

    corpus = bands.corpus_named(like) if like else bands.nearest(measured)
    places = bands.positions(measured, corpus)
    if not places:
        return {}
    return {
        "like": corpus.name,
        "what": corpus.what,
        "chosen": "named" if like else "nearest in texture",
        "inside": sum(0 <= place <= 1 for place in places.values()),
        "usually_inside": math.ceil(corpus.usual_inside * len(places)),
        "outside_by": round(bands.mean_outside(places), 3),
        "usually_outside_by": corpus.usual_outside,
        "passes": bands.passes(places, corpus),
        "measures": {
            name: {
                "value": getattr(measured, name),
                "low": corpus.bands[name].low,
                "high": corpus.bands[name].high,
                "position": round(place, 3),
            }
            for name, place in places.items()
        },
    }


def lines_of_voices(voices: dict[str, Any]) -> list[str]:
    """How the melody was found, and how much of the song it is."""
    melody, others = voices["melody"], voices["accompaniment"]
    found_as = {
        "stated": "as a track says",
        "chosen": f"track {(melody['track'] or 0) + 1}, the likeliest",
        "top line": "the top line of the only track",
        "none": "none",
    }[melody["found_as"]]
    notes = melody["notes"] + others["notes"]
    told = f": {melody['notes']} of {notes} notes, {_range(melody)}" if notes else ""
    lines = [f"  {'melody':<10}  {found_as}{told}"]
    if others["notes"]:
        told = f"{others['notes']} notes, {_range(others)}, {others['at_once']:.3g} at once"
        lines.append(f"  {'below it':<10}  {told}")
    return lines


def _range(notes: dict[str, Any]) -> str:
    """ "C4 to G5"."""
    from aoede.music.theory import note_name

    return " to ".join(f"{note_name(p % 12)}{p // 12 - 1}" for p in (notes["lowest"], notes["highest"]))


def lines_of_comparison(facts: dict[str, Any]) -> list[str]:
    """A row for each measure, with a mark between too little and too much."""
    from aoede.music.bands import WORDS

    n, which = len(facts["measures"]), "19 of 20 of them:"
    share = f"{facts['inside']} of {n} measures ({which} {facts['usually_inside']} or more)"
    distance = (
        f"{facts['outside_by']:.3f} bands on average ({which} {facts['usually_outside_by']:.3f} or less)"
    )
    gauge = f"{'too little':>{GAUGE_EDGES[0]}}{'too much':>{15}}"
    lines = [
        f"  {'like':<10}  {facts['what']}, {facts['chosen']}",
        f"  {'inside':<10}  {share}",
        f"  {'outside by':<10}  {distance}: {'near enough' if facts['passes'] else 'too far'}",
        "",
        f"  {'':<27} {'here':>5}  {'4 of 5 of them':<14}  {gauge}",
    ]
    for name, row in facts["measures"].items():
        band = f"{_short(row['low'])} to {_short(row['high'])}"
        lines.append(f"  {WORDS[name]:<27} {_short(row['value']):>5}  {band:<14}  {_gauge(row['position'])}")
    return lines


def _short(value: float) -> str:
    """Three decimals below 1, two below 10, else one: five characters for all but giants."""
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1}f}"


def _gauge(position: float) -> str:
    """A scale with the band between two bars and an o at `position`; what is farther out is "<" or ">"."""
    low, high = GAUGE_EDGES
    cells = [" "] * GAUGE_CELLS
    cells[low] = cells[high] = "|"
    place = position * (high - low)
    at = low + (round(place) if 0 <= position <= 1 else math.floor(place) if place < 0 else math.ceil(place))
    cells[min(max(at, 0), GAUGE_CELLS - 1)] = "<" if at < 0 else ">" if at >= GAUGE_CELLS else "o"
    return "".join(cells).rstrip()
