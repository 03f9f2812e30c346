"""Search-space files: read with line numbers, checked whole, and turned into a `StudySpec`."""

from maskopt.spec.content import differences
from maskopt.spec.model import BudgetSpec, DataSpec, FoldsSpec, StudySpec
from maskopt.spec.needs import missing_photos_message
from maskopt.spec.reader import models_of, read_spec, spec_from_content
from maskopt.spec.schema import json_schema
from maskopt.spec.sections import default_part

__all__ = [
    "BudgetSpec",
    "DataSpec",
    "FoldsSpec",
    "StudySpec",
    "default_part",
    "differences",
    "json_schema",
    "missing_photos_message",
    "models_of",
    "read_spec",
    "spec_from_content",
]
