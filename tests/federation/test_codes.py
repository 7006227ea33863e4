"""Every error code has its rule, its line of documentation and its test file."""

from importlib import import_module
from pathlib import Path

from federation.codes import DOCUMENTED

RULES = Path(__file__).resolve().parents[2] / "federation" / "rules"
TESTS = Path(__file__).resolve().parent / "rules"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "composition.md"
WITHOUT_RULE = {"INVALID_FEDERATION_SUPERGRAPH"}  # found while a file is read


def test_every_rule_is_documented_under_its_code() -> None:
    names = sorted(path.stem for path in RULES.glob("*.py") if path.stem != "__init__")
    found = {name: import_module(f"federation.rules.{name}").CODE for name in names}
    assert found == {name: name.upper() for name in names}
    assert {*found.values(), *WITHOUT_RULE} == set(DOCUMENTED)


def test_every_code_has_a_test_file() -> None:
    assert sorted(path.stem for path in TESTS.glob("test_*.py")) == sorted(
        f"test_{code.lower()}" for code in DOCUMENTED
    )


def test_the_document_lists_every_code() -> None:
    codes = DOCS.read_text("utf-8").partition("\n## Codes\n")[2]
    listed = [line.split("`")[1] for line in codes.splitlines() if line.startswith("| `")]
    assert listed == sorted(DOCUMENTED)
