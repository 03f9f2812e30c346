"""Gives `bundles.py` beside it, which the programs of these tests import too."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bundles():
    """The module that makes small bundles."""
    file = Path(__file__).with_name("bundles.py")
    spec = importlib.util.spec_from_file_location("bundles_of_tests", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
