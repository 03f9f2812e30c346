"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from maskopt.errors import SpecError

AnyCommand = TypeVar("AnyCommand", bound=Callable[..., Any])


class Command(click.Command):
    """A command that refuses whatever is typed as nothing, in an option or an argument.

    An unset shell variable is typed so, and would mean the default, or the current folder.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was typed.

        Raises:
            SpecError: Something is empty; one line each.
        """
        typed, *_ = self.make_parser(ctx).parse_args(list(args))
        wrong = [_emptiness(each) for each in self.params if _is_empty(typed.get(each.name))]
        helps = any(each.is_eager and each.name in typed for each in self.get_params(ctx))
        if wrong and not (helps or ctx.resilient_parsing):
            raise SpecError("\n".join(wrong))
        return super().parse_args(ctx, args)


def _is_empty(typed: object) -> bool:
    # Before it is read: as a path, what is empty is the current folder already.
    return "" in typed if isinstance(typed, (tuple, list)) else typed == ""


def _emptiness(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        name = parameter.human_readable_name.strip("[].")
        return f"{name}: must have a value, got nothing"
    name, value = parameter.opts[0], parameter.metavar or "VALUE"
    otherwise = "" if parameter.required else ", or leave it out"
    return f"{name}: must have a value, got nothing; write {name} {value}{otherwise}"


studies = click.option(
    "--studies",
    metavar="FOLDER",
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


def file_options(command: AnyCommand) -> AnyCommand:
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
