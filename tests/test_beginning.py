"""A song that is given and a model that goes on with it: where, in which key, meter and tempo, and told what."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as supposing
from hypothesis import settings
from hypothesis import strategies as st

from aoede.encodings.pianoroll import PianoRoll
from aoede.errors import InputError, UsageError
from aoede.formats import midi
from aoede.learning import rolls
from aoede.learning.beginning import MAX_HEARD, Beginning
from aoede.learning.sampling import Trained, sample
from aoede.learning.told import Told
from aoede.song import ChordSymbol, Control, KeySignature, Meter, Note, Section, Song, Tempo, Track

BAR = 1920
TUNE = (0, 4, 7, 12, 7, 5, 4, 2, 0, -5, 0, 0, 4, 7, 4, 0)  # plainly major
ENCODING = PianoRoll()


def song(tonic: int = 60, *, ticks: int = 480, n: int = 16, **said: Any) -> Song:
    """A tune in quarter notes, four bars of 4/4."""
    notes = tuple(Note(i * ticks, tonic + TUNE[i % len(TUNE)], ticks, 80) for i in range(n))
    return Song("Tune", (Track("Flute", notes, 73),), **said)


@dataclass
class Player:
    """A model that plays one key from beginning to end, a new note each beat, and remembers what it was given."""

    pitch: int = 60
    prompts: list[Any] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def generate(
        self,
        n_steps: int,
        rng: np.random.Generator,
        *,
        n: int,
        prompt: Any,
        temperature: float,
        labels: Any = None,
        n_gibbs: int = 0,
        context: Any = None,
    ) -> Any:
        self.prompts.append(prompt)
        self.contexts.append(context)
        made = np.zeros((n, n_steps, ENCODING.width), np.uint8)
        made[:, :, self.pitch - ENCODING.low] = 1
        made[:, ::4, ENCODING.n_pitches + self.pitch - ENCODING.low] = 1
        return made


def trained(player: Player | None = None, *, transpose: str = "key", told: Told | None = None) -> Trained:
    return Trained("toy", None, player or Player(), ENCODING, None, told, transpose, "")  # type: ignore[arg-type]


def going_on(start: Song, *, n_bars: int = 2, **said: Any) -> Song:
    return sample(trained(said.pop("player", None)), seed=1, n_bars=n_bars, start=start, **said)[0]


def test_the_song_holds_the_beginning_as_it_was_and_then_the_new_part() -> None:
    whole = going_on(song())
    assert whole.tracks[0] == song().tracks[0]
    new = whole.tracks[1]
    assert new.name == "New part" and new.program == 73
    assert new.notes[0].start_ticks == 4 * BAR and whole.end_ticks == 6 * BAR
    assert [(s.name, s.start_ticks, s.end_ticks) for s in whole.sections] == [
        ("beginning", 0, 4 * BAR),
        ("new part", 4 * BAR, 6 * BAR),
    ]
    assert whole.title == "Tune + toy"
    assert midi.from_bytes(midi.to_bytes(whole)).song.tracks == whole.tracks


@pytest.mark.parametrize("tonic", range(55, 67))
def test_a_model_of_pieces_in_c_hears_c_and_is_heard_in_the_beginnings_key(tonic: int) -> None:
    player = Player()
    whole = going_on(song(tonic), player=player)
    pitches = player.prompts[0][:, : ENCODING.n_pitches]
    assert pitches[0].argmax() + ENCODING.low in (60, 48, 72)
    assert {note.pitch % 12 for note in whole.tracks[1].notes} == {tonic % 12}
    assert abs(whole.tracks[1].notes[0].pitch - 60) <= 6
    assert len(player.prompts[0]) == 64


def test_a_stated_key_moves_the_whole_by_the_shorter_way_but_no_drum() -> None:
    drums = Track("", (Note(0, 36, 120, 90),), is_drum=True)
    start = song(66, keys=(KeySignature(0, 6, False),), chords=(ChordSymbol(0, "F#"),))
    start = replace(start, tracks=(*start.tracks, drums))
    whole = going_on(start, key="F")
    assert [note.pitch for note in whole.tracks[0].notes[:3]] == [65, 69, 72]
    assert whole.tracks[1] == drums
    assert {note.pitch % 12 for note in whole.tracks[2].notes} == {5}
    assert whole.keys == whole.chords == ()
    assert going_on(start).keys == start.keys and going_on(start).chords == start.chords


def test_the_new_part_fills_a_bar_that_has_begun_and_ends_with_a_bar() -> None:
    whole = going_on(song(n=14))
    assert whole.tracks[1].notes[0].start_ticks == 14 * 480
    assert whole.end_ticks == 6 * BAR


def test_a_release_that_is_early_or_late_by_a_hair_moves_nothing() -> None:
    for ticks in (-20, 20):
        last = replace(song().tracks[0].notes[-1], duration_ticks=480 + ticks)
        start = replace(
            song(), tracks=(replace(song().tracks[0], notes=(*song().tracks[0].notes[:-1], last)),)
        )
        player = Player()
        assert going_on(start, player=player).tracks[1].notes[0].start_ticks == 4 * BAR
        assert len(player.prompts[0]) == 64


def test_after_a_pick_up_and_a_shortened_last_bar_it_goes_on_in_the_songs_meter() -> None:
    meters = (Meter(0, 1, 4), Meter(480, 4, 4), Meter(480 + 3 * BAR, 3, 4))
    whole = going_on(song(meters=meters))
    assert whole.meters == (*meters, Meter(4 * BAR, 4, 4))
    assert whole.end_ticks == 6 * BAR


def test_it_goes_on_in_the_last_meter_where_that_came_to_stay() -> None:
    meters = (Meter(0, 4, 4), Meter(BAR, 3, 4))
    start = song(n=4 + 12, meters=meters)
    whole = going_on(start, n_bars=3)
    assert whole.meters == meters
    assert whole.end_ticks == 4 * BAR + 3 * 1440


def test_a_bar_that_has_begun_is_ended_in_its_own_meter() -> None:
    start = song(n=14, meters=(Meter(0, 4, 4), Meter(3 * BAR, 3, 4)))
    whole = going_on(start)
    assert whole.meters[-1] == Meter(3 * BAR + 1440, 4, 4)
    assert whole.end_ticks == 3 * BAR + 1440 + 2 * BAR


def test_the_ritardando_of_the_beginning_is_over_and_a_stated_tempo_is_for_the_whole() -> None:
    tempos = (Tempo(0, 120.0), Tempo(3 * BAR, 90.0), Tempo(3 * BAR + 960, 60.0))
    start = song(tempos=tempos)
    assert going_on(start).tempos == (*tempos, Tempo(4 * BAR, 120.0))
    assert going_on(start, tempo_bpm=80).tempos == (Tempo(0, 80),)
    assert going_on(song(tempos=(Tempo(0, 77.0),))).tempos == (Tempo(0, 77.0),)


def test_the_new_part_alone_is_the_same_music_at_its_place_in_the_bar() -> None:
    start = song(66, n=14, tempos=(Tempo(0, 77.0),))
    whole, alone = going_on(start), going_on(start, only_new=True)
    assert [track.name for track in alone.tracks] == ["New part"]
    assert alone.tracks[0].notes[0].start_ticks == 2 * 480
    later = tuple(replace(n, start_ticks=n.start_ticks + 3 * BAR) for n in alone.tracks[0].notes)
    assert later == whole.tracks[1].notes
    assert alone.tempos == (Tempo(0, 77.0),) and alone.end_ticks == 3 * BAR
    assert alone.recipe["only_new"] and "only_new" not in whole.recipe


def test_the_new_part_is_as_loud_as_the_beginning_and_stands_where_it_does_in_the_room() -> None:
    controls = (Control(0, 7, 60), Control(0, 10, 30), Control(4 * BAR - 10, 7, 0))
    quiet = tuple(replace(note, velocity=30) for note in song().tracks[0].notes)
    start = replace(song(), tracks=(replace(song().tracks[0], notes=quiet, controls=controls),))
    new = going_on(start).tracks[1]
    assert new.controls == (Control(0, 7, 60), Control(0, 10, 30))
    assert abs(np.median([note.velocity for note in new.notes]) - 30) <= 6


def test_sections_of_the_beginning_stay_and_going_on_twice_adds_two() -> None:
    once = going_on(song())
    twice = going_on(once)
    assert [section.name for section in twice.sections] == ["beginning", "new part", "new part"]
    named = going_on(song(sections=(Section(0, BAR, "intro"), Section(BAR, 9 * BAR, "verse"))))
    assert [(s.name, s.end_ticks) for s in named.sections] == [
        ("intro", BAR),
        ("verse", 4 * BAR),
        ("new part", 6 * BAR),
    ]


@pytest.mark.parametrize(
    "start",
    [
        Song("", ()),
        Song("", (Track("", (Note(0, 36, 480, 90),), is_drum=True),)),
        Song("", (Track("", (Note(0, 120, 480, 90),)),)),
        Song("", (Track("", (Note(0, 60, 480 * 10**6, 90),)),)),
    ],
    ids=["nothing", "drums", "too high", "too long"],
)
def test_a_beginning_of_which_the_model_would_hear_nothing_is_refused(start: Song) -> None:
    with pytest.raises(InputError, match=r"--start: .*(pitched note|hear nothing)"):
        sample(trained(transpose="none"), seed=1, start=start)


def test_of_a_long_beginning_the_end_is_heard() -> None:
    player = Player()
    start = song(n=2000)
    sample(trained(player), seed=1, n_bars=1, start=start)
    heard = rolls.roll_of(start, ENCODING, "key")
    assert len(heard) == 8000
    assert (player.prompts[0] == heard[-MAX_HEARD:]).all()


def test_bars_of_a_strange_meter_are_as_long_as_they_say_or_refused() -> None:
    assert going_on(song(meters=(Meter(0, 7, 16),)), n_bars=3).end_ticks == (10 + 3) * 840
    with pytest.raises(UsageError, match="255/1"):
        going_on(song(meters=(Meter(0, 255, 1),)), n_bars=9)


def test_a_network_is_told_where_in_the_bar_the_new_part_begins_and_in_which_meter() -> None:
    told = Told(("beat", "meter"), 16)
    start = song(n=14, meters=(Meter(0, 4, 4), Meter(3 * BAR, 3, 4)))
    player = Player()
    sample(trained(player, told=told), seed=1, n_bars=2, start=start)
    context = player.contexts[0]
    assert len(context) == 56 + 4 + 32 and len(player.prompts[0]) == 56
    places = context[:, :16].argmax(axis=1)
    assert places[48:64].tolist() == [*range(12), 0, 1, 2, 3]
    assert context[58, 16:].argmax() == 1 and context[60, 16:].argmax() == 0  # 3/4, then 4/4


@settings(max_examples=40, deadline=None)
@supposing(
    st.lists(
        st.tuples(st.integers(0, 9000), st.integers(30, 95), st.integers(1, 3000)), min_size=1, max_size=20
    ),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 16), (5, 4), (1, 64)]),
    st.sampled_from([1, 3, 4, 12]),
)
def test_whatever_is_given_the_new_part_begins_at_its_end_and_ends_with_a_bar(
    notes: list[tuple[int, int, int]], meter: tuple[int, int], grid: int
) -> None:
    start = Song(
        "", (Track("", tuple(sorted(Note(t, p, d, 70) for t, p, d in notes))),), meters=(Meter(0, *meter),)
    )
    encoding = PianoRoll(steps_a_beat=grid)
    begun = Beginning.of(start, encoding, "none")
    end = max(t + d for t, _, d in notes)
    latest = max(t for t, _, _ in notes)
    assert begun.at_ticks % encoding.step_ticks == 0
    assert (
        end - encoding.step_ticks
        <= begun.at_ticks
        <= max(end, latest + encoding.step_ticks) + encoding.step_ticks
    )
    n_steps = -(-begun.new_ticks(2) // encoding.step_ticks)
    roll = np.ones((n_steps, encoding.width), np.uint8)
    whole = begun.followed_by(begun.new_part(roll), n_bars=2)
    assert whole.tracks[0] == start.tracks[0]
    assert min(note.start_ticks for note in whole.tracks[1].notes) == begun.at_ticks
    last_bar = whole.sections[-1].end_ticks - begun.at_ticks + begun.into_bar_ticks
    assert last_bar % begun.meter.bar_ticks == 0
    assert whole.sections[0].end_ticks == whole.sections[1].start_ticks == begun.at_ticks
