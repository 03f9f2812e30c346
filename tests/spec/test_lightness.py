import subprocess
import sys
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "search_spaces" / "age.yaml"
HEAVY = ("torch", "timm", "ray", "optuna", "pandas", "numpy", "sklearn", "albumentations")


def test_a_file_is_read_without_loading_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from maskopt.spec import json_schema, read_spec\n"
        f"read_spec({str(SHIPPED)!r}, preset='demo'); json_schema()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
