"""Writes bundles and dies: at every step in turn, or whenever it is killed.

python writing.py steps FOLDER exchange|aside    dies at each step once, and reads in between
python writing.py loop FOLDER exchange|aside     writes one bundle after the other
"""

import os
import sys
from pathlib import Path

import bundles

from maskopt.bundle import read_bundle, swap

_STEPS = ("open", "os.", "shutil.", "fcntl.", "tempfile.")


def write(place, made):
    """Write a bundle that says when it was made."""
    bundles.write_bundle(place, bundles.small_bundle(made))


def die_at(step):
    """Have this process end, with nothing put in order, before its step of that number."""
    steps = iter(range(step, -1, -1))

    def hook(event, _arguments):
        if event.startswith(_STEPS) and next(steps) == 0:
            os._exit(9)

    sys.addaudithook(hook)


def write_and_die(place, made, step):
    """Return whether the process died before it was done."""
    child = os.fork()
    if not child:
        die_at(step)
        write(place, made)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def run_steps(place):
    """Die at each step; whole bundles, the old one or the new one, must be read in between."""
    os.fsync = lambda descriptor: None  # of a death, not of a power cut
    write(place, "0")
    step, old = 0, "0"
    while write_and_die(place, str(step + 1), step):
        if not place.exists():
            print("away", step)
        found = read_bundle(place).facts["made"]
        assert found in (old, str(step + 1)), (step, found)
        if found != old:
            print("new", step)
        step, old = step + 1, found
    assert read_bundle(place).facts["made"] == str(step + 1)
    assert [each.name for each in place.parent.iterdir()] == [place.name]
    print("steps", step)


if __name__ == "__main__":
    what, folder, how = sys.argv[1:]
    if how == "aside":
        swap.exchange = lambda one, other: False
    if what == "steps":
        run_steps(Path(folder))
    else:
        number = 0
        while True:
            write(Path(folder), str(number))
            print(number, flush=True)
            number += 1
