"""What is typed as nothing, as an unset shell variable is, names no default and no folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from maskopt.cli import app
from maskopt.cli.options import Command
from maskopt.errors import SpecError

PARAMETERS = [
    pytest.param(command, parameter, id=f"{name} {parameter.name}")
    for name, command in app.commands.items()
    for parameter in command.params
    if not getattr(parameter, "is_flag", False)
]


def typed(command: click.Command, empty: click.Parameter) -> list[str]:
    """Return the fewest words that a command takes, one of them empty."""
    words: list[str] = []
    for each in command.params:
        name = each.opts[0] if isinstance(each, click.Option) else None
        if each is empty or each.required or name is None:
            value = "" if each is empty else "x"
            words += [value] if name is None else [name, value]
    return words


def shown(parameter: click.Parameter) -> str:
    """Return a parameter as its command's usage has it."""
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return {"names": "STUDY", "number": "N"}.get(str(parameter.name), str(parameter.name).upper())


def refusal(command: str, *words: str) -> str:
    with pytest.raises(SpecError) as caught:
        app([command, *words], standalone_mode=False)
    return str(caught.value)


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS)
def test_every_option_and_argument_of_every_command_is_refused_where_it_is_empty(
    command: click.Command, parameter: click.Parameter
) -> None:
    assert isinstance(command, Command)
    (line,) = refusal(str(command.name), *typed(command, parameter)).splitlines()
    assert line.startswith(f"{shown(parameter)}: must have a value, got nothing")


def test_all_that_is_empty_is_told_at_once_with_what_to_write() -> None:
    found = refusal("sweep", "a.yaml", "--deadline", "", "--set", "a=b", "--set", "", "--trials=")
    assert found == (
        "--set: must have a value, got nothing; write --set KEY=VALUE, or leave it out\n"
        "--trials: must have a value, got nothing; write --trials N, or leave it out\n"
        "--deadline: must have a value, got nothing; write --deadline 18:30, or leave it out"
    )
    assert refusal("predict", "a.bundle", "", "-o", "") == (
        "PHOTOS: must have a value, got nothing\n-o: must have a value, got nothing; write -o CSV"
    )
    assert refusal("export-best", "age", "", "-o", "b") == "STUDY: must have a value, got nothing"


def test_help_is_given_whatever_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    app(["show", "", "-h"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("Usage: ")


def test_an_empty_option_is_1_with_one_message_and_nothing_written(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from maskopt.cli import main; main()"]
    done = subprocess.run(
        [*program, "sweep", "a.yaml", "--studies", ""],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "error: --studies: must have a value, got nothing; write --studies FOLDER, or leave it "
        "out\n",
    )
    assert list(tmp_path.iterdir()) == []
