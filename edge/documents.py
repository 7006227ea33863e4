"""From GraphQL text to a prepared operation: parsed, measured, validated; remembered per graph version and text.

The order is by price: length, tokens, one linear pass for the limits, and only then graphql-core's validation, some of
whose rules compare selections in pairs. A refusal comes before any city is called and names figure and limit.
"""

import re
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
)
from graphql.language import TokenKind

from .errors import (
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    INVALID_INPUT,
    OPERATION_RESOLUTION_FAILURE,
    QUERY_REJECTED,
    coded,
    recoded,
)
from .gauge import CycleError, Gauge, Part, Scale, written
from .limits import Limits
from .projections import Projections

_LONG_DIGITS = re.compile(r"\d{20}")
MAX_NUMBER_CHARACTERS = 40
# Rules that only ever speak of variables: nothing to find in a text without a `$`.
_VARIABLE_RULES = {
    "NoUndefinedVariablesRule",
    "NoUnusedVariablesRule",
    "UniqueVariableNamesRule",
    "VariablesAreInputTypesRule",
    "VariablesInAllowedPositionRule",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may be executed as it stands."""

    document: DocumentNode
    operation: OperationDefinitionNode
    figures: Part
    deciding: frozenset[str]
    """Variables that decide the cost; with none, the figures hold for every request."""
    projections: Projections = field(default_factory=Projections, compare=False)
    """What is compiled of it so far."""

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def name(self) -> str | None:
        """The operation's name as written."""
        return self.operation.name.value if self.operation.name else None


@dataclass(slots=True)
class _Text:
    document: DocumentNode
    prepared: dict[str | None, Prepared] = field(default_factory=dict)


class CorrectValuesRule(ValuesOfCorrectTypeRule):
    """A wrong value in the text gets the code that the same value in `variables` would get."""

    def report_error(self, error: GraphQLError) -> None:
        super().report_error(recoded(error, INVALID_INPUT))


class Documents:
    """Prepared operations of one graph version, the most recently used ones kept."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._scale = Scale(schema, limits)
        self._kept: OrderedDict[str, _Text] = OrderedDict()
        rules = [CorrectValuesRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules]
        if not limits.introspection:
            rules.append(NoSchemaIntrospectionCustomRule)
        self._rules: tuple[type[ASTValidationRule], ...] = tuple(rules)
        self._rules_without_variables = tuple(rule for rule in rules if rule.__name__ not in _VARIABLE_RULES)

    def prepare(
        self, text: str, operation_name: str | None, variables: Mapping[str, Any]
    ) -> Prepared | tuple[GraphQLError, ...]:
        """The operation to execute, or every reason why not."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
        else:
            parsed = self._parse(text)
            if isinstance(parsed, GraphQLError):
                return (parsed,)
            kept = _Text(parsed)
        return self._select(kept, text, operation_name, variables)

    def _select(
        self, kept: _Text, text: str, operation_name: str | None, variables: Mapping[str, Any]
    ) -> Prepared | tuple[GraphQLError, ...]:
        known = kept.prepared.get(operation_name)
        if known is not None and not known.deciding:
            return known
        operation = _operation(kept.document, operation_name)
        if isinstance(operation, GraphQLError):
            return (operation,)
        prepared = self._measured(kept.document, operation, variables)
        if isinstance(prepared, GraphQLError):
            return (prepared,)
        if known is not None:
            prepared = replace(prepared, projections=known.projections)
        if not kept.prepared and (errors := self._validate(kept.document, text)):
            return errors
        kept.prepared[operation_name] = prepared
        self._keep(text, kept)
        return prepared

    def _parse(self, text: str) -> DocumentNode | GraphQLError:
        limits = self._limits
        if len(text) > limits.max_document_bytes:
            return _over("length", len(text), limits.max_document_bytes)
        try:
            document = parse(text, max_tokens=limits.max_tokens)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message:
                return _over("tokens", f"more than {limits.max_tokens}", limits.max_tokens)
            if "nested too deeply" in error.message:
                return recoded(error, QUERY_REJECTED)
            return recoded(error, GRAPHQL_PARSE_FAILED)
        return self._written_problem(document, text) or document

    def _written_problem(self, document: DocumentNode, text: str) -> GraphQLError | None:
        limits = self._limits
        figures = written(document)
        fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
        most, count = next(iter(figures.aliases.most_common(1)), ("", 0))
        checks = (
            ("fragments", fragments, limits.max_fragments),
            ("aliases", figures.aliases.total(), limits.max_aliases),
            (f"aliases of `{most}`", count, limits.max_aliases_per_field),
            ("selections", figures.selections, limits.max_selections),
            ("repeated selections", figures.repeats, limits.max_repeats),
        )
        return _first_over(checks) or (_huge_number(document) if _LONG_DIGITS.search(text) else None)

    def _measured(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Prepared | GraphQLError:
        gauge = Gauge(self._scale, document, operation, variables)
        try:
            figures = gauge.measure()
        except CycleError as cycle:
            return coded(GRAPHQL_VALIDATION_FAILED, f"A fragment must not spread itself: {cycle}.")
        limits = self._limits
        checks = (
            ("depth", figures.depth, limits.max_depth),
            ("nesting", figures.nesting, limits.max_nesting),
            ("root fields", figures.fields, limits.max_root_fields),
            ("cost", figures.cost, limits.max_cost),
        )
        return _first_over(checks) or Prepared(document, operation, figures, frozenset(gauge.deciding))

    def _validate(self, document: DocumentNode, text: str) -> tuple[GraphQLError, ...]:
        rules: Collection[type[ASTValidationRule]] = self._rules if "$" in text else self._rules_without_variables
        errors = validate(
            self._schema,
            document,
            rules,
            max_errors=self._limits.max_validation_errors,
            hide_suggestions=not self._limits.introspection,
        )
        return tuple(recoded(error, GRAPHQL_VALIDATION_FAILED) for error in errors)

    def _keep(self, text: str, kept: _Text) -> None:
        if len(text) > self._limits.max_cached_document_bytes:
            return
        self._kept[text] = kept
        if len(self._kept) > self._limits.max_cached_documents:
            self._kept.popitem(last=False)


class Shelf:
    """The prepared documents of the graph versions in use: the current one, and the one before for requests under way."""

    def __init__(self) -> None:
        self._shelves: list[tuple[GraphQLSchema, str, Limits, Documents]] = []

    def of(self, schema: GraphQLSchema, version: str, limits: Limits) -> Documents:
        """By identity of the schema: two graphs that call themselves the same version never share a document."""
        for known_schema, known_version, known_limits, documents in self._shelves:
            if known_schema is schema and known_version == version and known_limits is limits:
                return documents
        documents = Documents(schema, limits)
        self._shelves = [(schema, version, limits, documents), *self._shelves[:1]]
        return documents


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | GraphQLError:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
        if not operations:
            return coded(OPERATION_RESOLUTION_FAILURE, f'The document has no operation named "{name[:100]}".')
        return operations[0]
    if len(operations) == 1:
        return operations[0]
    if not operations:
        return coded(OPERATION_RESOLUTION_FAILURE, "The document has no operation, only definitions.")
    return coded(
        OPERATION_RESOLUTION_FAILURE, "The document has several operations; say which one with `operationName`."
    )


def _first_over(checks: tuple[tuple[str, int, int], ...]) -> GraphQLError | None:
    return next((_over(what, found, limit) for what, found, limit in checks if found > limit), None)


def _over(what: str, found: int | str, limit: int) -> GraphQLError:
    return coded(
        QUERY_REJECTED,
        f"The query exceeds a limit: {what} {found}, at most {limit}. No city was called.",
        measure=what,
        found=found,
        limit=limit,
    )


def _huge_number(document: DocumentNode) -> GraphQLError | None:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in (TokenKind.INT, TokenKind.FLOAT) and len(token.value or "") > MAX_NUMBER_CHARACTERS:
            return coded(
                INVALID_INPUT,
                f"The number at line {token.line}, column {token.column} has {len(token.value or '')} characters; "
                f"at most {MAX_NUMBER_CHARACTERS} are read.",
            )
        token = token.next
    return None
