"""Gives `bundles.py` beside it, which the programs of these tests import too, and a bundle."""

import importlib.util
import shutil
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


@pytest.fixture(scope="session")
def written(bundles, tmp_path_factory):
    """A whole bundle, which no test changes."""
    place = tmp_path_factory.mktemp("written") / "people.bundle"
    bundles.write_bundle(place)
    return place


@pytest.fixture
def place(written, tmp_path, monkeypatch):
    """A whole bundle to break, by the path people.bundle."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(written, "people.bundle")
    return Path("people.bundle")
