import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "maskopt"

DOORS = {
    "torch": "vision",
    "torchvision": "vision",
    "timm": "vision",
    "albumentations": "vision",
    "safetensors": "vision",
    "huggingface_hub": "vision",
    "onnx": "vision",
    "onnxscript": "vision",
    "onnxruntime": "vision",
    "ray": "cluster",
    "optuna": "study",
    "optuna_dashboard": "study",
    "sqlalchemy": "study",
    "wandb": "tracking",
    "click": "cli",
    "rich": "report",
    "yaml": "spec",
    "PIL": "data",
    "cv2": "data",
    "dlib": "data",
    "pandas": "data",
    "sklearn": "data",
    "scipy": "search",
    "threadpoolctl": "search",
}
"""Each third-party package has one door; numpy belongs to every floor above the ground."""

FLOORS = {
    **dict.fromkeys(
        (
            "errors",
            "labels",
            "selections",
            "space",
            "catalog",
            "records",
            "ensembles",
            "roles",
            "spec",
        ),
        0,
    ),
    **dict.fromkeys(("data", "votes", "bundle", "search"), 1),
    **dict.fromkeys(("study", "cluster", "tracking", "vision"), 2),
    **dict.fromkeys(
        ("plan", "check", "show", "starts", "sweep", "export", "predict", "report"), 3
    ),
    "cli": 4,
}
ENGINES = {"study", "cluster", "tracking", "vision"}
HEAVY = ("torch", "ray", "optuna", "pandas")


def _room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(file: Path) -> Iterator[str]:
    package = ("maskopt", *file.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            yield module
            if module == "maskopt":
                yield from (f"maskopt.{alias.name}" for alias in node.names)


FILES = sorted(file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "__init__.py")
IDS = [file.relative_to(PACKAGE).as_posix() for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_package_comes_in_by_its_one_door(file: Path) -> None:
    strangers = [
        name
        for name in _imports(file)
        if (top := name.split(".")[0]) != "maskopt"
        and top not in sys.stdlib_module_names
        and top != "numpy"
        and DOORS.get(top) != _room(file)
    ]
    assert strangers == []


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_imports_run_downstairs_only(file: Path) -> None:
    here = _room(file)
    rooms = {n.split(".")[1] for n in _imports(file) if n.startswith("maskopt.")} & set(FLOORS)
    upstairs = sorted(room for room in rooms if FLOORS[room] > FLOORS[here])
    engines = sorted((rooms & ENGINES) - {here}) if here in ENGINES else []
    assert (upstairs, engines) == ([], [])


@pytest.mark.parametrize("file", [f for f in FILES if FLOORS[_room(f)] == 0])
def test_the_ground_floor_needs_no_numbers(file: Path) -> None:
    assert "numpy" not in {name.split(".")[0] for name in _imports(file)}


def _functions() -> Iterator[tuple[str, int]]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                yield f"{file.name}:{node.name}", node.end_lineno - node.lineno + 1


def test_nine_functions_in_ten_are_under_30_lines_and_none_over_60() -> None:
    lengths = dict(_functions())
    assert [name for name, lines in lengths.items() if lines > 60] == []
    assert sum(lines < 30 for lines in lengths.values()) >= 0.9 * len(lengths)


def test_no_file_is_over_250_lines() -> None:
    folders = ("maskopt", "tests", "benchmarks")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    assert [f.name for f in files if len(f.read_text().splitlines()) > 250] == []


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["check", str(ROOT / "search_spaces/age.yaml")]],
    ids=["help", "check"],
)
def test_a_quick_command_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from maskopt.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["LOADED []"], done.stderr


def test_the_architecture_page_names_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    assert [room for room in FLOORS if f"`{room}`" not in page] == []
