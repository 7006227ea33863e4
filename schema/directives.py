"""Directives that field declarations carry; they are printed in the SDL and read by whoever keeps their promise."""

import strawberry
from strawberry.schema_directive import Location

from schema.enums import AssuranceLevel, Mask, PiiLevel


@strawberry.schema_directive(
    name="pii",
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    description="字段含个人信息及其级别;网关据此脱敏、审计并核对漫游协议。 Field carries personal data; drives masking, audit and agreement checks.",
)
class Pii:
    level: PiiLevel


@strawberry.schema_directive(
    name="mask",
    locations=[Location.FIELD_DEFINITION],
    description="该个人信息以脱敏形式给出;城市未脱敏的,由网关脱敏。 This personal text is shown masked; what a city leaves bare, the gateway masks.",
)
class Masked:
    kind: Mask


@strawberry.schema_directive(
    name="assurance",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="所需最低实名等级。 Minimum identity assurance.",
)
class Assurance:
    level: AssuranceLevel


@strawberry.schema_directive(
    name="public",
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    description="任何人可取;所给对象仍按其类型的标记核对。 Open to anyone; objects it gives are still held to their type's mark.",
)
class Public: ...


@strawberry.schema_directive(
    name="op",
    locations=[Location.FIELD_DEFINITION],
    description="该字段由哪个规范操作(城市配置里的 operations 键)提供。 Which canonical operation (key under `operations:` in a channel file) feeds this field.",
)
class Op:
    id: str


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="静态成本,用于查询复杂度限制;perCity 表示按请求城市数相乘。 Static cost for the complexity limit; perCity multiplies by the number of cities asked.",
)
class Cost:
    value: int
    per_city: bool = False
