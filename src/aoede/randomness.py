"""Randomness is an argument: one independent PCG64 stream per (seed, stage, section, track, ...).

Because each part of a song draws from its own stream, regenerating one of them disturbs no other.
"""

import hashlib

import numpy as np

from aoede.errors import UsageError

MAX_SEED = 2**63 - 1


def checked_seed(seed: int) -> int:
    """The seed; raises UsageError where it is none."""
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"the seed must be between 0 and {MAX_SEED}, not {seed}", where="--seed")
    return seed


def stream(seed: int, *keys: str | int) -> np.random.Generator:
    """The generator that belongs to `seed` and this path of keys, e.g. `stream(7, "melody", "verse", 2)`.

    The path is hashed with SHA-256, so streams of different paths are independent and the same
    path gives the same numbers on every machine and NumPy version that keeps PCG64.
    """
    path = "\x1f".join(str(key) for key in keys).encode()
    words = np.frombuffer(hashlib.sha256(path).digest(), dtype="<u4")
    entropy = [seed & 0xFFFFFFFF, seed >> 32, *(int(word) for word in words)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
