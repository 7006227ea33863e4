"""Operators in `roam.yaml`: each mistake at its place, and whoever is in doubt is no operator."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from channels.declared.secrets import Secrets
from channels.deployment.operators import operators_of
from channels.deployment.snapshot import Loaded, load
from identity.issuers import Issuer

ROOT = Path(__file__).resolve().parents[2]
FIRST = Issuer("http://127.0.0.1:9999", "https://graph.example.gov.cn/graphql")


def loaded(tmp_path: Path, *operators: str) -> Loaded:
    root = tmp_path / "cities"
    shutil.copytree(ROOT / "cities", root)
    file = root / "roam.yaml"
    head, _, rest = file.read_text("utf-8").partition("    operators:")
    tail = rest[rest.index("  staging:") :]
    lines = "".join(f"      - {{{one}}}\n" for one in operators)
    file.write_text(f"{head}    operators:\n{lines}{tail}", "utf-8")
    return load(root, environment="sandbox", at=date(2026, 11, 22), secrets=Secrets())


def errors(found: Loaded) -> list[str]:
    return [f"{one.place.column} {one.code}" for one in found.diagnostics if one.place.path.endswith("roam.yaml")]


def test_the_subject_is_taken_as_the_first_provider_has_it_wherever_that_listens(tmp_path: Path) -> None:
    """`roam up` moves the sandbox's provider to another port; its operators stay operators."""
    found = loaded(tmp_path, "subject: a, name: 甲, role: act, cities: ALL", "subject: b, name: 乙")
    assert errors(found) == []
    assert found.snapshot is not None
    one, other = operators_of(found.snapshot, [FIRST])
    assert (one.issuer, one.subject, one.acts_everywhere) == (FIRST.url, "a", True)
    assert (other.acts, other.may_act("deyang")) == (False, False)


def test_a_city_is_acted_on_by_whom_it_is_given_to(tmp_path: Path) -> None:
    found = loaded(tmp_path, "subject: a, name: 甲, role: act, cities: [deyang]")
    assert found.snapshot is not None
    (one,) = operators_of(found.snapshot, [FIRST])
    assert (one.may_act("deyang"), one.may_act("ziyang"), one.acts_everywhere) == (True, False, False)


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        (("subject: a, name: 甲, cities: [deyan]",), "40 ROAM-313"),
        (("subject: a, name: 甲, issuer: https://x.example",), "39 ROAM-361"),
        (("subject: a, name: 甲, role: view", "subject: a, name: 乙, role: act"), "19 ROAM-361"),
        (("subject: a, name: 甲, role: boss",), "37 ROAM-203"),
        (("subject: a",), "10 ROAM-202"),
    ],
    ids=["unknown city", "unknown provider", "twice", "unknown role", "no name"],
)
def test_a_mistake_is_one_error_at_its_place(tmp_path: Path, operators: tuple[str, ...], expected: str) -> None:
    assert errors(loaded(tmp_path, *operators)) == [expected]


def test_whoever_is_declared_twice_or_by_a_stranger_is_no_operator(tmp_path: Path) -> None:
    """Deny on doubt: which of the two roles was meant?"""
    found = loaded(
        tmp_path,
        "subject: a, name: 甲, role: view",
        "subject: a, name: 乙, role: act, cities: ALL",
        "subject: c, name: 丙, issuer: https://x.example",
    )
    assert found.snapshot is not None
    assert operators_of(found.snapshot, [FIRST]) == ()
    assert operators_of(found.snapshot, []) == ()
