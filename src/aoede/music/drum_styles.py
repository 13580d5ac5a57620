"""How each style of song wants its drums: what the model is told, what no groove of it may lack, how full it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from aoede.music.drum_setting import is_compound
from aoede.music.plan import Plan

SHAKER, CROSS_STICK, PEDAL_HAT = 82, 37, 44  # General MIDI pitches beside those of the kit
SILENT, PULSE, SOFT, FULL, DRIVING = range(5)  # how much of the kit plays
_LEVELS = ((0.27, SILENT), (0.40, PULSE), (0.56, SOFT), (0.80, FULL), (9.0, DRIVING))  # below this power
_INTRO = 0.10  # what an intro has less
_LEAST_OF_ASKED = 0.45
_FASTEST_CALM_BPM = 104.0  # calm songs that are faster are played in half time


@dataclass(frozen=True)
class DrumStyle:
    """Places are sixteenths of 4/4, 0..15; `drum_setting.bar_places` says what they are in other meters."""

    told: str  # the style that the model is told
    kicks: tuple[int, ...] = (0,)  # places that always have one
    snares: tuple[int, ...] = (4, 12)
    no_kicks: tuple[int, ...] = ()
    no_snares: tuple[int, ...] = ()
    rides: tuple[int, ...] = ()
    hats: tuple[int, ...] = ()
    ghosts: float = 1.5  # hits a bar that the snare may add to these before it chatters
    power: float = 0.0  # by which it is fuller than other styles of the same energy
    quiet: int = SHAKER  # the pitch that keeps time before the kit comes in; 0: the hat or ride of the groove
    has_rim: bool = False  # whether the snare of its soft sections is a cross-stick
    is_silent: bool = False  # but where drums are asked for


_STYLES: Mapping[str, DrumStyle] = MappingProxyType(
    {
        "pop": DrumStyle("pop"),
        "rock": DrumStyle("rock", power=0.06, quiet=0),
        "anthem": DrumStyle("rock", kicks=(0, 8), power=0.04, quiet=0),
        "ballad": DrumStyle("pop", kicks=(0, 8), ghosts=0.5, power=-0.10, has_rim=True),
        "folk": DrumStyle("country", kicks=(0, 8), ghosts=1, power=-0.06, has_rim=True),
        "waltz": DrumStyle("pop", no_kicks=(4, 12), ghosts=0, power=-0.08, has_rim=True),
        "march": DrumStyle("neworleans", kicks=(0, 8), ghosts=5, power=0.04, quiet=0),
        "jazz": DrumStyle(
            "jazz",
            kicks=(),
            snares=(),
            rides=(0, 4, 7, 8, 12, 15),
            hats=(4, 12),
            power=-0.04,
            quiet=0,
            has_rim=True,
        ),
        "latin": DrumStyle("latin", kicks=(0, 8), snares=(), has_rim=True),
        "funk": DrumStyle("funk", ghosts=5, power=0.04, quiet=0),
        "reggae": DrumStyle(
            "reggae", kicks=(8,), snares=(8,), no_kicks=(0, 4, 12), no_snares=(0, 4, 12), has_rim=True
        ),
        "lullaby": DrumStyle("pop", power=-0.15, has_rim=True, is_silent=True),
        "hymn": DrumStyle("pop", power=-0.15, has_rim=True, is_silent=True),
    }
)


def drum_style(plan: Plan) -> DrumStyle:
    """The drums of a plan's style: in half time where a calm song is fast, and where pulses have three parts."""
    style = _STYLES.get(plan.style, _STYLES["pop"])
    if style.snares != (4, 12):
        return style
    is_calm_and_fast = plan.arousal < 0 and plan.tempo_bpm > _FASTEST_CALM_BPM and plan.meter.numerator == 4
    if is_calm_and_fast or is_compound(plan.meter):
        told = "halftime" if style.told == "rock" else style.told
        return replace(style, told=told, kicks=(0,), snares=(8,), no_kicks=(8,), no_snares=(4, 12))
    return style


def levels_of(plan: Plan, style: DrumStyle) -> list[int]:
    """How much of the kit plays in each section, SILENT to DRIVING: by its energy, the song's arousal and the style.

    A plan with drums among its instruments has some: its liveliest section is SOFT at least.
    """
    is_asked = "drums" in plan.programs
    if style.is_silent and not is_asked:
        return [SILENT] * len(plan.sections)
    powers = [
        0.6 * section.energy
        + 0.25 * (plan.arousal + 1)
        + style.power
        - (_INTRO if section.name == "intro" else 0)
        for section in plan.sections
    ]
    lift = max(0.0, _LEAST_OF_ASKED - max(powers, default=0.0)) if is_asked else 0.0
    return [next(level for below, level in _LEVELS if power + lift < below) for power in powers]
