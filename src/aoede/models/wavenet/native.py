"""One fused step of the network in C, built for its shape by the C compiler of this machine, where there is one.

The first time that a shape is asked for takes about a second; what is built stays in the user's cache folder, under a
name that says source, sizes, compiler and processor.
"""

import ctypes
import hashlib
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from aoede.errors import MissingError
from aoede.models.wavenet import backends, model, prediction
from aoede.models.wavenet.config import Config
from aoede.models.wavenet.state import Packed, State, offsets_of

# Sums stay in their order, for the exponentials round by adding a large number and taking it away again.
_FLAGS = (
    *("-O3", "-march=native", "-mprefer-vector-width=512", "-shared", "-fPIC", "-std=c11"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"),
)
_BUILD_S = 60.0  # at most
_POINTERS = ctypes.POINTER(ctypes.c_void_p)


def step_of(network: model.WaveNet) -> Any:
    """`Voices.advance` of a model, in C. Raises MissingError where it cannot be built."""
    config, packed = network.config, network.packed
    advance = built(config).advance
    advance.restype = None
    advance.argtypes = [_POINTERS, ctypes.c_int64, ctypes.c_int64, ctypes.c_double, ctypes.c_double]
    fixed = [
        np.array(config.dilations, np.int64),
        offsets_of(config),
        np.ascontiguousarray(prediction.centres(config.n_levels)),
        np.ascontiguousarray(prediction.edges(config.n_levels)),
        *(getattr(packed, each.name) for each in fields(Packed)),
    ]

    def step(
        state: State, told: Any, leant_on: Any, uniforms: Any, temperature: float, given: Any, wanted: Any
    ) -> Any:
        leans, rows, waves = leant_on
        codes = np.empty(given.shape, np.int64)
        carried = (state.n_read, state.last, state.rings, *backends.prior_arrays(state.prior)[1:])
        arrays = [
            *fixed,
            *carried,
            told,
            rows,
            waves,
            uniforms,
            given,
            codes,
            wanted if len(wanted) else None,
        ]
        advance(_call(arrays), codes.shape[0], codes.shape[1], temperature, leans)
        return codes

    return step


def predicted(samples: Any, config: Config, sketch: Any) -> tuple[Any, Any]:
    """`prediction.predicted`, in C. Raises MissingError where it cannot be built."""
    predict = built(config).predict
    predict.restype = None
    numbers = (ctypes.c_int64, ctypes.c_double, ctypes.c_int64, ctypes.c_int64)
    predict.argtypes = [_POINTERS, *numbers, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    state = prediction.Adaptive.begun(1, config, config.fading if sketch else 1.0)
    leans, rows, waves, row_samples = backends.leaning(sketch, config)
    before = 4 + len(fields(Packed)) + 3  # arrays of the network, which are not asked for here
    arrays = [*[None] * before, *backends.prior_arrays(state)[1:], None, rows, waves]
    places, widths = np.empty(len(samples)), np.empty(len(samples))
    given = (samples.ctypes.data, places.ctypes.data, widths.ctypes.data)
    predict(_call(arrays), len(samples), leans, len(rows), row_samples, *given)
    return places, widths


def _call(arrays: Sequence[Any]) -> Any:
    """The addresses of arrays, in the order of `Call`."""
    return (ctypes.c_void_p * len(arrays))(*(None if a is None else a.ctypes.data for a in arrays))


@lru_cache(maxsize=16)
def built(config: Config) -> ctypes.CDLL:
    """The step for this shape, loaded. Raises MissingError where it cannot be built."""
    cc = backends.c_compiler()
    if cc is None:
        raise MissingError("there is no C compiler here", hint="Another backend: numba, numpy.")
    source = (resources.files("aoede.models.wavenet") / "step.c").read_bytes()
    flags = [*_FLAGS, *(f"-D{name}={value!r}" for name, value in _macros(config).items())]
    said = "\0".join([cc, *flags, _processor()]).encode()
    name = hashlib.sha256(source + said).hexdigest()[:32] + ".so"
    try:
        path = _folder() / name
        if not path.is_file():
            _build(cc, flags, source, path)
        return ctypes.CDLL(str(path))
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingError(
            "the C step could not be built", where=cc, hint="Another backend: numba, numpy."
        ) from error


def _build(cc: str, flags: list[str], source: bytes, path: Path) -> None:
    """Compile beside the path, then move there: another process finds it whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        written, made = Path(folder) / "step.c", Path(folder) / "step.so"
        written.write_bytes(source)
        command = [cc, *flags, "-o", str(made), str(written), "-lm"]
        subprocess.run(command, check=True, capture_output=True, timeout=_BUILD_S, stdin=subprocess.DEVNULL)
        made.replace(path)


def _folder() -> Path:
    """Where what was built stays: the user's own. Raises OSError where it is not."""
    own = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(own) / "aoede"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise PermissionError(f"{folder} can be written by others")
    return folder


def _processor() -> str:
    """What `-march=native` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    told = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(told)}))


def _macros(config: Config) -> Mapping[str, float]:
    """The sizes and numbers that the source names."""
    slow, quick = prediction.MEMORIES
    return {
        "R": config.n_residual,
        "S": config.n_skip,
        "L": config.n_layers,
        "Q": config.n_levels,
        "O": config.n_outputs,
        "NT": config.n_taps,
        "NQ": config.n_quick,
        "HATS": model.N_HATS,
        "HAS_PRIOR": int(config.has_prior),
        "WIDEST": model.WIDEST_STEP,
        "SLOW": slow,
        "QUICK": quick,
        "ERROR_MEMORY": prediction.ERROR_MEMORY,
        "SCALE_MEMORY": prediction.SCALE_MEMORY,
        "LEAST_SCALE": prediction.LEAST_SCALE,
        "MOST_SCALE": prediction.MOST_SCALE,
        "MOST_SHARE": prediction.MOST_SHARE,
        "QUIET": prediction.QUIET,
        "LEAST_ERROR": prediction.LEAST_ERROR,
        "RIDGE": prediction.RIDGE,
        "MOST_TRACE": prediction.MOST_TRACE,
        "LEAK": prediction.LEAK,
        "TOO_LARGE": prediction.TOO_LARGE,
        "FLOOR": prediction.FLOOR,
    }
