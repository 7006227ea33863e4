"""From a tree to a model: every refusal of pydantic as one diagnostic at its place."""

from __future__ import annotations

import re
import types
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .diagnostics import Diagnostic, report
from .positions import MapNode, Node, ScalarNode, data, find, key_place, value_place

M = TypeVar("M", bound=BaseModel)

_QUOTED = re.compile(r"'([^']*)'")

# What a wrongly typed scalar should have been, by the kind of refusal.
_TYPES: dict[str, tuple[str, str]] = {
    "whole": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "flag": ("true 或 false", "`true` or `false`"),
    "text": ("文字", "text"),
    "mapping": ("路径或 {from: …}", "a path or {from: …}"),
    "dict_type": ("键值对", "a mapping of keys to values"),
    "model_type": ("键值对", "a mapping of keys to values"),
    "model_attributes_type": ("键值对", "a mapping of keys to values"),
    "tuple_type": ("列表", "a list"),
    "list_type": ("列表", "a list"),
}
# What an ill-formed scalar should look like.
_FORMATS: dict[str, tuple[str, str, str]] = {
    "date": ("日期", "a date", "2026-11-30"),
    "url": ("网址", "a URL", "https://…"),
    "slug": ("英文标识", "a city's slug", "deyang"),
    "city_code": ("六位行政区划代码", "a six-digit city code", '"510600"'),
    "service_code": ("事项代码", "a service code", "WATER-QUERY"),
    "window": ("时间窗", "a time window", '"02:00-03:00 Asia/Shanghai"'),
    "sorting": ("排序", "an order", "dueOn desc"),
    "path_text": ("路径", "a path", "/api/v1"),
}


def validate(model: type[M], node: Node) -> tuple[M | None, list[Diagnostic]]:
    """Return: the model, or None with every refusal."""
    try:
        return model.model_validate(data(node)), []
    except ValidationError as error:
        return None, [_diagnose(model, node, item) for item in error.errors(include_url=False)]


def _diagnose(model: type[BaseModel], node: Node, error: ErrorDetails) -> Diagnostic:
    path = tuple(step for step in error["loc"] if _is_step(node, step, error["loc"]))
    kind, context = error["type"], error.get("ctx", {})
    field = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return _unknown(model, node, error, path)
    if kind in ("missing", "union_tag_not_found"):
        missing = _QUOTED.findall(str(context.get("discriminator", "")))
        name = missing[0] if missing else field
        parent = path if missing else path[:-1]
        return report("missing", key_place(node, parent) if parent else node_start(node), field=name)
    place = value_place(node, path)
    if kind in ("literal_error", "union_tag_invalid"):
        return _choice(node, path, context, error["input"])
    if kind in ("duration", "secret", "too_small"):
        found = context["found"]
        example = f"`{found}s` or `{found}ms`" if found.isdigit() else "`3s`, `300ms`"
        return report(kind, place, field=_named(path), example=example, **context)
    if kind in _FORMATS:
        zh, en, example = _FORMATS[kind]
        expected = {"zh": zh, "en": en}
        hint = {"zh": f"例如 {example}", "en": f"for example {example}"}
        return report("format", place, found=context["found"], expected=expected, example=hint)
    zh, en = _TYPES.get(kind, (error["msg"], error["msg"]))
    return report("wrong_type", place, field=_named(path), expected={"zh": zh, "en": en}, found=_found(node, path))


def node_start(node: Node) -> Any:
    """The place of a document's first key."""
    return key_place(node, ())


def _is_step(node: Node, step: int | str, loc: tuple[int | str, ...]) -> bool:
    """Whether a part of pydantic's path is one of ours: not a union's tag, not the map that a shorthand implies."""
    if isinstance(step, int):
        return True
    return not (step.startswith("<") and step.endswith(">")) and step not in ("[key]",)


def _named(path: tuple[int | str, ...]) -> str:
    names = [step for step in path if isinstance(step, str)]
    return names[-1] if names else ""


def _found(node: Node, path: tuple[int | str, ...]) -> str:
    found = find(node, path)
    if isinstance(found, ScalarNode):
        return str(found.text) or "null"
    return "{…}" if isinstance(found, MapNode) else "[…]"


def _choice(node: Node, path: tuple[int | str, ...], context: dict[str, Any], given: Any) -> Diagnostic:
    choices = _QUOTED.findall(str(context.get("expected_tags") or context.get("expected", "")))
    if "discriminator" in context:
        path = (*path, *_QUOTED.findall(str(context["discriminator"])))
        given = context["tag"]
    return report("choice", value_place(node, path), found=given, near=str(given), choices=choices)


def _unknown(
    model: type[BaseModel], node: Node, error: ErrorDetails, path: tuple[int | str, ...]
) -> Diagnostic:
    owner = _model_at(model, list(error["loc"][:-1]))
    allowed = [info.alias or name for name, info in owner.model_fields.items()] if owner else []
    return report("unknown_field", key_place(node, path), field=path[-1], near=str(path[-1]), choices=allowed)


def _model_at(annotation: Any, loc: list[int | str]) -> type[BaseModel] | None:
    """The model that stands at `loc` under an annotation, following aliases, maps, lists and union tags."""
    annotation, tagged = _strip(annotation, loc)
    if tagged:
        loc = loc[1:]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not loc:
            return annotation
        for name, info in annotation.model_fields.items():
            if loc[0] in (name, info.alias):
                return _model_at(_whole(info), loc[1:])
        return None
    arguments = get_args(annotation)
    if loc and arguments and get_origin(annotation) in (dict, tuple):
        return _model_at(arguments[-1] if get_origin(annotation) is dict else arguments[0], loc[1:])
    return None


def _whole(info: Any) -> Any:
    """A field's annotation with the metadata that pydantic keeps apart."""
    return (info.annotation, *info.metadata, info.discriminator)


def _strip(annotation: Any, loc: list[int | str]) -> tuple[Any, bool]:
    """Peel Annotated, Optional and tagged unions; the flag says that the first part of `loc` was a tag."""
    if isinstance(annotation, tuple):
        annotation = annotation[0]
    if hasattr(annotation, "__metadata__"):
        return _strip(annotation.__origin__, loc)
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    options = [option for option in get_args(annotation) if option is not type(None)]
    if len(options) == 1:
        return _strip(options[0], loc)
    for option in options:
        if loc and _tag(option) == loc[0]:
            return _strip(option, loc)[0], True
    return None, False


def _tag(option: Any) -> str | None:
    """The tag of one side of a union: its `Tag`, or the Literal of its discriminating field."""
    for extra in getattr(option, "__metadata__", ()):
        if hasattr(extra, "tag"):
            return str(extra.tag)
    for name in ("kind", "type"):
        fields = getattr(option, "model_fields", {})
        if name in fields and get_args(fields[name].annotation):
            return str(get_args(fields[name].annotation)[0])
    return None
