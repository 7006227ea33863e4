"""Merging: the types of all subgraphs become those of the supergraph.

`graphs` numbers the subgraphs and says where fields move (`overrides`); `types` merges kind by kind, `fields`,
`arguments` and `directives` the parts; `auth` carries requirements to interfaces.  Everything that does not fit goes
into one `Ledger`, so that one run reports every conflict.
"""

__all__: list[str] = []
