"""The error codes of composition, as Apollo's federation names them, and the error that carries one.

Every rule in `rules/` is a module named by its code.  `DOCUMENTED` says in a line what each code means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DOCUMENTED: Mapping[str, str] = {
    "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE": "requirements stand on the types of an interface, which inherits them",
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": "an argument comes from a context everywhere, or is optional where it does not",
    "CONTEXT_INVALID_SELECTION": "what @fromContext selects exists on every type that sets the context, and is one value",
    "CONTEXT_NAME_CONTAINS_UNDERSCORE": "the supergraph puts underscores between a subgraph and its context",
    "CONTEXT_NAME_INVALID": "the name of a context is letters and digits",
    "CONTEXT_NOT_SET": "a context that an argument takes from is set by a type, and the argument can take from it",
    "CONTEXT_NO_RESOLVABLE_KEY": "a field with a contextual argument is fetched by key, once the context is known",
    "COST_APPLIED_TO_INTERFACE_FIELD": "a cost stands on the fields that are resolved",
    "DEFAULT_VALUE_USES_INACCESSIBLE": "a default that a client sees says nothing that it does not see",
    "DIRECTIVE_COMPOSITION_ERROR": "a composed directive has one specification, one major version and one name",
    "DIRECTIVE_DEFINITION_INVALID": "a subgraph's copy of a federation directive says what the specification says",
    "EMPTY_MERGED_ENUM_TYPE": "the subgraphs have no value of an enum in common",
    "EMPTY_MERGED_INPUT_TYPE": "the subgraphs have no field of an input object in common",
    "ENUM_VALUE_MISMATCH": "an enum that is both taken and returned has the same values everywhere",
    "EXTENSION_WITH_NO_BASE": "what a Federation 1 subgraph extends, some subgraph defines",
    "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH": "an argument of an external field has the resolved field's default",
    "EXTERNAL_ARGUMENT_MISSING": "an external field has the arguments that the field has where it is resolved",
    "EXTERNAL_ARGUMENT_TYPE_MISMATCH": "an argument of an external field takes what the resolved field's takes",
    "EXTERNAL_MISSING_ON_BASE": "a field that is external everywhere is resolved nowhere",
    "EXTERNAL_ON_INTERFACE": "interfaces resolve nothing, so nothing of theirs is external",
    "EXTERNAL_TYPE_MISMATCH": "an external field has the type that the field has where it is resolved, or a wider one",
    "EXTERNAL_UNUSED": "a field is external because something needs it",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH": "an argument has one default, whatever the subgraph",
    "FIELD_ARGUMENT_TYPE_MISMATCH": "the types of an argument in two subgraphs have a common one",
    "FIELD_TYPE_MISMATCH": "the types of a field in two subgraphs have a common one",
    "IMPLEMENTED_BY_INACCESSIBLE": "what a client sees of an interface, it sees of its types",
    "INPUT_FIELD_DEFAULT_MISMATCH": "an input field has one default, whatever the subgraph",
    "INTERFACE_FIELD_NO_IMPLEM": "a type has every field of its interfaces, whichever subgraph they come from",
    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE": "who resolves an interface by key knows every type that it can be",
    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION": "a key of an interface is a key of every type that implements it",
    "INTERFACE_OBJECT_USAGE_ERROR": "an @interfaceObject is an entity, and an interface somewhere else",
    "INVALID_FEDERATION_SUPERGRAPH": "a supergraph file links the join specification and lists the subgraphs that it names",
    "INVALID_FIELD_SHARING": "a field is resolved by several subgraphs only when all of them say that it may be",
    "INVALID_GRAPHQL": "a subgraph, and what is merged, is valid GraphQL",
    "INVALID_LINK_DIRECTIVE_USAGE": "a link imports what its specification defines, once, under names that are free",
    "INVALID_LINK_IDENTIFIER": "a link names a specification and its version",
    "INVALID_SHAREABLE_USAGE": "only object fields are shared, each said once, and no subscriptions",
    "INVALID_SUBGRAPH_NAME": "a subgraph has a name of its own, which is not reserved",
    "KEY_DIRECTIVE_IN_FIELDS_ARG": "the field set of a key applies no directives",
    "KEY_FIELDS_HAS_ARGS": "the field set of a key has no fields with arguments",
    "KEY_FIELDS_SELECT_INVALID_TYPE": "the field set of a key does not enter interfaces or unions",
    "KEY_INVALID_FIELDS": "the field set of a key parses and selects what exists",
    "KEY_INVALID_FIELDS_TYPE": "a key is given one string",
    "KEY_UNSUPPORTED_ON_INTERFACE": "interfaces have keys since Federation 2.3",
    "LINK_IMPORT_NAME_MISMATCH": "a directive that reaches the supergraph has one name there",
    "LIST_SIZE_APPLIED_TO_NON_LIST": "only lists have a size",
    "LIST_SIZE_INVALID_ASSUMED_SIZE": "a list is not assumed to be shorter than empty",
    "LIST_SIZE_INVALID_SIZED_FIELD": "`sizedFields` names fields of what the field returns",
    "LIST_SIZE_INVALID_SLICING_ARGUMENT": "`slicingArguments` names integer arguments of the field",
    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL": "what a directive says of a field is said where the field is resolved",
    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS": "a field asks for all that the fields it is computed from ask for",
    "NO_CONTEXT_REFERENCED": "@fromContext names a context and selects from it",
    "NO_QUERIES": "a supergraph can be asked something",
    "ONLY_INACCESSIBLE_CHILDREN": "a type that a client sees has something to see",
    "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE": "a field that another directive governs does not move",
    "OVERRIDE_FROM_SELF_ERROR": "a field cannot move from the subgraph it is in",
    "OVERRIDE_LABEL_INVALID": "a label is a name, or `percent(x)` of requests",
    "OVERRIDE_ON_INTERFACE": "only fields of object types move",
    "OVERRIDE_SOURCE_HAS_OVERRIDE": "a field moves once; its source cannot move it on",
    "PROVIDES_DIRECTIVE_IN_FIELDS_ARG": "the field set of @provides applies no directives",
    "PROVIDES_FIELDS_HAS_ARGS": "the field set of @provides has no fields with arguments",
    "PROVIDES_FIELDS_MISSING_EXTERNAL": "what @provides names is resolved elsewhere, so it is @external",
    "PROVIDES_INVALID_FIELDS": "the field set of @provides parses and selects what exists",
    "PROVIDES_INVALID_FIELDS_TYPE": "@provides is given one string",
    "PROVIDES_ON_NON_OBJECT_FIELD": "only a field with fields below it provides some",
    "PROVIDES_UNSUPPORTED_ON_INTERFACE": "@provides stands on fields of object types",
    "QUERY_ROOT_TYPE_INACCESSIBLE": "a client sees the query type",
    "REFERENCED_INACCESSIBLE": "what a client sees is not of a type that it does not see",
    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH": "what one subgraph must be told, all can be told",
    "REQUIRED_INACCESSIBLE": "a client sees what it has to give",
    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH": "an input field that one subgraph needs exists in all",
    "REQUIRES_DIRECTIVE_IN_FIELDS_ARG": "the field set of @requires applies no directives",
    "REQUIRES_FIELDS_MISSING_EXTERNAL": "what @requires names is resolved elsewhere, so it is @external",
    "REQUIRES_INVALID_FIELDS": "the field set of @requires parses and selects what exists",
    "REQUIRES_INVALID_FIELDS_TYPE": "@requires is given one string",
    "REQUIRES_UNSUPPORTED_ON_INTERFACE": "@requires stands on fields of object types",
    "ROOT_MUTATION_USED": "the default name of the mutation root belongs to the mutation root",
    "ROOT_QUERY_USED": "the default name of the query root belongs to the query root",
    "ROOT_SUBSCRIPTION_USED": "the default name of the subscription root belongs to the subscription root",
    "SATISFIABILITY_ERROR": "some query of the API schema cannot be answered by the subgraphs",
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES": "subgraphs that share a field can return an object of the same type",
    "TYPE_DEFINITION_INVALID": "a subgraph's copy of a type of the specification is the scalar that it is there",
    "TYPE_KIND_MISMATCH": "a name is the same kind of type everywhere; an @interfaceObject counts as an interface",
    "UNKNOWN_FEDERATION_LINK_VERSION": "composition knows the version of federation that a subgraph links",
    "UNKNOWN_LINK_VERSION": "composition knows the version of the link specification that a subgraph links",
}


@dataclass(frozen=True, slots=True)
class CompositionError:
    """Why subgraphs do not compose.  The message names the elements, the subgraphs and both definitions."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    """The subgraphs that the error is about, when it is about some of them."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class CompositionFailed(Exception):
    """Raised where a caller asked for a supergraph and nothing else; `errors` has every reason."""

    def __init__(self, errors: Iterable[CompositionError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


def in_subgraph(subgraph: str, code: str, message: str) -> CompositionError:
    """An error of one subgraph, which the message starts with: `[users] …`."""
    return CompositionError(code, f"[{subgraph}] {message}", (subgraph,))
