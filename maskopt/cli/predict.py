"""`maskopt predict`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="predict",
    epilog="""\b
Examples:
  maskopt predict people.bundle photos/new -o predicted.csv
  maskopt predict people.bundle eval/info.csv -o output.csv --format competition
  maskopt predict people.bundle photos/new -o predicted.csv --adapt
""",
)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("photos", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, metavar="CSV", help="The file to write; - is stdout."
)
@click.option(
    "--format",
    type=click.Choice(["table", "competition"]),
    default="table",
    show_default=True,
    help="Classes and probabilities by photo, or ImageID,ans.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Unreadable photos: list them and write nothing, or answer them with empty rows.",
)
@click.option(
    "--adapt",
    is_flag=True,
    help="Estimate the photos' class proportions; correct for them where that should help.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    metavar="N",
    help="Photos at a time.",
)
@options.as_json
def command(as_json: bool, output: str, **given: object) -> None:
    """Predict PHOTOS with a BUNDLE.

    PHOTOS is a folder (every photo below it), a .csv with a column `path`
    relative to it, a competition's info.csv, or one photo.
    """
    if as_json and output == "-":
        raise click.UsageError("--json prints to stdout, as -o - does; name a file with -o")

    from maskopt.predict.outcome import Order
    from maskopt.predict.story import run_predict, show_outcome

    show_outcome(run_predict(Order(output=output, **given)), as_json=as_json)  # type: ignore[arg-type]
