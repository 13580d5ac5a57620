r"""The restricted Boltzmann machine over a window of a piano roll.

Binary visible units v (a window of rows, flattened, then label bits) and binary hidden units h have the energy

    E(v, h) = -b.v - c.h - v W h           P(v, h) = exp(-E(v, h)) / Z

(Smolensky 1986; Hinton, "A practical guide to training restricted Boltzmann machines", 2010). Given one side the
units of the other are independent:

    P(h_j = 1 | v) = sigmoid(c_j + v W_.j)    P(v_i = 1 | h) = sigmoid(b_i + W_i. h)

and with the hidden units summed out P(v) = exp(-F(v)) / Z with the free energy

    F(v) = -b.v - sum_j log(1 + exp(c_j + v W_.j))
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aoede.errors import ConfigError, InputError
from aoede.models.rbm.bits import Active, Bits, Floats, flip, sigmoid
from aoede.models.rbm.phases import Sweeps
from aoede.settings import from_mapping

Doubles = NDArray[np.float64]
_AT_ONCE = 1024

_LIMITS = {
    "width": (1, 4096),
    "window_steps": (1, 4096),
    "n_hidden": (1, 16384),
    "n_labels": (0, 4096),
}
_MAX_VISIBLE = 1 << 20


@dataclass(frozen=True)
class Config:
    width: int  # bits in a row of the roll
    window_steps: int  # rows in a window
    n_hidden: int
    n_labels: int = 0  # bits after the window: one-hot groups whose meaning the family does not know

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ConfigError(f"{name} must be a whole number from {low} to {high:,}, not {value!r}")
        if self.n_visible > _MAX_VISIBLE:
            raise ConfigError(f"{self.n_visible:,} visible units are more than {_MAX_VISIBLE:,}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Config":
        """Raises ConfigError for unknown or missing keys and for values out of range."""
        return from_mapping(cls, values, "an RBM")

    @property
    def n_roll(self) -> int:
        """Visible units that are bits of the window; the label bits follow them."""
        return self.window_steps * self.width

    @property
    def n_visible(self) -> int:
        return self.n_roll + self.n_labels


def softplus(x: Doubles) -> Doubles:
    """log(1 + exp(x)) without overflow."""
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


class RBM:
    """Weights (V, H), visible bias (V,) and hidden bias (H,), all float32, kept in one `matrix` (V + 1, H + 1).

    How they lie in it is told in `phases.py`; the three attributes are views of it. `particles` (N, V) are samples of
    the model, where there are some: the ends of the persistent chains of its training, from which others go on.
    """

    def __init__(
        self,
        config: Config,
        weights: Floats,
        visible_bias: Floats,
        hidden_bias: Floats,
        particles: Bits | None = None,
    ) -> None:
        self.config = config
        self.particles: Bits = np.zeros((0, config.n_visible), np.uint8) if particles is None else particles
        self.matrix = np.zeros((config.n_visible + 1, config.n_hidden + 1), np.float32)
        self.weights = self.matrix[:-1, :-1]
        self.visible_bias = self.matrix[:-1, -1]
        self.hidden_bias = self.matrix[-1, :-1]
        self.weights[...] = weights
        self.visible_bias[...] = visible_bias
        self.hidden_bias[...] = hidden_bias

    # -- energies --

    def energy(self, v: ArrayLike, h: ArrayLike) -> Doubles:
        """E(v, h) in nats of pairs (B, V), (B, H) -> (B,)."""
        v, h = np.asarray(v, np.float64), np.asarray(h, np.float64)
        pairs = np.einsum("bv,vh,bh->b", v, self.weights.astype(np.float64), h, optimize=True)
        return np.asarray(-v @ self.visible_bias - h @ self.hidden_bias - pairs)

    def free_energy(self, v: ArrayLike) -> Doubles:
        """F(v) in nats, (B, V) -> (B,), in float64; a thousand vectors at a time, for there may be very many."""
        vectors = np.asarray(v)
        weights, visible, hidden = (
            part.astype(np.float64) for part in (self.weights, self.visible_bias, self.hidden_bias)
        )
        energies = np.empty(len(vectors))
        for begin in range(0, len(vectors), _AT_ONCE):
            part = vectors[begin : begin + _AT_ONCE].astype(np.float64)
            energies[begin : begin + _AT_ONCE] = -part @ visible - softplus(part @ weights + hidden).sum(
                axis=1
            )
        return energies

    # -- conditionals --

    def hidden_logits(self, v: Bits) -> Floats:
        """Log-odds of P(h = 1 | v), (B, V) -> (B, H)."""
        return Active.of(v).times(self.matrix)[:, :-1]

    def visible_logits(self, h: NDArray[Any]) -> Floats:
        """Log-odds of P(v = 1 | h), (B, H) -> (B, V)."""
        return np.asarray(np.asarray(h, np.float32) @ self.weights.T + self.visible_bias)

    # -- sampling --

    def gibbs(
        self,
        v: Bits,
        rng: np.random.Generator,
        n_sweeps: int,
        *,
        clamped: NDArray[np.bool_] | None = None,
        temperature: float = 1.0,
    ) -> Bits:
        """The chains (B, V) after `n_sweeps` of h ~ P(h | v), v ~ P(v | h); `clamped` (V,) units stay as they are.

        The temperature divides the energy: below 1 likely windows become likelier.
        """
        if not 0.0 < temperature < np.inf:
            raise InputError(f"a temperature must be above 0, not {temperature!r}")
        sweeps = Sweeps(self.matrix * np.float32(1.0 / temperature))
        phase = sweeps.phase(v)
        for _ in range(n_sweeps):
            phase = sweeps.after(phase, rng)
            if clamped is not None:
                now = phase.visible.bits()
                now[:, clamped] = v[:, clamped]
                phase = sweeps.phase(now)
        return phase.visible.bits()

    def pseudo_log_likelihood(self, v: Bits, rng: np.random.Generator) -> Doubles:
        """(B,) n_visible * log P(v_i | all others) in nats, of one random unit i of each vector (B, V).

        In expectation the sum over all units: a cheap figure that needs no partition function (Besag 1975).
        """
        rows = np.arange(len(v))
        units = rng.integers(0, self.config.n_visible, len(v))
        other = v.copy()
        other[rows, units] ^= 1
        rise = self.free_energy(other) - self.free_energy(v)
        return np.asarray(-self.config.n_visible * softplus(-rise))

    def generate(
        self,
        n_steps: int,
        rng: np.random.Generator,
        *,
        n: int = 1,
        labels: ArrayLike | None = None,
        n_gibbs: int = 200,
        overlap_steps: int | None = None,
        prompt: ArrayLike | None = None,
        temperature: float = 1.0,
        settled: bool = True,
    ) -> Bits:
        """`n` rolls (n, n_steps, width) of exactly `n_steps` rows, those of the prompt not among them.

        The first window is the end of a Gibbs chain of `n_gibbs` sweeps that goes on from one of the model's
        particles, else starts at the base rates sigmoid(visible_bias). Each later one is such a chain with its first
        `overlap_steps` rows (half a window if not given, 0 for windows that do not know each other) held at the last
        rows of what there is. A `prompt` (P, width) is what there is before the first window. `labels` (n_labels,)
        are held throughout; without them they are free. What comes out is `settled`, or the bits as they were drawn.
        Raises InputError where an argument does not fit the model.
        """
        config = self.config
        overlap = config.window_steps // 2 if overlap_steps is None else overlap_steps
        if not 0 <= overlap < config.window_steps or n_steps < 0 or n < 1 or n_gibbs < 1:
            raise InputError(
                f"{n} rolls of {n_steps} steps with {n_gibbs} sweeps and {overlap} shared rows cannot be made",
                hint=f"Windows have {config.window_steps} rows; fewer than that can be shared.",
            )
        rows = _checked_prompt(prompt, config)
        label_bits = _checked_labels(labels, config)
        drawn = shown = np.repeat(rows[None], n, axis=0)
        while drawn.shape[1] < len(rows) + n_steps:
            known = drawn[:, max(0, drawn.shape[1] - overlap) :] if overlap else drawn[:, :0]
            v = self._window(known, label_bits, rng, n_gibbs, temperature)
            drawn = np.concatenate([drawn, self._rows(v)[:, known.shape[1] :]], axis=1)
            shown = np.concatenate([shown, self._rows(self.settled(v))[:, known.shape[1] :]], axis=1)
        return (shown if settled else drawn)[:, len(rows) : len(rows) + n_steps]

    def settled(self, v: Bits) -> Bits:
        """The vectors (B, V) after a sweep that draws nothing: the likeliest bits, as many as are to be expected.

        With p = P(v_i | E[h | v]), the sum of p rounded says how many bits are on. It leaves out the stray
        notes that every draw has, and, unlike a threshold, does not thin out what the model is unsure of.
        """
        p = sigmoid(self.visible_logits(sigmoid(self.hidden_logits(v))))
        likeliest = np.argsort(-p, axis=1, kind="stable")
        n_on = p.sum(axis=1).round()
        on = np.zeros_like(v)
        np.put_along_axis(on, likeliest, np.arange(p.shape[1]) < n_on[:, None], axis=1)
        return on

    def _window(
        self, known: Bits, labels: Bits | None, rng: np.random.Generator, n_gibbs: int, temperature: float
    ) -> Bits:
        """(n, V) windows that begin with the rows `known` (n, K, width)."""
        config = self.config
        v = self._beginning(len(known), labels, rng)
        clamped = np.zeros(config.n_visible, np.bool_)
        n_known = known.shape[1] * config.width
        v[:, :n_known] = known.reshape(len(known), -1)
        clamped[:n_known] = True
        if labels is not None:
            v[:, config.n_roll :] = labels
            clamped[config.n_roll :] = True
        return self.gibbs(v, rng, n_gibbs, clamped=clamped, temperature=temperature)

    def _beginning(self, n: int, labels: Bits | None, rng: np.random.Generator) -> Bits:
        """(n, V) where chains begin: particles, of these labels if there are such, else the base rates."""
        particles = self.particles
        if not len(particles):
            return flip(np.broadcast_to(self.visible_bias, (n, self.config.n_visible)), rng)
        if labels is not None:
            fits = (particles[:, self.config.n_roll :] == labels).all(axis=1)
            particles = particles[fits] if fits.any() else particles
        return np.asarray(particles[rng.integers(len(particles), size=n)])

    def _rows(self, v: Bits) -> Bits:
        """(B, V) vectors -> (B, window_steps, width)."""
        config = self.config
        return v[:, : config.n_roll].reshape(len(v), config.window_steps, config.width)

    # -- storing --

    @property
    def config_values(self) -> dict[str, int]:
        return asdict(self.config)

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Copies: weights (V, H), visible_bias (V,) and hidden_bias (H,), float32; particles (N, V / 8), packed."""
        return {
            "particles": np.packbits(self.particles, axis=1),
            "weights": self.weights.copy(),
            "visible_bias": self.visible_bias.copy(),
            "hidden_bias": self.hidden_bias.copy(),
        }

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> "RBM":
        """The model that `to_tensors` and `config_values` describe. Raises ConfigError or InputError."""
        checked = Config.from_mapping(config)
        packed = checked_tensor(tensors, "particles", (None, -(-checked.n_visible // 8)), np.uint8)
        particles = np.unpackbits(packed, axis=1, count=checked.n_visible)
        shapes = {
            "weights": (checked.n_visible, checked.n_hidden),
            "visible_bias": (checked.n_visible,),
            "hidden_bias": (checked.n_hidden,),
        }
        parts = {name: checked_tensor(tensors, name, shape, np.float32) for name, shape in shapes.items()}
        return cls(checked, **parts, particles=particles)


def checked_tensor(
    tensors: Mapping[str, NDArray[Any]], name: str, shape: tuple[int | None, ...], dtype: type
) -> NDArray[Any]:
    """The named tensor; None in `shape` is any length. Raises InputError where it is missing or something else."""
    tensor = tensors.get(name)
    fits = tensor is not None and tensor.dtype == dtype and len(tensor.shape) == len(shape)
    if (
        tensor is None
        or not fits
        or any(n not in (None, m) for n, m in zip(shape, tensor.shape, strict=True))
    ):
        found = "missing" if tensor is None else f"{tensor.dtype} {tensor.shape}"
        raise InputError(f"the model's {name!r} is {found}, not {np.dtype(dtype)} {shape}")
    return tensor


def _checked_prompt(prompt: ArrayLike | None, config: Config) -> Bits:
    rows = np.zeros((0, config.width), np.uint8) if prompt is None else np.asarray(prompt)
    if rows.ndim != 2 or rows.shape[1] != config.width or (rows.size and not np.isin(rows, (0, 1)).all()):
        raise InputError(f"a prompt must be rows of {config.width} bits, not {rows.shape}")
    return rows.astype(np.uint8)


def _checked_labels(labels: ArrayLike | None, config: Config) -> Bits | None:
    if labels is None:
        return None
    bits = np.asarray(labels)
    if bits.shape != (config.n_labels,) or (bits.size and not np.isin(bits, (0, 1)).all()):
        raise InputError(f"labels must be {config.n_labels} bits, not {bits.shape}")
    return bits.astype(np.uint8)
