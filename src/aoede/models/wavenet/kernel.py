"""One fused, compiled step of the network, by numba: the extra `wavenet`. Imported only when it is asked for.

The same as `model.py` sample by sample, on the same arrays: each input adds a row of weights to all outputs, which
the compiler does many at once; exponentials are short polynomials for the same reason. The prior is in float64.
"""

import math
from dataclasses import fields
from typing import Any

import numba
import numpy as np

from aoede.models.wavenet import backends, model, prediction
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.state import Packed, State, offsets_of

# What is a global of a compiled function is a constant of it.
_N_HATS, _WIDEST = model.N_HATS, model.WIDEST_STEP
_SLOW, _QUICK = prediction.MEMORIES
_ERROR_MEMORY, _SCALE_MEMORY = prediction.ERROR_MEMORY, prediction.SCALE_MEMORY
_LEAST_SCALE, _LEAST_ERROR, _FLOOR = prediction.LEAST_SCALE, prediction.LEAST_ERROR, prediction.FLOOR
_RIDGE, _MOST_TRACE, _LEAK, _TOO_LARGE = (
    prediction.RIDGE,
    prediction.MOST_TRACE,
    prediction.LEAK,
    prediction.TOO_LARGE,
)
_MOST_SCALE, _MOST_SHARE, _QUIET = prediction.MOST_SCALE, prediction.MOST_SHARE, prediction.QUIET
_LOG_FLOOR, _LOG2_E = 16.0, 1 / math.log(2)
_F32 = np.float32
_F32_LOG2_E = np.float32(_LOG2_E)


def _learn(taps: Any, weights: Any, inverse: Any, toward: Any, n: int, memory: float, error: float) -> None:
    """One step of recursive least squares on the first n taps. `toward` (n_taps,) is room to work in."""
    toward[:n] = 0.0
    for j in range(n):
        x, row = taps[j], inverse[j]
        for k in range(n):
            toward[k] += row[k] * x
    total = memory
    for k in range(n):
        total += toward[k] * taps[k]
    share = 1 / total
    for k in range(n):
        weights[k] = weights[k] * (1 - _LEAK) + toward[k] * (share * error)
    root = math.sqrt(share)
    trace = 0.0
    for k in range(n):
        toward[k] *= root
        trace += inverse[k, k] - toward[k] * toward[k]
    factor = 1 / memory if trace < _MOST_TRACE * n else 1.0
    for j in range(n):
        x, row = toward[j], inverse[j]
        for k in range(n):
            row[k] = (row[k] - x * toward[k]) * factor


def _begin_again(weights: Any, inverse: Any, n: int) -> bool:
    """Whether the weights went astray; if so they know nothing again."""
    largest = 0.0
    for k in range(n):
        if not abs(weights[k]) < _TOO_LARGE:
            largest = _TOO_LARGE
    if largest < _TOO_LARGE:
        return False
    weights[:] = 0.0
    inverse[:] = 0.0
    for k in range(len(weights)):
        inverse[k, k] = 1 / _RIDGE
    return True


def _observe(prior: Any, v: int, sample: float, missed: float, toward: Any) -> None:
    """The next sample of voice v, but for what it leant on, was this, and missed by so much: `Adaptive.observe`.

    `prior` is `backends.prior_arrays`.
    """
    n_quick, fading, taps, weights, inverse, errors, each, width, place = prior
    n_taps = taps.shape[1]
    for which in range(2):
        n, memory = (n_quick, _QUICK) if which else (n_taps, _SLOW)
        error = sample - each[v, which]
        learn(taps[v], weights[v, which], inverse[v, which], toward, n, memory, error)
        recent = errors[v, which] * _ERROR_MEMORY + (1 - _ERROR_MEMORY) * abs(error)
        errors[v, which] = max(recent, _LEAST_ERROR)
    recent = width[v] * _SCALE_MEMORY + (1 - _SCALE_MEMORY) * abs(missed)
    width[v] = min(max(recent, _LEAST_SCALE), _MOST_SCALE)
    for k in range(n_taps - 1, 0, -1):
        taps[v, k] = taps[v, k - 1]
    taps[v, 0] = sample
    power = 0.0
    for k in range(n_taps):
        power += taps[v, k] ** 2
    width[v] = min(width[v], _MOST_SHARE * math.sqrt(power / n_taps) + _QUIET)
    total, trusted, is_wild = 0.0, 0.0, False
    for which in range(2):
        n, whole, said = n_quick if which else n_taps, 0.0, 0.0
        for k in range(n):
            part = weights[v, which, k] * taps[v, k]
            whole += part
            said += fading[k] * part
        each[v, which] = min(1.0, max(-1.0, whole))
        if begin_again(weights[v, which], inverse[v, which], n):
            each[v, which], is_wild = 0.0, True
        trust = 1 / (errors[v, which] ** 2) ** 2
        total += trust * min(1.0, max(-1.0, said))
        trusted += trust
    place[v] = 0.0 if is_wild else total / trusted


def _foreseen(
    n_quick: int, taps: Any, width: float, place: float, leans: float, row: Any, wave: float
) -> Any:
    """Where the next sample lies, and how wide around it: `Adaptive.foreseen`."""
    if not leans:
        return place, width
    outlined = 0.0
    for k in range(n_quick):
        outlined += row[k] * taps[k]
    found = wave + (1 - leans) * place + leans * min(1.0, max(-1.0, outlined))
    wide = math.exp((1 - leans) * math.log(width) + leans * row[n_quick])
    return min(1.0, max(-1.0, found)), wide


def _predict(prior: Any, leaning: Any, samples: Any, places: Any, widths: Any) -> None:
    """A whole clip (T,) of voice 0; `leaning` is `backends.leaning`."""
    n_quick, taps, width, place = prior[0], prior[2], prior[7], prior[8]
    leans, rows, waves, row_samples = leaning
    toward = np.empty(taps.shape[1])
    for t in range(len(samples)):
        row = rows[min(t // row_samples, len(rows) - 1)]
        wave = waves[t] if leans else 0.0
        places[t], widths[t] = foreseen(n_quick, taps[0], width[0], place[0], leans, row, wave)
        sample, missed = samples[t] - wave, samples[t] - places[t]
        observe(prior, 0, sample, missed, toward)


def _add_rows(y: Any, x: Any, table: Any, n_in: int, first: int) -> None:
    """y (n_out,) += x[:n_in] @ table[first : first + n_in]."""
    n_out = len(y)
    for j in range(n_in):
        value, row = x[j], table[first + j]
        for k in range(n_out):
            y[k] += value * row[k]


def _gate(gates: Any, u: Any, bits: Any, powers: Any, n: int) -> None:
    """u (n,) = tanh(gates[:n]) * sigmoid(gates[n:2n]), by the exponentials of both. `gates` is overwritten."""
    for k in range(n):
        gates[k] = _F32(2) * gates[k]
        gates[n + k] = -gates[n + k]
    for k in range(2 * n):
        x = min(_F32(80), max(_F32(-80), gates[k]))
        whole = np.floor(x * _F32_LOG2_E + _F32(0.5))
        bits[k] = (np.int32(whole) + np.int32(127)) << np.int32(23)
        r = x - whole * _F32(0.693359375) + whole * _F32(2.12194440e-4)  # ln 2 in two parts
        p = _F32(1 / 5040) * r + _F32(1 / 720)
        p = p * r + _F32(1 / 120)
        p = p * r + _F32(1 / 24)
        p = p * r + _F32(1 / 6)
        p = p * r + _F32(0.5)
        p = p * r + _F32(1)
        gates[k] = p * r + _F32(1)
    for k in range(n):
        both = _F32(1) + gates[k] * powers[k]
        u[k] = (_F32(1) - _F32(2) / both) / (_F32(1) + gates[n + k] * powers[n + k])


def _exp_all(x: Any, bits: Any, powers: Any, n: int) -> None:
    """x[:n] becomes its exponential, for x from -700 to 0. `powers` are the bytes of `bits` read as float64."""
    for k in range(n):
        whole = np.floor(x[k] * _LOG2_E + 0.5)
        bits[k] = (np.int64(whole) + 1023) << 52
        r = x[k] - whole * 0.6931471805599453
        p = 1 / 3628800.0 * r + 1 / 362880.0
        p = p * r + 1 / 40320.0
        p = p * r + 1 / 5040.0
        p = p * r + 1 / 720.0
        p = p * r + 1 / 120.0
        p = p * r + 1 / 24.0
        p = p * r + 1 / 6.0
        p = p * r + 0.5
        p = p * r + 1.0
        x[k] = p * r + 1.0
    for k in range(n):
        x[k] *= powers[k]


def _cells(edges: Any, place: float, width: float, tails: Any, bits: Any, powers: Any, cells: Any) -> None:
    """(Q,) the probabilities of the codes under the prior."""
    n, inverse = len(edges), 1 / width
    for k in range(n):
        tails[k] = max(-700.0, -abs(edges[k] - place) * inverse)
    exp_all(tails, bits, powers, n)
    floor = _FLOOR / (n + 1)
    for k in range(1, n):
        low, high = 0.5 * tails[k - 1], 0.5 * tails[k]
        inside = edges[k - 1] <= place and edges[k] >= place
        cell = 1 - low - high if inside else abs(high - low)
        cells[k] = (1 - _FLOOR) * cell + floor
    first, last = 0.5 * tails[0], 0.5 * tails[n - 1]
    cells[0] = (1 - _FLOOR) * (first if edges[0] < place else 1 - first) + floor
    cells[n] = (1 - _FLOOR) * (1 - last if edges[n - 1] < place else last) + floor


def _between(h: Any, table: Any, place: float) -> None:
    below = min(max(int(place), 0), len(table) - 2)
    share = _F32(place - below)
    for k in range(len(h)):
        h[k] += table[below, k] * (_F32(1) - share) + table[below + 1, k] * share


def _read_prior(h: Any, near: Any, wide: Any, place: float, width: float, n_levels: int) -> None:
    """h (R,) += what the prior's place and width give to the first layer."""
    y = math.log1p((n_levels - 1) * abs(place)) / math.log(float(n_levels))
    y = -y if place < 0 else y
    between(h, near, 0.5 * (y + 1) * (_N_HATS - 1))
    w = min(_LOG_FLOOR, max(0.0, math.log2(width) + _LOG_FLOOR))
    between(h, wide, w * ((_N_HATS - 1) / _LOG_FLOOR))


def _pass_on(
    h: Any,
    skip: Any,
    ring: Any,
    gates: Any,
    out: Any,
    u: Any,
    bits: Any,
    powers: Any,
    gate_rows: Any,
    out_rows: Any,
) -> None:
    """One layer: h (R,) and skip (S,) move on. `gates` and `out` are what is told and the bias, and overwritten."""
    r = len(h)
    add_rows(gates, ring, gate_rows, r, 0)
    add_rows(gates, h, gate_rows, r, r)
    for k in range(r):
        ring[k] = h[k]
    gate(gates, u, bits, powers, r)
    add_rows(out, u, out_rows, r, 0)
    for k in range(r):
        h[k] += out[k]
    for k in range(len(skip)):
        skip[k] += out[r + k]


def _give_out(skip: Any, hidden: Any, head: Any, hidden_rows: Any, head_rows: Any) -> None:
    """head (n_outputs,) += what the layers gave out together; `hidden` begins as its bias. All are overwritten."""
    n = len(skip)
    for k in range(n):
        skip[k] = max(skip[k], _F32(0))
    add_rows(hidden, skip, hidden_rows, n, 0)
    for k in range(n):
        hidden[k] = max(hidden[k], _F32(0))
    add_rows(head, hidden, head_rows, n, 0)


def _advance(
    shape: Any,
    packed: Any,
    carried: Any,
    prior: Any,
    told: Any,
    leant_on: Any,
    uniforms: Any,
    temperature: float,
    given: Any,
    codes: Any,
    logits: Any,
) -> None:
    """`backends.Voices.advance`, for each voice sample after sample.

    `packed` is `Packed`, `carried` the rest of a `State` beside its `prior`.
    """
    has_prior, dilations, offsets, centres, edges = shape
    now, past, near, wide, gate_rows, out_rows, out_bias, hidden_rows, hidden_bias, head_rows, head_bias = (
        packed
    )
    n_read, last, rings = carried
    n_quick, taps, width, place = prior[0], prior[2], prior[7], prior[8]
    leans, rows, waves = leant_on
    n_voices, n_samples = codes.shape
    n_levels, r = now.shape
    n_skip = len(hidden_bias)
    h, u = np.empty(r, np.float32), np.empty(r, np.float32)
    gates, out = np.empty(2 * r, np.float32), np.empty(r + n_skip, np.float32)
    skip, hidden = np.empty(n_skip, np.float32), np.empty(n_skip, np.float32)
    head = np.empty(len(head_bias), np.float32)
    cells, chances, tails = np.empty(n_levels), np.empty(n_levels), np.empty(n_levels)
    gate_bits, bits = np.empty(2 * r, np.int32), np.empty(n_levels, np.int64)
    gate_powers = gate_bits.view(np.float32)
    powers, toward = bits.view(np.float64), np.empty(taps.shape[1])
    cells[:] = 1.0
    for v in range(n_voices):
        for i in range(n_samples):
            t = n_read[0] + i
            for k in range(r):
                h[k] = now[last[v, 0], k] + past[last[v, 1], k]
            lies, wide_by = 0.0, 1.0
            if has_prior:
                lies, wide_by = foreseen(n_quick, taps[v], width[v], place[v], leans, rows[v], waves[v, i])
                read_prior(h, near, wide, lies, wide_by, n_levels)
            skip[:] = _F32(0)
            for layer in range(len(dilations)):
                gates[:] = told[v, layer]
                out[:] = out_bias[layer]
                ring = rings[v, offsets[layer] + t % dilations[layer]]
                pass_on(
                    h, skip, ring, gates, out, u, gate_bits, gate_powers, gate_rows[layer], out_rows[layer]
                )
            hidden[:] = hidden_bias
            head[:] = head_bias
            give_out(skip, hidden, head, hidden_rows, head_rows)
            if has_prior:
                by = _WIDEST * math.tanh(head[n_levels] / _WIDEST)
                wider = math.exp(_WIDEST * math.tanh(head[n_levels + 1] / _WIDEST))
                new_width = max(wide_by * wider, _LEAST_SCALE)
                cells_of(edges, lies + wide_by * by, new_width, tails, bits, powers, cells)
            if len(logits):
                for k in range(n_levels):
                    logits[v, i, k] = head[k] + math.log(cells[k])
            code = given[v, i]
            if code < 0:
                code = draw(head, cells, has_prior, temperature, uniforms[v, i], chances, bits, powers)
            codes[v, i] = code
            last[v, 1] = last[v, 0]
            last[v, 0] = code
            if has_prior:
                wave = waves[v, i] if leans else 0.0
                sample, missed = centres[code] - wave, centres[code] - lies
                observe(prior, v, sample, missed, toward)
    n_read[0] += n_samples


def _draw(
    head: Any,
    cells: Any,
    has_prior: bool,
    temperature: float,
    uniform: float,
    chances: Any,
    bits: Any,
    powers: Any,
) -> int:
    """A code by its probability at this temperature, from a number in [0, 1)."""
    n, top, is_plain = len(cells), -1e300, temperature == 1.0
    for k in range(n):
        chances[k] = head[k]
        if has_prior and not is_plain:
            chances[k] += math.log(cells[k])
    for k in range(n):
        top = max(top, chances[k])
    for k in range(n):
        chances[k] = max(-700.0, (chances[k] - top) / temperature)
    exp_all(chances, bits, powers, n)
    total = 0.0
    for k in range(n):
        if has_prior and is_plain:
            chances[k] *= cells[k]
        total += chances[k]
    rest = uniform * total
    for k in range(n):
        rest -= chances[k]
        if rest < 0:
            return k
    return n - 1


_OPTIONS: dict[str, Any] = {"cache": True, "fastmath": {"contract", "nsz"}, "error_model": "numpy"}
learn: Any = numba.njit(**_OPTIONS)(_learn)
begin_again: Any = numba.njit(**_OPTIONS)(_begin_again)
observe: Any = numba.njit(**_OPTIONS)(_observe)
foreseen: Any = numba.njit(**_OPTIONS)(_foreseen)
predict: Any = numba.njit(**_OPTIONS)(_predict)
add_rows: Any = numba.njit(**_OPTIONS)(_add_rows)
gate: Any = numba.njit(**_OPTIONS)(_gate)
exp_all: Any = numba.njit(**_OPTIONS)(_exp_all)
cells_of: Any = numba.njit(**_OPTIONS)(_cells)
between: Any = numba.njit(**_OPTIONS)(_between)
read_prior: Any = numba.njit(**_OPTIONS)(_read_prior)
pass_on: Any = numba.njit(**_OPTIONS)(_pass_on)
give_out: Any = numba.njit(**_OPTIONS)(_give_out)
draw: Any = numba.njit(**_OPTIONS)(_draw)
advance: Any = numba.njit(**_OPTIONS)(_advance)


def predicted(samples: Any, config: Config, sketch: Any) -> Any:
    """`prediction.predicted`, compiled."""
    state = prediction.Adaptive.begun(1, config, config.fading if sketch else 1.0)
    places, widths = np.empty(len(samples)), np.empty(len(samples))
    predict(backends.prior_arrays(state), backends.leaning(sketch, config), samples, places, widths)
    return places, widths


def step_of(network: model.WaveNet) -> Any:
    """`Voices.advance` of a model, compiled."""
    config, packed = network.config, network.packed
    shape = (
        config.has_prior,
        np.array(config.dilations, np.int64),
        offsets_of(config),
        prediction.centres(config.n_levels),
        prediction.edges(config.n_levels),
    )
    weights = tuple(getattr(packed, each.name) for each in fields(Packed))

    def step(
        state: State, told: Any, leant_on: Any, uniforms: Any, temperature: float, given: Any, wanted: Any
    ) -> Any:
        codes = np.empty(given.shape, np.int64)
        carried, prior = (state.n_read, state.last, state.rings), backends.prior_arrays(state.prior)
        advance(shape, weights, carried, prior, told, leant_on, uniforms, temperature, given, codes, wanted)
        return codes

    return step
