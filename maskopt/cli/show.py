"""`maskopt show`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    name="show",
    epilog="""\b
Examples:
  maskopt show
  maskopt show age
  maskopt show age --json
""",
)
@click.argument("study", required=False)
@options.studies
@options.storage
@options.as_json
def command(study: str | None, studies: Path, storage: str | None, as_json: bool) -> None:
    """Show all studies, or one STUDY's trials."""
    from maskopt.show import show_studies, show_study

    if study is None:
        show_studies(studies, storage, as_json=as_json)
    else:
        show_study(study, studies, storage, as_json=as_json)
