"""`maskopt sweep`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maskopt.cli import options

if TYPE_CHECKING:
    from maskopt.sweep.options import SweepOptions, SweepOutcome


@click.command(
    cls=options.Command,
    name="sweep",
    epilog="""\b
Examples:
  maskopt sweep search_spaces/age.yaml --preset demo
  maskopt sweep search_spaces/age.yaml --data photos/train --trials 60
  maskopt sweep search_spaces/age.yaml --data photos/train --deadline 18:30
  maskopt sweep search_spaces/age.yaml --preset demo --time 5m --export age.bundle
  maskopt sweep search_spaces/recipes/join.yaml --preset demo --export join.bundle
""",
)
@click.argument("file")
@options.file_options
@click.option(
    "--trials", metavar="N", type=click.IntRange(min=1), help="Complete and pruned trials wanted."
)
@click.option("--time", metavar="2h", help="Wall time of this sweep: 45s, 90m, 2h, 1h30m.")
@click.option(
    "--deadline", metavar="18:30",
    help="The clock time at which this sweep ends; one that has passed today is tomorrow's.",
)  # fmt: skip
@click.option(
    "--export",
    metavar="BUNDLE",
    type=click.Path(path_type=Path),
    help="Go on to export the best trials; --time and --deadline cover both.",
)
@click.option("--study", metavar="NAME", help="The study's name.  [default: the file's]")
@options.model
@options.studies
@options.storage
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Trials at once.")
@click.option("--gpus-per-trial", type=float, metavar="F", help="GPUs a trial; 0.5 shares one.")
@click.option("--address", metavar="HOST:PORT", help="A running Ray cluster, by its head.")
@click.option("--tracker", metavar="NAME", help="Show trials elsewhere too: wandb.")
@options.as_json
def command(as_json: bool, **options: object) -> None:
    """Search over a search-space FILE, or resume.

    The same command goes on with what an interrupted sweep left. Of a FILE with several models
    each is a study, and they are swept one after another.
    """
    began = time.monotonic()
    from maskopt.report.console import show_json, show_note, show_warning
    from maskopt.spec import models_of
    from maskopt.sweep.options import SweepOptions

    typed = shlex.join(["maskopt", *sys.argv[1:]])
    wanted = SweepOptions(**options, command=typed, began=began)  # type: ignore[arg-type]
    models = models_of(wanted.file) if wanted.model is None else ()
    wanted.tell_tomorrow(show_note, show_warning)
    if models:
        sys.exit(_sweep_models(wanted, models, as_json=as_json))
    from maskopt.sweep.story import run_sweep

    outcome = run_sweep(wanted)
    if as_json:
        exported = {} if outcome.bundle is None else {"bundle": str(wanted.export)}
        show_json({**outcome.record.to_dict(), **exported})
    else:
        _tell(outcome)
    sys.exit(outcome.exit_code)


def _sweep_models(options: SweepOptions, models: Sequence[str], *, as_json: bool) -> int:
    """Sweep a file's models and tell how they ended; return the exit code."""
    from maskopt.report.bundles import export_summary
    from maskopt.report.console import show_json, show_text
    from maskopt.sweep.several import run_models

    several = run_models(options, models, (lambda _: None) if as_json else _tell)
    if as_json:
        show_json(several.to_dict())
    elif several.bundle is not None and several.exported is not None:
        there, then = several.exported.places(), several.exported.next_commands()
        show_text(export_summary(several.bundle, there, then))
    return several.exit_code


def _tell(outcome: SweepOutcome) -> None:
    from maskopt.report.bundles import export_summary
    from maskopt.report.console import show_text
    from maskopt.report.summary import sweep_summary

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
