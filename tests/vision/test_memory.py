import ctypes
import sys

import pytest

from maskopt.vision import memory

GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")


@pytest.fixture(autouse=True)
def forgotten():
    for function in (memory.keep_freed_memory, memory._glibc):
        function.cache_clear()
    yield
    for function in (memory.keep_freed_memory, memory._glibc):
        function.cache_clear()


@pytest.mark.skipif(not GLIBC, reason="not glibc")
def test_glibc_keeps_freed_memory() -> None:
    assert memory.keep_freed_memory() is True


def test_another_c_library_is_left_as_it_is(monkeypatch) -> None:
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert memory.keep_freed_memory() is False
    memory.give_memory_back()


def test_no_c_library_at_all_is_no_error(monkeypatch) -> None:
    def refuse(name: None) -> None:
        raise TypeError("bad argument type for built-in operation")

    monkeypatch.setattr(memory.ctypes, "CDLL", refuse)
    assert memory.keep_freed_memory() is False
    memory.give_memory_back()
