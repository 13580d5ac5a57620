"""The instruments of the shipped SoundFont: their names, what they are good for, who plays what in a song."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from aoede.errors import UsageError

ROLES = ("melody", "chords", "bass", "colour", "drums")
DRUMS = -1  # in the place of a program: the drum channel has none


@dataclass(frozen=True)
class Instrument:
    """A General MIDI program and the roles that it can take, the best first."""

    name: str
    chinese: str
    program: int  # 0..127, or DRUMS
    roles: tuple[str, ...]
    low: int  # its lowest and highest comfortable pitch
    high: int
    also: tuple[str, ...] = ()  # other names, in both languages


def _table(rows: Iterable[Instrument]) -> Mapping[str, Instrument]:
    return MappingProxyType({row.name: row for row in rows})


_M, _C, _B, _X = "melody", "chords", "bass", "colour"
INSTRUMENTS = _table(
    (
        Instrument("piano", "钢琴", 0, (_C, _M, _B, _X), 28, 100, ("grand piano", "鋼琴")),
        Instrument("electric piano", "电钢琴", 4, (_C, _M, _X), 36, 96,
                   ("rhodes", "e-piano", "keyboard", "電鋼琴", "电子琴", "键盘")),
        Instrument("music box", "八音盒", 10, (_M, _X), 60, 96, ("celesta", "音乐盒", "glockenspiel", "bells")),
        Instrument("vibraphone", "颤音琴", 11, (_M, _X, _C), 53, 89, ("vibes", "marimba", "xylophone")),
        Instrument("nylon guitar", "古典吉他", 24, (_C, _M, _X), 40, 83,
                   ("classical guitar", "ukulele", "lute", "琵琶", "尤克里里")),
        Instrument("guitar", "吉他", 25, (_C, _M, _X), 40, 84,
                   ("acoustic guitar", "steel guitar", "folk guitar", "banjo", "electric guitar",
                    "木吉他", "民谣吉他", "电吉他")),
        Instrument("double bass", "低音提琴", 32, (_B,), 28, 60,
                   ("upright bass", "acoustic bass", "contrabass", "大贝斯", "倍大提琴")),
        Instrument("bass", "贝斯", 33, (_B,), 28, 60, ("bass guitar", "electric bass", "低音吉他", "貝斯")),
        Instrument("violin", "小提琴", 40, (_M, _X), 55, 96, ("fiddle", "viola", "中提琴", "二胡", "erhu")),
        Instrument("cello", "大提琴", 42, (_M, _X, _B), 36, 76, ("violoncello",)),
        Instrument("harp", "竖琴", 46, (_C, _X, _M), 36, 96, ("豎琴", "古筝", "guzheng")),
        Instrument("strings", "弦乐", 48, (_C, _X, _M), 36, 91, ("string section", "orchestra", "弦樂", "管弦乐")),
        Instrument("choir", "合唱", 52, (_C, _X, _M), 48, 79, ("voices", "chorus of voices", "人声", "合唱团")),
        Instrument("trumpet", "小号", 56, (_M, _X), 54, 84, ("cornet", "brass", "小號", "铜管")),
        Instrument("horn", "圆号", 60, (_M, _X), 41, 77, ("french horn", "trombone", "圓號", "长号")),
        Instrument("oboe", "双簧管", 68, (_M, _X), 58, 91, ("雙簧管", "english horn", "唢呐")),
        Instrument("clarinet", "单簧管", 71, (_M, _X), 50, 91, ("單簧管", "saxophone", "sax", "萨克斯", "黑管")),
        Instrument("flute", "长笛", 73, (_M, _X), 60, 96, ("piccolo", "recorder", "長笛", "笛子", "竹笛", "箫")),
        Instrument("synth pad", "合成器", 89, (_C, _X), 36, 96,
                   ("pad", "synth", "synthesizer", "synthesiser", "organ", "管风琴")),
        Instrument("drums", "鼓", DRUMS, ("drums",), 35, 82, ("drum kit", "percussion", "架子鼓", "打击乐")),
    )
)  # fmt: skip
_BY_PROGRAM = {instrument.program: instrument for instrument in INSTRUMENTS.values()}


@lru_cache(maxsize=1)
def names() -> Mapping[str, Instrument]:
    """Every name in both languages, in lower case."""
    found = {}
    for instrument in INSTRUMENTS.values():
        for name in (instrument.name, instrument.chinese, *instrument.also):
            found[name] = instrument
    return MappingProxyType(found)


def of_program(program: int) -> Instrument:
    return _BY_PROGRAM[program]


def parse_instruments(text: str) -> tuple[str, ...]:
    """The instruments of "piano, cello" or "钢琴和大提琴". Raises UsageError naming those there are."""
    words = [word.strip().lower() for word in re.split(r"[,，、;]|\band\b|和|与|&|\+", text)]
    found = []
    for word in filter(None, words):
        instrument = names().get(word) or names().get(word.removesuffix("s"))
        if instrument is None:
            close = difflib.get_close_matches(word, names(), n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            raise UsageError(
                f"{word!r} is not an instrument here",
                where="--instruments",
                hint=f"{hint}There are {', '.join(INSTRUMENTS)}.",
            )
        found.append(instrument.name)
    if not found:
        raise UsageError("no instrument is named", where="--instruments", hint='For example "piano, cello".')
    return tuple(dict.fromkeys(found))


_PITCHED_ROLES = ("melody", "chords", "bass", "colour")
# What a casting costs: an instrument in its second-best role, in a second role beside its first, a role left empty.
_SECOND_CHOICE, _SECOND_ROLE = 0.4, 0.6
_EMPTY = MappingProxyType({"melody": 99.0, "chords": 1.5, "bass": 2.0, "colour": 0.0})


def cast(instruments: Sequence[str]) -> dict[str, int]:
    """Who plays what: role -> program, of these instruments alone, every one of them, so that it suits them best.

    Raises UsageError for drums alone and for more instruments than there are roles.
    """
    players = [INSTRUMENTS[name] for name in instruments if name != "drums"]
    if not players:
        raise UsageError(
            "drums alone cannot play a song", where="--instruments", hint='Name one more: "piano, drums".'
        )
    castings = [
        c for c in product((None, *players), repeat=len(_PITCHED_ROLES)) if set(c) - {None} == set(players)
    ]
    able = [(_cost(casting), i) for i, casting in enumerate(castings) if _cost(casting) < _EMPTY["melody"]]
    if not able and len(players) == 1:
        raise UsageError(
            f"{players[0].name} alone cannot play a song: it plays no melody",
            where="--instruments",
            hint=f'Name one more: "piano, {players[0].name}".',
        )
    if not able:
        raise UsageError(
            f"{', '.join(player.name for player in players)} do not find a role each: a song has a melody, chords, "
            "a bass and one colour",
            where="--instruments",
            hint="Name fewer instruments, at most one of them a bass, and drums if you like.",
        )
    chosen = castings[min(able)[1]]
    roles = {role: player.program for role, player in zip(_PITCHED_ROLES, chosen, strict=True) if player}
    return roles | ({"drums": DRUMS} if "drums" in instruments else {})


def _cost(casting: Sequence[Instrument | None]) -> float:
    """How ill the roles suit their players."""
    cost, busy = 0.0, set[int]()
    for role, player in zip(_PITCHED_ROLES, casting, strict=True):
        if player is None:
            cost += _EMPTY[role]
        elif role not in player.roles or (player.program in busy and not _may_double(role, player)):
            return math.inf
        else:
            cost += _SECOND_CHOICE * player.roles.index(role) + _SECOND_ROLE * (player.program in busy)
            busy.add(player.program)
    return cost


def _may_double(role: str, player: Instrument) -> bool:
    """Who plays chords has hands for a second line; nobody colours a song alone."""
    return role != "colour" and "chords" in player.roles
