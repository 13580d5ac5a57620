"""A model of text and a wish -> poems, lyrics, plays, each with how new it is.

    for text in write("poem", seed=7, as_={"Emily Dickinson": 1.0}, start="Because", n=2):
        print(text.text, text.novelty.sentence())

`ordered` makes of a model and options what is to be written, `written` writes it; `write` is both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aoede.choice import Choice
from aoede.errors import InputError, MissingError, UsageError
from aoede.formats.text import normal_form
from aoede.learning import checkpoint
from aoede.learning.pen import Draft, Wish
from aoede.learning.sampling import find_checkpoint
from aoede.learning.writer import Writer
from aoede.learning.writing import MAX_READ, groups
from aoede.words.forms import Forms
from aoede.words.novelty import Novelty, Passage, explain, reports
from aoede.words.verbatim import Index

As = str | Mapping[str, str | float]

MAX_START = 1_000_000  # characters
N_SHOWN = 10  # unknown characters that a note names
RARE = 0.1  # of the texts of the commonest form that a start fits
_CHOICE = {"temperature": float, "top_k": int, "top_p": float, "min_p": float}
_KINDS: Mapping[str, type] = {
    **_CHOICE,
    "start": str, "as": str, "form": str, "tune": str,
    "length": int, "lines": int, "known_words": bool, "max_copy": int,
}  # fmt: skip
_USUAL: Mapping[str, Any] = {"temperature": 0.8, "top_p": 0.95, "length": 600}
_EITHER = ("length", "lines", "form", "tune")  # each says how long a text gets


@dataclass(frozen=True)
class Order:
    """What is to be written, by which model."""

    writer: Writer
    wish: Wish
    settings: Mapping[str, Any]  # all that holds: what was said, else what the model is used to
    notes: tuple[str, ...]  # what the person should know, a sentence each


@dataclass(frozen=True)
class Text:
    """What was written."""

    text: str  # the start included
    novelty: Novelty | None  # None for a model that was stored without its training text
    draft: Draft
    number: int  # from 0; with the seed it stands for this text

    def __str__(self) -> str:
        return self.text

    @property
    def language(self) -> str:
        """ "zh" where most letters are Chinese characters, else "en"."""
        letters = [c for c in self.text if c.isalpha()]
        return (
            "zh"
            if 2 * sum("㐀" <= c <= "\u9fff" or c > "\U00020000" for c in letters) > len(letters)
            else "en"
        )


def write(
    model: str | Path | Writer,
    *,
    seed: int,
    n: int = 1,
    on_text: Callable[[str], None] | None = None,
    as_: As | None = None,
    **options: Any,
) -> list[Text]:
    """`n` texts by a run, a model file or a shipped model. The same seed gives the same texts.

    `as_` says whose or which label: "Emily Dickinson", "Robert Burns=0.7,William Blake=0.3" or a mapping. Options
    are start, form, tune, temperature, top_k, top_p, min_p, length (characters), lines, known_words (only words of
    the training text) and max_copy (characters that may be copied in a row). `on_text` is given each piece of the
    texts as it is written, one text after another. Raises UsageError, MissingError or InputError, saying what to do.
    """
    return list(written(ordered(model, as_=as_, **options), seed=seed, n=n, on_text=on_text))


def ordered(model: str | Path | Writer, *, as_: As | None = None, **options: Any) -> Order:
    """What these options ask of this model; an option that is None was not said."""
    unknown = sorted(set(options) - set(_KINDS))
    if unknown:
        raise UsageError(
            f"there is no option {unknown[0]!r}", hint=f"Options are {', '.join(sorted(_KINDS))}."
        )
    writer = found(model)
    said = {name: value for name, value in options.items() if value is not None}
    settings = _settings(writer, said)
    start, notes = _start(writer, settings.get("start", ""))
    notes += _fit_form(writer, settings, said, start)
    usual = settings.pop("as", "")
    labels = wanted(usual if as_ is None else as_, writer)
    if as_ is None and labels:
        notes.append(f'written as {usual}, which is usual here: --as says whose else, --as "" nobody\'s')
    labels, form = _form(writer, settings, labels)
    lines = settings.get("lines")
    wish = Wish(
        start=start,
        condition=writer.condition(labels),
        choice=Choice(**{"top_p": 1.0, **{name: settings[name] for name in _CHOICE if name in settings}}),
        length=settings.get("length", _USUAL["length"]),
        n_lines=lines,
        form=form,
        known_words=settings.get("known_words", False),
        max_copy=settings.get("max_copy"),
    )
    if writer.index is None:
        notes.append("the model was stored without its training text: how new the text is cannot be told")
    shown = {**settings, "start": start} | ({"as": labels} if labels else {})
    return Order(writer, wish, shown, tuple(notes))


def written(
    order: Order, *, seed: int, n: int = 1, first: int = 0, on_text: Callable[[str], None] | None = None
) -> Iterator[Text]:
    """The texts `first` to `first + n - 1` of this order and seed, as they are made. Raises UsageError at once."""
    made = groups(order.writer, order.wish, seed=seed, n=n, first=first, on_text=on_text)
    return _judged(order, made, first)


def _judged(order: Order, made: Iterator[Sequence[Draft]], number: int) -> Iterator[Text]:
    index, human = order.writer.index, order.writer.human
    for group in made:
        novelties: Sequence[Novelty | None] = [None] * len(group)
        if index is not None and human is not None:
            novelties = reports([draft.text for draft in group], index, human, len(order.wish.start))
        for draft, novelty in zip(group, novelties, strict=True):
            yield Text(draft.text, novelty, draft, number)
            number += 1


def copied(order: Order, text: Text) -> list[Passage]:
    """The passages of a text that stand word for word in the training text, in order; the start does not count."""
    return explain(text.text, training_text(order.writer), n_prompt=text.draft.n_start)


def training_text(writer: Writer) -> Index:
    """Where copies are looked up. Raises UsageError for a model that was stored without it."""
    if writer.index is None:
        raise UsageError("this model was stored without its training text", where="--explain")
    return writer.index


def found(model: str | Path | Writer) -> Writer:
    """The writer of this name. Raises MissingError, naming those that are shipped, or InputError."""
    if isinstance(model, Writer):
        return model
    try:
        stored, name = find_checkpoint(model)
    except MissingError as error:
        if error.where != str(model) or Path(model).is_dir() or Path(model).suffix == checkpoint.SUFFIX:
            raise
        raise MissingError(error.message, where=str(model), hint=_offer()) from error
    try:
        return Writer.of(stored.metadata, stored.tensors, name=name, sha256=stored.sha256)
    except InputError as error:
        raise InputError(
            error.message, where=error.where or str(model), hint=error.hint or _offer()
        ) from error


def _offer() -> str:
    shipped = ", ".join(shipped_writers())
    told = f"Shipped models that write are {shipped}." if shipped else "No shipped model writes."
    return f"{told} Train your own with: aoede train mixture FOLDER"


def shipped_writers() -> list[str]:
    """The presets that write, by name."""
    presets = ((name, checkpoint.load_preset(name)) for name in checkpoint.preset_names())
    return [name for name, preset in presets if _writes(preset.metadata)]


def _writes(metadata: Mapping[str, Any]) -> bool:
    encoding = metadata.get("encoding")
    return isinstance(encoding, Mapping) and encoding.get("name") == "characters"


def wanted(as_: As, writer: Writer) -> dict[str, str | float]:
    """Labels with their weights. A string is names between commas, each with "=weight" behind it or none."""
    if not isinstance(as_, str):
        return dict(as_)
    if not as_.strip():
        return {}
    with suppress(UsageError):
        writer.labels.condition({as_: 1.0})
        return {as_.strip(): 1.0}  # a name may have a comma in it
    weights: dict[str, str | float] = {}
    for part in as_.replace("，", ",").replace("、", ",").split(","):
        name, equals, weight = part.rpartition("=")
        number = _number(weight) if equals else None
        name = part if number is None else name
        if not name.strip():
            raise UsageError(
                f"{as_!r} is no list of names", where="--as", hint='Write "Name" or "Name=0.7,Other=0.3".'
            )
        weights[name.strip()] = 1.0 if number is None else number
    return weights


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _settings(writer: Writer, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, then what the model is used to, then what is usual. Raises UsageError for a contradiction."""
    own = dict(writer.settings)
    for name, value in own.items():
        kind = _KINDS.get(name)
        if kind is None or not isinstance(value, (int, float) if kind is float else kind):
            raise InputError(f"this model file says of its writing what cannot be: {name}", where=writer.name)
    for name, value in said.items():
        if not isinstance(value, (int, float) if _KINDS[name] is float else _KINDS[name]):
            raise UsageError(f"{value!r} cannot be", where=f"--{name.replace('_', '-')}")
    lengths = [name for name in _EITHER if name in said]
    if len(lengths) > 1 and set(lengths) != {"form", "tune"}:
        told = f"--{lengths[0]} and --{lengths[1]} cannot both say how long a text gets"
        raise UsageError(told, hint="Leave one of them away.")
    if lengths:
        own = {name: value for name, value in own.items() if name not in _EITHER}
    if said.get("start") is not None and "start" in own:
        del own["start"]
    return {**_USUAL, **own, **said}


def _fit_form(writer: Writer, settings: dict[str, Any], said: Mapping[str, Any], start: str) -> Iterator[str]:
    """Another form in place of the usual one where the start, which was said, does not fit that; a note of it."""
    column = next((name for name in ("form", "tune") if name in settings and name not in said), None)
    usual = settings.get(column or "", "")
    if column is None or writer.forms is None or usual not in writer.forms.names or "start" not in said:
        return
    if any(pattern.fits(start) for pattern in writer.forms.patterns(usual)):
        return
    other = _nearest(writer.forms, usual, start)
    del settings[column]
    if other is None:
        yield f"the start does not begin like {usual} or any other form of this model: no form is kept"
    else:
        settings[column] = other
        yield f"the start does not begin like {usual}, the usual form: it becomes {other}"


def _nearest(forms: Forms, usual: str, start: str) -> str | None:
    """Of the forms that a start fits the one as long as the usual one or nearly so, rare ones left out."""
    fits = {
        name: {pattern: n for pattern, n in forms.patterns(name).items() if pattern.fits(start)}
        for name in forms.names
    }
    counts = {name: sum(found.values()) for name, found in fits.items() if found}
    length = len(next(iter(forms.patterns(usual))))
    often = [name for name, n in counts.items() if n >= RARE * max(counts.values())]
    return min(often, key=lambda name: abs(len(next(iter(fits[name]))) - length), default=None)


def _form(
    writer: Writer, settings: Mapping[str, Any], labels: dict[str, str | float]
) -> tuple[dict[str, str | float], str | None]:
    """The labels with those of form and tune, and the form to be held to. Raises UsageError for an unknown one."""
    form = None
    for column in ("form", "tune"):
        name, faults = settings.get(column), []
        if name is None:
            continue
        if writer.forms is not None:
            try:
                form = name = writer.forms.known(name)
            except UsageError as error:
                faults.append(error)
        if column in writer.labels.columns:
            try:
                writer.labels.condition({column: name})
                labels = {**labels, column: name}
            except UsageError as error:
                faults.append(error)
        if form != name and column not in labels:
            told = faults[0] if faults else UsageError("this model knows no verse forms")
            raise UsageError(told.message, where=f"--{column}", hint=told.hint)
    return labels, form


def _start(writer: Writer, said: str) -> tuple[str, list[str]]:
    """The start in the normal form of texts, and what the person should know of it."""
    start, n_dropped = normal_form(said)
    if len(start) > MAX_START:
        raise UsageError(
            f"more than {MAX_START:,} characters", where="--start", hint="Name the last part of it."
        )
    notes = []
    if n_dropped:
        notes.append(f"of the start {n_dropped:,} characters that stand in no text were left out")
    strange = writer.encoding.unknown(start)
    if strange:
        shown = " ".join(strange[:N_SHOWN]) + (" ..." if len(strange) > N_SHOWN else "")
        notes.append(f"characters of the start that the model has never seen, read as unknown ones: {shown}")
    n_read = min(MAX_READ, writer.memory or MAX_READ)
    if len(start) > n_read:
        notes.append(f"of the {len(start):,} characters of the start the model knows the last {n_read:,}")
    return start, notes
