"""The errors that the package raises, read from its source: every text that they may have, with samples filled in."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, product
from pathlib import Path

import aoede

PACKAGE = Path(aoede.__file__).parent
_KINDS = (
    "Aoede",
    "Usage",
    "Config",
    "Input",
    "Missing",
    "Busy",
    "Output",
    "Storage",
    "Denied",
    "Unavailable",
)
_ERRORS = frozenset(f"{kind}Error" for kind in (*_KINDS, "Refused", "Diverged"))
MOST_TRIED = 200  # ways of filling one text
Scope = Mapping[str, ast.expr]
Piece = tuple[str, ...]  # what one part of a text may be
_SAMPLES: Piece = ("blue", "7", "pop", "bars", "melody")


@dataclass(frozen=True)
class Said:
    """A message or a hint where it is raised."""

    module: str  # "music/styles.py"
    source: str  # as it stands in the code
    forms: tuple[
        tuple[str, ...], ...
    ]  # each form with the texts that samples make of it; () where it is not seen


def all_said(without: Collection[str] = ()) -> Iterator[Said]:
    """Every message and hint of every error of ours but those of modules whose paths begin with one of `without`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).as_posix()
        if not module.startswith(tuple(without)) and "Error(" in (code := path.read_text()):
            yield from _of_module(module, ast.parse(code))


def _of_module(module: str, tree: ast.Module) -> Iterator[Said]:
    seen = set[int]()
    constants = _assigned(tree.body)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for part in (*functions, tree):
        nodes = list(ast.walk(part))
        scope = {**constants, **_assigned(nodes)}
        for node in nodes:
            if isinstance(node, ast.Call) and _name(node) in _ERRORS and id(node) not in seen:
                seen.add(id(node))
                for said in _parts(node):
                    forms = tuple(texts for form in _forms(said, scope) if (texts := _texts(form)))
                    if forms or not isinstance(said, ast.Constant):
                        yield Said(module, ast.unparse(said), forms)


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _parts(call: ast.Call) -> list[ast.expr]:
    """The nodes of the message and the hint."""
    messages = call.args[2:3] if _name(call) == "RefusedError" else call.args[:1]
    return [*messages, *(keyword.value for keyword in call.keywords if keyword.arg == "hint")]


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """Names with what they are; of those in tuples, too."""
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                found[target.id] = node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


def _texts(form: tuple[Piece, ...]) -> tuple[str, ...]:
    """First those in which all places have the same sample, then as many others as are tried."""
    alike = ("".join(one[min(i, len(one) - 1)] for one in form) for i in range(len(_SAMPLES)))
    others = islice(map("".join, product(*form)), MOST_TRIED)
    return tuple(dict.fromkeys(filter(None, chain(alike, others))))


def _forms(node: ast.expr, scope: Scope, depth: int = 4) -> Iterator[tuple[Piece, ...]]:
    """The forms of an expression, one for each way through its conditions; nothing where it cannot be seen."""
    if isinstance(node, ast.Constant):
        yield ((str(node.value),),)
    elif isinstance(node, ast.JoinedStr):
        yield from _joined([_filled(part, scope, depth) for part in node.values])
    elif isinstance(node, ast.IfExp):
        yield from _forms(node.body, scope, depth)
        yield from _forms(node.orelse, scope, depth)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _joined([list(_forms(side, scope, depth)) for side in (node.left, node.right)])
    elif isinstance(node, ast.Name) and node.id in scope and depth:
        yield from _forms(scope[node.id], scope, depth - 1)


def _joined(parts: list[list[tuple[Piece, ...]]]) -> Iterator[tuple[Piece, ...]]:
    for chosen in product(*parts):
        yield tuple(piece for form in chosen for piece in form)


def _filled(node: ast.expr, scope: Scope, depth: int) -> list[tuple[Piece, ...]]:
    """The forms of one place of an f-string."""
    if not isinstance(node, ast.FormattedValue):
        return list(_forms(node, scope, depth))
    if node.conversion == ord("r"):
        return [(("'blue'", "7"),)]
    is_seen = isinstance(node.value, ast.IfExp | ast.Name)
    if is_seen and (found := list(_forms(node.value, scope, depth))):
        return found
    return [(("7",) if node.format_spec is not None else _SAMPLES,)]
