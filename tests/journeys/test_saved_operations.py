"""Every saved operation, as a tester opens it: the named persona, the example variables, the ids looked up as it says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from tests.client import Citizen, FrontEnd, new_key

FOLDER = Path(__file__).resolve().parents[2] / "web" / "operations"
SAVED = sorted(path.stem for path in FOLDER.glob("*.graphql"))


def found(value: Any, steps: list[str]) -> Iterator[Any]:
    """The values at a path: `*` is every row, `?a.b` keeps rows where that field is set, `?a=b` where it is b."""
    if not steps:
        yield value
    elif steps[0] == "*":
        for row in value or []:
            yield from found(row, steps[1:])
    elif steps[0].startswith("?"):
        path, _, wanted = steps[0][1:].partition("=")
        if any(str(each) == wanted if wanted else each for each in found(value, path.split("."))):
            yield from found(value, steps[1:])
    else:
        yield from found(value.get(steps[0]) if value else None, steps[1:])


def looked_up(front: FrontEnd, described: dict[str, Any], days: int) -> dict[str, Any]:
    """The example variables, with the ids that the example says how to find."""
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    variables = {**described["variables"], "day": day}
    for look in described.get("lookup", []):
        declared = parse(look["query"]).definitions[0]
        assert isinstance(declared, OperationDefinitionNode)
        names = {variable.variable.name.value for variable in declared.variable_definitions or ()}
        data = front.ask(look["query"], **{name: variables[name] for name in names}).whole()
        for name, path in look["values"].items():
            values = (value for value in found(data, path.split("/")) if value is not None)
            variables[name] = next(values, variables.get(name))
    return variables


BEFORE = {"18-appointments-and-cancel": "08b-book-appointment"}  # what must have happened to be undone


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_operation_runs_without_errors(citizen: Citizen, name: str) -> None:
    """What a tester finds in the page's tabs must work as it stands."""
    if name in BEFORE:  # on a day of its own: what is free is told from a cache of some seconds
        run_saved(citizen, BEFORE[name], days=9)
    run_saved(citizen, name)


def run_saved(citizen: Citizen, name: str, days: int = 1) -> None:
    text = (FOLDER / f"{name}.graphql").read_text("utf-8")
    described = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    front = citizen(described.get("persona"))
    variables = looked_up(front, described, days)
    if "key" in variables:
        variables["key"] = new_key(name)
    operations = [d for d in parse(text).definitions if isinstance(d, OperationDefinitionNode)]
    for operation in operations:
        if operation.operation is OperationType.SUBSCRIPTION:
            continue  # test_subscriptions.py
        wanted = {v.variable.name.value for v in operation.variable_definitions or ()}
        chosen = {key: value for key, value in variables.items() if key in wanted}
        if operation.name and operation.name.value == "RevokeConsent":
            consents = front.ask("{ me { consents { id } } }").whole()["me"]["consents"]
            chosen = {"id": consents[0]["id"], "key": new_key("revoke")}
        data = front.ask(text, operation.name.value if operation.name else None, **chosen).whole()
        if operation.name and operation.name.value == "RevokeConsent":  # other operations of this persona need it
            front.ask(text, "GrantConsent", key=new_key("again")).whole()
        for payload in data.values():
            if isinstance(payload, dict):
                assert payload.get("userErrors", []) == []
