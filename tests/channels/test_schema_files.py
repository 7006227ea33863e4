"""The JSON Schemas that editors read say what the models say, and every file of the project holds to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from channels.declared.schema_files import FILES
from cli.schema_files import written
from tests.channels.deployment import PROJECT

CITIES = PROJECT / "cities"
KINDS = {
    "channel": [*CITIES.glob("*/channel.yaml"), PROJECT / "docs/examples/leshan/channel.yaml"],
    "agreement": list(CITIES.glob("agreements/*.yaml")),
    "register": [CITIES / "services.yaml"],
    "gateway": [CITIES / "roam.yaml"],
    "fixture": list(CITIES.glob("*/fixtures/*.yaml")),
}
CASES = [(kind, file) for kind, files in KINDS.items() for file in sorted(files)]
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


def wrong(value: Any, schema: Any, root: Any, path: str = "$") -> Iterator[str]:
    """What a value has that a schema does not allow: the keywords that our schemas use, no others."""
    if schema is True or schema == {}:
        return
    if "$ref" in schema:
        yield from wrong(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    if "anyOf" in schema and all(list(wrong(value, one, root, path)) for one in schema["anyOf"]):
        yield f"{path}: none of anyOf"
    if "oneOf" in schema and sum(not list(wrong(value, one, root, path)) for one in schema["oneOf"]) != 1:
        yield f"{path}: not one of oneOf"
    if "not" in schema and not list(wrong(value, schema["not"], root, path)):
        yield f"{path}: not"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(value is None if name == "null" else fits(value, name) for name in names):
            yield f"{path}: {value!r} is no {names}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} is not {schema['pattern']}"
    if isinstance(value, (int, float)) and value < schema.get("minimum", value):
        yield f"{path}: too small"
    if isinstance(value, dict):
        yield from wrong_members(value, schema, root, path)
    if isinstance(value, list) and "items" in schema:
        for at, item in enumerate(value):
            yield from wrong(item, schema["items"], root, f"{path}[{at}]")


def wrong_members(value: dict[str, Any], schema: Any, root: Any, path: str) -> Iterator[str]:
    yield from (f"{path}: no {name}" for name in schema.get("required", ()) if name not in value)
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in known:
            yield from wrong(item, known[name], root, f"{path}.{name}")
        elif more is False:
            yield f"{path}: unknown {name}"
        elif more is not True:
            yield from wrong(item, more, root, f"{path}.{name}")


def fits(value: Any, name: str) -> bool:
    found = isinstance(value, TYPES[name])  # type: ignore[arg-type]
    return found and not (isinstance(value, bool) and name != "boolean")


def loaded(file: Path) -> Any:
    """As an editor reads it; a date without quotes is a text to JSON."""
    data = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    return json.loads(json.dumps(data, default=lambda value: value.isoformat()))


@pytest.mark.parametrize("folder", [PROJECT / "docs/schema", CITIES / ".roam"], ids=["docs", "cities"])
def test_the_checked_in_schemas_are_what_the_models_say(folder: Path) -> None:
    """After a change of the models: `roam schema --out docs/schema` and `roam schema`."""
    assert {file.name: file.read_text("utf-8") for file in folder.glob("*.json")} == written()


@pytest.mark.parametrize(("kind", "file"), CASES, ids=lambda value: getattr(value, "name", value))
def test_the_projects_files_hold_to_their_schema(kind: str, file: Path) -> None:
    """A schema that marks a right file as wrong is switched off within the hour."""
    schema = json.loads(written()[f"{kind}.schema.json"])
    assert list(wrong(loaded(file), schema, schema)) == []


@pytest.mark.parametrize(
    ("kind", "file", "old", "new"),
    [
        ("channel", "deyang/channel.yaml", "total: 3s", "total: 3"),
        ("channel", "deyang/channel.yaml", "total: 3s", "total: PT3S"),
        ("channel", "deyang/channel.yaml", "timeout:", "timeouts:"),
        ("channel", "deyang/channel.yaml", "secret:DEYANG_APP_KEY", "abc"),
        ("channel", "deyang/channel.yaml", "status: LIVE\n", "status: LIFE\n"),
        ("agreement", "agreements/2026-006-ziyang-water.yaml", "purpose:", "purposes:"),
        ("gateway", "roam.yaml", "fanout_budget: 8s", "fanout_budget: 8"),
        ("register", "services.yaml", "theme: HEALTH", "theme: HEALT"),
    ],
)
def test_a_schema_sees_what_a_schema_can_see(kind: str, file: str, old: str, new: str, tmp_path: Path) -> None:
    """The editor underlines it before the file is saved."""
    copy = tmp_path / "file.yaml"
    copy.write_text((CITIES / file).read_text("utf-8").replace(old, new, 1), "utf-8")
    schema = json.loads(written()[f"{kind}.schema.json"])
    assert list(wrong(loaded(copy), schema, schema))


def test_the_first_line_of_a_file_names_a_schema_that_is_there() -> None:
    """An editor says nothing about a schema that it cannot find."""
    for file in (*KINDS["channel"][:-1], *KINDS["agreement"]):
        first = file.read_text("utf-8").splitlines()[0]
        named = re.search(r"\$schema=(\S+)", first)
        if named is None:
            continue  # some agreements name none
        assert (file.parent / named[1]).resolve().is_file(), file
        assert Path(named[1]).name.split(".")[0] in FILES
