"""Models that write, and the texts that they write."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aoede.errors import UsageError
from aoede.randomness import MAX_SEED
from aoede.studio.asking import Ask, Endpoint, Field
from aoede.studio.catalogue import known_as, listed
from aoede.studio.tasks.texts import OPTIONS, TITLES

if TYPE_CHECKING:
    from aoede.studio.jobs import Job

MAX_DRAFTS = 3
MAX_LENGTH = 20_000  # characters of a draft
MAX_LINES = 1_000
MAX_NAMES = 12  # labels that are mixed
MAX_WEIGHT = 1_000.0
MAX_TEMPERATURE = 5.0

_TEMPERATURE = Field(
    "number", "How freely: 0 the likeliest always, 0.8 usual.", least=0, most=MAX_TEMPERATURE
)
_BODY = {
    "model": Field("text", "A name of the list of writers.", required=True, least=1, most=100),
    "as": Field(
        "object", "Names of labels with their weights; {} is nobody's, nothing said the model's usual."
    ),
    "start": Field("text", "How it begins.", most=MAX_LENGTH),
    "temperature": _TEMPERATURE,
    "temperatures": Field(
        "list", "A draft for each, all of the same seed.", least=1, most=MAX_DRAFTS, items=_TEMPERATURE
    ),
    "form": Field("text", "A verse form, which is kept.", least=1, most=100),
    "tune": Field("text", "A tune of a ci, whose pattern is kept.", least=1, most=100),
    "length": Field("whole", "Characters, to the end of the sentence.", least=1, most=MAX_LENGTH),
    "lines": Field("whole", "Just so many lines, instead of a length.", least=1, most=MAX_LINES),
    "max_copy": Field(
        "whole", "Never more characters in a row from the training text.", least=1, most=10_000
    ),
    "known_words": Field("flag", "Only words of the training text."),
    "drafts": Field("whole", "So many drafts, of the seed and those that follow.", least=1, most=MAX_DRAFTS),
    "seed": Field(
        "whole",
        "The same seed gives the same drafts; drawn where none is said.",
        least=0,
        most=MAX_SEED - MAX_DRAFTS,
    ),
}


async def writers(ask: Ask) -> dict[str, Any]:
    return await listed(ask.studio, "writers")


async def write(ask: Ask) -> "Job":
    body = ask.body
    if "temperatures" in body and ("temperature" in body or "drafts" in body):
        raise UsageError(
            "several temperatures leave no place for one, nor for a number of drafts", where="temperatures"
        )
    seed = body["seed"] if "seed" in body else secrets.randbelow(2**31)
    task = {name: body[name] for name in (*OPTIONS, "temperature", "temperatures") if name in body} | {
        "model": known_as(ask.studio.home, body["model"], TITLES),
        "name": body["model"],
        "drafts": body.get("drafts", 1),
        "seed": seed,
    }
    if "as" in body:
        task["as"] = _weights(body["as"])
    return ask.studio.jobs.submit("text", task, public={"model": body["model"], "seed": seed})


def _weights(said: Mapping[str, Any]) -> dict[str, float]:
    """Names with weights above 0. Raises UsageError for anything else."""
    if len(said) > MAX_NAMES:
        raise UsageError(f"at most {MAX_NAMES} names can be mixed, not {len(said)}", where="as")
    for name, weight in said.items():
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 < weight <= MAX_WEIGHT or not 0 < len(name) <= 200:
            raise UsageError(
                f"the weight of {name[:80]!r} is a number above 0 and at most {MAX_WEIGHT:g}", where="as"
            )
    return {name: float(weight) for name, weight in said.items()}


ENDPOINTS = (
    Endpoint("GET", "/writers", writers, "The models that write, shipped and your own."),
    Endpoint("POST", "/texts", write, "Write drafts, each with how new it is.", body=_BODY, status=202),
)
