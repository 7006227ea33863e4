"""The import layers of ARCHITECTURE.md: each room may import the rooms to its right, and nothing else of ours."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    {"cli", "sandbox"},
    {"conformance"},
    {"app", "supergateway"},
    {"starting"},
    {"edge"},
    {"resolvers"},
    {"roaming"},
    {"channels"},
    {"identity"},
    {"schema", "storage"},
)
ROOMS = frozenset().union(*LAYERS, {"federation"})
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
FEDERATION_USERS = {"channels", "roaming", "resolvers", "edge", "app", "supergateway", "cli", "sandbox"}
CHANNEL_LAYERS = (
    {"subgraphs", "trial"},
    {"calls", "joining", "revisions"},
    {"fixtures", "measured"},
    {"deployment"},
    {"checks"},
    {"proofs"},
    {"protocols"},
    {"mapping"},
    {"declared"},
    {"text"},
)
CHANNEL_LEVEL = {room: level for level, rooms in enumerate(CHANNEL_LAYERS) for room in rooms}
BELOW_APP = ("channels", "edge", "federation", "identity", "resolvers", "roaming", "schema", "storage")
ALONE = {"schema", "storage", "federation"}


def modules(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.is_file() else sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]


def inner_rooms(path: Path) -> Iterator[str]:
    """The rooms inside `channels` that a module imports from."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("channels."):
            room = str(node.module).split(".")[1]
            if room in CHANNEL_LEVEL:
                yield room


def allowed(room: str, other: str) -> bool:
    if other == room:
        return True
    if other == "federation":
        return room in FEDERATION_USERS
    if room == "federation" or room in ALONE:
        return False
    return LEVEL[other] > LEVEL[room] or {room, other} == {"cli", "sandbox"}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    """A cycle between rooms is how a gateway becomes one that nobody can change."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {other}"
        for path in modules(room)
        for other in imported(path)
        if other in ROOMS and not allowed(room, other)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", sorted(CHANNEL_LEVEL))
def test_a_room_of_channels_imports_only_rooms_below_it(room: str) -> None:
    """The largest room has rooms of its own; what stands beside them (`answer`, `ask`) is for all."""
    found = {
        (str(path.relative_to(ROOT)), other)
        for path in modules(f"channels/{room}")
        for other in inner_rooms(path)
        if other != room and CHANNEL_LEVEL[other] <= CHANNEL_LEVEL[room]
    }
    assert found == set()


def test_every_room_of_channels_has_its_layer() -> None:
    """A room that the list above does not know would be held to nothing."""
    assert {path.parent.name for path in (ROOT / "channels").glob("*/__init__.py")} == set(CHANNEL_LEVEL)


@pytest.mark.parametrize("room", BELOW_APP)
def test_nothing_below_app_reads_the_environment_or_the_clock(room: str) -> None:
    """What time it is and how a process is set up is told from above, or tests could not tell it."""
    forbidden = {
        ("os", "environ"),
        ("os", "getenv"),
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("date", "today"),
        ("time", "time"),
    }
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}"
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in forbidden
    ]
    assert wrong == []


def test_no_city_is_named_in_code() -> None:
    """A city is a folder of config; code that knows one by name would not work for the next.

    The graph's own descriptions may give one as an example; there only a whole text is a name.
    """
    slugs = [path.name for path in (ROOT / "cities").iterdir() if (path / "channel.yaml").is_file()]
    names = [*slugs, "leshan", "成都", "德阳", "眉山", "资阳", "绵阳", "乐山"]
    wrong = [
        f"{path.relative_to(ROOT)}: {node.value!r}"
        for room in sorted(ROOMS - {"sandbox"})
        for path in modules(room)
        for node in code_texts(path)
        if any(name == node.value.lower() if room == "schema" else name in node.value.lower() for name in names)
    ]
    assert wrong == []


def code_texts(path: Path) -> Iterator[ast.Constant]:
    """The string constants of a module that are not docstrings or comments."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node
