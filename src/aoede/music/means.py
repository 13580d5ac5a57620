"""The musical means of each named feeling, and of valence and arousal where no feeling is named.

Valence works through mode, tonal clarity and register; arousal through tempo times density, articulation
and loudness (correlations with listeners' labels: mode +.31 and key clarity +.35 with valence, notes a second
+.55 and tempo +.52 with arousal). A feeling adds what two numbers cannot say: hope climbs, wonder is Lydian,
longing leaves its phrases open, a march does not swing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# General MIDI programs that the shipped SoundFont holds.
PIANO, E_PIANO, MUSIC_BOX, VIBRAPHONE = 0, 4, 10, 11
NYLON_GUITAR, STEEL_GUITAR = 24, 25
ACOUSTIC_BASS, FINGER_BASS = 32, 33
VIOLIN, CELLO, HARP, STRINGS, CHOIR = 40, 42, 46, 48, 52
TRUMPET, HORN, OBOE, CLARINET, FLUTE, PAD = 56, 60, 68, 71, 73, 89


@dataclass(frozen=True)
class Means:
    """What a feeling does to a plan. Factors multiply, offsets add, tuples are choices."""

    modes: tuple[str, ...] = ()  # preferred scales, the first the most
    tempo: float = 1.0  # factor on the tempo that arousal gives
    density: float = 1.0  # factor on melody notes a beat
    register: float = 0.0  # semitones added to the melody's centre
    climb: float = 0.0  # semitones by which the register rises from first to last section
    swell: float = 0.0  # velocity by which the song grows from first to last section
    legato: float | None = None  # sounding share of a note's length, 0..1
    cadence: str = "authentic"  # how its sections close
    meters: tuple[tuple[int, int], ...] = ((4, 4),)
    leads: tuple[int, ...] = ()
    backings: tuple[int, ...] = ()


_TRIPLE, _MIXED = ((3, 4), (6, 8)), ((4, 4), (4, 4), (3, 4))

MEANS: Mapping[str, Means] = MappingProxyType(
    {
        "hope": Means(("major", "lydian"), register=1, climb=4, swell=14, cadence="plagal",
                      leads=(VIOLIN, FLUTE, PIANO), backings=(PIANO, STEEL_GUITAR)),
        "wonder": Means(("major", "lydian"), tempo=0.95, register=3, climb=3, swell=8, cadence="plagal",
                        meters=_MIXED, leads=(FLUTE, MUSIC_BOX, VIOLIN), backings=(HARP, PIANO)),
        "awe": Means(("major", "lydian", "mixolydian"), tempo=0.88, density=0.8, climb=5, swell=18, legato=0.98,
                     cadence="plagal", leads=(CHOIR, VIOLIN), backings=(STRINGS, PAD)),
        "joy": Means(("major",), tempo=1.08, density=1.1, register=2, legato=0.8,
                     leads=(FLUTE, PIANO, TRUMPET), backings=(STEEL_GUITAR, PIANO)),
        "playfulness": Means(("major", "mixolydian"), tempo=1.08, density=1.15, register=3, legato=0.6,
                             leads=(CLARINET, FLUTE, VIBRAPHONE), backings=(NYLON_GUITAR, PIANO)),
        "excitement": Means(("major", "mixolydian"), tempo=1.1, density=1.15, swell=10, legato=0.75,
                            leads=(TRUMPET, PIANO), backings=(STEEL_GUITAR, PIANO)),
        "triumph": Means(("major", "mixolydian"), tempo=1.05, climb=4, swell=16, legato=0.85,
                         leads=(TRUMPET, VIOLIN), backings=(STRINGS, PIANO)),
        "pride": Means(("major", "mixolydian"), register=-1, swell=10, legato=0.85,
                       leads=(TRUMPET, VIOLIN), backings=(STRINGS, PIANO)),
        "defiance": Means(("dorian", "minor", "mixolydian"), tempo=1.06, swell=12, legato=0.75,
                          leads=(TRUMPET, VIOLIN), backings=(STEEL_GUITAR, PIANO)),
        "love": Means(("major",), tempo=0.95, legato=0.95, swell=6, meters=_MIXED,
                      leads=(VIOLIN, OBOE, PIANO), backings=(PIANO, NYLON_GUITAR)),
        "tenderness": Means(("major", "lydian"), tempo=0.9, density=0.9, legato=0.97,
                            meters=(*_TRIPLE, (4, 4)), cadence="plagal",
                            leads=(FLUTE, OBOE, VIOLIN), backings=(NYLON_GUITAR, HARP, PIANO)),
        "gratitude": Means(("major",), tempo=0.95, legato=0.93, swell=8, cadence="plagal",
                           leads=(PIANO, CLARINET), backings=(STEEL_GUITAR, PIANO)),
        "serenity": Means(("major", "lydian"), tempo=0.88, density=0.8, legato=0.98, cadence="plagal",
                          leads=(FLUTE, HARP), backings=(PAD, NYLON_GUITAR)),
        "peace": Means(("major", "mixolydian"), tempo=0.88, density=0.8, legato=0.98, cadence="plagal",
                       leads=(FLUTE, CLARINET), backings=(NYLON_GUITAR, PIANO)),
        "dreaminess": Means(("lydian", "major"), tempo=0.9, density=0.85, register=2, legato=0.98,
                            meters=(*_TRIPLE, (4, 4)), cadence="open", leads=(MUSIC_BOX, VIBRAPHONE),
                            backings=(PAD, HARP)),
        "nostalgia": Means(("major", "mixolydian", "dorian"), tempo=0.93, legato=0.93, meters=_MIXED,
                           cadence="plagal", leads=(CLARINET, PIANO, VIOLIN), backings=(PIANO, NYLON_GUITAR)),
        "longing": Means(("dorian", "minor"), tempo=0.94, register=1, climb=3, legato=0.96,
                         cadence="half", meters=_MIXED, leads=(OBOE, VIOLIN, CELLO), backings=(PIANO, HARP)),
        "melancholy": Means(("minor", "dorian"), tempo=0.92, density=0.9, register=-1, legato=0.95,
                            meters=_MIXED,
                            leads=(CELLO, CLARINET, PIANO), backings=(PIANO, NYLON_GUITAR)),
        "sadness": Means(("minor",), tempo=0.9, density=0.9, register=-2, legato=0.95,
                         leads=(CELLO, VIOLIN, OBOE), backings=(PIANO, STRINGS)),
        "grief": Means(("minor", "phrygian"), tempo=0.82, density=0.75, register=-4, legato=0.97,
                       leads=(CELLO, VIOLIN), backings=(STRINGS, PIANO)),
        "loneliness": Means(("minor", "dorian"), tempo=0.88, density=0.75, register=-1, legato=0.95,
                            cadence="half", leads=(OBOE, PIANO, TRUMPET), backings=(PIANO, E_PIANO)),
        "regret": Means(("minor", "dorian"), tempo=0.9, density=0.9, register=-2, legato=0.95,
                        leads=(CELLO, PIANO), backings=(PIANO, NYLON_GUITAR)),
        "solemnity": Means(("minor", "dorian"), tempo=0.85, density=0.7, register=-3, legato=0.97,
                           leads=(CHOIR, CELLO), backings=(STRINGS, PIANO)),
        "mystery": Means(("dorian", "phrygian", "harmonic minor"), tempo=0.94, density=0.85, register=-1,
                         cadence="open", leads=(CLARINET, VIBRAPHONE, FLUTE), backings=(HARP, PAD)),
        "dread": Means(("phrygian", "minor"), tempo=0.96, density=0.8, register=-6, swell=10,
                       cadence="open", leads=(CELLO, CLARINET), backings=(STRINGS, PAD)),
        "fear": Means(("phrygian", "minor"), tempo=1.08, density=1.1, register=-2, legato=0.65,
                      swell=10, cadence="open", leads=(VIOLIN, CLARINET), backings=(STRINGS, PIANO)),
        "anger": Means(("minor", "phrygian"), tempo=1.1, density=1.15, register=-3,
                       legato=0.65, swell=8, leads=(TRUMPET, VIOLIN), backings=(STEEL_GUITAR, PIANO)),
        "tension": Means(("phrygian", "harmonic minor"), tempo=1.05, register=-1, legato=0.7, swell=12,
                         cadence="half", leads=(VIOLIN, CLARINET), backings=(STRINGS, PIANO)),
    }
)  # fmt: skip

# Ordinary sentences are a little bright: first lines of poems have a median valence of .13, small talk of .12.
NEUTRAL_VALENCE = 0.1
# (least valence, modes with weights), from bright to dark; the first row that applies is drawn from. The order is
# listeners': Ionian is the brightest, each lowered degree darkens (Temperley & Tan, "Emotional connotations of
# diatonic modes", Music Perception 30, 2013).
MODES_BY_VALENCE: tuple[tuple[float, Mapping[str, float]], ...] = (
    (0.40, {"major": 1.0}),
    (0.20, {"major": 0.7, "mixolydian": 0.3}),
    (NEUTRAL_VALENCE, {"mixolydian": 0.6, "major": 0.4}),
    (-0.10, {"mixolydian": 0.7, "dorian": 0.3}),
    (-0.25, {"dorian": 0.8, "minor": 0.2}),
    (-0.45, {"minor": 0.7, "dorian": 0.3}),
    (-0.70, {"minor": 1.0}),
    (-1.01, {"minor": 0.6, "phrygian": 0.4}),
)
# The valences at which a feeling may have these modes: a raised fourth is less bright than Ionian, and so on.
MODE_SPANS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "lydian": (0.15, 0.45),
        "major": (0.1, 1.0),
        "mixolydian": (-0.1, 0.5),
        "dorian": (-0.6, -0.05),
        "minor": (-1.0, -0.1),
        "harmonic minor": (-0.8, -0.1),
        "phrygian": (-1.0, -0.4),
    }
)

LEADS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"bright": (FLUTE, VIOLIN, CLARINET, PIANO), "dark": (CELLO, OBOE, VIOLIN, CLARINET)}
)
BACKINGS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"calm": (PIANO, NYLON_GUITAR, HARP), "restless": (PIANO, STEEL_GUITAR)}
)
