"""How many test modules run side by side, and what they do not look through for garbage."""

import gc
import os

import pytest


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: stories wait for processes that start."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True, scope="module")
def _imports_are_no_garbage() -> None:
    """A trial collects garbage at its end; a quarter of a second where torch and all is there."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Have what was set aside looked through once more, or libraries complain of leaks."""
    gc.unfreeze()
