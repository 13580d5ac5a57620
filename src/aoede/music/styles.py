"""The styles of songs: what each does to meter, tempo, form, band and accompaniment.

A style is a manner, not a mood: a sad ballad and a hopeful one differ in key, harmony and melody.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aoede.errors import UsageError
from aoede.music.means import (
    ACOUSTIC_BASS,
    CELLO,
    CHOIR,
    CLARINET,
    E_PIANO,
    FINGER_BASS,
    FLUTE,
    HARP,
    HORN,
    MUSIC_BOX,
    NYLON_GUITAR,
    PAD,
    PIANO,
    STEEL_GUITAR,
    STRINGS,
    TRUMPET,
    VIBRAPHONE,
    VIOLIN,
)


@dataclass(frozen=True)
class Style:
    """Empty where a style insists on nothing."""

    chinese: tuple[str, ...]  # its names
    also: tuple[str, ...] = ()  # other English names
    meters: tuple[tuple[int, int], ...] = ()
    tempo_bpm: tuple[float, float] = (48.0, 184.0)  # quarter notes a minute
    form: str = "song"  # a key of `form.FORMS`
    textures: tuple[str, ...] = ()  # of the chords, from calm to busy: keys of `textures.TEXTURES`
    basses: tuple[str, ...] = ()  # of the bass, from calm to busy: keys of `bass.FIGURES`
    leads: tuple[int, ...] = ()
    backings: tuple[int, ...] = ()
    colours: tuple[int, ...] = (STRINGS, PAD)
    bass: int | None = None
    drums_from: float = -0.25  # the arousal from which there are drums; above 1: never
    swing: float = 0.5  # share of a beat that the first of two eighths takes


_TRIPLE = ((3, 4),)
STYLES: Mapping[str, Style] = MappingProxyType({
    "pop": Style(("流行",), ("pop song", "synth pop", "indie"),
                 textures=("broken", "broken", "struck", "driving"),
                 basses=("held", "pushed", "driving"), colours=(STRINGS, PAD, VIBRAPHONE), bass=FINGER_BASS),
    "ballad": Style(("抒情", "情歌", "叙事曲"), ("love song", "power ballad"), tempo_bpm=(54, 92), form="ballad",
                    textures=("broken", "broken", "struck"), basses=("held", "fifths", "roots"),
                    backings=(PIANO, NYLON_GUITAR, E_PIANO), colours=(STRINGS, CELLO, PAD), drums_from=-0.1),
    "folk": Style(("民谣", "民歌", "乡村"), ("country", "folk song", "shanty", "bluegrass"), form="strophic",
                  textures=("picked", "picked", "boom-chick"), basses=("held", "fifths", "walking"),
                  leads=(VIOLIN, FLUTE, CLARINET), backings=(STEEL_GUITAR, NYLON_GUITAR),
                  colours=(VIOLIN, FLUTE, CLARINET), bass=ACOUSTIC_BASS, drums_from=0.35),
    "rock": Style(("摇滚",), ("rock song", "punk", "metal", "grunge"), meters=((4, 4),), tempo_bpm=(88, 176),
                  textures=("struck", "struck", "driving"), basses=("pushed", "pushed", "driving"),
                  leads=(TRUMPET, VIOLIN, PIANO),
                  backings=(STEEL_GUITAR, PIANO), colours=(STRINGS, STEEL_GUITAR), bass=FINGER_BASS, drums_from=-1.1),
    "waltz": Style(("圆舞曲", "华尔兹"), meters=_TRIPLE, tempo_bpm=(84, 180), form="strains",
                   textures=("rolled", "waltz"), basses=("held", "downbeat"), leads=(VIOLIN, CLARINET, FLUTE),
                   backings=(PIANO, HARP), colours=(STRINGS, CLARINET), bass=ACOUSTIC_BASS, drums_from=0.5),
    "march": Style(("进行曲",), ("marching song",), meters=((4, 4), (2, 4)), tempo_bpm=(92, 132), form="strains",
                   textures=("boom-chick",), basses=("fifths", "walking"), leads=(TRUMPET, CLARINET, FLUTE),
                   backings=(STRINGS, PIANO), colours=(HORN, FLUTE), bass=ACOUSTIC_BASS, drums_from=-1.1),
    "lullaby": Style(("摇篮曲", "催眠曲"), ("cradle song", "berceuse"), meters=((3, 4), (6, 8), (4, 4)),
                     tempo_bpm=(52, 84), form="strophic", textures=("rolled", "broken"), basses=("held",),
                     leads=(FLUTE, MUSIC_BOX, VIOLIN), backings=(HARP, NYLON_GUITAR, PIANO),
                     colours=(MUSIC_BOX, STRINGS), bass=ACOUSTIC_BASS, drums_from=1.1),
    "anthem": Style(("颂歌", "国歌"), ("hymn of a nation", "stadium anthem"), meters=((4, 4),), tempo_bpm=(72, 132),
                    textures=("held", "struck", "driving"), basses=("held", "pushed", "driving"),
                    leads=(TRUMPET, VIOLIN, CHOIR), backings=(PIANO, STRINGS), colours=(CHOIR, HORN, STRINGS),
                    drums_from=-0.6),
    "jazz": Style(("爵士",), ("swing", "bebop"), meters=((4, 4),), tempo_bpm=(72, 184),
                  textures=("held", "comped", "comped"), basses=("held", "walking", "walking"),
                  leads=(TRUMPET, CLARINET, VIBRAPHONE), backings=(PIANO, E_PIANO), colours=(VIBRAPHONE, CLARINET),
                  bass=ACOUSTIC_BASS, drums_from=-0.7, swing=0.63),
    "latin": Style(("拉丁", "探戈", "萨尔萨"), ("salsa", "rumba", "tango", "bossa nova", "samba"), meters=((4, 4),),
                   tempo_bpm=(84, 168), textures=("off-beat", "off-beat", "tresillo"),
                   basses=("fifths", "tresillo", "tresillo"),
                   leads=(TRUMPET, FLUTE, VIOLIN), backings=(NYLON_GUITAR, PIANO), colours=(TRUMPET, VIBRAPHONE),
                   bass=ACOUSTIC_BASS, drums_from=-0.6),
    "hymn": Style(("圣歌", "赞美诗", "赞美歌"), ("chorale", "gospel", "spiritual", "psalm"), tempo_bpm=(60, 100),
                  form="strophic", textures=("held", "struck", "struck"), basses=("held", "roots"),
                  leads=(CHOIR, TRUMPET, VIOLIN), backings=(STRINGS, PIANO, CHOIR),
                  colours=(CHOIR, HORN, STRINGS), drums_from=1.1),
})  # fmt: skip

# Which styles suit a feeling, the best first; "pop" and "ballad" suit all.
STYLES_BY_FEELING: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "joy": ("pop", "folk", "latin"), "playfulness": ("folk", "latin", "jazz"), "excitement": ("pop", "rock", "latin"),
    "triumph": ("anthem", "march"), "pride": ("anthem", "march"), "defiance": ("rock", "anthem"), "anger": ("rock",),
    "love": ("ballad", "pop", "jazz"), "tenderness": ("ballad", "lullaby", "folk"), "gratitude": ("ballad", "folk"),
    "serenity": ("ballad", "folk"), "peace": ("folk", "hymn", "ballad"), "dreaminess": ("ballad", "waltz"),
    "nostalgia": ("folk", "ballad", "waltz"), "longing": ("ballad", "folk"), "awe": ("anthem", "hymn"),
    "solemnity": ("hymn", "ballad"), "hope": ("pop", "ballad", "anthem"), "wonder": ("pop", "ballad"),
    "tension": ("rock", "pop"), "fear": ("rock", "pop"), "mystery": ("jazz", "ballad", "pop"),
})  # fmt: skip


def parse_style(text: str) -> str:
    """The style that `text` names in either language. Raises UsageError naming those there are."""
    word = " ".join(text.strip().lower().split())
    for name, style in STYLES.items():
        if word in (name, *style.also, *style.chinese):
            return name
    close = difflib.get_close_matches(word, STYLES, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    raise UsageError(
        f"{text!r} is not a style here", where="--style", hint=f"{hint}Styles are {', '.join(STYLES)}."
    )
