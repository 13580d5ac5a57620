"""Work on songs: what was not chosen stays note for note, and the recipe makes everything once more."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

import aoede
from aoede import editing, export
from aoede.editing import again, extend, regenerate, set_lyrics, vary, work_on
from aoede.edits import Work
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.formats.sung_lines import sung_lines
from aoede.music.selection import (
    HARMONY,
    LYRICS,
)
from aoede.randomness import stream
from aoede.song import (
    Control,
    Note,
    Song,
    Syllable,
    Track,
)

BAR = 1920
PITCHED = ("melody", "chords", "colour", "bass")


def _eight_bars(instruments: str, lyrics: str | None = None) -> Song:
    return aoede.compose("hope", seed=1, form="verse:4 chorus:4", key="C", tempo=120, meter="4/4", style="pop",
                         instruments=instruments, lyrics=lyrics, candidates=1)  # fmt: skip


@pytest.fixture(scope="module")
def song() -> Song:
    """Eight bars: verse and chorus."""
    return _eight_bars("piano, strings, violin, bass")


@pytest.fixture(scope="module")
def beat() -> Song:
    """The same with drums, which take longest to compose."""
    return _eight_bars("piano, violin, bass, drums", lyrics="")


@pytest.fixture(scope="module")
def small() -> list[Song]:
    """Songs that are quickly composed."""
    return [
        aoede.compose("hope", seed=1, form="intro:1 verse:2 outro:1", instruments="piano, cello", meter="4/4",
                      lyrics=""),
        aoede.compose("the sea at night", seed=2, form="verse:2 chorus:2", instruments="guitar, flute, bass",
                      meter="3/4"),
        aoede.compose("sad and slow", seed=3, bars=3, instruments="piano", meter="6/8", lyrics=""),
    ]  # fmt: skip


def track(song: Song, role: str) -> Track:
    return next((t for t in song.tracks if t.role == role), Track("", (), role=role))


def bytes_of(song: Song) -> bytes:
    return export.to_bytes(song, ".mid")


def read_back(song: Song) -> Song:
    return midi.from_bytes(bytes_of(song), where="song.mid").song


def changed(a: Song, b: Song, role: str) -> list[int]:
    """The bars, from 1, in which notes of a role differ."""
    different = set(track(a, role).notes) ^ set(track(b, role).notes)
    return sorted({note.start_ticks // a.meters[0].bar_ticks + 1 for note in different})


def sounding(song: Song, ticks: int) -> str:
    return [c.symbol for c in song.chords if c.start_ticks <= ticks][-1]


# ---- regenerate --------------------------------------------------------------------------------


def test_only_the_chosen_tracks_change_and_only_in_the_chosen_bars(beat: Song) -> None:
    other = regenerate(beat, bars="3-4,7", tracks="bass,drums", seed=5)
    for role in ("melody", "chords", "colour"):
        assert track(other, role) == track(beat, role)
    for role in ("bass", "drums"):
        assert set(changed(beat, other, role)) <= {3, 4, 7}
    assert changed(beat, other, "drums")
    assert (other.chords, other.tempos, other.sections, other.title) == (
        beat.chords, beat.tempos, beat.sections, beat.title,
    )  # fmt: skip


def test_sections_are_chosen_by_name_and_the_seed_decides(song: Song) -> None:
    first, second = (regenerate(song, sections="chorus", tracks="melody", seed=seed) for seed in (7, 8))
    assert set(changed(song, first, "melody")) <= {5, 6, 7, 8}
    assert track(first, "melody") != track(second, "melody")
    assert bytes_of(first) == bytes_of(regenerate(song, sections="chorus", tracks="melody", seed=7))


def test_new_harmony_takes_the_pitched_tracks_with_it_and_leaves_the_drums(beat: Song) -> None:
    other = regenerate(beat, bars="2-3", tracks="harmony", seed=3)
    assert [sounding(other, t) for t in range(0, 8 * BAR, 240) if not BAR <= t < 3 * BAR] == [
        sounding(beat, t) for t in range(0, 8 * BAR, 240) if not BAR <= t < 3 * BAR
    ]
    assert [sounding(other, t) for t in range(BAR, 3 * BAR, 240)] != [
        sounding(beat, t) for t in range(BAR, 3 * BAR, 240)
    ]
    assert track(other, "drums") == track(beat, "drums")
    assert set(changed(beat, other, "chords")) <= {2, 3}
    assert set(changed(beat, other, "bass")) <= {2, 3}


def test_new_harmony_under_a_locked_melody_suits_it(song: Song) -> None:
    fits = []
    for seed in range(3):
        other = regenerate(song, tracks="harmony", lock="melody", seed=seed)
        assert track(other, "melody") == track(song, "melody")
        assert other.chords != song.chords
        fits.append(_share_in_chords(other))
    assert np.mean(fits) > _share_in_chords(replace(song, chords=tuple(
        replace(c, symbol="F#") for c in song.chords))) + 0.2  # fmt: skip
    assert np.mean(fits) > 0.5


def _share_in_chords(song: Song) -> float:
    from aoede.encodings.chords import parse_chord

    notes = track(song, "melody").notes
    hits = [n.pitch % 12 in parse_chord(sounding(song, n.start_ticks)).pitch_classes for n in notes]
    return float(np.average(hits, weights=[n.duration_ticks for n in notes]))


def test_what_is_locked_stays_even_where_it_was_chosen(beat: Song) -> None:
    other = regenerate(beat, tracks="all", lock="melody,bass:verse,harmony:1-2", seed=4)
    assert track(other, "melody") == track(beat, "melody")
    assert set(changed(beat, other, "bass")) <= {5, 6, 7, 8}
    assert [sounding(other, t) for t in (0, BAR)] == [sounding(beat, t) for t in (0, BAR)]
    assert changed(beat, other, "drums")


def test_everything_locked_is_refused(song: Song) -> None:
    with pytest.raises(UsageError, match="all that was chosen is locked"):
        regenerate(song, tracks="bass", lock="bass")


# ---- lyrics ------------------------------------------------------------------------------------


def rhythm(song: Song) -> list[tuple[int, int]]:
    return [(note.start_ticks, note.duration_ticks) for note in track(song, "melody").notes]


def words(song: Song, first_bar: int, last_bar: int) -> list[Syllable]:
    return [s for s in song.syllables if first_bar <= s.start_ticks // BAR + 1 <= last_bar]


def test_a_new_melody_alone_keeps_the_words_and_their_rhythm(song: Song) -> None:
    assert words(song, 1, 8)
    for lock in (None, "lyrics"):
        other = regenerate(song, tracks="melody" if lock is None else "melody,lyrics", lock=lock, seed=9)
        assert (other.syllables, rhythm(other)) == (song.syllables, rhythm(song))
        assert track(song, "melody").notes != track(other, "melody").notes


def test_new_words_alone_change_nothing_but_notes_that_they_split_or_join(song: Song) -> None:
    other = regenerate(song, sections="chorus", tracks="lyrics", seed=3)
    assert words(other, 1, 4) == words(song, 1, 4)
    assert words(other, 5, 8) != words(song, 5, 8)
    assert [t for t in other.tracks if t.role != "melody"] == [t for t in song.tracks if t.role != "melody"]
    assert set(changed(song, other, "melody")) <= {5, 6, 7, 8}
    assert {s.start_ticks for s in other.syllables} <= {n.start_ticks for n in track(other, "melody").notes}
    assert {n.pitch for n in track(other, "melody").notes} <= {n.pitch for n in track(song, "melody").notes}


def test_new_words_on_a_locked_melody_change_no_note(song: Song) -> None:
    other = regenerate(song, tracks="lyrics", lock="melody", seed=4)
    assert track(other, "melody") == track(song, "melody")
    assert other.syllables != song.syllables


def test_new_melody_and_words_belong_together_and_locked_words_stay(song: Song) -> None:
    other = regenerate(song, lock="lyrics:chorus,melody:chorus", seed=6)
    assert words(other, 5, 8) == words(song, 5, 8)
    assert words(other, 1, 4) != words(song, 1, 4)
    assert {s.start_ticks for s in other.syllables} <= {n.start_ticks for n in track(other, "melody").notes}


def test_words_that_were_given_are_sung_to_a_new_melody_and_none_others_are_found(song: Song) -> None:
    mine = set_lyrics(song, "Carry me over the water\n\nCarry me home to you")
    other = regenerate(mine, lock="bass", seed=5)
    told = [" ".join(line.text for line in sung_lines(one)) for one in (mine, other)]
    assert told[0] == told[1] == "Carry me over the water Carry me home to you"
    assert rhythm(other) != rhythm(mine)
    with pytest.raises(UsageError, match="words of this song are given"):
        regenerate(mine, tracks="lyrics")


def test_a_chorus_that_returns_brings_its_words_and_new_verses_have_their_own(song: Song) -> None:
    with_outro = extend(song, add="outro:1")
    longer = extend(regenerate(with_outro, tracks="lyrics", sections="chorus", seed=8), add="verse chorus")
    sung = [
        [(s.start_ticks - begin * BAR, s.text) for s in words(longer, begin + 1, begin + 4)]
        for begin in (4, 12)
    ]
    assert sung[0] == sung[1] != []
    assert words(longer, 9, 12)
    assert [s.text for s in words(longer, 9, 12)] != [s.text for s in words(longer, 1, 4)]
    assert {s.start_ticks for s in longer.syllables} <= {n.start_ticks for n in track(longer, "melody").notes}
    assert bytes_of(again(longer.recipe).song) == bytes_of(longer)


# ---- vary and extend ---------------------------------------------------------------------------


def test_variations_differ_from_one_another_and_keep_plan_chords_and_locks(song: Song) -> None:
    others = vary(song, 3, lock="melody:verse,bass", seed=20)
    assert len({bytes_of(other) for other in (song, *others)}) == 4
    for i, other in enumerate(others):
        assert (other.chords, other.sections, other.tempos, other.keys) == (
            song.chords, song.sections, song.tempos, song.keys,
        )  # fmt: skip
        assert track(other, "bass") == track(song, "bass")
        assert set(changed(song, other, "melody")) <= {5, 6, 7, 8}
        assert other.recipe["edits"][0]["regenerate"]["seed"] == 20 + i
    with pytest.raises(UsageError, match="count must be between 1 and 16"):
        vary(song, 17)


def test_more_sections_come_before_the_outro_and_all_else_only_moves(small: list[Song]) -> None:
    old = small[0]
    at, bar = old.sections[-1].start_ticks, old.meters[0].bar_ticks
    new = extend(old, add="chorus:2 bridge:1")
    by = 3 * bar
    assert [(s.name, (s.end_ticks - s.start_ticks) // bar) for s in new.sections] == [
        ("intro", 1), ("verse", 2), ("chorus", 2), ("bridge", 1), ("outro", 1),
    ]  # fmt: skip
    for role in PITCHED:
        before = {n for n in track(new, role).notes if n.start_ticks < at}
        behind = {
            replace(n, start_ticks=n.start_ticks - by)
            for n in track(new, role).notes
            if n.start_ticks >= at + by
        }
        assert before | behind == set(track(old, role).notes)
    assert any(at <= n.start_ticks < at + by for n in track(new, "melody").notes)
    assert len(new.bar_starts()) == len(old.bar_starts()) + 3
    assert read_back(new).sections == new.sections


def test_a_section_that_returns_brings_its_tune_and_chords(song: Song) -> None:
    other = regenerate(extend(song, add="outro:1"), sections="chorus", tracks="harmony", seed=77)
    longer = extend(other, add="chorus")
    tunes = [[replace(n, start_ticks=n.start_ticks - begin) for n in track(longer, "melody").notes
              if begin <= n.start_ticks < begin + 4 * BAR] for begin in (4 * BAR, 8 * BAR)]  # fmt: skip
    assert tunes[0] == tunes[1]
    chords = [[sounding(longer, t + begin) for t in range(0, 4 * BAR, 240)] for begin in (4 * BAR, 8 * BAR)]
    assert chords[0] == chords[1]


def test_added_bars_are_exact_and_a_song_without_an_outro_grows_at_its_end(song: Song) -> None:
    for bars in (1, 7, 20):
        longer = extend(song, bars=bars)
        assert len(longer.bar_starts()) == 8 + bars
        assert longer.sections[-1].end_ticks == (8 + bars) * BAR
        assert [t.start_ticks for t in longer.tempos if 0 < t.start_ticks < 6 * BAR] == []
    assert [s.name for s in extend(song).sections] == ["verse", "chorus", "bridge", "chorus"]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"bars": 0}, "bars must be between 1 and 512"), ({"bars": 510}, "would have 518 bars"),
     ({"add": "bridge chours"}, "'chours' is not a section"), ({"add": "bridge:4", "bars": 8}, "8 bars do not fit")],
)  # fmt: skip
def test_extensions_that_cannot_be_are_refused(
    song: Song, options: Mapping[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        extend(song, **options)  # type: ignore[arg-type]


# ---- recipes -----------------------------------------------------------------------------------


def test_the_recipe_of_an_edited_song_makes_the_same_bytes_from_its_file(song: Song) -> None:
    other = regenerate(read_back(song), bars="2", tracks="chords", seed=1)
    other = extend(read_back(other), add="bridge:2", seed=5)
    other = regenerate(read_back(other), sections="bridge", tracks="all", lock="bass", seed=3)
    recipe = json.loads(json.dumps(read_back(other).recipe))
    assert [next(iter(edit)) for edit in recipe["edits"]] == ["regenerate", "extend", "regenerate"]
    assert "edited" not in recipe
    assert bytes_of(again(recipe).song) == bytes_of(other)


def test_the_plan_of_a_song_that_was_made_again_has_the_added_sections(song: Song) -> None:
    work = again(extend(song, add="bridge:2").recipe)
    assert work.sketch.plan.bars == 10
    assert not work.by_hand


def by_hand(song: Song) -> Song:
    """As somebody's sequencer leaves it: one more note, another one moved."""
    melody = track(song, "melody")
    notes = (
        replace(melody.notes[0], pitch=melody.notes[0].pitch + 1),
        *melody.notes[1:],
        Note(5 * BAR + 7, 90, 11, 99),
    )
    return replace(
        song, tracks=tuple(replace(t, notes=tuple(sorted(notes))) if t is melody else t for t in song.tracks)
    )


def test_a_song_that_got_another_title_is_made_again_under_it_edits_and_all(song: Song) -> None:
    named = replace(song, title="Bread & <Salt>", recipe={**song.recipe, "title": "Bread & <Salt>"})
    assert bytes_of(again(named.recipe).song) == bytes_of(named)
    back = replace(song, recipe={**song.recipe, "title": song.title})
    assert bytes_of(again(back.recipe).song) == bytes_of(back)
    work = work_on(read_back(named))
    assert (work.by_hand, work.song.title) == (False, named.title)
    edited_named = regenerate(named, tracks="bass", seed=5)
    named_edited = regenerate(song, tracks="bass", seed=5)
    named_edited = replace(
        named_edited, title=named.title, recipe={**named_edited.recipe, "title": named.title}
    )
    for one in (edited_named, named_edited):
        assert one.title == named.title
        assert bytes_of(again(read_back(one).recipe).song) == bytes_of(one)


def test_a_title_that_another_program_gave_is_no_change_of_the_notes(song: Song) -> None:
    work = work_on(read_back(replace(song, title="奇迹")))
    assert (work.by_hand, work.song.title, work.song.tracks) == (False, "奇迹", song.tracks)
    other = regenerate(read_back(replace(song, title="奇迹")), tracks="bass", seed=5)
    assert bytes_of(again(other.recipe).song) == bytes_of(other)
    assert work_on(read_back(replace(song, title=" "))).song.title == song.title


@pytest.mark.parametrize("title", ["", "  ", 5, None, ["x"], {"a": 1}])
def test_what_is_no_title_in_a_recipe_leaves_the_song_its_own(song: Song, title: object) -> None:
    assert again({**song.recipe, "title": title}).song == song


def test_a_hostile_title_in_a_recipe_is_one_line_that_files_can_hold(song: Song) -> None:
    made = again({**song.recipe, "title": "a\x00\ud800\n\u202eb" + "c" * 9000}).song
    assert made.title == made.recipe["title"] == "ab" + "c" * 198
    assert read_back(made).title == made.title


def test_notes_that_somebody_changed_are_never_lost(song: Song) -> None:
    mine = read_back(by_hand(song))
    other = regenerate(mine, bars="2-3", tracks="bass,colour", seed=5)
    assert track(other, "melody") == track(mine, "melody")
    assert track(other, "chords") == track(mine, "chords")
    assert other.recipe["edited"] is True
    assert other.recipe["notes"] == editing.notes_hash(other)
    third = regenerate(read_back(other), bars="7", tracks="melody", seed=6)
    assert set(changed(mine, third, "melody")) <= {7}
    assert set(changed(mine, third, "bass")) <= {2, 3}
    with pytest.raises(InputError, match="changed by hand"):
        again(third.recipe)


def test_marks_and_tracks_that_another_program_lost_are_found_again(song: Song) -> None:
    bare = replace(
        by_hand(song), sections=(), chords=(), tracks=tuple(t for t in song.tracks if t.role != "bass")
    )
    other = regenerate(bare, sections="chorus", tracks="bass", seed=5)
    assert [s.name for s in other.sections] == ["verse", "chorus"]
    assert other.chords == song.chords
    assert track(other, "bass").notes
    assert all(n.start_ticks >= 4 * BAR for n in track(other, "bass").notes)


def test_tracks_that_somebody_added_stay(song: Song) -> None:
    mine = replace(song, tracks=(*song.tracks, Track("Tuba", (Note(0, 40, 9000, 80),), 58)))
    assert regenerate(mine, tracks="all", seed=1).tracks[-1] == mine.tracks[-1]


def test_a_song_without_a_recipe_is_refused_with_what_can_be_done(song: Song) -> None:
    with pytest.raises(InputError, match="no recipe") as caught:
        regenerate(replace(song, recipe={}))
    assert "aoede harmonise" in caught.value.hint


def test_another_meter_is_refused(song: Song) -> None:
    waltz = replace(by_hand(song), meters=(replace(song.meters[0], numerator=3),))
    with pytest.raises(InputError, match="not in 4/4 any more"):
        regenerate(waltz)


@pytest.mark.parametrize(
    "damage",
    [{"request": 5}, {"seed": "x"}, {"seed": True}, {"options": []}, {"options": {"colour": "red"}},
     {"options": {"bars": "8"}}, {"options": {"key": 5}}, {"options": {"melody": "x.mid"}}, {"seeds": {"bass": "x"}},
     {"seeds": []}, {"edits": 3}, {"edits": [3]}, {"edits": [{"paint": {}}]}, {"edits": [{"extend": {"x": 1}}]},
     {"edits": [{"extend": {"bars": "x"}}]}, {"edits": [{"extend": {}}] * 257}, {"edits": [{"regenerate": []}]}],
)  # fmt: skip
def test_damaged_recipes_are_refused_in_a_sentence(song: Song, damage: dict[str, object]) -> None:
    with pytest.raises(InputError, match="recipe cannot be read"):
        again({**song.recipe, **damage})
    with pytest.raises(InputError, match="recipe cannot be read"):
        work_on(replace(song, recipe={**song.recipe, **damage}))


def test_a_song_remembers_only_so_many_edits(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "MAX_EDITS", 1)
    once = regenerate(song, tracks="bass", seed=1)
    with pytest.raises(UsageError, match="remembers 1 edits"):
        regenerate(once, tracks="bass", seed=2)


# ---- random edits ------------------------------------------------------------------------------


def _random_edits(song: Song, seed: int) -> Iterator[dict[str, object]]:
    """Options of `regenerate`, any that the song has room for."""
    rng = stream(seed, "edits")
    n_bars, names = len(song.bar_starts()), sorted({s.name for s in song.sections})
    tracks = [t.role for t in song.tracks] + [HARMONY] + [LYRICS] * bool(song.syllables)

    def bars() -> str:
        first = int(rng.integers(1, n_bars + 1))
        return f"{first}-{int(rng.integers(first, n_bars + 1))}"

    def some_tracks() -> str:
        return ",".join(rng.choice(tracks, int(rng.integers(1, len(tracks) + 1)), replace=False))

    def lock() -> str:
        places = [":" + bars(), ":" + str(rng.choice(names)), "", f":{bars()}+{rng.choice(names)}"]
        return ",".join(name + str(rng.choice(places)) for name in some_tracks().split(","))

    while True:
        options: dict[str, object] = {"seed": int(rng.integers(1000))}
        if rng.random() < 0.6:
            options["bars"] = bars()
        if rng.random() < 0.3:
            options["sections"] = str(rng.choice(names))
        if rng.random() < 0.7:
            options["tracks"] = some_tracks()
        if rng.random() < 0.6:
            options["lock"] = lock()
        yield options


def _bars_in(text: object, song: Song) -> set[int]:
    """Numbers of bars that a text names, read in another way than the library does."""
    bar, found = song.meters[0].bar_ticks, set[int]()
    for word in str(text).split("+"):
        if word[0].isdigit():
            first, _, last = word.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
        for section in song.sections:
            if section.name == word:
                found |= set(range(section.start_ticks // bar + 1, section.end_ticks // bar + 1))
    return found


def _may_change(song: Song, options: Mapping[str, object]) -> dict[str, set[int]]:
    """The bars of every track that an edit may touch."""
    every = set(range(1, len(song.bar_starts()) + 1))
    named = [_bars_in(options[name], song) for name in ("bars", "sections") if name in options]
    chosen = set.union(*named) if named else every
    roles = [t.role for t in song.tracks] + [LYRICS] * bool(song.syllables)
    tracks = str(options["tracks"]).split(",") if "tracks" in options else roles
    locked: dict[str, set[int]] = {}
    for word in str(options.get("lock", "")).split(","):
        name, _, places = word.partition(":")
        locked[name] = locked.get(name, set()) | (_bars_in(places, song) if places else every)
    may = {name: chosen - locked.get(name, set()) for name in tracks}
    for role in PITCHED if HARMONY in tracks else ():
        may[role] = may.get(role, set()) | (chosen - locked.get(HARMONY, set()) - locked.get(role, set()))
    may["melody"] = may.get("melody", set()) | (may.get(LYRICS, set()) - locked.get("melody", set()))
    return may


def _check_untouched(old: Song, new: Song, may: Mapping[str, set[int]]) -> None:
    """Notes, controllers and chords outside of what may change, in the songs and in their MIDI files."""
    bar = old.meters[0].bar_ticks
    for before, after in ((old, new), (read_back(old), read_back(new))):
        for role in (*PITCHED, "drums"):
            free = may.get(role, set())
            for one, other in ((before, after), (after, before)):
                outside = [n for n in track(one, role).notes if n.start_ticks // bar + 1 not in free]
                assert set(outside) <= set(track(other, role).notes)
            _check_controls(track(before, role), track(after, role), free, bar)
        ticks = [
            t
            for t in range(0, len(old.bar_starts()) * bar, 120)
            if t // bar + 1 not in may.get(HARMONY, set())
        ]
        assert [sounding(before, t) for t in ticks] == [sounding(after, t) for t in ticks]
        assert (before.tempos, before.keys, before.sections, before.meters) == (
            after.tempos, after.keys, after.sections, after.meters,
        )  # fmt: skip


def _value(controls: tuple[Control, ...], number: int, ticks: int) -> int:
    before = [c.value for c in controls if c.number == number and c.start_ticks <= ticks]
    return before[-1] if before else {7: 100, 10: 64, 11: 127}.get(number, 0)


def _check_controls(before: Track, after: Track, free: set[int], bar: int) -> None:
    if not before.notes or not after.notes:
        return
    kept = [[c for c in t.controls if c.start_ticks // bar + 1 not in free] for t in (before, after)]
    assert kept[0] == kept[1]
    for number in {c.number for c in (*before.controls, *after.controls)}:
        for ticks in (c.start_ticks for c in before.controls if c.start_ticks // bar + 1 not in free):
            assert _value(before.controls, number, ticks) == _value(after.controls, number, ticks)


def _chain(song: Song, n: int, seed: int) -> int:
    """Edit an edited song again and again; how many edits there were."""
    work, made = work_on(song), 0
    for options in _random_edits(song, seed):
        old = work.song
        may = _may_change(old, options)
        try:
            work = editing.edited(work, "regenerate", options)
        except UsageError as error:
            no_words = "no words are found" in error.message
            assert no_words or ("all that was chosen is locked" in error.message and not any(may.values()))
            continue
        _check_untouched(old, work.song, may)
        made += 1
        if made == n:
            break
    assert isinstance(work, Work)
    assert bytes_of(again(read_back(work.song).recipe).song) == bytes_of(work.song)
    return made


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_leave_what_was_not_chosen_and_can_be_made_again(
    small: list[Song], song: Song, seed: int
) -> None:
    assert _chain([*small, song][seed], 8, seed) == 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_three_hundred_random_edits_leave_what_was_not_chosen(
    small: list[Song], song: Song, beat: Song, seed: int
) -> None:
    assert _chain([*small, song, beat][seed % 5], 10, seed) == 10


def _lines(song: Song) -> list[str]:
    return [line.text for line in sung_lines(song)]


@pytest.mark.parametrize("tracks", [None, "lyrics", "melody,lyrics"])
def test_a_locked_line_of_the_words_stays_as_it_is_among_new_ones(song: Song, tracks: str | None) -> None:
    before = _lines(song)
    for seed in range(5):
        after = _lines(regenerate(song, tracks=tracks, lock="lyrics:line2+line3", seed=seed))
        assert after[1:3] == before[1:3]
        assert len(after) == len(before)
    assert after != before


def test_one_line_of_the_words_is_made_anew_and_a_line_that_is_not_there_is_told(song: Song) -> None:
    before, after = _lines(song), _lines(regenerate(song, tracks="lyrics", sections="line1", seed=4))
    assert after[0] != before[0]
    assert after[1:] == before[1:]
    with pytest.raises(UsageError, match=f"line 99 of a song that has {len(before)}"):
        regenerate(song, lock="lyrics:line99")


def test_resuming_a_song_of_ours_gives_the_same_edits_as_making_it_once_more(song: Song) -> None:
    longer = extend(song, add="bridge:2", seed=3)
    options = {"tracks": "melody,bass", "seed": 9}
    slow, quick = (
        editing.edited(begin(longer), "regenerate", options) for begin in (work_on, editing.resumed)
    )
    assert slow.song == quick.song
    assert export.to_bytes(slow.song, ".mid") == export.to_bytes(quick.song, ".mid")
