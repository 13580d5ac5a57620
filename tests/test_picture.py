"""Pictures: what they show, that they stay bounded and never fail, their fonts and contrasts."""

import hashlib
import io
import json
import random
import re
from collections import Counter
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from aoede.errors import OutputError, UsageError
from aoede.formats import lettering, picture
from aoede.formats.general_midi import (
    DRUM_FAMILIES,
    PROGRAM_NAMES,
    PROGRAM_NAMES_ZH,
    drum_family,
    program_name,
)
from aoede.formats.roll_canvas import INK, MUTED, PAPER, shades_of
from aoede.formats.roll_layout import ROLE_COLOURS, TRACK_COLOURS, Layout, bars_of, lay_out
from aoede.formats.roll_system import (
    BLACK_ROW,
    OTHER_SECTION_COLOURS,
    SECTION_COLOURS,
    section_label,
    spaced,
    with_signs,
)
from aoede.song import ChordSymbol, KeySignature, Meter, Note, Section, Song, Syllable, Tempo, Track

BAR = 1920
PRESETS = resources.files("aoede.presets")


def track(role: str, *notes: Note, program: int = 0, name: str = "") -> Track:
    return Track(name, tuple(sorted(notes)), program, role, is_drum=role == "drums")


def small_song(n_bars: int = 8) -> Song:
    """Melody, chords, bass and drums with everything that a song can say."""
    starts = range(0, n_bars * BAR, BAR)
    return Song(
        "希望与奇迹 · Hope",
        (
            track(
                "melody",
                *(Note(t + i * 480, 72 + i, 460, 60 + 10 * i) for t in starts for i in range(4)),
                program=73,
            ),
            track("chords", *(Note(t, pitch, 1900, 60) for t in starts for pitch in (60, 64, 67))),
            track("bass", *(Note(t, 36, 1900, 80) for t in starts), program=33),
            track("drums", *(Note(t + i * 480, (36, 38)[i % 2], 60, 90) for t in starts for i in range(4))),
        ),
        tempos=(Tempo(0, 96),),
        keys=(KeySignature(0, -3, True),),
        sections=(Section(0, 4 * BAR, "verse"), Section(4 * BAR, n_bars * BAR, "chorus")),
        chords=tuple(ChordSymbol(t, "F#m7b5") for t in starts),
        syllables=tuple(Syllable(t + i * 480, "希望") for t in starts for i in range(4)),
        recipe={"request": "一首希望的歌", "seed": 7},
    )


def layout(song: Song) -> Layout:
    return lay_out(song, 1434, 7500, "en")


def colours_of(image: Image.Image) -> Counter[tuple[int, ...]]:
    return Counter({colour: n for n, colour in image.getcolors(1 << 24) or []})


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


# --- the file ---------------------------------------------------------------------------------------


def test_the_same_song_gives_the_same_bytes() -> None:
    assert picture.to_bytes(small_song()) == picture.to_bytes(small_song())


def test_the_recipe_can_be_read_from_the_file() -> None:
    image = Image.open(io.BytesIO(picture.to_bytes(small_song())))
    assert json.loads(image.info["Comment"]) == {"request": "一首希望的歌", "seed": 7}
    assert image.info["Title"] == "希望与奇迹 · Hope"


def test_a_given_comment_takes_the_place_of_the_recipe() -> None:
    image = Image.open(io.BytesIO(picture.to_bytes(small_song(), comment="mine \ud800\0")))
    assert image.info["Comment"] == "mine ?"


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "歌.png"
    picture.write(small_song(), path)
    other = replace(small_song(), title="Other")
    with pytest.raises(OutputError, match="exists already"):
        picture.write(other, path)
    picture.write(other, path, force=True)
    assert path.read_bytes() == picture.to_bytes(other)


@pytest.mark.parametrize("width_px", [480, 1600, 4096])
def test_a_picture_is_as_wide_as_asked_for(width_px: int) -> None:
    assert picture.draw(small_song(), width_px=width_px).width == width_px


def test_a_width_or_language_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="480 to 4096 pixels wide, not 50"):
        picture.draw(small_song(), width_px=50)
    with pytest.raises(UsageError, match="en or zh, not 'fr'"):
        picture.draw(small_song(), language="fr")


# --- what it shows ----------------------------------------------------------------------------------


def test_melody_lies_on_top_of_chords_whatever_the_order_of_tracks() -> None:
    melody, chords = track("melody", Note(0, 60, BAR, 127)), track("chords", Note(0, 60, BAR, 127))
    for tracks in ((melody, chords), (chords, melody)):
        alone = colours_of(picture.draw(Song("", (melody,))))[rgb(ROLE_COLOURS["melody"])]
        both = colours_of(picture.draw(Song("", tracks)))[rgb(ROLE_COLOURS["melody"])]
        assert alone > 1000
        assert both >= alone


def test_louder_notes_are_drawn_stronger() -> None:
    luminances = [luminance(fill) for fill, _ in shades_of(ROLE_COLOURS["melody"])]
    assert luminances == sorted(luminances, reverse=True)
    soft, loud = (picture.draw(Song("", (track("melody", Note(0, 60, BAR, v)),))) for v in (10, 127))
    assert (
        colours_of(loud)[rgb(ROLE_COLOURS["melody"])] > colours_of(soft)[rgb(ROLE_COLOURS["melody"])] + 1000
    )


def test_higher_notes_stand_higher_and_later_ones_further_right() -> None:
    def centre(note: Note) -> tuple[float, float]:
        frame = (Note(0, 50, 10, 1), Note(4 * BAR - 10, 80, 10, 1))
        base = Song("", (track("melody", *frame),))
        more = Song("", (track("melody", *frame, note),))
        left, top, right, bottom = ImageChops.difference(picture.draw(base), picture.draw(more)).getbbox()
        return (left + right) / 2, (top + bottom) / 2

    low, high, late = (
        centre(Note(BAR, 60, 480, 90)),
        centre(Note(BAR, 72, 480, 90)),
        centre(Note(2 * BAR, 60, 480, 90)),
    )
    assert high[1] < low[1] and high[0] == pytest.approx(low[0], abs=1)
    assert late[0] > low[0] and late[1] == low[1]


@pytest.mark.parametrize("part", ["sections", "chords", "syllables", "keys", "tempos", "title"])
def test_everything_that_a_song_says_is_seen(part: str) -> None:
    song = small_song()
    without = replace(song, **{part: (Tempo(0, 97),) if part == "tempos" else type(getattr(song, part))()})
    assert picture.to_bytes(without) != picture.to_bytes(song)


def test_facts_are_key_tempo_meter_bars_and_length() -> None:
    song = small_song()
    assert picture.facts(song, layout(song), "en") == "C minor  ·  96 bpm  ·  4/4  ·  8 bars  ·  0:20"
    assert picture.facts(song, layout(song), "zh") == "C小调  ·  每分钟 96 拍  ·  4/4  ·  8 小节  ·  0:20"


def test_a_final_ritardando_is_not_the_tempo_of_the_song() -> None:
    song = replace(small_song(), tempos=(Tempo(0, 96), Tempo(7 * BAR, 80)))
    assert "96 bpm" in picture.facts(song, layout(song), "en")
    wandering = replace(small_song(), tempos=(Tempo(0, 96), Tempo(4 * BAR, 80)))
    assert "80–96 bpm" in picture.facts(wandering, layout(wandering), "en")


def test_chord_symbols_are_set_with_music_signs() -> None:
    assert with_signs("F#m7b5") == "F♯m7♭5"
    assert with_signs("Bbmaj7/Db") == "B♭maj7/D♭"
    assert with_signs("Cadd9") == "Cadd9"


def test_section_names_are_capitalised_or_translated() -> None:
    assert section_label("pre-chorus 2", "en") == "Pre-chorus 2"
    assert section_label("pre-chorus 2", "zh") == "导歌 2"
    assert section_label("我的段落", "zh") == "我的段落"


def test_labels_never_overlap_and_move_only_a_little() -> None:
    labels = [(x * 7.0, "word" * (1 + x % 3)) for x in range(50)]
    placed = spaced(labels, 13, nudge_px=12, bold=False)
    ends = [x + lettering.text_width_px(text, 13) for x, text in placed]
    assert len(placed) > 5
    assert all(end < x for end, (x, _) in zip(ends, placed[1:], strict=False))
    assert all(any(0 <= x - wanted <= 12 and text == t for wanted, t in labels) for x, text in placed)


def test_no_chord_symbol_of_a_usual_song_is_dropped() -> None:
    chords = tuple(ChordSymbol(i * BAR // 2, ("Bbmaj7", "F#m7b5", "Gsus4", "C/E")[i % 4]) for i in range(64))
    song = replace(small_song(32), chords=chords)
    for system in layout(song).systems:
        inside = [c for c in chords if system.start_ticks <= c.start_ticks < system.end_ticks]
        labels = [(system.x_px(c.start_ticks), with_signs(c.symbol)) for c in inside]
        assert len(spaced(labels, 11, nudge_px=0, bold=True)) == len(inside)


def test_instruments_are_named_and_two_tracks_of_a_role_differ_in_colour() -> None:
    note = Note(0, 60, 480, 80)
    song = Song(
        "",
        (
            track("melody", note, program=73),
            track("melody", note, program=40),
            track("", note, name="小提琴"),
        ),
    )
    first, second, third = layout(song).voices
    assert (first.label, second.label) == ("Melody · Flute", "Melody · Violin")
    assert third.label == "小提琴 · Acoustic Grand Piano"
    assert len({first.colour, second.colour, third.colour}) == 3


# --- layout -----------------------------------------------------------------------------------------


def test_systems_are_filled_evenly() -> None:
    assert [len(s.bars) for s in layout(replace(small_song(32), syllables=())).systems] == [16, 16]
    assert [len(s.bars) for s in layout(replace(small_song(20), syllables=())).systems] == [12, 8]


def test_faster_notes_get_fewer_bars_a_system() -> None:
    def song(step: int) -> Song:
        return Song("", (track("", *(Note(t, 60, step, 80) for t in range(0, 32 * BAR, step))),))

    quarter, thirtysecond = layout(song(480)).systems[0], layout(song(60)).systems[0]
    assert len(thirtysecond.bars) < len(quarter.bars) == 16
    assert 60 * thirtysecond.px_a_tick >= 4


def test_bars_follow_changes_of_meter() -> None:
    song = Song("", (track("", Note(0, 60, 5 * 480, 80)),), meters=(Meter(0, 7, 8), Meter(1680, 3, 8)))
    bars = list(bars_of(song))
    assert [(bar.number, bar.start_ticks, bar.end_ticks) for bar in bars] == [(1, 0, 1680), (2, 1680, 2400)]
    assert [bar.is_new_meter for bar in bars] == [False, True]


def test_systems_cover_all_bars_in_order_and_stay_inside_the_page() -> None:
    shown = layout(replace(small_song(37), meters=(Meter(0, 4, 4), Meter(10 * BAR, 5, 4))))
    bars = [bar.number for system in shown.systems for bar in system.bars]
    assert bars == list(range(1, shown.n_bars + 1))
    assert all(system.width_px <= 1434.001 for system in shown.systems)


def test_pitches_all_have_a_row() -> None:
    shown = layout(Song("", (track("", Note(0, 0, 10, 1), Note(0, 127, 10, 1)),)))
    assert (shown.low_pitch, shown.high_pitch) == (0, 127)


# --- bounds -----------------------------------------------------------------------------------------


def notes_at_random(n: int, n_bars: int) -> tuple[Track, ...]:
    r = random.Random(5)
    notes = (
        Note(r.randrange(n_bars * BAR), r.randrange(20, 110), r.randrange(1, 2000), r.randrange(1, 128))
        for _ in range(n)
    )
    return (track("", *notes),)


HOSTILE = {
    "no track": Song("", ()),
    "no note": Song("", (track("melody"),)),
    "one note": Song("", (track("", Note(0, 60, 1, 1)),)),
    "a day": Song("", (track("", *(Note(i * BAR, 60, 1900, 80) for i in range(43_200))),)),
    "a bar of a day": Song("", (track("", Note(0, 60, 82_944_000, 80)),), meters=(Meter(0, 255, 1),)),
    "bars of a tick": Song("", (track("", Note(0, 60, 82_944_000, 80)),), meters=(Meter(0, 1, 2048),)),
    "100,000 notes": Song("", notes_at_random(100_000, 2000)),
    "20,000 notes in two bars": Song("", notes_at_random(20_000, 2)),
    "a thousand tracks": Song(
        "", tuple(track("", Note(0, i % 128, 480, 80), name="x" * 999) for i in range(1000))
    ),
    "chords without room": replace(small_song(), chords=tuple(ChordSymbol(i, "Bbmaj7") for i in range(9000))),
    "only a section": Song("", (), sections=(Section(0, 99_999, "\u200b"),)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_any_song_gives_a_picture_of_bounded_size(name: str) -> None:
    image = picture.draw(HOSTILE[name])
    assert image.width == 1600
    assert 200 < image.height <= 8000


def test_a_cut_song_says_so() -> None:
    song = HOSTILE["a day"]
    shown = layout(song)
    assert f"first {shown.n_bars_shown:,} bars of 43,200" in picture.facts(song, shown, "en")
    assert 64 <= shown.n_bars_shown < 43_200


def test_a_song_without_notes_says_so() -> None:
    assert "This song has no notes." in picture.facts(Song("", ()), layout(Song("", ())), "en")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\n\t",
        "\ud800",
        "\u202eevil\u202c",
        "한글 😀 ﷽",
        "e\u0301" * 50,
        "x" * 100_000,
        "希" * 1000,
        "\U0010ffff",
    ],
)
def test_any_text_can_be_drawn(text: str) -> None:
    song = replace(
        small_song(),
        title=text,
        sections=(Section(0, BAR, text),),
        chords=(ChordSymbol(0, text),),
        syllables=(Syllable(0, text),),
    )
    song = replace(song, tracks=(replace(song.tracks[0], name=text, role=""), *song.tracks[1:]))
    assert Image.open(io.BytesIO(picture.to_bytes(song, subtitle=text))).width == 1600


# --- fonts and colours ------------------------------------------------------------------------------


def test_the_card_states_the_hash_of_each_font() -> None:
    card = (PRESETS / "fonts.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"\| (font_\w+\.ttf) .*? (\w{64}) \|", card))
    files = {f.name: f.read_bytes() for f in PRESETS.iterdir() if f.name.endswith(".ttf")}
    assert stated == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert sum(map(len, files.values())) < 2_500_000


def drawn(character: str) -> bytes:
    image = Image.new("L", (40, 40), 255)
    lettering.letter(ImageDraw.Draw(image), 2, 32, character, 28, "black")
    return image.tobytes()


def test_chinese_both_simplified_and_traditional_has_its_own_shapes() -> None:
    characters = "希望与奇迹國樂聽風，。！《》ひカー" + "".join(
        bytes([row, cell]).decode("gb2312") for row in range(0xB0, 0xD7, 6) for cell in range(0xA1, 0xFE, 9)
    )
    missing = drawn("\u9fff")
    shapes = [drawn(character) for character in characters]
    assert missing not in shapes
    assert len(set(shapes)) == len(set(characters))


@pytest.mark.parametrize("character", "♭♯♮éßøłжΩ–…“”·")
def test_signs_and_accents_are_in_the_fonts(character: str) -> None:
    assert drawn(character) not in (drawn("\uffff"), drawn(" "))


def test_shortened_text_fits_and_ends_in_an_ellipsis() -> None:
    text = "A long name 和很长的名字 that goes on and on"
    for room in range(0, 400, 17):
        short = lettering.shortened(text, room, 14)
        assert lettering.text_width_px(short, 14) <= room
        assert short == text or short == "" or short.endswith("…")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    channels = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("paper", [PAPER, *SECTION_COLOURS.values(), *OTHER_SECTION_COLOURS])
def test_text_reaches_the_contrast_of_wcag_aa(paper: str) -> None:
    assert min(contrast(INK, paper), contrast(MUTED, paper)) >= 4.5


@pytest.mark.parametrize("colour", [*ROLE_COLOURS.values(), *TRACK_COLOURS])
def test_even_soft_notes_have_an_outline_that_can_be_seen(colour: str) -> None:
    outlines = {outline for _, outline in shades_of(colour)}
    assert all(contrast(outline, paper) >= 3 for outline in outlines for paper in (PAPER, BLACK_ROW))


def deuteranope(colour: str) -> tuple[float, ...]:
    """What an eye without green cones sees, in linear RGB (Viénot, Brettel & Mollon 1999)."""
    r, g, b = ((c / 255) ** 2.2 for c in rgb(colour))
    return 0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b


def test_roles_differ_without_green_cones() -> None:
    seen = [deuteranope(colour) for colour in ROLE_COLOURS.values()]
    apart = [
        sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 for a in seen for b in seen if a is not b
    ]
    assert min(apart) > 0.1


def test_the_names_of_general_midi_are_complete() -> None:
    assert len(PROGRAM_NAMES) == len(set(PROGRAM_NAMES)) == 128
    assert len(PROGRAM_NAMES_ZH) == len(set(PROGRAM_NAMES_ZH)) == 128
    assert [program_name(p, "zh") for p in (0, 32, 40, 56, 73, 127)] == [
        "大钢琴", "原声贝斯", "小提琴", "小号", "长笛", "枪声"
    ]  # fmt: skip
    assert [program_name(p) for p in (0, 32, 40, 56, 73, 127)] == [
        "Acoustic Grand Piano", "Acoustic Bass", "Violin", "Trumpet", "Flute", "Gunshot",
    ]  # fmt: skip


def test_each_drum_sound_is_in_one_family() -> None:
    pitches = [pitch for _, _, family in DRUM_FAMILIES for pitch in family]
    assert len(pitches) == len(set(pitches))
    assert [drum_family(p) for p in (36, 38, 42, 46, 3)] == ["Kick", "Snare", "Hat", "Open hat", "Other"]
