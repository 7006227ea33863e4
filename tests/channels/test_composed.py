"""A `contribute.graphql` is composed by the check: what it passes, the gateway serves, and each mistake is one error at its place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import parse

from channels.checking import Report, check_root
from channels.checks.composed import check_composed, refusal
from channels.checks.own_sdl import check_own_sdl
from channels.declared.secrets import Secrets
from channels.text.diagnostics import Renderer
from channels.text.lines import SourceText
from federation.subgraph import Source
from resolvers.supergraph import Part, composed
from schema.build import subgraph_sdl
from schema.contributed_subgraph import contributed_subgraph
from tests.channels.deployment import AT, PROJECT, Deployment, codes, errors

CLASSROOM = Path(__file__).parent / "classroom"
FILE = "leshan/contribute.graphql"
POLICY = "type LeshanPolicy { title: String }"
CITIES = {name: (name.lower(), "") for name in ("CHENGDU", "LESHAN")}

FIT = {
    "values of the graph": "type LeshanPolicy { title: String fee: Money fees: [Money!] page: PageInfo }",
    "scalars and enums of the graph": "type LeshanPolicy { title: String on: Date theme: Theme url: URL raw: JSON }",
    "an interface of its own that types implement": """
        interface LeshanTitled { title: String near: LeshanTitled }
        type LeshanPolicy implements LeshanTitled { title: String near: LeshanPolicy }""",
    "inputs, its own and the graph's": """
        type LeshanPolicy { title: String more(by: LeshanBy = {year: 2026}, f: BillFilter, on: [Date!]): Int }
        input LeshanBy { year: Int = 2026 @pii(level: PERSONAL) then: LeshanBy }""",
    "types that hold each other": """
        type LeshanPolicy { title: String by: LeshanOffice }
        type LeshanOffice { name: String policies: [LeshanPolicy!] }""",
    "marks": "type LeshanPolicy @public { title: String! @pii(level: PERSONAL) @mask(kind: NAME) old: Int @deprecated }",
    "a default that is one of the cities": "type LeshanPolicy { title(city: CityId = LESHAN, f: ServiceFilter = {cities: [CHENGDU]}): String }",
    "what nobody uses": "type LeshanPolicy { title: String } union LeshanAny = LeshanPolicy enum LeshanKind { A B }",
}
"""What the graph can hold beside itself."""

UNFIT = {
    "a type that the gateway fills in": ("type LeshanPolicy { title: String bill: Bill }", "2:41", "Bill"),
    "a required list of them": ("type LeshanPolicy { title: String all: [Bill!]! }", "2:41", "Bill"),
    "a root": ("type LeshanPolicy { title: String up: Query }", "2:39", "Query"),
    "an abstract type of the graph": ("type LeshanPolicy { title: String any: SearchHit }", "2:40", "SearchHit"),
    "a member of a union": ("type LeshanPolicy { title: String } union LeshanAny = LeshanPolicy | Bill", "2:70", "Bill"),
    "in an interface and, since it must be, in its type": (
        "interface LeshanOf { bill: Bill } type LeshanPolicy implements LeshanOf { title: String bill: Bill }", "2:28", "Bill",
    ),
    "an interface of its own": (
        "interface LeshanOf { title: String } type LeshanPolicy implements LeshanOf { title: String of: LeshanOf }",
        "2:96",
        "one of its types: `LeshanPolicy`",
    ),
    "an interface that nothing implements": (
        "interface LeshanOf { title: String } type LeshanPolicy { title: String of: LeshanOf }", "2:76", "make it `type LeshanOf`",
    ),
    "a union of its own": (
        "type LeshanPolicy { title: String any: LeshanAny } type LeshanA { a: Int } union LeshanAny = LeshanPolicy | LeshanA",
        "2:40",
        "`LeshanPolicy`, `LeshanA`",
    ),
    "an object with an id of the gateway's": ("type LeshanPolicy implements Node { id: ID! title: String }", "2:30", "`Node`"),
    "an object with a source of the gateway's": (
        "type LeshanPolicy implements FromCity { source: Provenance! title: String }", "2:30", "`FromCity`",
    ),
}  # fmt: skip
"""A mistake, where it is told, and what the message or its hint must name."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CLASSROOM, tmp_path / "cities"))


def checked(root: Path, only: str | None = None) -> Report:
    return check_root(root, environment="sandbox", at=AT, secrets=Secrets(), overlays=None, only=only)


def with_policy(root: Path, piece: str) -> str:
    """Write a piece in the place of the classroom's one type.  Returns: the whole text."""
    text = (root / FILE).read_text("utf-8")
    assert POLICY in text
    whole = text.replace(POLICY, " ".join(piece.split()))
    (root / FILE).write_text(whole, "utf-8")
    return whole


@pytest.mark.parametrize("piece", FIT.values(), ids=FIT.keys())
def test_what_the_graph_can_hold_is_no_mistake(piece: str, root: Path) -> None:
    """An amount is Money in every city; whoever writes it so must not be sent away."""
    with_policy(root, piece)
    assert codes(checked(root)) == []


@pytest.mark.parametrize(("piece", "place", "named"), UNFIT.values(), ids=UNFIT.keys())
def test_a_type_that_no_row_can_give_is_one_error_at_the_very_word(
    piece: str, place: str, named: str, root: Path
) -> None:
    """With its line, a caret, what was found and what to write, in both languages; and no echo in the mappings."""
    with_policy(root, piece)
    report = checked(root)
    (found,) = errors(report)
    assert found.code == "ROAM-358"
    assert f"{found.place.line}:{found.place.column}" == place
    for lang in ("zh", "en"):
        told = Renderer(lang, dict(report.sources)).render(found)
        assert "^" in told
        assert "= " in told
        assert found.place.path in told
    assert named in f"{found.en} {found.hint_en}"
    assert found.zh != found.en


def test_the_check_composes_as_the_gateway_does() -> None:
    """It takes a hundredth of the graph and must come to the same verdict, word for word."""
    beside, alone = (UNFIT[name][0] for name in ("a root", "a required list of them")), "type LeshanAlone { a: Node }"
    texts = {f"c{at}": renamed(piece, at) for at, piece in enumerate((*FIT.values(), *beside, alone))}
    own, cities = subgraph_sdl(CITIES), tuple(CITIES)
    parts = [Part(slug, Source(slug, contributed_subgraph(parse(sdl), parse(own)))) for slug, sdl in texts.items()]
    _, left_out = composed(own, parts)
    assert {slug: found for slug, sdl in texts.items() if (found := refusal(slug, sdl, cities))} == left_out
    assert list(left_out) == [f"c{len(FIT) + 1}", f"c{len(FIT) + 2}"]


def renamed(piece: str, at: int) -> str:
    """A contribution of a city of its own."""
    mount = "extend type LocalRoot { leshan: LeshanLocal } type LeshanLocal { a: Int }"
    return f"{piece} {mount}".replace("Leshan", f"C{at}x").replace("leshan:", f"c{at}:").replace("LESHAN", "CHENGDU")


def test_one_type_used_in_several_fields_is_one_mistake(root: Path) -> None:
    """Whoever writes a type of the city's own mends them all."""
    text = (root / FILE).read_text("utf-8")
    (root / FILE).write_text(f"{text}type LeshanA {{ b: Bill }}\ntype LeshanB {{ b: [Bill] }}\n", "utf-8")
    (found,) = errors(checked(root))
    assert (found.place.line, found.place.column) == (4, 19)
    assert found.en.endswith("(also line 5)")


def test_what_composition_alone_finds_is_told_once_at_the_name_that_it_quotes() -> None:
    """However many errors follow from it."""
    source = SourceText.of(
        "leshan/contribute.graphql", (CLASSROOM / FILE).read_text("utf-8") + "type LeshanA { b: Bill c: Bill }\n"
    )
    (found,) = check_composed("leshan", source, parse(source.text), ("LESHAN",))
    assert (found.code, found.place.line, found.place.column) == ("ROAM-358", 4, 19)
    assert "unknown type `Bill`" in found.en
    assert "没有类型 `Bill`" in found.zh


def test_a_contribution_with_another_mistake_is_not_composed(root: Path) -> None:
    """Else one missing prefix would come back as a type that nobody knows."""
    with_policy(root, "type Policy { title: String }")
    assert codes(checked(root)) == ["ROAM-352"]


def test_a_city_that_is_not_there_cannot_be_a_default(root: Path) -> None:
    """The graph would not be built, for no city: the export has other cities than the deployment."""
    with_policy(root, "type LeshanPolicy { title(city: CityId = DEYANG): String }")
    (found,) = errors(checked(root))
    assert (found.code, found.place.line, found.place.column) == ("ROAM-351", 2, 42)
    assert "DEYANG" in found.en


@pytest.mark.parametrize(
    ("english", "blamed", "right"),
    [("Leshanxi", "leshan", "LeshanLeshanPolicy"), ("Leshan", "qingpu", "LeshanQingpuPolicy")],
)
def test_a_type_of_two_cities_is_told_to_one(english: str, blamed: str, right: str, root: Path) -> None:
    """To the one whose name it bears less; of two of one name, to the later.  Qingpu is in another province."""
    channel = (root / "leshan" / "channel.yaml").read_text("utf-8")
    channel = channel.replace("id: leshan", "id: qingpu").replace('"511100"', '"990100"')
    channel = channel.replace("{zh: 乐山市, en: Leshan}", f"{{zh: 青浦市, en: {english}}}")
    shutil.copytree(root / "leshan", root / "qingpu")
    (root / "qingpu" / "channel.yaml").write_text(channel, "utf-8")
    text = (root / FILE).read_text("utf-8")
    mine = text.replace("leshan:", "qingpu:").replace("Leshan", english)
    (root / "qingpu" / "contribute.graphql").write_text(mine, "utf-8")
    (root / FILE).write_text(f"{text}type LeshanxiPolicy {{ a: Int }}\n", "utf-8")
    found = errors(checked(root))
    assert {(Path(each.place.path).parent.name, each.code) for each in found} == {(blamed, "ROAM-358")}
    assert f"`{right}`" in found[-1].hint_en
    other = "leshan" if blamed == "qingpu" else "qingpu"
    assert codes(checked(root, only=other)) == []


UNFIT_SDL = {
    "a cut text": ('type City @key(fields: "code") { code: String!', "ROAM-351 1:47", "<EOF>"),
    "an interface that its type does not have": (
        """type City @key(fields: "code") { code: String! thing: ChengduThing }
        interface ChengduNamed { name: String! }
        type ChengduThing implements ChengduNamed { x: Int }""",
        "ROAM-358 2:34",
        "`ChengduNamed.name`",
    ),
    "a reserved name": ('type City @key(fields: "code") { code: String! __a: Int }', "ROAM-358 1:48", "`__a`"),
    "a default that does not fit": (
        'type City @key(fields: "code") { code: String! a(b: Int = "x"): Int }', "ROAM-358 1:48", "City.a(b:)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sdl", "place", "named"), UNFIT_SDL.values(), ids=UNFIT_SDL.keys())
def test_an_sdl_that_adds_nothing_is_one_error_at_its_place(sdl: str, place: str, named: str) -> None:
    """A subgraph's SDL may stand in a file of the folder; then nobody need start a gateway to hear that it does not fit."""
    (found,) = check_own_sdl("chengdu", SourceText.of("chengdu/own.graphql", sdl), "", ("CHENGDU",))
    assert f"{found.code} {found.place.line}:{found.place.column}" == place
    assert named in found.en
    assert found.zh != found.en


def test_an_sdl_in_a_file_is_checked_with_its_city(tmp_path: Path) -> None:
    """The error is of the city, as every other: it keeps its last good version, and the console shows the edit."""
    deployment = Deployment.make(tmp_path)
    deployment.edit("chengdu/channel.yaml", "sdl: introspect", "sdl: own.graphql")
    deployment.write("chengdu/own.graphql", 'type City @key(fields: "code") { code: String! wards: [ChengduWard] }\n')
    assert codes(deployment.load()) == []  # the field's type is none of the city's, so the field stays outside
    deployment.write("chengdu/own.graphql", UNFIT_SDL["a reserved name"][0])
    loaded = deployment.load()
    assert loaded.snapshot is not None
    assert [found.code for found in loaded.snapshot.broken["chengdu"]] == ["ROAM-358"]
    assert "own.graphql" in errors(loaded)[0].hint_en


def test_the_check_loads_neither_strawberry_nor_the_planner() -> None:
    """Composition is part of a check that takes less than a second."""
    script = f"""
import sys
from datetime import date
from pathlib import Path
from channels.checking import check_root
from channels.declared.secrets import Secrets
report = check_root(Path({str(PROJECT / "cities")!r}), environment="sandbox", at=date(2026, 11, 22), secrets=Secrets(), overlays=None)
print(report.errors, "federation.compose" in sys.modules, {{"strawberry", "federation.planner"}} & set(sys.modules))
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout == "0 True set()\n"
