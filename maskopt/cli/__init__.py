"""The command line: one command each, which imports its story only when it runs.

Exit codes: 0 the work is done, 1 a mistake that the user can mend (one message, no traceback),
2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import sys

import click

from maskopt import __version__
from maskopt.cli import (
    check,
    dashboard,
    demo_data,
    export_best,
    predict,
    show,
    sweep,
    verify,
)
from maskopt.errors import MaskoptError

EXIT_MISTAKE = 1
EXIT_INTERRUPTED = 130

_OF_THE_PLACE = {
    errno.EACCES,
    errno.EDQUOT,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}
"""What a folder or its disk refuses: a user can mend that, wherever it is met."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Try it at once, with drawn people and nothing to download:
  maskopt sweep search_spaces/age.yaml --preset demo
""",
)
@click.version_option(__version__, prog_name="maskopt")
def app() -> None:
    """Hyperparameter sweeps for image classification.

    Ray Tune schedules Optuna trials over backbones, losses, samplers and augmentations on the
    devices at hand; weak trials end early, and nothing is lost when something dies.
    """


for room in (sweep, export_best, predict, verify, check, show, dashboard, demo_data):
    app.add_command(room.command)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        app(standalone_mode=False)
    except click.ClickException as usage:
        usage.show()
        sys.exit(usage.exit_code)
    except MaskoptError as mistake:
        _complain(mistake)
        sys.exit(EXIT_MISTAKE)
    except OSError as refused:
        if refused.errno not in _OF_THE_PLACE:
            raise
        _complain(MaskoptError(_refusal(refused)))
        sys.exit(EXIT_MISTAKE)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(EXIT_INTERRUPTED)


def _refusal(refused: OSError) -> str:
    if refused.filename is None:  # what was open already does not say its name
        return f"a file, or what is printed, cannot be written ({refused.strerror})"
    return f"{refused.filename}: cannot be used ({refused.strerror})"


def _complain(mistake: MaskoptError) -> None:
    from maskopt.report.console import show_error

    show_error(str(mistake))
