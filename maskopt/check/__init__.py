"""Everything wrong with a search-space file and its photos, and the plan: `maskopt check`."""

from maskopt.check.models import check_models, show_checks
from maskopt.check.one import Checked, check_file, show_check

__all__ = ["Checked", "check_file", "check_models", "show_check", "show_checks"]
