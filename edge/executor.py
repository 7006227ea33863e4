"""graphql-core's executor, which leaves rows to the compiled projection and keeps everything else.

It calls the answered fields, and completes whatever the projection does not show: with errors, nulls that spread, and fields
whose guard may refuse. Where it comes to a value that is all rows it asks the projection first.
"""

from typing import Any

from graphql import Executor, GraphQLList, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from schema.language import language

from .leaves import Surprise
from .projection import Complete, NotRows, Projection, Run

Details = list[FieldDetails]
MISSED: Any = object()


class RowExecutor(Executor[Any]):
    """One request. Without a projection it is graphql-core's executor."""

    projection: Projection | None = None
    shares = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._readings: dict[int, tuple[Details, Complete | None]] = {}
        self._language = language(self.context_value)
        self._alone = Run(self._language, None)  # for fields read one by one

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """One object."""
        shown = self._shown(return_type, field_details_list, result)
        if shown is not MISSED:
            return shown
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """A list; one with a surprise is completed item by item, each of them as rows if it can be."""
        shown = self._shown(return_type, field_details_list, result)
        if shown is not MISSED:
            return shown
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Details,
        path: Path,
        position_context: Any,
    ) -> Any:
        """A field beside answered ones."""
        if self.projection is not None and source is not None:
            complete = self._reading(self.projection, parent_type, field_details_list)
            if complete is not None:
                try:
                    return complete(source, self._alone)
                except Surprise:
                    pass
                except NotRows:
                    self.projection.forget(parent_type, field_details_list, as_field=True)
                    self._readings.clear()
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _reading(self, projection: Projection, parent: GraphQLObjectType, details: Details) -> Complete | None:
        """How the field is read. Looked up once a request: one list of details is of one type, and lives as long as it is here."""
        found = self._readings.get(id(details))
        if found is None:
            found = self._readings[id(details)] = (details, projection.of_field(parent, details))
        return found[1]

    def _shown(self, type_: Any, details: Details, value: Any) -> Any:
        if self.projection is None:
            return MISSED
        complete: Complete | None = self.projection.of_type(type_, details)
        if complete is None:
            return MISSED
        try:
            return complete(value, Run(self._language, {} if self.shares else None))
        except Surprise:
            return MISSED
        except NotRows:
            self.projection.forget(type_, details)
            return MISSED
