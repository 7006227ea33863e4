"""The one place that keeps the marks of `schema.marks`, for declared and contributed fields alike.

A field's mark is checked before its answer is called; where what it gives may demand more than the field, each object is held
to its type's mark as well. A caller without a viewer counts as nobody (fail closed).
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from schema.codes import AssuranceLevel, ErrorCode
from schema.language import language
from schema.marks import OPEN

Info = GraphQLResolveInfo[Any]
Answer = Callable[..., Any]

MESSAGES = {
    ErrorCode.UNAUTHENTICATED: {"zh": "请先登录。", "en": "Sign in first."},
    ErrorCode.ASSURANCE_TOO_LOW: {
        "zh": "此操作需要更高的实名等级:{required}。",
        "en": "This needs a higher assurance level: {required}.",
    },
}


def guarded(answer: Answer, required: AssuranceLevel | None) -> Answer:
    """Call the answer only for a viewer of the required assurance."""
    if required is None or required is OPEN:
        return answer

    def guard(source: Any, info: Info, **arguments: Any) -> Any:
        demand(info.context, required)
        return answer(source, info, **arguments)

    return guard


def held(answer: Answer, levels: Mapping[str, AssuranceLevel], gives: str) -> Answer:
    """Hand on only objects whose type the viewer may have. `gives`: the field's type, for rows that name none."""
    if not levels:
        return answer

    async def later(found: Awaitable[Any], context: Any) -> Any:
        return let_pass(await found, context)

    def let_pass(found: Any, context: Any) -> Any:
        if isinstance(found, list | tuple):
            return [refused(each, context) for each in found]
        if isinstance(found, Mapping):
            demand(context, levels.get(found.get("__typename", gives), OPEN))
        return found

    def refused(each: Any, context: Any) -> Any:
        try:
            return let_pass(each, context)
        except GraphQLError as refusal:  # costs its own place in the list
            return refusal

    def hold(source: Any, info: Info, **arguments: Any) -> Any:
        found = answer(source, info, **arguments)
        return later(found, info.context) if isawaitable(found) else let_pass(found, info.context)

    return hold


def demand(context: Any, required: AssuranceLevel) -> None:
    """Let pass, or say what is missing.

    Raises: GraphQLError: code UNAUTHENTICATED for nobody, ASSURANCE_TOO_LOW for a citizen; `required` names the level.
    """
    viewer = getattr(context, "viewer", None)
    assurance = AssuranceLevel(viewer.assurance) if viewer else AssuranceLevel.ANONYMOUS
    if assurance >= required:
        return
    anonymous = assurance is AssuranceLevel.ANONYMOUS
    code = ErrorCode.UNAUTHENTICATED if anonymous else ErrorCode.ASSURANCE_TOO_LOW
    message = MESSAGES[code][language(context)].format(required=required.value)
    raise GraphQLError(message, extensions={"code": code.value, "required": required.value})
