"""What is asked: three questions, each of the gateway in GraphQL and of the handler by an address of its own."""

import json
from dataclasses import dataclass
from pathlib import Path

from bench.load import DAY

CITIES = ("chengdu", "deyang", "meishan", "ziyang", "mianyang")
FIVE_PERSONA = "deng"
LONG_PERSONA = "test-many@mianyang"
FIVE_FILE = Path(__file__).resolve().parent.parent / "web" / "operations" / "05-bills-across-cities.graphql"
FIVE = FIVE_FILE.read_text(encoding="utf-8")
FIVE_BEFORE = FIVE.replace("$after: Cursor)", "$after: Cursor, $dueBefore: Date)").replace(
    "filter: { kinds:", "filter: { dueBefore: $dueBefore, kinds:"
)
LIST = """query LongList($filter: BillFilter) {
  me {
    bills(cities: [MIANYANG], filter: $filter, first: 1000) {
      nodes {
        id kind state payee accountNo period dueOn
        amount { amount currency }
        source { city { slug } department asOf fromCache agreementId }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
CATALOGUE = """query CataloguePage($first: Int!) {
  services(filter: { cities: [MIANYANG] }, first: $first) {
    totalCount
    nodes {
      code name theme type
      providers(cities: [MIANYANG]) { id department localName source status requiredAssurance }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One measured question.

    `kept`: both sides may answer from rows that they keep; otherwise the gateway runs on channels without caches and
    every request names a day of its own, so that identical reads under way are not shared either.
    """

    name: str
    persona: str
    path: str
    query: str
    variables: dict[str, object]
    connections: int
    kept: bool

    @property
    def graphql_body(self) -> bytes:
        return json.dumps({"query": self.query, "variables": self.variables}).encode()

    @property
    def handler_body(self) -> bytes:
        """The handler needs to be told only what varies."""
        told = self.variables.get("filter") or self.variables
        return json.dumps({"variables": told}).encode()

    @property
    def handler_path(self) -> str:
        return f"{self.path}?keep" if self.kept else self.path


UNIQUE: dict[str, object] = {"dueBefore": DAY.decode()}
CASES = (
    Case("five-city bills, cities asked", FIVE_PERSONA, "/five", FIVE_BEFORE, UNIQUE, 8, kept=False),
    Case("five-city bills, rows kept", FIVE_PERSONA, "/five", FIVE, {}, 8, kept=True),
    Case("catalogue page of 50", FIVE_PERSONA, "/catalogue", CATALOGUE, {"first": 50}, 8, kept=True),
    Case("1 000-row list, 20 calls", LONG_PERSONA, "/list", LIST, {"filter": UNIQUE}, 2, kept=False),
    Case("1 000-row list, rows kept", LONG_PERSONA, "/list", LIST, {}, 2, kept=True),
)
