"""The tree is the architecture: README, imports and weight of the package held against the disk."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "aoede"
FILES = sorted(PACKAGE.rglob("*.py"))

# Who may import whom: a module imports only from its own layer's list of lower layers.
LAYERS = [
    {"cli", "studio", "__main__"},
    {
        "account",
        "compose",
        "sketches",
        "recipes",
        "edits",
        "editing",
        "write",
        "reply",
        "sound",
        "lead",
        "export",
        "playlist",
    },
    {"learning", "mood", "music", "words", "synth", "waveform", "mastering"},
    {"models", "encodings", "formats", "presets"},
    {"neural"},
    {"song", "errors", "randomness", "settings", "version", "choice", "score"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
ALONE = {"models", "encodings", "formats"}  # these three never import each other


def _layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    """The part after `aoede.` of every import of ours in a file, late ones and type-only ones included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("aoede."))


@pytest.mark.parametrize(
    "path", [f for f in FILES if f != PACKAGE / "__init__.py"], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_imports_point_down_only(path: Path) -> None:
    layer = _layer(path)
    for imported in _imports(path):
        assert RANK[imported] >= RANK[layer], f"{path} imports aoede.{imported}, which lies above it"
        if layer in ALONE and imported != layer:
            assert imported not in ALONE, f"{path} imports aoede.{imported}, its neighbour"


def test_readme_shows_every_module_with_a_line_and_nothing_else() -> None:
    tree = re.search(r"```\nsrc/aoede/\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tree, "README.md has no tree of src/aoede"
    shown = set()
    folders: list[str] = []
    for line in tree[1].splitlines():
        indent, name, purpose = re.fullmatch(r"( *)(\S+)\s*(.*)", line).groups()  # type: ignore[union-attr]
        assert purpose, f"{name} is shown without a word on what it is"
        del folders[len(indent) // 2 - 1 :]
        if name.endswith("/"):
            folders.append(name)
        else:
            shown.add("".join(folders) + name)
    on_disk = {str(f.relative_to(PACKAGE)) for f in FILES if f.name != "__init__.py" or f.parent == PACKAGE}
    shown = {name for name in shown if name.endswith(".py")}
    assert shown == on_disk


def _loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


HEAVY = {
    "torch",
    "numpy",
    "PIL",
    "soundfile",
    "symusic",
    "jieba",
    "safetensors",
    "scipy",
    "matplotlib",
    "starlette",
    "uvicorn",
}


def test_importing_aoede_or_its_command_line_loads_nothing_heavy() -> None:
    assert not _loaded_by("import aoede") & HEAVY
    assert not _loaded_by("import aoede.cli") & HEAVY


@pytest.mark.parametrize(
    "code",
    [
        "import aoede; s = aoede.compose('hope', seed=1, bars=2); aoede.export.to_bytes(s, '.mid')",
        "import aoede; aoede.write('prose', seed=1, length=20)",
    ],
)
def test_composing_and_writing_need_no_torch(code: str) -> None:
    loaded = _loaded_by(code)
    assert "numpy" in loaded
    assert not loaded & {"torch", "scipy", "matplotlib", "jieba"}


UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_file_can_run_code_from_data(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in UNSAFE_CALLS
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & UNSAFE_MODULES
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in UNSAFE_MODULES
        if isinstance(node, ast.keyword):
            is_off = isinstance(node.value, ast.Constant) and node.value.value is False
            assert node.arg not in ("allow_pickle", "shell") or is_off


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_touches_a_global_random_generator(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"^\s*(import random|from random import)", text, re.MULTILINE)
    assert not re.search(r"np\.random\.(?!Generator|PCG64|SeedSequence)", text)


def test_presets_together_stay_small() -> None:
    assert sum(f.stat().st_size for f in (PACKAGE / "presets").iterdir()) < 40_000_000
