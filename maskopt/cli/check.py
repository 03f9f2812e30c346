"""`maskopt check`."""

from __future__ import annotations

import json

import click

from maskopt.cli import options


@click.command(
    cls=options.Command,
    name="check",
    epilog="""\b
Examples:
  maskopt check search_spaces/age.yaml
  maskopt check search_spaces/age.yaml --data photos/train
  maskopt check --schema > search-space.schema.json
""",
)
@click.argument("file", required=False)
@options.file_options
@options.model
@options.studies
@click.option("--time", metavar="2h", help="Wall time of a sweep: 45s, 90m, 2h, 1h30m.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Trials at once.")
@click.option("--schema", is_flag=True, help="Print the files' JSON Schema for editors.")
@options.as_json
def command(file: str | None, schema: bool, as_json: bool, **overrides: object) -> None:
    """Tell everything wrong with a FILE and its photos; of several models, with each.

    Photos are looked at if the file or --data names them. Shows
    the plan: what varies, devices, trials at once, estimated time.
    """
    if schema:
        from maskopt.spec import json_schema

        click.echo(json.dumps(json_schema(), indent=2))
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.", click.get_current_context())

    from maskopt.check import check_models, show_checks

    show_checks(check_models(file, **overrides), as_json=as_json)  # type: ignore[arg-type]
