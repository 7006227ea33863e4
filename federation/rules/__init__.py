"""The rules of composition, one a module, each named by the error code that it reports.

A rule of a single subgraph has `check(facts)`; a rule about several is asked by the merger with the definitions that
it compares.  `checking.py` has the order in which a subgraph is checked.
"""

__all__: list[str] = []
