"""`maskopt sweep`."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    name="sweep",
    epilog="""\b
Examples:
  maskopt sweep search_spaces/age.yaml --preset demo
  maskopt sweep search_spaces/age.yaml --data photos/train --trials 60
  maskopt sweep search_spaces/age.yaml --data photos/train --deadline 18:30
  maskopt sweep search_spaces/age.yaml --preset demo --time 5m --export age.bundle
""",
)
@click.argument("file")
@options.file_options
@click.option("--trials", type=click.IntRange(min=1), help="Complete and pruned trials wanted.")
@click.option("--time", metavar="2h", help="Wall time of this sweep: 45s, 90m, 2h, 1h30m.")
@click.option("--deadline", metavar="18:30", help="The clock time at which this sweep ends.")
@click.option(
    "--export",
    metavar="BUNDLE",
    type=click.Path(path_type=Path),
    help="Go on to export the best trials; --time and --deadline cover both.",
)
@click.option("--study", metavar="NAME", help="The study's name.  [default: the file's]")
@options.studies
@options.storage
@click.option("--workers", type=click.IntRange(min=1), help="Trials at once.")
@click.option("--gpus-per-trial", type=float, metavar="F", help="GPUs a trial; 0.5 shares one.")
@click.option("--address", metavar="RAY", help="A running Ray cluster: HOST:PORT of its head.")
@click.option("--tracker", metavar="NAME", help="Show trials elsewhere too: wandb.")
@options.as_json
def command(as_json: bool, **options: object) -> None:
    """Search over a search-space FILE, or resume.

    The same command goes on with what an interrupted sweep left.
    """
    began = time.monotonic()
    from maskopt.report.bundles import export_summary
    from maskopt.report.console import show_json, show_text
    from maskopt.report.summary import sweep_summary
    from maskopt.sweep.options import SweepOptions
    from maskopt.sweep.story import run_sweep

    typed = shlex.join(["maskopt", *sys.argv[1:]])
    outcome = run_sweep(SweepOptions(**options, command=typed, began=began))  # type: ignore[arg-type]
    if as_json:
        exported = {} if outcome.bundle is None else {"bundle": str(options["export"])}
        show_json({**outcome.record.to_dict(), **exported})
    else:
        if outcome.bundle is not None:
            show_text(export_summary(outcome.bundle, {}, ()))
            show_text("")
        show_text(
            sweep_summary(
                outcome.record,
                reason=outcome.reason,
                places=outcome.places,
                next_commands=outcome.next_commands,
                paths=outcome.varying,
            )
        )
    sys.exit(outcome.exit_code)
