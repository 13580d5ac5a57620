"""Networks of chord changes: what they read, trained on a folder of songs, and the one that is shipped."""

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from aoede import compose, export
from aoede.encodings.changes import SHAPE, ChordChanges, Passage, Place, piece_of, slots
from aoede.encodings.chords import N_CHORDS, REDUCED
from aoede.errors import AoedeError, ConfigError, InputError
from aoede.learning.checkpoint import load_preset
from aoede.learning.generators import harmonist
from aoede.learning.harmony import held_out, passages
from aoede.learning.harmony_network import pieces
from aoede.learning.on_changes import passages_of
from aoede.music.chord_model import PRESET, ChordModel, chord_model
from aoede.music.harmony import candidates
from aoede.neural.events.piece import check_pieces
from aoede.randomness import stream
from aoede.song import ChordSymbol, Note, Section, Song, Track
from tests.command import Run as Aoede

DATA = Path(__file__).parents[2] / "shared" / "data"
C, AM, F, G = 0, 91, 50, 70  # functional ids: degree * 10 + quality
LOOP = (C, AM, F, G) * 4


def a_song(seed: int) -> Song:
    """Blocks of chords under a line."""
    rng = stream(seed, "song")
    names = ["C", *rng.choice(["Am", "F", "Dm", "Em"], 6).tolist(), "G"] * 2
    chords = tuple(ChordSymbol(1920 * i, str(name)) for i, name in enumerate(names))
    notes = tuple(Note(480 * i, 60 + int(rng.choice([0, 2, 4, 5, 7])), 480, 80) for i in range(64))
    return Song("a song", (Track("Voice", notes, role="melody"),), chords=chords)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "songs"
    folder.mkdir()
    for seed in range(8):
        export.write(a_song(seed), folder / f"{seed}.mid")
    return folder


# --- what is read -----------------------------------------------------------------------------------


def test_a_passage_knows_nothing_of_chords_to_come() -> None:
    whole, begun = piece_of(LOOP, Place(1)), piece_of((*LOOP[:5], 3, 7, 9), Place(1))
    assert np.array_equal(whole.read[:6], begun.read[:6])
    assert np.array_equal(whole.known[0].attributes[:6], begun.known[0].attributes[:6])
    assert np.array_equal(whole.known[0].proposals[:6], begun.known[0].proposals[:6])


def test_a_passage_fits_its_shape_and_forbids_the_last_chord_alone() -> None:
    piece = piece_of(LOOP, Place.of("minor", "billboard", "chorus"))
    check_pieces(SHAPE, [piece])
    allowed = piece.known[0].attributes[:, :, 0] > 0
    assert allowed[0].all()
    assert all(
        not row[last] and row.sum() == N_CHORDS - 1 for row, last in zip(allowed[1:], LOOP, strict=False)
    )
    with pytest.raises(InputError, match="forbidden"):
        check_pieces(SHAPE, [piece_of((C, C, G), Place())])


def test_a_loop_is_proposed_once_it_has_come() -> None:
    proposals = piece_of(LOOP, Place()).known[0].proposals
    assert all(LOOP[i] in proposals[i] for i in range(5, len(LOOP)))
    assert (proposals[0] == -1).all()


def test_a_copy_goes_on_by_itself() -> None:
    first = Passage(Place())
    for chord in LOOP[:6]:
        first.hear(chord)
    other = first.copy()
    other.hear(G)
    read, known = slots(2)
    first.look(read, known, 0)
    other.look(read, known, 1)
    assert read[0, 0] == LOOP[5] + 1
    assert read[1, 0] == G + 1
    assert known.attributes[0, G, 1] != known.attributes[1, G, 1]


@pytest.mark.parametrize("books", [[], ["hymnal"], "pop909", None])
def test_an_encoding_of_unknown_songbooks_is_refused(books: object) -> None:
    with pytest.raises(ConfigError, match="songbooks"):
        ChordChanges.from_mapping(ChordChanges().as_mapping() | {"songbooks": books})


def test_songs_are_read_section_by_section_from_their_tonic() -> None:
    song = a_song(1)
    raised = Song(
        song.title,
        tuple(Track(t.name, tuple(Note(n.start_ticks, n.pitch, 480, 80) for n in t.notes), role=t.role)
              for t in song.tracks),
        chords=song.chords,
        sections=(Section(0, 1920 * 8, "verse"), Section(1920 * 8, 1920 * 16, "chorus")),
    )  # fmt: skip
    verse, chorus = passages_of(raised)
    assert (verse.section, chorus.section) == ("verse", "chorus")
    assert verse.ids == chorus.ids
    assert all(a != b for a, b in zip(verse.ids, verse.ids[1:], strict=False))


# --- trained on a folder ------------------------------------------------------------------------------


def test_a_network_of_chords_is_trained_judged_sampled_and_plays_in_songs(aoede: Aoede, songs: Path) -> None:
    small = ["--hidden", "12", "--epochs", "60", "--set", "n_units=12", "--set", "n_embedding=12"]
    done = aoede("train", "rnn", songs, "--encoding", "chords", "--run", "mine", "--seed", "3", *small)
    assert done.code == 0, done.err
    judged = json.loads(aoede("evaluate", "mine", songs, "--json").out)
    assert judged["metric"] == "nats_per_chord"
    assert judged["value"] < np.log(N_CHORDS)
    told = aoede("sample", "mine", "--bars", "8", "--seed", "1", "--audio", "none", "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["songs"][0]["n_notes"] >= 8
    assert aoede("sample", "mine", "--key", "D").code == 2
    made = compose("hope", seed=1, bars=8, harmony="mine", lyrics="", candidates=1)
    assert made.recipe["models"]["mine"]


# --- the shipped one ----------------------------------------------------------------------------------


def test_the_shipped_network_obeys_mode_and_cadence() -> None:
    for mode, home in (("major", 0), ("minor", 1)):
        found = candidates(
            8, mode, "verse", rng=stream(1, mode), n=16, cadence="authentic", model=chord_model()
        )
        assert len(found) == 16
        assert all(row[-1] // len(REDUCED) == 0 and row[-2] // len(REDUCED) in (7, 10) for row in found)
        assert all(row[0] % len(REDUCED) in (home, 4, 6, 7, 9) or row[0] // len(REDUCED) for row in found)


def test_the_shipped_network_gives_probabilities_and_expects_what_came_before() -> None:
    model = chord_model()
    conditions = np.zeros(2, np.int64)
    log_p, _ = model.of_section("verse").step(model.of_section("verse").start(LOOP, conditions))
    assert np.allclose(np.exp(log_p).sum(axis=1), 1)
    assert (log_p.argmax(axis=1) == C).all()
    assert log_p[0, G] < -20, "no chord comes twice in a row"
    assert np.array_equal(log_p[0], log_p[1])


def test_what_is_sampled_is_what_is_judged() -> None:
    model = chord_model()
    mode, book = model.conditions[0]
    nats = model.nats([piece_of(LOOP, Place.of(mode, book, "verse"))])[0][:, 0]
    state, said = model.of_section("verse").start((), np.zeros(1, np.int64)), []
    newest = None
    for chord in LOOP:
        log_p, state = model.step(state, newest)
        said.append(-log_p[0, chord])
        newest = np.array([chord])
    assert np.allclose(said, nats, atol=1e-4)


def test_the_shipped_network_is_small_and_has_a_card() -> None:
    found = load_preset(PRESET)
    assert found.n_bytes < 300_000
    card = resources.files("aoede.presets").joinpath("harmony.md").read_text(encoding="utf-8")
    assert found.metadata["provenance"]["command"] in card
    assert f"{found.metadata['provenance']['nats_per_chord']:.3f}" in card


def test_a_file_that_is_no_network_of_chords_is_refused() -> None:
    with pytest.raises(InputError, match="does not say"):
        ChordModel.of({"encoding": ChordChanges().as_mapping()}, {}, name="strange")


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="needs the research data beside the checkout")
def test_the_shipped_network_foresees_held_out_chords_as_its_card_says() -> None:
    unknown = [p for p in passages(DATA) if held_out(p.song)]
    nats = np.concatenate(chord_model().nats(pieces(unknown)))
    assert round(float(nats.mean()), 3) == round(
        load_preset(PRESET).metadata["provenance"]["nats_per_chord"], 3
    )


# --- chosen by name -----------------------------------------------------------------------------------


def test_generators_are_chosen_by_name_and_stand_in_the_recipe() -> None:
    def made(**options: str) -> Song:
        return compose("hope and wonder", seed=3, bars=12, lyrics="", candidates=1, **options)

    usual, said = made(), made(harmony="functional", melody="rnn")
    assert usual.tracks == said.tracks
    others = {name: made(melody=name) for name in ("ngram", "transformer")} | {"rnn": made(harmony="rnn")}
    for name, song in others.items():
        assert song.tracks != usual.tracks
        assert any(model.endswith(name) for model in song.recipe["models"])
    assert others["ngram"].chords == usual.chords
    assert harmonist("functional") is None


@pytest.mark.parametrize(
    ("options", "told"),
    [({"harmony": "polka"}, "functional, rbm, rnn"), ({"melody": "opera"}, "rnn, ngram, transformer"),
     ({"melody": "rbm"}, "rnn, ngram, transformer")],
)  # fmt: skip
def test_a_name_that_there_is_not_is_refused_with_those_that_there_are(
    options: dict[str, str], told: str
) -> None:
    with pytest.raises(AoedeError) as caught:
        compose("hope", seed=1, **options)
    assert told in caught.value.hint


def test_a_song_of_other_generators_is_made_again_from_its_recipe(aoede: Aoede) -> None:
    arguments = ["--harmony", "rnn", "--melody", "ngram", "--bars", "8", "--seed", "2", "--no-lyrics"]
    assert aoede("compose", "hope", *arguments, "-o", "a.mid").code == 0
    assert aoede("compose", "--recipe", "a.mid", "-o", "b.mid").code == 0
    assert Path("a.mid").read_bytes() == Path("b.mid").read_bytes()
