"""The exported graph: `schema/schema.graphql`, checked in and equal to what the code prints.

`python -m schema.sdl` prints it. The types come from the code; which cities CityId names is data, and stands in the export
itself. A graph of other cities prints itself with `Graph.as_str()`.
"""

import sys
from pathlib import Path

from graphql import parse
from graphql.language import EnumTypeDefinitionNode

from schema.declared import declared
from schema.document import Cities, print_sdl, with_cities

EXPORT = Path(__file__).with_name("schema.graphql")


def cities_of(sdl: str) -> Cities:
    """The cities of an exported graph. Slugs are not in an SDL: the name in lower case stands in."""
    return {
        value.name.value: (value.name.value.lower(), value.description.value if value.description else "")
        for definition in parse(sdl).definitions
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == "CityId"
        for value in definition.values or ()
    }


def export(cities: Cities) -> str:
    """Print the canonical graph with these cities, without any city's own fields."""
    return print_sdl(with_cities(declared().document, cities))


if __name__ == "__main__":
    sys.stdout.write(export(cities_of(EXPORT.read_text(encoding="utf-8"))))
