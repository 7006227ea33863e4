"""Fields that are read from their row: a value under the field's own name, or a text in one of its two languages.

Values, so that whoever shows whole rows at once can see what a field reads instead of calling it (`edge.projection`). A field
behind a guard has the guard as its function, and is none of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo

from schema.language import language

Info: TypeAlias = GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True)
class ValueOf:
    """Read a field from its row. An absent value is null; an Exception in the row becomes the field's error."""

    name: str

    def __call__(self, row: Mapping[str, Any], _info: Info, **_arguments: Any) -> Any:
        return row.get(self.name)


@dataclass(frozen=True, slots=True)
class TextOf:
    """Read a text from its `{"zh": …, "en": …}` pair; a language that the pair lacks gives the other. Plain text passes."""

    name: str

    def __call__(self, row: Mapping[str, Any], info: Info, lang: str | None = None, **_arguments: Any) -> Any:
        return in_language(row.get(self.name), lang, language(info.context))


RowRead: TypeAlias = ValueOf | TextOf


def in_language(pair: Any, lang: str | None, otherwise: str) -> Any:
    """The text of a pair. `lang`: as the client wrote it ("EN"); `otherwise`: the request's language ("en")."""
    if not isinstance(pair, Mapping):
        return pair
    return pair.get(lang.lower() if lang else otherwise) or pair.get("zh") or pair.get("en")
