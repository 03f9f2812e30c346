"""`maskopt export-best`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from maskopt.cli import options


def _read_attributes(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> tuple[str, ...] | None:
    from maskopt.export.options import read_names

    try:
        return None if text is None else read_names(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    cls=options.Command,
    name="export-best",
    epilog="""\b
Examples:
  maskopt export-best age -o age.bundle
  maskopt export-best age mask_gender -o people.bundle
  maskopt export-best age -o age.bundle --members 3 --refit all --set tta=none
""",
)
@click.argument("names", metavar="STUDY...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="BUNDLE", required=True, type=click.Path(path_type=Path),
    help="The folder to write; a bundle that is there is replaced once the new one is whole.",
)  # fmt: skip
@click.option(
    "--members", type=click.IntRange(min=1), metavar="K",
    help="Trials of a study that may vote.  [default: 5]",
)  # fmt: skip
@click.option(
    "--folds", type=click.IntRange(min=1), metavar="N",
    help="Folds to predict.  [default: all of the study's]",
)  # fmt: skip
@click.option(
    "--refit", type=click.Choice(("folds", "all")),
    help="Keep the networks of the folds, or train again on all photos.  [default: folds]",
)  # fmt: skip
@click.option(
    "--vote", type=click.Choice(("auto", "greedy", "soft", "single")),
    help="Who votes; auto: one member unless a vote is surely better.  [default: auto]",
)  # fmt: skip
@click.option(
    "--attributes", metavar="A,B", callback=_read_attributes,
    help="What to answer.  [default: all that is known and not auxiliary]",
)  # fmt: skip
@click.option("--onnx", is_flag=True, help="Add one ONNX file of the whole vote.")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE",
    help="members, folds, refit, vote, attributes, tta, calibrate, seed.",
)  # fmt: skip
@options.studies
@options.storage
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Networks at once.")
@click.option("--gpus-per-trial", type=float, metavar="F", help="GPUs a network; 0.5 shares one.")
@click.option("--address", metavar="HOST:PORT", help="A running Ray cluster, by its head.")
@options.as_json
def command(
    names: tuple[str, ...],
    sets: tuple[str, ...],
    members: int | None,
    folds: int | None,
    refit: str | None,
    vote: str | None,
    attributes: tuple[str, ...] | None,
    as_json: bool,
    **others: object,
) -> None:
    """Make one bundle of the best trials of each STUDY.

    Trains what is missing out of fold, chooses who votes, and joins studies that know different
    attributes. The same command goes on with what an interrupted one left.
    """
    from maskopt.export.options import ExportOptions, read_settings
    from maskopt.export.story import run_export
    from maskopt.report.bundles import export_summary
    from maskopt.report.console import show_json, show_text

    given = {
        "members": members,
        "folds": folds,
        "refit": refit,
        "vote": vote,
        "attributes": attributes,
    }
    typed = shlex.join(["maskopt", *sys.argv[1:]])
    settings = {**read_settings(sets, given), **others, "command": typed}
    wanted = ExportOptions(names, **settings)
    bundle = run_export(wanted)
    if as_json:
        show_json({"bundle": str(wanted.output), **bundle.to_dict()})
    else:
        show_text(export_summary(bundle, wanted.places(), wanted.next_commands()))
