"""What a worker does for the Song view: compose, edit, draw takes, understand.

Tasks get a song as `packing.packed` gives it and return what `library.Made` is made of.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aoede.account import changed_notes, mood_as_dict, plan_as_dict
from aoede.compose import chosen, fill
from aoede.editing import edited, resumed
from aoede.edits import Work
from aoede.errors import InputError
from aoede.music.selection import HARMONY, LYRICS, ROLES, inside, places_of, tracks_of, union
from aoede.randomness import stream
from aoede.sketches import Sketch, sketch
from aoede.song import Song
from aoede.studio.facts import WHY
from aoede.studio.locks import check_kept, lock_text
from aoede.studio.making import made
from aoede.studio.packing import is_planned, unpacked
from aoede.studio.tasks.opening import harmonise, open
from aoede.studio.tasks.song_files import export, stems
from aoede.studio.views import Known, drawn_view, plan_view, view_of

if TYPE_CHECKING:
    from aoede.studio.worker import Desk

__all__ = ["compose", "edit", "export", "harmonise", "open", "stems", "takes", "understand"]


def compose(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"request", "seed", "options"} -> the song that `aoede.compose` gives for them.

    Tells its plan, its melody with the chords as soon as they are drawn, and its band. Where a critic takes another
    draft, the melody of that one is told too.
    """
    planned = sketch(task["request"], seed=task["seed"], **task["options"])
    desk.tell("plan", view=plan_view(planned), **_understood(planned))
    desk.tell("part", view=drawn_view(planned))
    taken = chosen(planned)
    if taken is not planned:
        desk.tell("part", view=drawn_view(taken))
    song = fill(taken)
    told = [*(taken.own.faults if taken.own else ()), *taken.told]
    desk.tell("part", view=view_of(song, Known(taken, told=told)))
    return made(song, taken, "compose", {}, seed=taken.seed, told=told)


def understand(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"request"} -> what is understood of it, and what would be planned for the seed 0."""
    return _understood(sketch(task["request"], seed=0))


def _understood(planned: Sketch) -> dict[str, Any]:
    return {"mood": mood_as_dict(planned.mood), "plan": plan_as_dict(planned.plan)}


# Edits


def edit(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"song", "edit", "options", "locks"} -> what the edit made, and "changed"; no "song" where nothing changed."""
    work = _work_on(task["song"])
    name, options = task["edit"], _with_locks(task["edit"], task["options"], task["locks"], work)
    new = edited(work, name, options)
    if name == "set_lyrics":
        check_kept(lock_text(task["locks"], work.song, _lockable(work)), _lockable(work), work.song, new.song)
    changed = _changed(work.song, new.song)
    if changed is None:
        return {"changed": _told({}, _why(work.song, name, options))}
    return _made(new, name, options) | {"changed": _told(changed, "")}


def takes(task: Mapping[str, Any], desk: "Desk") -> dict[str, Any]:
    """{"song", "count", "seed", "tracks", "locks"} -> how many; each is told as "take" when it is made.

    All of them are by the plan of the song and differ from it and from one another by their seeds.
    """
    work = _work_on(task["song"])
    asked = _all_anew(work) if task["tracks"] in (None, "all") else {"tracks": task["tracks"]}
    for seed in stream(task["seed"], "takes").integers(2**32, size=task["count"]).tolist():
        options = _with_locks("regenerate", {**asked, "seed": seed}, task["locks"], work)
        desk.tell("take", **_made(edited(work, "regenerate", options), "regenerate", options))
    return {"n_takes": task["count"]}


def _all_anew(work: Work) -> dict[str, str]:
    """What a take makes anew: everything but a tune and words that were given."""
    has_own_tune, has_own_words = work.sketch.melodies is not None, bool(work.sketch.lyrics)
    kept = {name for name, is_kept in (("melody", has_own_tune), (LYRICS, has_own_words)) if is_kept}
    tracks = ",".join(track for track in _lockable(work) if track not in kept)
    return {"tracks": tracks} | ({"lock": "melody"} if has_own_tune else {})


def _work_on(song: str) -> Work:
    """The song with its plan. Raises InputError for one that has none."""
    found = unpacked(song)
    if not is_planned(found.recipe):
        raise InputError(
            "this song was not composed here: nothing is known of how it came about",
            hint="Harmonise it or go on with it; what comes of that can be changed.",
        )
    return resumed(found)


def _lockable(work: Work) -> tuple[str, ...]:
    """The tracks of a song, its harmony, and its words where it has some."""
    roles = tuple(role for role in ROLES if role in work.sketch.plan.programs)
    return (*roles, HARMONY, *([LYRICS] if work.song.syllables else []))


def _with_locks(
    name: str, options: Mapping[str, Any], locks: Mapping[str, Any], work: Work
) -> dict[str, Any]:
    """The options of an edit that leaves what is locked in the song as it is."""
    if name == "regenerate":
        lock = lock_text(locks, work.song, _lockable(work), options.get("lock"))
    elif name == "set_lyrics" and "melody" in locks["tracks"]:
        lock = "melody"
    else:
        lock = options.get("lock")
    return {**options, "lock": lock} if lock else dict(options)


def _made(work: Work, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return made(work.song, work.sketch, name, options, seed=options.get("seed"), told=work.sketch.told)


# What changed


def _changed(old: Song, new: Song) -> dict[str, int] | None:
    """How many notes, chords and syllables of each track are new; None where the songs are the same."""
    parts = ("tracks", "chords", "syllables", "sections", "tempos", "meters", "keys")
    if all(getattr(old, part) == getattr(new, part) for part in parts):
        return None
    notes = {row["role"]: row["new"] for row in changed_notes(old, new)}
    chords, syllables = set(new.chords) - set(old.chords), set(new.syllables) - set(old.syllables)
    counts = {**notes, HARMONY: len(chords), LYRICS: len(syllables)}
    return {track: n for track, n in counts.items() if n}


def _told(tracks: Mapping[str, int], why: str) -> dict[str, Any]:
    english, chinese = WHY[why]
    return {"tracks": dict(tracks), "why": english, "why_zh": chinese}


def _why(song: Song, name: str, options: Mapping[str, Any]) -> str:
    """Why an edit changed nothing: a key of WHY."""
    if name == "set_lyrics":
        return "words"
    asked = (
        tracks_of(options["tracks"], (*ROLES, HARMONY, LYRICS), "--tracks")
        if options.get("tracks")
        else ROLES
    )
    places = [options[key] for key in ("bars", "sections") if options.get(key)]
    where = union(span for text in places for span in places_of(text, song, "--bars"))
    sounds = any(
        track.role in asked and (not places or inside(where, note.start_ticks))
        for track in song.tracks
        for note in track.notes
    )
    return "same" if sounds or {HARMONY, LYRICS} & set(asked) else "silent"
