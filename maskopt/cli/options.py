"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

studies = click.option(
    "--studies",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("studies"),
    show_default=True,
    help="Where everything a sweep leaves lives.",
)
storage = click.option(
    "--storage",
    metavar="URL",
    help="Any SQLAlchemy URL that Optuna takes.  [default: an SQLite file under --studies]",
)
model = click.option(
    "--model", metavar="NAME", help="One of a file's `models`.  [default: all of them]"
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on stdout."
)


def file_options(command: Command) -> Command:
    """Add the options that change a search-space file."""
    for option in (
        click.option(
            "--set",
            "sets",
            multiple=True,
            metavar="KEY=VALUE",
            help="Override a value by its dotted key: --set budget.epochs=3.",
        ),
        click.option(
            "--preset",
            metavar="NAME",
            help="An overlay by name: demo, quick, standard, overnight.",
        ),
        click.option("--data", metavar="PATH", help="The photos: a folder, or a manifest .csv."),
    ):
        command = option(command)
    return command
