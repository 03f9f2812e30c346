import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from maskopt.bundle import read_bundle

PROGRAM = [sys.executable, "-W", "error", str(Path(__file__).with_name("writing.py"))]


@pytest.mark.parametrize("how", ["exchange", "aside"])
def test_dead_at_any_step_a_writer_leaves_the_old_bundle_or_the_new_one(tmp_path, how):
    command = [*PROGRAM, "steps", str(tmp_path / "a.bundle"), how]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [line.split() for line in ended.stdout.splitlines()]
    steps = {what: [int(n) for w, n in lines if w == what] for what in ("new", "away", "steps")}
    assert steps["steps"][0] > 60  # so many steps, each of which was a death
    assert len(steps["new"]) > 5  # some deaths came after the new one stood
    assert len(steps["away"]) == (how == "aside")  # one step has neither, and it was healed


@pytest.mark.slow
@pytest.mark.parametrize(("how", "kills"), [("exchange", 20), ("aside", 8)])
def test_killed_at_any_moment_a_writer_leaves_whole_bundles(tmp_path, how, kills):
    place = tmp_path / "a.bundle"
    moments = random.Random(20)
    for _ in range(kills):
        command = [*PROGRAM, "loop", str(place), how]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            written = int(writer.stdout.readline())  # it is at work
            time.sleep(moments.uniform(0, 0.2))
            writer.send_signal(signal.SIGKILL)
            written = max(map(int, writer.stdout.read().split()), default=written)
        assert int(read_bundle(place).facts["made"]) in (written, written + 1)
    bundle = read_bundle(place)
    assert bundle.facts["made"].isdigit()
    hidden = [each for each in tmp_path.iterdir() if each != place]
    assert len(hidden) <= 2  # what the last death left; that of all others was removed


@pytest.mark.slow
@pytest.mark.parametrize("how", ["exchange", "aside"])
def test_a_reader_beside_two_writers_reads_whole_bundles(tmp_path, how):
    place = tmp_path / "a.bundle"
    command = [*PROGRAM, "loop", str(place), how]
    with ExitStack() as ended:
        for _ in range(2):
            writer = ended.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            ended.callback(writer.kill)
            writer.stdout.readline()  # it is at work
        made = [read_bundle(place).facts["made"] for _ in range(100)]
        while len(set(made)) < 6:  # on a busy machine readers may be the faster ones
            assert writer.poll() is None
            made.append(read_bundle(place).facts["made"])
