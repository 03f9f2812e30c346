"""`maskopt verify`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="verify",
    epilog="""\b
Example:
  maskopt verify people.bundle
""",
)
@click.argument("bundle", type=click.Path(path_type=Path))
@options.as_json
def command(bundle: Path, as_json: bool) -> None:
    """Prove that a BUNDLE still predicts what it did.

    Every file is checked, and the photos stored inside are predicted
    again: equal within 1e-4, or an error that names the worst.
    """
    from maskopt.predict.verify import TOLERANCE, run_verify
    from maskopt.report.console import show_json, show_text
    from maskopt.report.predictions import verified_line

    found = run_verify(bundle)
    if as_json:
        show_json(found.to_dict())
    else:
        show_text(verified_line(found.bundle, found.photos, found.difference, TOLERANCE))
