"""JSON Schemas of the operators' files, made from the models, for editors that complete and check while one types.

A file's first line names its schema.  The models decide; a schema says as much of it as JSON Schema can say: fields, types,
choices, forms of durations, secrets, dates and codes.  What must agree between files is for `roam city check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from channels.declared.abort_rule import PATTERN as ABORT_RULE
from channels.declared.abort_rule import AbortRule
from channels.declared.agreements import Agreement
from channels.declared.fixtures import FixtureFile
from channels.declared.gateway import GatewayFile
from channels.declared.models import ChannelFile
from channels.declared.register import RegisterFile
from channels.text.written import SecretRef, SortedBy, Window

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "channel": (ChannelFile, "城市频道 channel.yaml。 A city's channel."),
    "agreement": (Agreement, "漫游协议 agreements/*.yaml。 A roaming agreement."),
    "register": (RegisterFile, "共用事项目录 services.yaml。 The shared register of services."),
    "gateway": (GatewayFile, "网关设置 roam.yaml。 The gateway's settings."),
    "fixture": (FixtureFile, "录制的应答 fixtures/*.yaml。 Recorded answers."),
}

_DURATION: JsonSchemaValue = {"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h|d)$", "description": "时长,如 3s、300ms。 A duration with its unit."}  # fmt: skip
# How each scalar is written; YAML may read what has no quotes as a number, so that both are taken.
FORMS: Mapping[str, JsonSchemaValue] = {
    "duration": _DURATION,
    "period": _DURATION,
    "_whole": {"type": "integer"},
    "_number": {"type": "number", "minimum": 0},
    "_percent": {"type": "number", "minimum": 0},
    "_flag": {"type": "boolean"},
    "_date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "日期,如 2026-11-30。 A date."},
    "_text": {"type": ["string", "number", "boolean"]},
    "_money": {"type": ["string", "number"], "description": "元。 Yuan."},
    "json_value": {},
    "_leaf": {},
    "_nested": {},
    "_decided": {},
    SecretRef.parse.__qualname__: {"type": "string", "pattern": "^secret:[A-Z][A-Z0-9_]*$", "description": "密钥引用 secret:名称。 A secret by its name."},
    Window.parse.__qualname__: {"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d \S+$", "description": "时间窗,如 02:00-03:00 Asia/Shanghai。 A daily window."},
    AbortRule.parse.__qualname__: {"type": "string", "pattern": f"^(?:{ABORT_RULE})$", "description": "中止条件,如 error_rate > 0.02、p95 > 2s。 When a rollout is aborted."},
    SortedBy.parse.__qualname__: {"type": "string", "pattern": r"^[a-z][A-Za-z0-9]* (asc|desc)$", "description": "排序,如 dueOn desc。 An order."},
}  # fmt: skip


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, told what our own validators take."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        name = _name(schema["function"])
        if name == "_leaf":
            return {"anyOf": [{"type": ["string", "number", "boolean"]}, self.generate_inner(schema["schema"])]}
        if name in ("_nested", "_decided"):
            inner = schema["schema"]
            return self._members(inner) if name == "_nested" else self.generate_inner(inner)
        return dict(FORMS.get(name) or self.generate_inner(schema["schema"]))

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        return dict(FORMS.get(_name(schema["function"]), {}))

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return {**inner, **getattr(schema["function"]["function"], "told", {})}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner, default = self.generate_inner(schema["schema"]), schema.get("default")
        if isinstance(default, (str, int, float, bool)):
            return {**inner, "default": default}
        return inner

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Our tags are chosen by a function that JSON Schema cannot call: any of the kinds may stand there."""
        return {"anyOf": [self.generate_inner(choice) for choice in schema["choices"].values()]}

    def _members(self, _: object) -> JsonSchemaValue:
        """An object of mapped fields without `map:` around it."""
        return {"type": "object", "not": {"anyOf": [{"required": [key]} for key in ("from", "value", "each", "map")]}}


def _name(function: Any) -> str:
    called = function["function"]
    return str(getattr(called, "__qualname__", getattr(called, "__name__", "")))


def json_schema(name: str) -> dict[str, Any]:
    """Return: the schema of one kind of file, a key of FILES."""
    model, title = FILES[name]
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DIALECT, "$id": f"{name}.schema.json", **_plain(made), "title": title}


def _plain(schema: Any) -> Any:
    """Without the titles that pydantic makes of names, and with descriptions of one paragraph."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    if isinstance(text := kept.get("description"), str):
        kept["description"] = re.sub(r"\s+", " ", text)
    return kept
