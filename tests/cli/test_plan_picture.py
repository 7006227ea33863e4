"""`roam plan --picture`: a plan as an SVG that stands alone, the same for the same plan."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner

from cli.supergateway import register
from federation.plan import Ask, Entities, Fetch, Node, Parallel, QueryPlan, Representation, Sequence, Subscription
from supergateway.boxes import MAX_ROWS
from supergateway.picture import picture, rounds
from tests.federation.recorded import CASES

APP = typer.Typer()
register(APP)
RUNNER = CliRunner()
SUITE = CASES / "suites" / "override-with-requires"
QUERY = "{ userInA { id name aName cName } userInB { id name aName cName } userInC { id name aName cName } }"
SVG = "{http://www.w3.org/2000/svg}"


def fetch(service: str, *fields: str) -> Fetch:
    return Fetch(service, "query", "{ x }", (), tuple(Ask(name, name) for name in fields))


def drawn(node: Node | None) -> ElementTree.Element:
    return ElementTree.fromstring(picture(QueryPlan(node)))  # noqa: S314  our own text


def shape(element: ElementTree.Element) -> str:
    """The nesting of a picture: `a` for a box, `(a | b)` for lanes, what follows after a space."""
    found = []
    for child in element:
        match child.get("class"):
            case "fetch":
                found.append(child.get("data-service") or "")
            case "parallel":
                found.append(
                    f"({' | '.join(shape(lane) for lane in child.iter(f'{SVG}g') if lane.get('class') == 'lane')})"
                )
            case _:
                found.append(shape(child))
    return " ".join(each for each in found if each)


def arrows(element: ElementTree.Element) -> list[tuple[str, str]]:
    return [
        (each.get("data-from", ""), each.get("data-to", ""))
        for each in element.iter(f"{SVG}g")
        if each.get("class") == "then"
    ]


def texts(element: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in element.iter(f"{SVG}text")]


def test_boxes_lanes_and_arrows_say_what_the_plan_says() -> None:
    """What runs at once stands side by side; every box leads to what waits for it."""
    node = Sequence((fetch("a", "x"), Parallel((fetch("b", "y"), Sequence((fetch("c", "z"), fetch("a", "w")))))))
    root = drawn(node)
    assert shape(root) == "a (b | c a)"
    assert sorted(arrows(root)) == [("1", "2 3"), ("2 4", "answer"), ("3", "4"), ("request", "1")]
    assert (texts(root)[0], rounds(node)) == ("4 requests to 3 services in 3 rounds", 3)


def test_an_entity_fetch_says_where_by_what_and_which_fields() -> None:
    """The three things one looks for when a plan is slow."""
    asked = Entities(
        (("top", "@"),),
        (Representation("Product", "Product", (Ask("upc", "upc"),), frozenset()),),
        (Ask("price", "price", "(in: 1)"),),
    )
    root = drawn(Fetch("shop", "query", "query Q { _entities }", (), entities=(asked,)))
    assert texts(root)[2:7] == ["shop", "1  entities", "at top.@", "by Product { upc }", "price(in: 1)"]
    assert [each.text for each in root.iter(f"{SVG}title")] == ["query Q { _entities }"]


def test_a_subscription_and_an_empty_plan_are_drawn_too() -> None:
    """Neither has an ordinary first step."""
    root = drawn(Subscription(fetch("a", "x"), fetch("b", "y")))
    assert "for each event" in texts(root)
    assert sorted(arrows(root)) == [("1", "2"), ("2", "answer"), ("request", "1")]
    assert [each.get("id") for each in root.iter(f"{SVG}g") if each.get("class") == "fetch"] == ["fetch-1", "fetch-2"]
    assert arrows(drawn(None)) == [("request", "answer")]


def test_a_long_selection_is_cut_and_markup_is_text() -> None:
    """A picture stays a picture with 500 fields, and a service may be called what it likes."""
    asks = tuple(Ask(f"f{n}", f"f{n}", "", (Ask("id", "id"),)) for n in range(500))
    root = drawn(Fetch('<a> & "b"', "query", "{ x }", (), asks))
    rows = [each for each in root.iter(f"{SVG}text") if each.get("class") in ("where", "given", "field")]
    assert len(rows) == MAX_ROWS
    assert rows[-1].text == f"… {1000 - MAX_ROWS + 1} more lines"
    assert shape(root) == '<a> & "b"'


def test_no_box_leaves_the_picture_or_touches_its_neighbour() -> None:
    """Boxes are moved by the blocks around them: their true places are the sums."""
    root = drawn(
        Parallel((fetch("a", "x"), Sequence((fetch("b", *(f"field{n}" for n in range(40))), fetch("c", "z")))))
    )
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    boxes = list(places(root, 0, 0))
    assert len(boxes) == 3
    assert all(x >= 0 and x + w <= width and y >= 0 and y + h <= height for x, y, w, h in boxes)
    apart = [
        a[0] + a[2] < b[0] or b[0] + b[2] < a[0] or a[1] + a[3] < b[1] or b[1] + b[3] < a[1]
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
    ]
    assert all(apart)


def places(element: ElementTree.Element, x: float, y: float) -> list[tuple[float, float, float, float]]:
    given = element.get("transform", "translate(0 0)").removeprefix("translate(").removesuffix(")").split()
    x, y = x + float(given[0]), y + float(given[1])
    if element.get("class") == "fetch":
        rect = element.find(f"{SVG}rect")
        assert rect is not None
        return [(x, y, float(rect.get("width", 0)), float(rect.get("height", 0)))]
    return [place for child in element for place in places(child, x, y)]


def test_the_command_writes_the_file_and_prints_the_plan(tmp_path: Path) -> None:
    """Twice the same bytes, nothing loaded from elsewhere, and as many boxes as the plan has requests."""
    query = tmp_path / "query.graphql"
    query.write_text(QUERY, "utf-8")
    files = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for file in files:
        result = RUNNER.invoke(
            APP, ["plan", str(SUITE / "supergraph.graphql"), str(query), "--picture", str(file), "--json"]
        )
        assert result.exit_code == 0, result.stderr
    one, two = (file.read_text("utf-8") for file in files)
    assert one == two
    assert json.dumps(json.loads(result.stdout)).count('"Fetch"') == one.count('class="fetch"') == 6
    assert [word for word in ("<script", "href", "url(", "@import", "<image") if word in one] == []


@pytest.mark.parametrize(
    ("query", "target", "reason"),
    [("none.graphql", "a.svg", "cannot be read"), ("q.graphql", "no/a.svg", "cannot be written")],
)
def test_files_that_cannot_be_used_are_one_line(tmp_path: Path, query: str, target: str, reason: str) -> None:
    """No traceback for a typing error."""
    (tmp_path / "q.graphql").write_text(QUERY, "utf-8")
    arguments = [str(SUITE / "supergraph.graphql"), str(tmp_path / query), "--picture", str(tmp_path / target)]
    result = RUNNER.invoke(APP, ["plan", *arguments])
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1)
    assert reason in result.stderr
