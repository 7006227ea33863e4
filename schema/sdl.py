"""What is exported, checked in and equal to what the code prints: `schema/schema.graphql`, and `schema/answered.txt`, the
coordinates that answers give and rows do not.

`python -m schema.sdl` writes both. The types come from the code; which cities CityId names is data, and stands in the export
itself. A graph of other cities prints itself with `Graph.as_str()`.
"""

from graphql import parse
from graphql.language import EnumTypeDefinitionNode

from schema.declared import declared
from schema.document import Cities, print_sdl, with_cities
from schema.exported import ANSWERED, EXPORT


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


def answered() -> str:
    """The answered coordinates, a line each, in order."""
    return "".join(f"{coordinate}\n" for coordinate in sorted(declared().answered))


if __name__ == "__main__":
    EXPORT.write_text(export(cities_of(EXPORT.read_text(encoding="utf-8"))), encoding="utf-8")
    ANSWERED.write_text(answered(), encoding="utf-8")
