"""How a city is asked in its own protocol: REST, SOAP, GraphQL, a federation subgraph.  `spoken` is what each must give.

A `draft` goes out by `transport`, a `reply` comes back; `reading`, `refusals` and `rowset` make a page or a failure of it.
`compiled` is one operation of one city with all of this decided beforehand.
"""

__all__: list[str] = []
