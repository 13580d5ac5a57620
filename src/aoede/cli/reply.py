"""`aoede reply`: short replies to a message, or why none fits."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aoede.cli.console import columns_of, json_option, read_text, tell, tell_json

if TYPE_CHECKING:
    from aoede.learning.picks import Picks
    from aoede.reply import Answer

MAX_MAIL_BYTES = 25_000_000
GAP = 2  # columns between a reply and what is told of it


@click.command(
    epilog="""\b
Examples:
  aoede reply "Are you free tomorrow evening?"
  aoede reply 明天晚上有空吗？
  aoede reply --file mail.eml --json
  aoede reply "Are you free?" --pick 1
  aoede reply "And on Friday?" --context "Thursday does not work for me"
  aoede reply --show-responses > mine.txt; aoede reply "Ready?" --responses mine.txt"""
)
@click.argument("message", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="A mail (.eml) or text file instead of MESSAGE; quoted text and signature are taken off.",
)
@click.option("--context", multiple=True, help="A turn before the message; again for more, the oldest first.")
@click.option(
    "-m", "--model", default="replies", show_default=True, help="A RUN, a .safetensors file, or replies."
)
@click.option("-n", "--count", type=int, default=3, show_default=True, help="At most so many replies.")
@click.option("--responses", type=click.Path(path_type=Path), help="Your own file of replies to choose from.")
@click.option("--show-responses", is_flag=True, help="Print the replies there are, as such a file.")
@click.option("--pick", type=int, help="Print reply number PICK alone, and remember that you took it.")
@click.option("--no-picks", is_flag=True, help="As if you had never picked one.")
@click.option("--show-picks", is_flag=True, help="Print what was remembered, as JSON.")
@click.option("--forget-picks", is_flag=True, help="Forget what was remembered.")
@json_option
def reply(
    message: str | None,
    file: Path | None,
    context: tuple[str, ...],
    model: str,
    count: int,
    responses: Path | None,
    show_responses: bool,
    pick: int | None,
    no_picks: bool,
    show_picks: bool,
    forget_picks: bool,
    as_json: bool,
) -> None:
    """Suggest up to three short replies to MESSAGE ("-" or nothing reads stdin), in English or Chinese.

    Where no short reply fits, it says so and why. Nothing leaves this machine, and no message is kept.
    """
    from aoede.learning import picks
    from aoede.reply import found

    if forget_picks:
        tell("forgotten" if picks.forget() else "there was nothing to forget", err=True)
        return
    if show_picks:
        tell_json(picks.load().as_json())
        return
    replier = found(model)
    if responses is not None:
        from aoede.learning.responses import ResponseSet

        replier = replier.with_responses(ResponseSet.from_file(responses))
    if show_responses:
        click.echo(replier.responses.as_text(), nl=False)
        return
    known = picks.NO_PICKS if no_picks else picks.load()
    answer = _answer(message, file, model=replier, context=context, count=count, picks=known)
    if pick is not None:
        _take(answer, pick, known)
    elif as_json:
        tell_json(_report(answer))
    else:
        _show(answer)


def _answer(message: str | None, file: Path | None, **options: Any) -> "Answer":
    """Of a mail where what is given is one, else of a text."""
    from aoede.errors import UsageError
    from aoede.formats.files import read_bounded
    from aoede.formats.text import decoded
    from aoede.reply import answer

    if message is not None and file is not None:
        raise UsageError("MESSAGE and --file cannot both be what is answered", where="--file")
    if message is not None and message != "-":
        return answer(read_text(message), **options)
    if file is None and sys.stdin.isatty():
        raise UsageError("there is no message", hint='Write one: aoede reply "Are you free tomorrow?"')
    data = read_bounded(file, max_bytes=MAX_MAIL_BYTES) if file else sys.stdin.buffer.read(MAX_MAIL_BYTES + 1)
    where = str(file) if file else "stdin"
    found = _mail(data, where, is_mail=file is not None and file.suffix.lower() == ".eml")
    return found(options) if found else answer(decoded(data, where=where, is_short=True).text, **options)


def _mail(data: bytes, where: str, *, is_mail: bool) -> Any:
    """What answers these bytes as a mail; None where they are none and need not be."""
    from aoede.errors import InputError
    from aoede.formats import mail
    from aoede.reply import answer_mail

    try:
        read = mail.from_bytes(data, where=where, max_bytes=MAX_MAIL_BYTES)
    except InputError:
        if is_mail or len(data) > MAX_MAIL_BYTES:
            raise
        return None
    return lambda options: answer_mail(read, **options)


def _take(answer: "Answer", pick: int, known: "Picks") -> None:
    from aoede.errors import UsageError
    from aoede.learning import picks

    if not 1 <= pick <= len(answer.replies):
        n = len(answer.replies)
        told = f"there is no reply number {pick}: there {'is' if n == 1 else 'are'} {n}"
        raise UsageError(told, where="--pick", hint=answer.reason or f"Pick 1 to {n}.")
    chosen = answer.replies[pick - 1]
    picks.save(known.with_pick(chosen.text, chosen.intent, [reply.intent for reply in answer.replies]))
    tell(chosen.text)


def _show(answer: "Answer") -> None:
    if not answer.replies:
        told = "没有合适的短回复" if answer.language == "zh" else "no short reply fits"
        chance = "" if answer.score is None else f" ({answer.score:.2f})"
        tell(f"{told}: {answer.reason}{chance}")
        return
    width = max(columns_of(reply.text) for reply in answer.replies) + GAP
    for i, reply in enumerate(answer.replies, 1):
        tell(f"{i}  {reply.text}{' ' * (width - columns_of(reply.text))}{reply.score:.2f}  {reply.intent}")


def _report(answer: "Answer") -> dict[str, Any]:
    return {
        "schema": "aoede.replies/1",
        "replies": [vars(reply) for reply in answer.replies],
        "reason": answer.reason or None,
        "score": answer.score,
        "language": answer.language or None,
        "model": answer.model,
        "sha256": answer.sha256 or None,
    }
