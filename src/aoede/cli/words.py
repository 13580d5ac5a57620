"""`aoede write`: texts by a model, each with how new it is."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import STDOUT, force_option, json_option, read_text, tell, tell_json
from aoede.cli.pages import marked, shown, side_by_side, sources

if TYPE_CHECKING:
    from aoede.write import Order, Text

MAX_COMPARED = 12
BETWEEN = "\n* * *\n\n"  # texts


@click.command(
    epilog="""\b
Examples:
  aoede write poem --as "Emily Dickinson"
  aoede write lyrics --as "Robert Burns=0.7,William Blake=0.3" --start "Why"
  aoede write ci --as 苏轼 --tune 如梦令
  aoede write play --compare 0.2,0.5,1.0,1.2 --length 300
  aoede write my-run --count 3 --explain --max-copy 30"""
)
@click.argument("model")
@click.option(
    "--as", "as_", help='Whose, or which label: "Name", or a mixture "Name=0.7,Other=0.3"; "" is nobody\'s.'
)
@click.option("--start", help='How it begins ("-" reads stdin).')
@click.option("--form", help="Verse form such as 七言绝句, which is kept.")
@click.option("--tune", help="Tune of a ci such as 如梦令, whose pattern is kept.")
@click.option("-t", "--temperature", type=float, help="0 always the likeliest, inf any. [default: 0.8]")
@click.option("--top-k", type=int, help="Only the k likeliest characters; 0 is all.")
@click.option("--top-p", type=float, help="Only the likeliest with this share together. [default: 0.95]")
@click.option("--min-p", type=float, help="Only those at least this share as likely as the likeliest.")
@click.option("-l", "--length", type=int, help="Characters, to the end of the sentence. [default: 600]")
@click.option("--lines", type=int, help="Just so many lines, instead of a length.")
@click.option("-n", "--count", type=int, default=1, show_default=True, help="So many texts.")
@click.option(
    "-s", "--seed", type=int, help="The same seed gives the same text. [default: drawn and reported]"
)
@click.option("--stream/--no-stream", default=None, help="Show it as it is written. [default: on a terminal]")
@click.option("--compare", help="The same at several temperatures, such as 0.2,0.5,1.0,1.2, side by side.")
@click.option("--explain", is_flag=True, help="Underline what stands in the training text, and say where.")
@click.option("--max-copy", type=int, help="Never more than so many characters word for word.")
@click.option("--known-words/--free-words", default=None, help="Only words of the training text.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File for the text; - is stdout alone.")
@force_option
@json_option
def write(
    model: str,
    count: int,
    seed: int | None,
    stream: bool | None,
    compare: str | None,
    explain: bool,
    out: Path | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Let MODEL write: a shipped one such as play, poem, lyrics or ci, a RUN folder, or a .safetensors file.

    After each text stands how much of it is found word for word in the training text, beside what people's own
    texts have in common with it.
    """
    import secrets

    from aoede.formats.files import check_place
    from aoede.write import found, ordered, training_text

    _check_stream(stream, explain, compare, as_json)
    if options["start"] is not None:
        options["start"] = read_text(options["start"])
    file = None if out == STDOUT else out
    if file:
        check_place(file, force=force or seed is not None)  # the same seed may make the same file again
    seed = secrets.randbelow(2**31) if seed is None else seed
    writer = found(model)
    if explain:
        training_text(writer)
    temperatures = _temperatures(compare, count, options["temperature"])
    orders = [ordered(writer, **options | {"temperature": t}) for t in temperatures]
    is_live = (sys.stdout.isatty() if stream is None else stream) and not (explain or compare or as_json)
    texts = _written(orders, seed, count, is_live)
    for note in orders[0].notes:
        tell(f"note: {note}", err=True)
    made = list[tuple["Order", "Text"]]()
    try:
        for order, text in texts:
            made.append((order, text))
            if not as_json and not compare:
                _show(order, text, explain, is_live)
                _print(BETWEEN * (len(made) < count))
        if compare and not as_json:
            _show_compared(made, explain)
    finally:  # also after Ctrl-C: what was written is kept, and what makes it again is told
        _conclude(made, model, seed, explain, as_json, file, force)


def _conclude(
    made: "Sequence[tuple[Order, Text]]",
    model: str,
    seed: int,
    explain: bool,
    as_json: bool,
    file: Path | None,
    force: bool,
) -> None:
    """Store the texts, then tell the seed or the whole report, also where storing fails."""
    stored: dict[str, Any] = {}
    try:
        stored = _store(made, file, force)
    finally:
        if not as_json:
            tell(f"seed {seed}", err=True)
        elif made:
            tell_json(_report(model, seed, made, explain) | stored)


def _check_stream(stream: bool | None, explain: bool, compare: str | None, as_json: bool) -> None:
    from aoede.errors import UsageError

    others = {"--json": as_json, "--explain": explain, "--compare": compare}
    for other, is_said in others.items():
        if stream and is_said:
            raise UsageError(f"what {other} shows is known only at the end", where="--stream")


def _temperatures(compare: str | None, count: int, temperature: float | None) -> list[float | None]:
    """Those to compare, or the one that was said."""
    from aoede.errors import UsageError

    if compare is None:
        return [temperature]
    if temperature is not None or count != 1:
        told = "it writes one text at each temperature: --count and --temperature have no place beside it"
        raise UsageError(told, where="--compare")
    try:
        found = [float(part) for part in compare.replace("，", ",").split(",")]
    except ValueError:
        raise UsageError(
            f"{compare!r} is no list of temperatures", where="--compare", hint="Write 0.2,0.5,1.0"
        ) from None
    if len(found) > MAX_COMPARED:
        raise UsageError(f"at most {MAX_COMPARED} temperatures, not {len(found)}", where="--compare")
    return list[float | None](found)


def _written(
    orders: Sequence["Order"], seed: int, count: int, is_live: bool
) -> Iterator[tuple["Order", "Text"]]:
    """Each text with its order. Live ones are shown while they are written. Raises UsageError at once."""
    from aoede.write import written

    on_text = _print if is_live else None
    made = [written(order, seed=seed, n=count, on_text=on_text) for order in orders]
    return ((order, text) for order, texts in zip(orders, made, strict=True) for text in texts)


def _print(text: str) -> None:
    click.echo(shown(text, sys.stdout), nl=False)
    sys.stdout.flush()


def _show(order: "Order", text: "Text", explain: bool, is_live: bool) -> None:
    """The text, where it has not been shown while it was written, and what there is to say of it."""
    if is_live:
        _print("\n")
    else:
        _print(_explained(order, text) if explain else text.text + "\n")
    for line in _told(order, text):
        tell(line, err=True)


def _explained(order: "Order", text: "Text") -> str:
    """The text with its copied passages marked, and their sources."""
    from aoede.write import copied

    passages = copied(order, text)
    return f"{marked(text.text, passages, sys.stdout)}\n\n{sources(passages, text.language)}\n"


def _show_compared(made: Sequence[tuple["Order", "Text"]], explain: bool) -> None:
    titles = [f"temperature {order.settings['temperature']:g}" for order, _ in made]
    texts = [text.text for _, text in made]
    columns = None if explain else side_by_side(titles, texts, sys.stdout)
    if columns is not None:
        _print(columns)
    for i, ((order, text), title) in enumerate(zip(made, titles, strict=True)):
        if columns is None:
            body = _explained(order, text) if explain else f"{text.text}\n"
            _print(("\n" if i else "") + f"-- {title} --\n{body}")
        for line in _told(order, text):
            tell(f"{title}: {line}", err=True)


def _told(order: "Order", text: "Text") -> Iterator[str]:
    """How new the text is."""
    if text.novelty is not None:
        yield text.novelty.sentence(text.language)
    if text.draft.has_long_copy:
        yield f"no way was found around a copy of more than {order.wish.max_copy} characters"


def _store(made: Sequence[tuple["Order", "Text"]], file: Path | None, force: bool) -> dict[str, str]:
    """All texts in one file, if there is one to be; what there is to report of it."""
    from aoede.formats.files import write_whole

    if file is None or not made:
        return {}
    parts = [text.text + "\n" for _, text in made]
    if len({order.settings["temperature"] for order, _ in made}) > 1:
        parts = [
            f"-- temperature {order.settings['temperature']:g} --\n{part}"
            for (order, _), part in zip(made, parts, strict=True)
        ]
    write_whole(file, BETWEEN.join(parts).encode(), force=force)
    return {"file": str(file)}


def _report(model: str, seed: int, made: Sequence[tuple["Order", "Text"]], explain: bool) -> dict[str, Any]:
    order = made[0][0]
    settings = {name: value for name, value in order.settings.items() if name != "as"}
    return {
        "schema": "aoede.texts/1",
        "model": model,
        "sha256": order.writer.sha256,
        "seed": seed,
        "labels": dict(order.settings.get("as", {})),
        "settings": {name: _finite(value) for name, value in settings.items()},
        "notes": list(order.notes),
        "texts": [_row(order, text, explain) for order, text in made],
    }


def _row(order: "Order", text: "Text", explain: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from aoede.write import copied

    row = {
        "number": text.number,
        "text": text.text,
        "n_start": text.draft.n_start,
        "temperature": _finite(order.settings["temperature"]),
        "n_rewound": text.draft.n_rewound,
        "has_long_copy": text.draft.has_long_copy,
        "novelty": None if text.novelty is None else text.novelty.as_mapping(),
    }
    return row | ({"copied": [asdict(passage) for passage in copied(order, text)]} if explain else {})


def _finite(value: Any) -> Any:
    """JSON has no infinity."""
    return "inf" if value == float("inf") else value
