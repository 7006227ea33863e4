"""A federation gateway for anyone's subgraphs: `federation/` with its I/O, served over HTTP.

    sources   files to a graph: a composed supergraph, or subgraphs to compose
    subgraph  one subgraph over HTTP (a federation.client.SubgraphClient)
    overrides which progressive override labels are on for a request
    gateway   one request: prepared once, answered by the engine
    view      POST and GET on /graphql and /, health on /health

It knows no city, no citizen and no agreement: CityRoam's own gateway puts the same engine behind its own door.
"""

from .gateway import Gateway
from .sources import load_subgraphs, load_supergraph
from .view import application

__all__ = ["Gateway", "application", "load_subgraphs", "load_supergraph"]
