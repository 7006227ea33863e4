"""A federation gateway for anyone's subgraphs: `federation/` with its I/O, served over HTTP.

    sources   files to a graph: a composed supergraph, or subgraphs to compose
    subgraph  one subgraph over HTTP (a federation.client.Wire and EventSource)
    pool      its bytes over our own connections; session the same with aiohttp's, the reference
    target    its address, and the head that every request to it begins with
    events    a subgraph's stream of events: graphql-sse, read as it comes
    overrides which progressive override labels are on for a request
    gateway   one request: prepared once, answered by the engine
    view      POST and GET on /graphql and /, event streams, health on /healthz
    ws        graphql-transport-ws on the same paths
    explain   a plan as text and JSON, without asking anybody
    picture   a plan as an SVG; boxes says what stands in it

It knows no city, no citizen and no agreement: CityRoam's own gateway puts the same engine behind its own door.
"""

from .gateway import Gateway
from .sources import load_subgraphs, load_supergraph
from .view import application

__all__ = ["Gateway", "application", "load_subgraphs", "load_supergraph"]
