"""`maskopt show`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="show",
    epilog="""\b
Examples:
  maskopt show
  maskopt show age
  maskopt show age --json
  maskopt show age 7
  maskopt show age 7 --profile
""",
)
@click.argument("study", required=False)
@click.argument("number", metavar="[N]", required=False, type=click.IntRange(min=0))
@click.option("--profile", is_flag=True, help="Where trial N's seconds went, and what to do.")
@options.studies
@options.storage
@options.as_json
def command(
    study: str | None,
    number: int | None,
    profile: bool,
    studies: Path,
    storage: str | None,
    as_json: bool,
) -> None:
    """Show all studies, one STUDY's trials, or all that is known of its trial N."""
    if profile and number is None:
        raise click.UsageError(
            "--profile is of one trial, got none; name it: maskopt show STUDY N --profile"
        )
    from maskopt.show import show_studies, show_study, show_trial

    if study is None:
        show_studies(studies, storage, as_json=as_json)
    elif number is None:
        show_study(study, studies, storage, as_json=as_json)
    else:
        show_trial(study, number, studies, storage, profile=profile, as_json=as_json)
