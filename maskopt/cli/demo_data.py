"""`maskopt demo-data`."""

from __future__ import annotations

from pathlib import Path

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="demo-data",
    epilog="""\b
Example:
  maskopt demo-data photos --people 300
  maskopt sweep search_spaces/age.yaml --data photos/train
""",
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--people", type=click.IntRange(min=10), default=300, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def command(folder: Path, people: int, seed: int) -> None:
    """Draw people, 7 photos each, to try things with.

    FOLDER gets train/, eval/ and eval_answers.csv.
    """
    from maskopt.data.people import draw_people
    from maskopt.report.console import progress

    with progress(f"drawing {people} people", people) as advance:
        draw_people(folder, people, seed=seed, progress=advance)
    click.echo(f"{folder / 'train'}  for: maskopt sweep FILE --data {folder / 'train'}")
    click.echo(f"{folder / 'eval'}  answers in {folder / 'eval_answers.csv'}")
