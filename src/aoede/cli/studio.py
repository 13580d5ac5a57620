"""`aoede studio`: a page in the browser on which songs are made, and its HTTP API, on this machine alone."""

import os
from pathlib import Path
from threading import Thread

import click

from aoede.cli.console import tell

PORT = 8765


@click.command(
    epilog="""\b
Examples:
  aoede studio
  aoede studio --port 9000 --no-browser
  aoede studio --root ~/Music/midi"""
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any that is free."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="An address that others reach needs a token."
)
@click.option(
    "--token", help="At least 16 letters, instead of a new one each time; better said in AOEDE_TOKEN."
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder that training may read; again for more. Without it, your home folder.",
)
def studio(port: int, no_browser: bool, host: str, token: str | None, roots: tuple[Path, ...]) -> None:
    """Open a page in the browser on which songs are made. Ctrl-C ends it.

    The address that is printed holds a key: whoever has it can use the studio. Nothing leaves this machine.
    """
    import webbrowser

    from aoede.studio.guard import is_loopback
    from aoede.studio.start import Place, serve

    def opened(url: str) -> None:
        if not is_loopback(host):
            tell(
                "warning: others on your network can reach this, and what is sent is not encrypted", err=True
            )
        tell(url)
        if not no_browser:
            Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    token = token or os.environ.get("AOEDE_TOKEN") or None
    place = Place(host=host, port=port, token=token, roots=roots)
    serve(place, opened, warn=lambda text: tell(f"warning: {text}", err=True))
