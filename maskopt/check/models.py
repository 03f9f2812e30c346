"""A file of several models: each is looked at, and everything wrong with any is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskopt.check.one import Checked, check_file, print_check, refuse, told
from maskopt.errors import SpecError
from maskopt.spec import models_of

ALONE = ""
"""The name of a study whose file has no models."""


def check_models(file: str, model: str | None = None, **options: Any) -> dict[str, Checked]:
    """Look at each model of a file, or at one; a file of one study has it under no name.

    Args:
        file: The file.
        model: The only one to look at.
        **options: As `check_file` takes them.

    Raises:
        SpecError: The file is wrong; one line a problem of any model.
        StudyError: The devices cannot give what is asked for.
    """
    names = models_of(file) if model is None else ()
    if not names:
        return {ALONE: check_file(file, model=model, **options)}
    found, wrong = {}, []
    for name in names:
        try:
            found[name] = check_file(file, model=name, **options)
        except SpecError as error:
            wrong += str(error).splitlines()
    if wrong:
        raise SpecError("\n".join(dict.fromkeys(wrong)))
    return found


def show_checks(checks: Mapping[str, Checked], *, as_json: bool) -> None:
    """Print what was found of each model.

    Raises:
        DataError: The photos have errors; everything else was printed.
        StudyError: The backbones alone have.
    """
    from maskopt.report.console import show_json, show_text

    if as_json and ALONE not in checks:
        show_json({"models": {name: told(each) for name, each in checks.items()}})
    else:
        for place, each in enumerate(checks.values()):
            if place:
                show_text("")
            print_check(each, as_json=as_json)
    refuse([*checks.values()])
