"""The public surface of each room: what it is, what it offers, and that its files stay small enough to read."""

import ast
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {"tests", "web", "cities", "docs"}
MOST_LINES = 400
PACKAGES = sorted(
    str(path.parent.relative_to(ROOT)).replace("/", ".")
    for path in ROOT.rglob("__init__.py")
    if not path.relative_to(ROOT).parts[0].startswith(".") and path.relative_to(ROOT).parts[0] not in OUTSIDE
)
MODULES = [
    *sorted(
        path for package in {name.partition(".")[0] for name in PACKAGES} for path in (ROOT / package).rglob("*.py")
    ),
    ROOT / "app.py",
]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_and_what_it_offers(package: str) -> None:
    """`__init__` is the first file that a reader opens: its docstring is the room's plan, `__all__` its doors."""
    module = import_module(package)
    assert (module.__doc__ or "").strip(), f"{package}/__init__.py has no docstring"
    offered = module.__all__
    assert [name for name in offered if getattr(module, name, None) is None] == []
    assert list(dict.fromkeys(offered)) == list(offered)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for_and_stays_short(path: Path) -> None:
    """A file that does not fit into one's head is two files."""
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= MOST_LINES


def test_no_other_package_takes_the_name_of_a_room() -> None:
    """A distribution named `schema` would be imported in the place of ours, or ours in its."""
    taken = []
    for room in sorted({name.partition(".")[0] for name in PACKAGES}):
        with suppress(metadata.PackageNotFoundError):
            taken.append(metadata.distribution(room).metadata["Name"])
    assert taken == []
