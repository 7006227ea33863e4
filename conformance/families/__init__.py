"""The rules themselves, one module for each family of `rules.yaml`.

A contract, B refusals, C privacy, D once, E paging, F endurance, G running. Each module offers `RULES`: from a rule's id
to the function that tests it on a `Session`.
"""

from conformance.families import contract, endurance, once, paging, privacy, refusals, running
from conformance.session import Family

TESTS: Family = {
    **contract.RULES,
    **refusals.RULES,
    **privacy.RULES,
    **once.RULES,
    **paging.RULES,
    **endurance.RULES,
    **running.RULES,
}

__all__ = ["TESTS"]
