"""The rules that a subgraph is checked by before it meets the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from federation.codes import CompositionError
from federation.facts import Facts
from federation.rules import (
    auth_requirements_applied_on_interface,
    context_invalid_selection,
    context_name_contains_underscore,
    context_name_invalid,
    context_no_resolvable_key,
    context_not_set,
    cost_applied_to_interface_field,
    directive_definition_invalid,
    external_on_interface,
    external_unused,
    interface_key_not_on_implementation,
    interface_object_usage_error,
    invalid_graphql,
    invalid_shareable_usage,
    invalid_subgraph_name,
    key_directive_in_fields_arg,
    key_fields_has_args,
    key_fields_select_invalid_type,
    key_invalid_fields,
    key_invalid_fields_type,
    key_unsupported_on_interface,
    list_size_applied_to_non_list,
    list_size_invalid_assumed_size,
    list_size_invalid_sized_field,
    list_size_invalid_slicing_argument,
    no_context_referenced,
    provides_directive_in_fields_arg,
    provides_fields_has_args,
    provides_fields_missing_external,
    provides_invalid_fields,
    provides_invalid_fields_type,
    provides_on_non_object_field,
    provides_unsupported_on_interface,
    requires_directive_in_fields_arg,
    requires_fields_missing_external,
    requires_invalid_fields,
    requires_invalid_fields_type,
    requires_unsupported_on_interface,
    type_definition_invalid,
)
from federation.subgraph import Source
from federation.validity import validity_errors

Rule = Callable[[Facts], Iterator[CompositionError]]

DEFINITION_RULES: Sequence[Rule] = (directive_definition_invalid.check, type_definition_invalid.check)
VALUE_RULES: Sequence[Rule] = (invalid_graphql.check,)
SUBGRAPH_RULES: Sequence[Rule] = (
    key_unsupported_on_interface.check,
    key_invalid_fields_type.check,
    key_invalid_fields.check,
    key_fields_has_args.check,
    key_fields_select_invalid_type.check,
    key_directive_in_fields_arg.check,
    requires_unsupported_on_interface.check,
    requires_invalid_fields_type.check,
    requires_invalid_fields.check,
    requires_directive_in_fields_arg.check,
    requires_fields_missing_external.check,
    provides_on_non_object_field.check,
    provides_unsupported_on_interface.check,
    provides_invalid_fields_type.check,
    provides_invalid_fields.check,
    provides_fields_has_args.check,
    provides_directive_in_fields_arg.check,
    provides_fields_missing_external.check,
    external_unused.check,
    external_on_interface.check,
    interface_key_not_on_implementation.check,
    interface_object_usage_error.check,
    invalid_shareable_usage.check,
    auth_requirements_applied_on_interface.check,
    cost_applied_to_interface_field.check,
    list_size_applied_to_non_list.check,
    list_size_invalid_assumed_size.check,
    list_size_invalid_sized_field.check,
    list_size_invalid_slicing_argument.check,
    context_name_invalid.check,
    context_name_contains_underscore.check,
    no_context_referenced.check,
    context_not_set.check,
    context_invalid_selection.check,
    context_no_resolvable_key.check,
)


def check_sources(sources: Sequence[Source]) -> Iterator[CompositionError]:
    """What is wrong with the names of the subgraphs."""
    return invalid_subgraph_name.errors([source.name for source in sources])


def checked(facts: Facts) -> tuple[CompositionError, ...]:
    """What is wrong with one subgraph: its definitions, then whether it is GraphQL, then federation's rules."""
    errors = _found(facts, DEFINITION_RULES)
    errors = [*(errors or validity_errors(facts.subgraph)), *_found(facts, VALUE_RULES)]
    return tuple(dict.fromkeys(errors or _found(facts, SUBGRAPH_RULES)))


def _found(facts: Facts, rules: Sequence[Rule]) -> list[CompositionError]:
    return [error for rule in rules for error in rule(facts)]
