"""A city joins by one folder, and a broken folder costs that city alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.up import Stack
from tests.client import FrontEnd

ROOT = Path(__file__).resolve().parents[2]
COVERAGE = """
query C($cities: [CityId!]!) {
  me { bills(cities: $cities) { nodes { id source { city { slug } } } coverage { city { slug } outcome code } } }
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "cities", tmp_path / "cities")
    return tmp_path / "cities"


def test_a_folder_copied_in_is_a_sixth_city_with_its_backend(root: Path, tmp_path: Path) -> None:
    """Form posts, GBK, MD5: a city unlike the others, and no code knows it."""
    shutil.copytree(ROOT / "docs" / "examples" / "leshan", root / "leshan")
    with Stack.start(root, tmp_path / "home") as stack:
        nobody = FrontEnd(stack.gateway_url)
        assert "leshan" in [city["slug"] for city in nobody.ask("{ cities { slug } }").whole()["cities"]]
        local = FrontEnd(stack.gateway_url, stack.token("test-many@leshan"))
        bills = local.ask(COVERAGE.replace("nodes { id", "nodes { id payee"), cities=["LESHAN"]).whole()["me"]["bills"]
        assert bills["coverage"] == [{"city": {"slug": "leshan"}, "outcome": "OK", "code": None}]
        assert {bill["payee"] for bill in bills["nodes"]} == {"乐山市自来水公司"}
        roamer = FrontEnd(stack.gateway_url, stack.token("mei"))
        abroad = roamer.ask(COVERAGE, cities=["LESHAN", "MEISHAN"]).whole()["me"]["bills"]["coverage"]
        assert [(row["outcome"], row["code"]) for row in abroad] == [("DENIED", "NO_AGREEMENT"), ("OK", None)]


BREAKS: dict[str, Callable[[str], str]] = {
    "a field that does not exist": lambda text: text.replace("    timeout:", "    timeouts:", 1),
    "no YAML at all": lambda text: "{ this is: [not yaml\n",
    "an empty file": lambda text: "",
}


@pytest.mark.parametrize("mistake", BREAKS, ids=str)
def test_a_broken_channel_file_leaves_the_other_cities_serving(root: Path, tmp_path: Path, mistake: str) -> None:
    """The broken city keeps its place in the graph, so no client's query breaks; it answers nothing."""
    file = root / "deyang" / "channel.yaml"
    file.write_text(BREAKS[mistake](file.read_text("utf-8")), "utf-8")
    with Stack.start(root, tmp_path / "home") as stack:
        front = FrontEnd(stack.gateway_url, stack.token("mei"))
        answer = front.ask(COVERAGE, cities=["DEYANG", "MEISHAN", "CHENGDU"])
        outcomes = {
            row["city"]["slug"]: (row["outcome"], row["code"]) for row in answer.data["me"]["bills"]["coverage"]
        }
        assert outcomes == {"deyang": ("DENIED", "CHANNEL_PAUSED"), "meishan": ("OK", None), "chengdu": ("OK", None)}
        log = (tmp_path / "home" / "logs" / "gateway.log").read_text("utf-8")
        assert "deyang/channel.yaml:" in log
