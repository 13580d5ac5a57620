"""SoundFont 2 (.sf2): sampled instruments in a RIFF file.

Source: SoundFont Technical Specification 2.04 (2006); section numbers below are its own. A preset holds
zones, each zone names an instrument, which holds zones that name samples; every zone carries "generators"
(settings). Here all of that is flattened at reading: a `Preset` is a tuple of `Zone`s in s, dB, Hz and cents.

Kept: key and velocity ranges, tuning, loops, volume envelope, attenuation, pan, a static low-pass, reverb
send, exclusive class. Left out: low-frequency oscillators, filter resonance, chorus, the modulator lists (a
player applies the default velocity, volume, pan and expression curves), the 24-bit extension (the 16 high
bits are read). The filter's envelope is read as its sustained value: here a cutoff does not move in time.
"""

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aoede.errors import InputError
from aoede.formats.files import read_bounded

LoopMode = Literal["none", "always", "held"]
LOOP_MODES: tuple[LoopMode, ...] = ("none", "always", "none", "held")  # sampleModes 0..3, section 8.1.3
OPEN_CUTOFF_CENTS = 13_500
SAMPLE_GAP = 46  # zeros after each sample, section 6.1

# 7.2 - 7.10: the nine lists of the "pdta" chunk.
_BAG = [("gen", "<u2"), ("mod", "<u2")]
_GENERATOR = [("oper", "<u2"), ("amount", "<i2")]
_MODULATOR = [("raw", "V10")]
_SAMPLE_HEADER = [
    ("name", "S20"),
    *[(field, "<u4") for field in ("start", "end", "loop_start", "loop_end", "rate_hz")],
    *[("root_key", "u1"), ("correction_cents", "i1"), ("link", "<u2"), ("kind", "<u2")],
]
_LISTS: dict[str, np.dtype[Any]] = {
    "phdr": np.dtype(
        [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("spare", "V12")]
    ),
    "pbag": np.dtype(_BAG),
    "pmod": np.dtype(_MODULATOR),
    "pgen": np.dtype(_GENERATOR),
    "inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    "ibag": np.dtype(_BAG),
    "imod": np.dtype(_MODULATOR),
    "igen": np.dtype(_GENERATOR),
    "shdr": np.dtype(_SAMPLE_HEADER),
}

# 8.1.3: generator number -> (name, default, least, greatest). Others are read over.
_GENERATORS: dict[int, tuple[str, int, int, int]] = {
    0: ("start", 0, -32768, 32767),
    1: ("end", 0, -32768, 32767),
    2: ("loop_start", 0, -32768, 32767),
    3: ("loop_end", 0, -32768, 32767),
    4: ("start_coarse", 0, -32768, 32767),
    8: ("cutoff", OPEN_CUTOFF_CENTS, 1500, OPEN_CUTOFF_CENTS),
    11: ("envelope_to_cutoff", 0, -12000, 12000),
    12: ("end_coarse", 0, -32768, 32767),
    16: ("reverb", 0, 0, 1000),
    17: ("pan", 0, -500, 500),
    29: ("cutoff_sustain", 0, 0, 1000),
    33: ("delay", -12000, -12000, 5000),
    34: ("attack", -12000, -12000, 8000),
    35: ("hold", -12000, -12000, 5000),
    36: ("decay", -12000, -12000, 8000),
    37: ("sustain", 0, 0, 1440),
    38: ("release", -12000, -12000, 8000),
    39: ("hold_by_key", 0, -1200, 1200),
    40: ("decay_by_key", 0, -1200, 1200),
    45: ("loop_start_coarse", 0, -32768, 32767),
    46: ("fixed_key", -1, -1, 127),
    47: ("fixed_velocity", -1, -1, 127),
    48: ("attenuation", 0, 0, 1440),
    50: ("loop_end_coarse", 0, -32768, 32767),
    51: ("coarse_tune", 0, -120, 120),
    52: ("fine_tune", 0, -99, 99),
    54: ("loop_mode", 0, 0, 3),
    56: ("cents_per_key", 100, 0, 1200),
    57: ("exclusive_class", 0, 0, 127),
    58: ("root_key", -1, -1, 127),
}
_NUMBERS = {name: number for number, (name, *_) in _GENERATORS.items()}
_INSTRUMENT, _KEY_RANGE, _VELOCITY_RANGE, _SAMPLE = 41, 43, 44, 53
# 8.5: these mean nothing in a preset zone.
_INSTRUMENT_ONLY = frozenset({0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58})

_Range = tuple[int, int]
_Settings = dict[int, int]


@dataclass(frozen=True, slots=True)
class Zone:
    """One sample with the keys and velocities that it sounds for (both ends included) and how it sounds.

    Sample positions index `SoundFont.samples`. At `root_key` the sample sounds at its own rate, shifted by
    `tune_cents`. The volume envelope rises linearly, holds, then falls linearly in dB, 100 dB per `decay_s`,
    to `sustain_db` below the peak; after the key is up, at 100 dB per `release_s`.
    """

    keys: _Range
    velocities: _Range
    sample_name: str
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate_hz: int
    root_key: int = 60
    tune_cents: int = 0
    cents_per_key: int = 100
    loop_mode: LoopMode = "none"  # "held": until the key is up
    delay_s: float = 2.0**-10
    attack_s: float = 2.0**-10
    hold_s: float = 2.0**-10
    decay_s: float = 2.0**-10
    sustain_db: float = 0.0
    release_s: float = 2.0**-10
    hold_cents_by_key: int = 0  # timecents per key below 60
    decay_cents_by_key: int = 0
    attenuation_db: float = 0.0
    pan: float = 0.0  # -1 left .. 1 right
    cutoff_hz: float = 440.0 * 2.0 ** ((OPEN_CUTOFF_CENTS - 6900) / 1200)
    reverb_send: float = 0.0  # 0..1
    exclusive_class: int = 0  # 0 none; else a note ends the others of its class
    fixed_key: int | None = None
    fixed_velocity: int | None = None

    def sounds_at(self, key: int, velocity: int) -> bool:
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SoundFont:
    """`samples` is (n,) int16; `presets` by (bank, program), drum kits at bank 128."""

    name: str
    notice: str  # copyright
    samples: NDArray[np.int16]
    presets: Mapping[tuple[int, int], Preset]


def read(path: Path, *, max_bytes: int = 512 * 2**20, max_zones: int = 100_000) -> SoundFont:
    """The SoundFont in a file. Raises MissingError, DeniedError or InputError."""
    return from_bytes(read_bounded(path, max_bytes=max_bytes), where=str(path), max_zones=max_zones)


def from_bytes(data: bytes, *, where: str = "", max_zones: int = 100_000) -> SoundFont:
    """The SoundFont in `data`. Raises InputError for anything that is not a sound one."""
    chunks = _chunks(data, where)
    missing = [name for name in ("smpl", *_LISTS) if name not in chunks]
    if missing:
        raise InputError(f"no {missing[0]!r} chunk: this is no complete SoundFont", where=where)
    samples = np.frombuffer(chunks["smpl"], dtype="<i2", count=len(chunks["smpl"]) // 2)
    return SoundFont(
        name=_text(chunks.get("INAM", b"")),
        notice=_text(chunks.get("ICOP", b"")),
        samples=samples,
        presets=_Lists(chunks, len(samples), where, max_zones).presets(),
    )


def _chunks(data: bytes, where: str) -> dict[str, memoryview]:
    """The contents of every leaf chunk by its name."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise InputError("this is not a SoundFont (.sf2)", where=where)
    view = memoryview(data)
    leaves: dict[str, memoryview] = {}
    for name, body in _walk(view[12:], where):
        if name == "LIST":
            leaves.update(_walk(body[4:], where))
    return leaves


def _walk(view: memoryview, where: str) -> Iterable[tuple[str, memoryview]]:
    at = 0
    while at + 8 <= len(view):
        name = bytes(view[at : at + 4]).decode("latin-1")
        size = int.from_bytes(view[at + 4 : at + 8], "little")
        if size > len(view) - at - 8:
            raise InputError(f"the chunk {name!r} is cut short", where=where)
        yield name, view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _text(raw: bytes | memoryview) -> str:
    text = bytes(raw).split(b"\0")[0].decode("latin-1")
    return "".join(letter for letter in text if letter.isprintable())[:256]


class _Lists:
    """The nine lists, flattened preset by preset (section 9.4)."""

    def __init__(self, chunks: Mapping[str, memoryview], n_samples: int, where: str, max_zones: int) -> None:
        self.n_samples, self.where, self.zones_left = n_samples, where, max_zones
        lists = {name: self._list(name, chunks[name]) for name in _LISTS}
        self.headers, self.names, self.samples = lists["phdr"], lists["inst"], lists["shdr"]
        instrument_zones = self._zones(lists["inst"]["bag"], lists["ibag"], lists["igen"], _SAMPLE)
        self.instruments = list(instrument_zones)
        self.preset_zones = self._zones(self.headers["bag"], lists["pbag"], lists["pgen"], _INSTRUMENT)

    def _list(self, name: str, raw: memoryview) -> NDArray[Any]:
        dtype = _LISTS[name]
        if not raw or len(raw) % dtype.itemsize:
            raise InputError(f"the list {name!r} has a broken length", where=self.where)
        return np.frombuffer(raw, dtype=dtype)

    def _zones(
        self, owners: NDArray[Any], bags: NDArray[Any], generators: NDArray[Any], last: int
    ) -> Iterable[list[_Settings]]:
        """For each owner its zones' settings, the global zone merged in (section 9.4)."""
        first_bags, first_gens = owners.tolist(), bags["gen"].tolist()
        if not _rises(first_bags, len(bags) - 1) or not _rises(first_gens, len(generators)):
            raise InputError("the zone indices are out of order", where=self.where)
        pairs = list(zip(generators["oper"].tolist(), generators["amount"].tolist(), strict=True))
        for begin, end in pairwise(first_bags):
            bag_settings = [dict(pairs[first_gens[i] : first_gens[i + 1]]) for i in range(begin, end)]
            shared = bag_settings[0] if bag_settings and last not in bag_settings[0] else {}
            yield [{**shared, **settings} for settings in bag_settings if last in settings]

    def presets(self) -> dict[tuple[int, int], Preset]:
        found: dict[tuple[int, int], Preset] = {}
        for header, zones in zip(self.headers[:-1], self.preset_zones, strict=True):
            where = (int(header["bank"]), int(header["program"]))
            if where not in found:  # the first of two wins, section 7.2
                found[where] = Preset(_text(header["name"]), tuple(self._flatten(zones)))
        return found

    def _flatten(self, preset_zones: list[_Settings]) -> Iterable[Zone]:
        for outer in preset_zones:
            instrument = outer[_INSTRUMENT] & 0xFFFF
            if instrument >= len(self.instruments):
                raise InputError(f"there is no instrument {instrument}", where=self.where)
            for inner in self.instruments[instrument]:
                self.zones_left -= 1
                if self.zones_left < 0:
                    raise InputError("too many zones", where=self.where)
                zone = self._zone(outer, inner)
                if zone is not None:
                    yield zone

    def _zone(self, outer: _Settings, inner: _Settings) -> Zone | None:
        keys = _overlap(outer, inner, _KEY_RANGE)
        velocities = _overlap(outer, inner, _VELOCITY_RANGE)
        index = inner[_SAMPLE] & 0xFFFF
        if index >= len(self.samples) - 1:
            raise InputError(f"there is no sample {index}", where=self.where)
        sample = self.samples[index]
        kind = int(sample["kind"])
        if kind & 0x10:
            raise InputError(
                "its samples are compressed (sf3); only plain .sf2 is read",
                where=self.where,
                hint="Convert it with a SoundFont editor, e.g. sf3convert -z.",
            )
        if (
            keys[0] > keys[1] or velocities[0] > velocities[1] or kind & 0x8000
        ):  # 0x8000: in a sound card's ROM
            return None
        return _make_zone(keys, velocities, sample, _amounts(outer, inner), self.n_samples, self.where)


def _rises(indices: list[int], limit: int) -> bool:
    ordered = all(a <= b for a, b in pairwise(indices))
    return ordered and indices[-1] <= limit


def _overlap(outer: _Settings, inner: _Settings, oper: int) -> _Range:
    """The range both zones allow; two bytes, low first (section 8.1.2)."""
    pairs = [(s[oper] & 0xFF, s[oper] >> 8 & 0xFF) for s in (outer, inner) if oper in s]
    return max([0, *(low for low, _ in pairs)]), min([127, *(high for _, high in pairs)])


def _amounts(outer: _Settings, inner: _Settings) -> dict[str, int]:
    """Preset generators add to the instrument's (section 9.4), each sum held to its range."""
    amounts: dict[str, int] = {}
    for number, (name, default, least, greatest) in _GENERATORS.items():
        extra = 0 if number in _INSTRUMENT_ONLY else outer.get(number, 0)
        amounts[name] = min(greatest, max(least, inner.get(number, default) + extra))
    return amounts


def _make_zone(
    keys: _Range, velocities: _Range, sample: np.void, amounts: dict[str, int], n_samples: int, where: str
) -> Zone:
    name = _text(sample["name"])
    start, end, loop_start, loop_end = (
        int(sample[field]) + amounts[field] + 32768 * amounts[f"{field}_coarse"]
        for field in ("start", "end", "loop_start", "loop_end")
    )
    rate_hz, root_key = int(sample["rate_hz"]), int(sample["root_key"])
    if not 0 <= start < end <= n_samples:
        raise InputError(f"the sample {name!r} lies outside of the file", where=where)
    if not 400 <= rate_hz <= 192_000:
        raise InputError(f"the sample {name!r} has a rate of {rate_hz} Hz", where=where)
    loops = start <= loop_start < loop_end <= end
    tune_cents = 100 * amounts["coarse_tune"] + amounts["fine_tune"] + int(sample["correction_cents"])
    swing = amounts["envelope_to_cutoff"] * (1000 - amounts["cutoff_sustain"]) // 1000
    return Zone(
        keys=keys,
        velocities=velocities,
        sample_name=name,
        start=start,
        end=end,
        loop_start=loop_start if loops else start,
        loop_end=loop_end if loops else end,
        rate_hz=rate_hz,
        root_key=amounts["root_key"] if amounts["root_key"] >= 0 else root_key if root_key < 128 else 60,
        tune_cents=min(12_000, max(-12_000, tune_cents)),
        cents_per_key=amounts["cents_per_key"],
        loop_mode=LOOP_MODES[amounts["loop_mode"]] if loops else "none",
        **{f"{stage}_s": 2.0 ** (amounts[stage] / 1200) for stage in _STAGES},
        sustain_db=amounts["sustain"] / 10,
        hold_cents_by_key=amounts["hold_by_key"],
        decay_cents_by_key=amounts["decay_by_key"],
        attenuation_db=amounts["attenuation"] / 10,
        pan=amounts["pan"] / 500,
        cutoff_hz=_cutoff_hz(amounts["cutoff"] + swing),
        reverb_send=amounts["reverb"] / 1000,
        exclusive_class=amounts["exclusive_class"],
        fixed_key=amounts["fixed_key"] if amounts["fixed_key"] >= 0 else None,
        fixed_velocity=amounts["fixed_velocity"] if amounts["fixed_velocity"] >= 0 else None,
    )


_STAGES = ("delay", "attack", "hold", "decay", "release")


def _cutoff_hz(cents: int) -> float:
    """Absolute cents, 6900 = 440 Hz (section 8.1.2)."""
    return float(440.0 * 2.0 ** ((min(OPEN_CUTOFF_CENTS, max(1500, cents)) - 6900) / 1200))


def to_bytes(font: SoundFont) -> bytes:
    """`font` as a SoundFont 2.04 file, one instrument a preset; reading it gives an equal value.

    Each sample must be followed by 46 samples that belong to no other one (section 6.1), as in every
    correct file that `from_bytes` read.
    """
    info = [(b"ifil", struct.pack("<HH", 2, 4)), (b"isng", _line("EMU8000"))]
    info += [(b"INAM", _line(font.name)), (b"ICOP", _line(font.notice))]
    lists = _write_lists(font)
    pdta = [(name.encode(), lists[name].tobytes()) for name in _LISTS]
    body = b"sfbk" + _group(b"INFO", info)
    body += _group(b"sdta", [(b"smpl", font.samples.astype("<i2").tobytes())]) + _group(b"pdta", pdta)
    return _chunk(b"RIFF", body)


def _line(text: str) -> bytes:
    """A zero-ended text of even length (section 5)."""
    raw = text.encode("latin-1", "replace")[:255] + b"\0"
    return raw + b"\0" * (len(raw) % 2)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _group(name: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    return _chunk(b"LIST", name + b"".join(_chunk(*chunk) for chunk in chunks))


def _write_lists(font: SoundFont) -> dict[str, NDArray[Any]]:
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in _LISTS}
    indices: dict[tuple[object, ...], int] = {}
    for number, ((bank, program), preset) in enumerate(sorted(font.presets.items())):
        name = preset.name.encode("latin-1", "replace")
        rows["phdr"].append((name, program, bank, number, b""))
        rows["pbag"].append((number, 0))
        rows["pgen"].append((_INSTRUMENT, number))
        rows["inst"].append((name, len(rows["ibag"])))
        for zone in preset.zones:
            rows["ibag"].append((len(rows["igen"]), 0))
            place = (zone.sample_name, zone.start, zone.end, zone.loop_start, zone.loop_end, zone.rate_hz)
            if place not in indices:
                indices[place] = len(rows["shdr"])
                key = zone.root_key
                rows["shdr"].append((zone.sample_name.encode("latin-1", "replace"), *place[1:], key, 0, 0, 1))
            rows["igen"].extend(_generators_of(zone, indices[place]))
    n_presets = len(font.presets)
    rows["phdr"].append((b"EOP", 0, 0, n_presets, b""))
    rows["inst"].append((b"EOI", len(rows["ibag"])))
    rows["shdr"].append((b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0))
    rows["pbag"].append((n_presets, 0))
    rows["ibag"].append((len(rows["igen"]), 0))
    for generators, modulators in (("pgen", "pmod"), ("igen", "imod")):
        rows[generators].append((0, 0))
        rows[modulators].append((b"",))
    if max(map(len, rows.values())) > 0xFFFF:
        raise ValueError("a SoundFont holds at most 65,535 zones, settings or samples")
    return {name: np.array(rows[name], dtype=dtype) for name, dtype in _LISTS.items()}


def _generators_of(zone: Zone, sample_index: int) -> list[tuple[int, int]]:
    """Ranges first, the sample last (section 8.1.2); what equals the default is left out."""
    coarse = int(zone.tune_cents / 100)
    amounts = {
        "cutoff": round(6900 + 1200 * math.log2(zone.cutoff_hz / 440.0)),
        "reverb": round(1000 * zone.reverb_send),
        "pan": round(500 * zone.pan),
        **{stage: round(1200 * math.log2(getattr(zone, f"{stage}_s"))) for stage in _STAGES},
        "sustain": round(10 * zone.sustain_db),
        "hold_by_key": zone.hold_cents_by_key,
        "decay_by_key": zone.decay_cents_by_key,
        "fixed_key": -1 if zone.fixed_key is None else zone.fixed_key,
        "fixed_velocity": -1 if zone.fixed_velocity is None else zone.fixed_velocity,
        "attenuation": round(10 * zone.attenuation_db),
        "coarse_tune": coarse,
        "fine_tune": zone.tune_cents - 100 * coarse,
        "loop_mode": LOOP_MODES.index(zone.loop_mode),
        "cents_per_key": zone.cents_per_key,
        "exclusive_class": zone.exclusive_class,
        "root_key": zone.root_key,
    }
    ranges = [(_KEY_RANGE, _pack(zone.keys)), (_VELOCITY_RANGE, _pack(zone.velocities))]
    changed = [(_NUMBERS[name], a) for name, a in amounts.items() if a != _GENERATORS[_NUMBERS[name]][1]]
    return [*ranges, *sorted(changed), (_SAMPLE, sample_index)]


def _pack(pair: _Range) -> int:
    return pair[0] | pair[1] << 8
