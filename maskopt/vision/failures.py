"""Errors that end a trial: the sweep goes on without it."""

from __future__ import annotations


class TrainingError(Exception):
    """A trial cannot be trained as its configuration says; the text is the reason."""
