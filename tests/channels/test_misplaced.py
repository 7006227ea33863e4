"""A line that is out of line, or gone, is one error where it stands, or at what lacks it, whatever a parser makes of the rest."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from tests.channels.deployment import Deployment, errors
from tests.channels.mistakes import Edit, must_be_told

CITIES = ("chengdu", "deyang", "meishan", "mianyang", "ziyang")
HERE = Path(__file__).parents[2] / "cities"
EACH = 6
"""Lines of each city, and each kind of mistake, that are tried."""
DEPTHS = {"too deep": 2, "not deep enough": -2}
FREE = re.compile(r"^\s*(?:#|$|<)")


def lines_of(city: str) -> list[str]:
    return (HERE / city / "channel.yaml").read_text("utf-8").split("\n")


def depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def heads(city: str) -> list[int]:
    """The lines below which others hang: keys without a value of their own."""
    return [number for number, line in enumerate(lines_of(city), 1) if re.fullmatch(r"\s+[\w.]+:", line)]


def told(deployment: Deployment, city: str, lines: list[str]) -> list[tuple[str, int]]:
    (deployment.root / city / "channel.yaml").write_text("\n".join(lines), "utf-8")
    return [(item.code, item.place.line) for item in errors(deployment.check(only=city))]


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("by", DEPTHS.values(), ids=DEPTHS)
def test_a_head_out_of_line_is_one_error_at_its_line(city: str, by: int, tmp_path: Path) -> None:
    """What hangs below it stays where it is: a parser takes it for something else's."""
    deployment, lines = Deployment.make(tmp_path, city), lines_of(city)
    numbers = heads(city)
    for number in Random(7).sample(numbers, min(EACH, len(numbers))):  # noqa: S311  no secret
        line = lines[number - 1]
        moved = " " * max(0, depth(line) + by) + line.lstrip(" ")
        found = told(deployment, city, [*lines[: number - 1], moved, *lines[number:]])
        assert found in ([("ROAM-105", number)], [("ROAM-201", number)]), (number, line, found)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("by", DEPTHS.values(), ids=DEPTHS)
def test_any_line_out_of_line_is_one_error_near_it(city: str, by: int, tmp_path: Path) -> None:
    """Some lines are as right in the other place (a list's items): then nothing is told."""
    deployment, lines = Deployment.make(tmp_path, city), lines_of(city)
    numbers = [number for number, line in enumerate(lines, 1) if not FREE.match(line) and depth(line) + by >= 0]
    for number in Random(11).sample(numbers, EACH):  # noqa: S311  no secret
        line = lines[number - 1]
        moved = " " * (depth(line) + by) + line.lstrip(" ")
        found = told(deployment, city, [*lines[: number - 1], moved, *lines[number:]])
        assert len(found) <= 1, (number, line, found)
        assert all(abs(at - number) <= 1 for _, at in found), (number, line, found)


GONE = ("backends", "request", "response", "map")


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("name", GONE)
def test_a_head_that_is_gone_is_what_its_owner_lacks(city: str, name: str, tmp_path: Path) -> None:
    """What hung below it stands there still; the hint names the line that is gone."""
    lines = lines_of(city)
    numbers = [number for number, line in enumerate(lines, 1) if re.fullmatch(rf"\s*{name}:(?: *#.*)?", line)]
    assert numbers
    number = Random(5).choice(numbers)  # noqa: S311  no secret
    deployment = Deployment.make(tmp_path, city)
    (deployment.root / city / "channel.yaml").write_text("\n".join([*lines[: number - 1], *lines[number:]]), "utf-8")
    [found] = errors(deployment.check(only=city))
    assert (found.code, found.names) == ("ROAM-202", (name,))
    owner = next((at for at in range(number - 1, 0, -1) if depth(lines[at - 1]) < depth(lines[number - 1])), None)
    assert owner is None or found.place.line == owner, (number, found)
    assert f"`{name}: …`" in found.hint_zh
    assert f"`{name}: …`" in found.hint_en


def test_an_overlay_is_read_the_same_way(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "meishan")
    deployment.edit("meishan/channel.sandbox.yaml", "\nauth:", "\n  auth:")
    assert [(item.code, item.place.line) for item in errors(deployment.check(only="meishan"))] == [("ROAM-105", 5)]


def test_an_item_without_its_first_line_is_what_the_item_lacks(tmp_path: Path) -> None:
    """A case whose `- name:` is gone: told at the item's first line, not where the next item begins."""
    deployment = Deployment.make(tmp_path, "chengdu")
    file = "chengdu/fixtures/appointments.cancel.yaml"
    deployment.edit(file, "  - name: 真实返回 as the city answers\n", "")
    [found] = errors(deployment.check(only="chengdu"))
    assert (found.code, found.names, found.place.line) == ("ROAM-202", ("name",), 3)


def test_two_mistakes_are_two_errors(tmp_path: Path) -> None:
    """A line out of line hides nothing that is wrong elsewhere."""
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit("deyang/channel.yaml", "    kind: rest", "    knid: rest")
    lines = (deployment.root / "deyang/channel.yaml").read_text("utf-8").split("\n")
    number = next(at for at, line in enumerate(lines, 1) if line == "    response:")
    lines[number - 1] = "  response:"
    (deployment.root / "deyang/channel.yaml").write_text("\n".join(lines), "utf-8")
    codes = sorted((item.code, item.place.line) for item in errors(deployment.check(only="deyang")))
    assert ("ROAM-105", number) in codes
    assert any(code == "ROAM-201" for code, _ in codes)
    assert len(codes) == 2


@pytest.mark.parametrize("form", ["{:>6}\t{}", "{}: {}", "{:>6} | {}", "{} {}", "{}. {}"])
def test_lines_copied_with_their_numbers_are_told_where_they_begin(form: str, tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    lines = [form.format(number, line) for number, line in enumerate(lines_of("deyang"), 1)]
    (deployment.root / "deyang/channel.yaml").write_text("\n".join(lines), "utf-8")
    [found] = errors(deployment.check(only="deyang"))
    assert (found.code, found.kind, found.place.line) == ("ROAM-105", "numbered", 1)


EDITS = {
    "no dash": ("deyang/channel.yaml", "  - {code: WATER-QUERY", "  {code: WATER-QUERY", "ROAM-105 56:3"),
    "no dash before a map": (
        "deyang/fixtures/bills.list.yaml", "  - name: 两笔", "  name: 两笔", "ROAM-105 3:3"
    ),
    "no key": ("ziyang/channel.yaml", "\n  esb:\n", "\n  :\n", "ROAM-105 20:3"),
    "no space before a bracket": (
        "chengdu/fixtures/appointments.list.yaml", "expect: {error", "expect:{error", "ROAM-105 14:5"
    ),
    "nothing expected": ("chengdu/fixtures/appointments.list.yaml", "error: ACCOUNT_NOT_LINKED", "error: ", "ROAM-202 14:20"),
    "path with a space": ("ziyang/channel.yaml", "path: /SheBaoService", "path: /She Bao", "ROAM-206 59:13"),
    "body without its key": ("ziyang/channel.yaml", "      path: /ZhengCeService\n      xml: |\n", "      path: /ZhengCeService\n", "ROAM-206 150:13"),
    "operation without its name": ("ziyang/channel.yaml", "  requests.outcome:\n", "", "ROAM-106 131:5"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), EDITS.values(), ids=EDITS)
def test_what_is_refused_has_no_fallout(file: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    """What refers to it elsewhere in the folder is not to blame."""
    must_be_told(Edit(file, old, new, told), tmp_path)


@pytest.mark.parametrize("name", ["channel-sandbox.yaml", "channel_sandbox.yaml", "channel.sandbox.yml"])
def test_an_overlay_that_nobody_reads_is_told(name: str, tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    (deployment.root / "deyang/channel.sandbox.yaml").rename(deployment.root / "deyang" / name)
    [found] = errors(deployment.check(only="deyang"))
    assert (found.code, Path(found.place.path).name, found.meant) == ("ROAM-310", name, "sandbox")
    (deployment.root / "deyang" / name).rename(deployment.root / "deyang/channel.sandbox.yaml")
    (deployment.root / "deyang/channel-old.yaml").write_text("a copy: of before", "utf-8")
    assert errors(deployment.check(only="deyang")) == []


def test_a_list_that_is_no_csv_yet_has_its_command(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "mianyang")
    (deployment.root / "mianyang/catalogue.csv").rename(deployment.root / "mianyang/清单.xlsx")
    [found] = errors(deployment.check(only="mianyang"))
    assert found.code == "ROAM-108"
    assert "roam city import-catalogue mianyang" in found.hint_zh
    assert "清单.xlsx" in found.hint_en


def test_a_service_that_is_gone_is_told_at_the_offer_and_not_in_each_agreement(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path)
    lines = lines_of("chengdu")
    number = next(at for at, line in enumerate(lines, 1) if "HOSP-APPT" in line and line.startswith("  - {"))
    (deployment.root / "chengdu/channel.yaml").write_text("\n".join([*lines[: number - 1], *lines[number:]]), "utf-8")
    [found] = errors(deployment.check())
    assert (found.code, found.about) == ("ROAM-312", "HOSP-APPT")
