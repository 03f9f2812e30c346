"""How many test modules run side by side."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: stories wait for processes that start."""
    return (os.cpu_count() or 1) + 1
