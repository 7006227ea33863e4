"""The conformance kit: is a city's channel what the rules want, and which badge does that earn?

`rules` are published data (`rules.yaml`); `families` test them, one module a family; a `Session` is what a test is given:
the city's files, what the gateway has kept of it, and in a live session the city itself, asked for test citizens only
(`personas`) through the gateway's own lines (`wire`, `live`, `load`), first in one everyday round (`tour`). `judging.examine` makes
the `Report`s; `text` and `page` show it. Load is bounded, nobody real is ever asked about, and a rule that could not be put
to the test reads "not measured" and does not count. Deliberately not here: the environment and the command line (`cli`).
"""

from conformance.judging import examine
from conformance.report import Report
from conformance.rules import RuleBook, rule_book
from conformance.session import Session
from conformance.verdict import State, Verdict

__all__ = ["Report", "RuleBook", "Session", "State", "Verdict", "examine", "rule_book"]
