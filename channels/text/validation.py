"""From a tree to a model: every refusal of pydantic as one diagnostic at its place."""

from __future__ import annotations

import re
import types
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from channels.text.diagnostics import Diagnostic, nearest, report
from channels.text.forms import FORMS, TYPES, Form, meant, to_type
from channels.text.hollow import without_beheaded
from channels.text.pairing import UNKNOWN, alike, missing_keys, paired, renamed
from channels.text.positions import ListNode, MapNode, Node, ScalarNode, data, find, key_place, value_place

M = TypeVar("M", bound=BaseModel)

FIELDS, RULE = ("map", "vars"), ("from", "value", "each", "map")
"""Below which keys a mapping names fields; what a field's rule may begin with."""
KEY = "[key]"
"""What pydantic puts behind a key that is refused itself."""
ONE = ("text", "whole", "number", "percent", "flag", "single")
_QUOTED = re.compile(r"'([^']*)'")


def validate(model: type[M], node: Node) -> tuple[M | None, list[Diagnostic]]:
    """Return: the model, or None with every refusal."""
    try:
        return model.model_validate(data(node)), []
    except ValidationError as error:
        return None, without_beheaded(
            node, paired(node, [_diagnose(model, node, item) for item in error.errors(include_url=False)])
        )


def read_as_meant(model: type[M], node: Node) -> tuple[Node, M | None, list[Diagnostic]]:
    """Return: the tree with misspelt keys under the names they were meant to have, its model, and every refusal.

    What lies below such a key is then read as well, and nobody misses the right name.
    """
    made, found = validate(model, node)
    meant = {item.place: name for item in found if item.kind == UNKNOWN and (name := item.meant)}
    if not meant:
        return node, made, found
    right = renamed(node, meant)
    told = [item for item in found if item.place in meant and item.kind == UNKNOWN]
    made, rest = validate(model, right)
    return right, made, [*told, *rest]


def _diagnose(model: type[BaseModel], node: Node, error: ErrorDetails) -> Diagnostic:
    path, owner = _trace(model, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    field = str(path[-1]) if path else ""
    if KEY in error["loc"] and "expected" in context:
        known = _QUOTED.findall(str(context["expected"]))
        return report("choice", key_place(node, path), found=field, choices=known, advice=_pick(field, known))
    if kind == "extra_forbidden":
        allowed = [info.alias or name for name, info in owner.model_fields.items()] if owner else []
        return report("unknown_field", key_place(node, path), field=field, near=field, choices=allowed)
    if kind in ("missing", "union_tag_not_found"):
        missing = _QUOTED.findall(str(context.get("discriminator", "")))
        name = missing[0] if missing else field
        parent = path if missing else path[:-1]
        if missing and (written := _misspelt(node, path, name)) is not None:
            choices = (name,)
            return report(
                "unknown_field", key_place(node, (*path, written)), field=written, near=written, choices=choices
            )
        return missing_keys(key_place(node, parent) if parent else node_start(node), name)
    if kind == "no_source":
        return missing_keys(key_place(node, path), "from")
    if kind == "mapping" and len(path) > 1:
        # A map inside of a map may do without the word.
        shown = path if find(node, path[:-1]) is not None else (*path[:-2], field)
        if shown[-2] not in FIELDS and nearest(field, RULE):
            return report("unknown_field", key_place(node, shown), field=field, near=field, choices=RULE)
    if kind == "two_sources":
        return report("one_of", key_place(node, path), fields=("`from`", "`value`"))
    place = value_place(node, path)
    if _is_blank(find(node, path)):
        return report("no_value", place, field=_named(path))
    if kind in ("literal_error", "union_tag_invalid", "enum"):
        return _choice(node, path, context)
    if kind == "repeated":
        return report(kind, value_place(node, (*path, context["index"])), found=context["found"])
    if kind == "nothing":
        return report(kind, place, field=field)
    if kind in ("duration", "secret", "secret_form", "too_small", "out_of_range", "derived_state"):
        return report(kind, place, field=_named(path), example=_example(kind, context["found"]), **context)
    if (form := FORMS.get(kind)) is not None:
        found, right = context["found"], context.get("right")
        example = {"zh": f"写成 `{right}`", "en": f"write `{right}`"} if right else to_type(kind, form, found)
        return report("format", place, found=found, expected=form.expected, example=example)
    form, found = TYPES.get(kind, Form(error["msg"], error["msg"], "", "")), _found(node, path)
    single = _one_of_list(find(node, path)) if kind in ONE else None
    advice = single or _keys_of(kind, model, error["loc"], find(node, path)) or to_type(kind, form, found)
    return report(
        "wrong_type",
        place,
        field=_named(path) or Path(place.path).name,
        expected=form.expected,
        found=found,
        advice=advice,
    )


def _one_of_list(node: Node | None) -> dict[str, str] | None:
    """Where one value is expected and a list of one stands there: that one."""
    items = node.items if isinstance(node, ListNode) else ()
    if len(items) != 1 or not isinstance(items[0], ScalarNode):
        return None
    return {"zh": f"写成 `{items[0].text}`", "en": f"write `{items[0].text}`"}


def _keys_of(kind: str, model: type[BaseModel], loc: tuple[int | str, ...], node: Node | None) -> dict[str, str] | None:
    """Where a part of a file is expected: the keys that it needs; the only one with what is written there."""
    owner = _trace(model, (*loc, ""))[1] if kind in ("model_type", "model_attributes_type") else None
    needed = [info.alias or name for name, info in owner.model_fields.items() if info.is_required()] if owner else []
    if not needed:
        return None
    value = "…"
    if owner is not None and len(needed) == 1 and isinstance(node, ScalarNode):
        value = str(node.text) if _is_one(owner, {needed[0]: node.text}) else value
    written = "{" + ", ".join(f"{name}: {value}" for name in needed) + "}"
    return {"zh": f"写成 {written}", "en": f"write `{written}`"}


def _is_one(model: type[BaseModel], values: dict[str, Any]) -> bool:
    """Whether these values make one."""
    try:
        model.model_validate(values)
    except ValidationError:
        return False
    return True


def _is_blank(node: Node | None) -> bool:
    """Whether nothing at all stands behind a key."""
    return isinstance(node, ScalarNode) and node.text.plain and not node.text


def _example(kind: str, found: str) -> dict[str, str]:
    """What to type for a duration: what was meant where it can be told, else the same number with a unit."""
    right = meant(kind, found)
    examples = (right,) if right else (f"{found}s", f"{found}ms") if found.isdigit() else ("3s", "300ms")
    written = [f"`{example}`" for example in examples]
    return {"zh": "、".join(written) if right or found.isdigit() else "、".join(examples), "en": " or ".join(written)}


def _misspelt(node: Node, path: tuple[int | str, ...], name: str) -> str | None:
    """The key that was meant to be `kind` or `type`."""
    inner = find(node, path)
    keys = (
        [key for key in inner.entries if nearest(key, [name]) or alike(key, name)] if isinstance(inner, MapNode) else []
    )
    return keys[0] if keys else None


def node_start(node: Node) -> Any:
    """The place of a document's first key."""
    return key_place(node, ())


def _named(path: tuple[int | str, ...]) -> str:
    names = [step for step in path if isinstance(step, str)]
    return names[-1] if names else ""


def _found(node: Node, path: tuple[int | str, ...]) -> str:
    found = find(node, path)
    if isinstance(found, ScalarNode):
        return str(found.text) or ("null" if found.is_null else '""')
    return "{…}" if isinstance(found, MapNode) else "[…]"


def _pick(found: str, choices: list[str]) -> dict[str, str]:
    """Which of the values to type: the one that was meant where it can be told."""
    if near := nearest(found, choices):
        return {"zh": f"是不是想写 `{near}`?", "en": f"did you mean `{near}`?"}
    if len(choices) == 1:
        return {"zh": f"写成 `{choices[0]}`", "en": f"write `{choices[0]}`"}
    return {"zh": "写其中一个,大小写照此", "en": "write one of them, in this very spelling"}


def _choice(node: Node, path: tuple[int | str, ...], context: dict[str, Any]) -> Diagnostic:
    choices = _QUOTED.findall(str(context.get("expected_tags") or context.get("expected", "")))
    if "discriminator" in context:
        path = (*path, *_QUOTED.findall(str(context["discriminator"])))
    found = _found(node, path)
    return report("choice", value_place(node, path), found=found, choices=choices, advice=_pick(found, choices))


def _trace(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], type[BaseModel] | None]:
    """Follow pydantic's path through the annotations.

    Returns: the path as it is written in the file, without the tags of unions; the innermost model on the way.
    """
    path: list[int | str] = []
    annotation: Any = model
    owner: type[BaseModel] | None = None
    steps = [step for step in loc if step != KEY]
    while steps:
        annotation, tagged = _strip(annotation, steps[0])
        if tagged:
            steps.pop(0)
            continue
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            owner = annotation
        path.append(step := steps.pop(0))
        annotation = _below(annotation, step)
    return tuple(path), owner


def _below(annotation: Any, step: int | str) -> Any:
    """The annotation of one part: a model's field, a map's value, a list's item; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return next((_whole(info) for name, info in fields if step in (name, info.alias)), None)
    arguments = get_args(annotation)
    if not arguments:
        return None
    return arguments[-1] if get_origin(annotation) is dict else arguments[0]


def _whole(info: Any) -> Any:
    """A field's annotation with the metadata that pydantic keeps apart."""
    return (info.annotation, *info.metadata, info.discriminator)


def _strip(annotation: Any, step: int | str) -> tuple[Any, bool]:
    """Peel Annotated, Optional and one side of a tagged union; the flag says that `step` was its tag."""
    if isinstance(annotation, tuple):
        annotation = annotation[0]
    if hasattr(annotation, "__metadata__"):
        return _strip(annotation.__origin__, step)
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    options = [option for option in get_args(annotation) if option is not type(None)]
    if len(options) == 1:
        return _strip(options[0], step)
    chosen = next((option for option in options if _tag(option) == step), None)
    return (None, False) if chosen is None else (_strip(chosen, step)[0], True)


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
