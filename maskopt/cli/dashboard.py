"""`maskopt dashboard`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="dashboard",
    epilog="""\b
Example:
  maskopt dashboard --port 8081
""",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@options.studies
@options.storage
def command(port: int, studies: Path, storage: str | None) -> None:
    """Serve the Optuna dashboard on this machine only.

    A running sweep shows live. On a server, forward the port: ssh -L 8080:localhost:8080 SERVER
    """
    from maskopt.show import serve_dashboard

    serve_dashboard(port, studies, storage)
