import os
import signal
import time
from pathlib import Path

import pytest

from maskopt.errors import DataError, StudyError
from maskopt.records import Ending, Verdict

pytestmark = pytest.mark.ray


def run(conductor, function, plan):
    from maskopt.cluster.running import run_trials

    run_trials(conductor, function, plan)
    return conductor


@pytest.fixture(scope="module")
def mixed(script_class, stub, plan, tmp_path_factory):
    """One run with all that can happen to a trial; trial 7 is stopped at its second report."""
    acts = ["plain", "raise", "exit", "die", "print", "nan", "plain", "plain"]
    mixed = script_class(tmp_path_factory.mktemp("mixed"), [{"act": act} for act in acts])
    mixed.answer = lambda number, report: (
        Verdict.STOP if (number, report.epoch) == (7, 2) else Verdict.CONTINUE
    )
    return run(mixed, stub("run"), plan)


def test_every_trial_is_closed_exactly_once_as_it_ended(mixed):
    endings = {1: Ending.FAILED, 2: Ending.FAILED, 3: Ending.LOST, 7: Ending.STOPPED}
    assert sorted(mixed.ends) == [(n, endings.get(n, Ending.ENDED)) for n in range(8)]


def test_every_report_arrives_once_and_in_order(mixed):
    cut = {1: [1], 2: [1], 3: [1], 7: [1, 2]}
    assert mixed.reports == {number: cut.get(number, [1, 2, 3]) for number in range(8)}


def test_reason_and_traceback_of_an_exception_arrive(mixed):
    assert mixed.errors[1].splitlines()[0] == "RuntimeError: out of luck"
    assert mixed.errors[2].splitlines()[0] == "SystemExit: 3"
    assert "trainable.py" not in mixed.errors[1]
    assert "in act\n    raise RuntimeError(" in mixed.errors[1]


def test_a_killed_worker_is_told_from_an_exception(mixed):
    assert mixed.errors[3].splitlines()[0] == "the worker died (killed, or crashed)"
    assert {mixed.errors[number] for number in (0, 4, 5, 6, 7)} == {None}


def test_output_of_python_and_of_programs_goes_to_the_trials_own_log(mixed):
    lines = [f"{who} says {epoch}" for epoch in (1, 2, 3) for who in ("python", "the shell")]
    assert (mixed.folder / "00004" / "log.txt").read_text().splitlines() == lines
    assert (mixed.folder / "00000" / "log.txt").read_text() == ""


def test_a_stopped_trial_is_closed_in_its_worker(script, stub, plan):
    stopping = script([{}, {}, {}], answer=lambda number, report: Verdict.STOP)
    run(stopping, stub("closable"), plan)
    assert len(list(stopping.folder.glob("*/closed"))) == 3


def test_workers_are_reused_and_know_their_threads(script, stub, plan):
    done = run(script([{}] * 6), stub("closable"), plan)
    facts = [(done.folder / f"{n:05d}" / "facts.txt").read_text().split() for n in range(6)]
    assert len({pid for pid, _, _ in facts}) <= plan.trials_at_once
    assert {threads for _, threads, _ in facts} == {str(plan.threads)}
    assert {folder for _, _, folder in facts} == {str(Path.cwd())}


def test_a_function_that_cannot_be_loaded_fails_its_trials(script, plan):
    done = run(script([{}]), "no_such_module:run", plan)
    assert done.ends == [(0, Ending.FAILED)]
    reason = done.errors[0].splitlines()[0]
    assert reason == "ModuleNotFoundError: No module named 'no_such_module'"


def test_a_tick_that_says_no_loses_all_running_trials_at_once(script, stub, plan):
    hanging = script([{"act": "hang"}, {"act": "hang"}, {}])
    hanging.goes_on = lambda: len(list(hanging.folder.glob("*/hangs"))) < 2
    done = run(hanging, stub("run"), plan)
    assert sorted(done.ends) == [(0, Ending.LOST), (1, Ending.LOST)]
    assert set(done.errors.values()) == {None}
    after = run(script([{}]), stub("run"), plan)
    assert after.ends == [(0, Ending.ENDED)]


@pytest.mark.parametrize("method", ["ask", "report", "close", "tick"])
def test_what_a_conductor_raises_ends_the_run_and_is_raised(script, stub, plan, method):
    broken = script([{}, {}, {}])
    calls = []
    former = getattr(broken, method)

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise StudyError("the storage is gone")
        return former(*arguments)

    setattr(broken, method, fail)
    with pytest.raises(StudyError, match=r"^the storage is gone$") as caught:
        run(broken, stub("run"), plan)
    assert caught.traceback[-1].name == "fail"
    closed = [number for number, _ in broken.ends]
    assert len(closed) == len(set(closed))


def test_a_job_gives_its_result_from_another_process(plan, stub):
    from maskopt.cluster.jobs import run_job

    total, pid = run_job(stub("add"), {"a": 1, "b": 2})
    assert total == 3
    assert pid != os.getpid()


def test_the_next_job_finds_its_worker_again_though_all_devices_have_had_trials(
    plan, stub, script_class, tmp_path
):
    from maskopt.cluster.jobs import run_job

    def take_time(number, report):
        if (number, report.epoch) == (1, 1):
            time.sleep(3)  # Ray ends idle workers after a second or so
        return Verdict.CONTINUE

    _, first = run_job(stub("add"), {"a": 1, "b": 2})
    trials = script_class(tmp_path, [{"act": "plain"}, {"act": "plain"}])
    trials.answer = take_time
    run(trials, stub("run"), plan)
    _, second = run_job(stub("add"), {"a": 1, "b": 2})
    assert second == first


def test_a_jobs_own_error_is_raised_as_what_it_is(plan, stub):
    from maskopt.cluster.jobs import run_job

    with pytest.raises(DataError, match=r"^no photos in \['here'\]$"):
        run_job(stub("refuse"), ["here"])


def test_a_job_whose_worker_dies_says_so(plan, stub):
    from maskopt.cluster.jobs import run_job

    with pytest.raises(StudyError, match=r"^the worker of .*stubs.py:die died: "):
        run_job(stub("die"), None)


# The last of the module, because it ends Ray.
def test_an_interrupt_loses_running_trials_ends_ray_and_is_raised(script, stub, plan):
    import ray

    hanging = script([{"act": "hang"}, {}, {}])

    def interrupt():
        if list(hanging.folder.glob("*/hangs")):
            os.kill(os.getpid(), signal.SIGINT)
        return True

    hanging.goes_on = interrupt
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(hanging, stub("run"), plan)
    assert (0, Ending.LOST) in hanging.ends
    assert len(hanging.ends) == hanging.given
    assert not ray.is_initialized()
    assert signal.getsignal(signal.SIGINT) is before
