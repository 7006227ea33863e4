"""The first question a new sandbox answers: the bills of one citizen in several cities, and how it is shown.

The answer is shown as JSON, shortened: one record a line, long lists cut with the number of records left out. Coverage
is never cut.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox import switch
from sandbox.personas import PERSONAS
from sandbox.up import Stack

PERSONA = "deng"
WIDTH = 118
SHOWN_NODES = 6
QUERY = """query BillsAcrossCities {
  me {
    bills(cities: [%s], filter: { kinds: [WATER, GAS, ELECTRICITY] }, first: 10) {
      nodes { kind state dueOn amount { amount currency } payee source { city { slug } } }
      unpaidTotal { amount currency }
      coverage { city { slug name } outcome code message count }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The question, its answer and how many cities answered fully."""

    query: str
    answer: Any
    answered: int
    asked: int

    @property
    def complete(self) -> bool:
        return self.answered == self.asked and "errors" not in self.answer

    def text(self) -> str:
        """The answer as it is printed."""
        return "\n".join(lines(_shortened(self.answer)))


def greet(stack: Stack, persona: str = PERSONA) -> Greeting:
    """Sign the persona in and ask.  Raises cli.token.SignInError, switch.NoAnswer."""
    cities = [slug for slug in stack.cities if slug in PERSONAS[persona].linked]
    query = QUERY % ", ".join(slug.upper() for slug in cities)
    bearer = {"authorization": f"Bearer {stack.token(persona)}"}
    _, answer = switch.call("POST", f"{stack.gateway_url}/graphql", {"query": query}, bearer)
    return Greeting(query, answer, sum(row.get("outcome") == "OK" for row in _coverage(answer)), len(cities))


def lines(value: Any, indent: str = "", lead: str = "", tail: str = "") -> Iterator[str]:
    """JSON with every record of a list on one line, and everything else that fits into the width."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (not lead and indent) or len(indent + lead + flat + tail) <= WIDTH:
        yield f"{indent}{lead}{flat}{tail}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{lead}{opening}"
    parts = list(_parts(value))
    for index, (name, part) in enumerate(parts):
        yield from lines(part, f"{indent}  ", name, "," if index < len(parts) - 1 else "")
    yield f"{indent}{closing}{tail}"


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((f"{json.dumps(name, ensure_ascii=False)}: ", part) for name, part in value.items())
    return (("", part) for part in value)


def _coverage(answer: Any) -> list[dict[str, Any]]:
    try:
        return list(answer["data"]["me"]["bills"]["coverage"])
    except (KeyError, TypeError):
        return []


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(part) if name == "nodes" else _shortened(part) for name, part in _telling(value)}
    return [_shortened(part) for part in value] if isinstance(value, list) else value


def _telling(value: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Without the reasons that coverage rows leave empty, and without extensions."""
    return (
        (name, part)
        for name, part in value.items()
        if name != "extensions" and (part is not None or "outcome" not in value)
    )


def _cut(nodes: Any) -> Any:
    if not isinstance(nodes, list) or len(nodes) <= SHOWN_NODES:
        return nodes
    return [*nodes[:SHOWN_NODES], f"… {len(nodes) - SHOWN_NODES} more"]
