"""What graphql-core refuses in a city's SDL, as findings: at the word that is meant, in both languages, with what to write.

graphql-core speaks English; the sentences that operators meet are known here, and one that is not known is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphql import DefinitionNode, GraphQLError, GraphQLSyntaxError

from channels.checks.sdl_advice import DIRECTIVES, advice
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.lines import SourceText
from channels.text.repairs import ASCII

WIDE = {**ASCII, "！": "!", "＠": "@", "＝": "="}
KEYWORDS = ("type", "extend", "enum", "input", "interface", "union")
_WORD = re.compile(r"[@$]?[_A-Za-z][_0-9A-Za-z]*")
_STRINGS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"')
_MEANT = re.compile(r"\s*Did you mean (?P<names>.*)\?$")
_QUOTED = re.compile(r"'([^']+)'")
_CALLED = re.compile(r"(?<![@\w])(?P<name>\w+)\s*(?:\([^()]*\))?\s*$")
_TWICE = re.compile(r"There can be only one type named '(.+)'\.")
_FIELD_TWICE = re.compile(r"Field '(\w+)\.\w+' can only be defined once\.")
_KINDS = {"Name": "名称", "String": "字符串", "Int": "数字", "<EOF>": "文件结尾"}
# The sentences of graphql-core 3.2, and how they are said in Chinese.
_CHINESE = (
    (r"Unknown type '(.+)'\.", r"没有类型 `\1`", r"unknown type `\1`"),
    (r"Unknown directive '(.+)'\.", r"没有指令 `\1`", r"unknown directive `\1`"),
    (r"Unknown argument '(.+)' on directive '(.+)'\.", r"指令 `\2` 没有参数 `\1`", r"`\2` has no argument `\1`"),
    (
        r"Argument '(.+)\((.+):\)' of type '(.+)' is required, but it was not provided\.",
        r"指令 `\1` 少了参数 `\2: \3`",
        r"`\1` lacks its argument `\2: \3`",
    ),
    (
        r"Argument '.+' has invalid value:? (?:Value )?'?(\w+)'? (?:does not exist in|.*) '(\w+)' enum\.",
        r"`\1` 不是 \2 的取值",
        r"`\1` is not a value of \2",
    ),
    (
        r"Argument '.+' has invalid value:? Enum '(\w+)' cannot represent non-enum value: (.+?)\.?",
        r"`\2` 不是 \1 的取值",
        r"`\2` is not a value of \1",
    ),
    (r"There can be only one type named '(.+)'\.", r"类型 `\1` 写了两次", r"type `\1` is there twice"),
    (r"Field '(.+)' can only be defined once\.", r"字段 `\1` 写了两次", r"field `\1` is there twice"),
    (r"Type '(.+)' already exists in the schema\..*", r"类型 `\1` 已经有了", r"there is a type `\1` already"),
    (r"Field '(.+)' already exists in the schema\..*", r"字段 `\1` 已经有了", r"there is a field `\1` already"),
    (r"Unexpected character: (.+)\.", r"这里不该有字符 \1", r"unexpected character \1"),
    (
        r"The type of (.+)\((.+):\) must be Input Type but got: (.+)\.",
        r"参数 `\2` 不能用类型 `\3`",
        r"argument `\2` cannot be of type `\3`",
    ),
    (r"Name '(.+)' must not begin with '__', .*", r"名称 `\1` 不能以 __ 开头", r"the name `\1` must not begin with __"),
    (r"Invalid number, .*", "名称里只能用字母、数字、下划线", "a name has letters, digits and underscores only"),
    (r"Expected (.+), found (.+)\.", r"这里应为 \1,实际 \2", r"\1 expected here, found \2"),
    (r"Unexpected (.+)\.", r"这里不该有 \1", r"unexpected \1"),
    (r"Unterminated string\.", "字符串少了后引号", "a string without its closing quote"),
    (
        r"Cannot extend type '(.+)' because it is not defined\.",
        r"没有类型 `\1` 可扩展",
        r"there is no type `\1` to extend",
    ),
    (
        r"(\S+) has invalid default value(?: at \S+)?: (?:Value )?(.+?)\.?",
        r"`\1` 的默认值不对:\2",
        r"the default of `\1` does not fit: \2",
    ),
    (r"Type (\S+) must define one or more fields\.", r"类型 `\1` 没有字段", r"type `\1` has no fields"),
    (r"Union type (\S+) must define .*", r"联合类型 `\1` 没有成员", r"union `\1` has no members"),
    (r"Enum value '(.+)' can only be defined once\.", r"枚举值 `\1` 写了两次", r"the value `\1` is there twice"),
    (r"Type (\S+) must implement (\S+) because .*", r"`\1` 还须实现接口 `\2`", r"`\1` must implement `\2`, too"),
    (r"Type (\S+) can only implement (\S+) once\.", r"接口 `\2` 写了两次", r"the interface `\2` is there twice"),
    (
        r"Interface field(?: argument)? (\S+) expected but (\S+) does not provide it\.",
        r"接口有 `\1`,`\2` 里没有",
        r"the interface has `\1`, which `\2` lacks",
    ),
    (
        r"Interface field (\S+) expects type (\S+) but (\S+) is type (\S+)\.",
        r"`\3` 是 `\4`,而接口的 `\1` 是 `\2`",
        r"`\3` is `\4`, and the interface's `\1` is `\2`",
    ),
    (
        r"Input Object (\S+) cannot be provided a finite value .*",
        r"输入类型 `\1` 里必填它自己,无法写全",
        r"the input `\1` requires itself within itself",
    ),
    (
        r"The type of (\S+) must be (Input|Output) Type but got: (.+)\.",
        r"`\1` 不能用类型 `\3`",
        r"`\1` cannot be of type `\3`",
    ),
    (r"Directive '(.+)' may not be used on .*", r"指令 `\1` 不能写在这里", r"`\1` does not belong here"),
    (
        r"Required argument (\S+) cannot be deprecated\.",
        r"必填参数 `\1` 不能弃用",
        r"`\1` is required and cannot be deprecated",
    ),
    (r"Name '(.+)' is reserved .*", r"`\1` 是保留字", r"`\1` is a reserved word"),
    (r"Document is nested too deeply.*", r"嵌套太深", r"nested too deeply"),
)


def unparsed(source: SourceText, error: GraphQLSyntaxError) -> Diagnostic:
    """Why a text is not GraphQL.  A full-width character and a misspelt keyword are told as such."""
    place, message = _start(source, error), error.message.removeprefix("Syntax Error: ")
    line = source.lines[place.line - 1] if place.line <= len(source.lines) else ""
    char = line[place.column - 1 : place.column]
    if char in WIDE:
        return report("full_width", place, found=char, right=WIDE[char])
    if message.startswith("Unexpected description"):
        place = _behind_strings(source, place)
        line = source.lines[place.line - 1]
    word = _WORD.match(line, place.column - 1)
    if word and message.startswith("Unexpected") and _top_level(source, place):
        place = Place(place.path, place.line, place.column, len(word[0]))
        return report("sdl_keyword", place, found=word[0], near=word[0], choices=KEYWORDS)
    if (opened := _opened_before(source, place, message)) is not None:
        return opened
    if message.startswith("Expected ':'") and (mark := _unmarked_directive(source, place)) is not None:
        return mark
    return _told(source, place, message)


def _opened_before(source: SourceText, place: Place, message: str) -> Diagnostic | None:
    """The bracket that is still open where a definition begins, or where its other half is expected."""
    wanted = (
        {"]": "[", ")": "("}.get(message.removeprefix("Expected '")[:1]) if message.startswith("Expected '") else None
    )
    word = _WORD.match(source.lines[place.line - 1]) if place.line <= len(source.lines) else None
    if wanted is None and (word is None or word[0] not in KEYWORDS):
        return None
    end = place.column - 1 if wanted else 0
    stack: list[tuple[str, int, int]] = []
    lines = [*source.lines[: place.line - 1], source.lines[place.line - 1][:end]]
    text = _STRINGS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), "\n".join(lines))
    for number, line in enumerate(text.split("\n"), 1):
        for at, char in enumerate(line.partition("#")[0]):
            if char in "{[(":
                stack.append((char, number, at + 1))
            elif char in "}])" and stack:
                stack.pop()
    found = next((each for each in reversed(stack) if wanted in (None, each[0])), None)
    return report("unclosed", Place(place.path, found[1], found[2]), found=found[0]) if found else None


def _unmarked_directive(source: SourceText, place: Place) -> Diagnostic | None:
    """A directive without its `@` right before."""
    lines = [*source.lines[: place.line - 1], source.lines[place.line - 1][: place.column - 1]]
    text = "\n".join(lines)
    match = _CALLED.search(text)
    if match is None or match["name"] not in DIRECTIVES:
        return None
    at = match.start("name")
    head, name = text[:at], match["name"]
    where = Place(place.path, head.count("\n") + 1, at - (head.rfind("\n") + 1) + 1, len(name))
    problem = {"zh": f"`{name}` 前面少了 @", "en": f"no @ before `{name}`"}
    return report("bad_sdl", where, problem=problem, hint={"zh": f"写成 `@{name}`", "en": f"write `@{name}`"})


def refused(source: SourceText, errors: Iterable[GraphQLError]) -> Iterator[Diagnostic]:
    """What does not fit.  An argument that is missing and one that is unknown, of one directive, are one mistake."""
    told = list(errors)
    misspelt = {_start(source, error).line for error in told if error.message.startswith("Unknown argument")}
    twice = {match[1] for error in told if (match := _TWICE.fullmatch(error.message))}
    for error in told:
        place = _start(source, error)
        if (match := _FIELD_TWICE.fullmatch(error.message)) and match[1] in twice:
            continue
        if not ("is required, but it was not provided" in error.message and place.line in misspelt):
            yield _told(source, place, error.message)


def unguarded(source: SourceText, definitions: Sequence[DefinitionNode], problem: str) -> Diagnostic:
    """A mark that is missing or there twice, as `schema.marks.unmarked` tells it: at the type or field that it names."""
    coordinate = problem.removeprefix("type ").partition(" ")[0]
    type_name, _, field_name = coordinate.partition(".")
    types = [node for node in definitions if _name(node) == type_name]
    fields = [field for node in types for field in getattr(node, "fields", None) or () if _name(field) == field_name]
    place = Place(source.path, 1, 1)
    for node in [*fields, *types][:1]:
        token = node.name.loc.start_token
        place = Place(source.path, token.line, token.column, token.end - token.start)
    if " has both " in problem:
        zh, en = f"`{coordinate}` 同时注明了 @assurance 和 @public", f"`{coordinate}` has both @assurance and @public"
        hint = {"zh": "只留一个", "en": "keep one"}
    else:
        zh, en = f"`{coordinate}` 没有注明谁可以取", f"`{coordinate}` does not say who may have it"
        hint = {
            "zh": "写 @assurance(level: …);与个人无关时写 @public",
            "en": "write @assurance(level: …), or @public where nobody's data is behind it",
        }
    return report("bad_sdl", place, problem={"zh": zh, "en": en}, hint=hint)


def worded(message: str) -> tuple[str, str]:
    """A sentence of graphql-core in Chinese and in English; one that is not known as it is."""
    for pattern, chinese, english in _CHINESE:
        if match := re.fullmatch(pattern, message):
            return match.expand(chinese), match.expand(english)
    plain = message.removesuffix(".")
    return plain, plain


def _name(node: Any) -> str:
    return str(node.name.value) if getattr(node, "name", None) else ""


def _told(source: SourceText, place: Place, message: str) -> Diagnostic:
    message = re.sub(r"U\+([0-9A-F]{4,6})", lambda match: f"`{chr(int(match[1], 16))}`", message)
    meant = _MEANT.search(message)
    names = _QUOTED.findall(meant["names"])[:1] if meant else []
    zh, en = worded(message[: meant.start()] if meant else message)
    for word, name in _KINDS.items():
        zh = re.sub(rf"(?<![\w`']){word}(?= '|,|$)", name, zh)
    line = source.lines[place.line - 1] if place.line <= len(source.lines) else ""
    word_there = _WORD.match(line, place.column - 1)
    width = len(word_there[0]) if word_there else 1
    hint = {"zh": f"是不是想写 `{names[0]}`?", "en": f"did you mean `{names[0]}`?"} if names else advice(message)
    where = Place(place.path, place.line, place.column, width)
    return report("bad_sdl", where, problem={"zh": zh, "en": en}, hint=hint)


def _start(source: SourceText, error: GraphQLError) -> Place:
    at = error.locations[-1] if error.locations else None
    if at is None or at.line > len(source.lines):
        return Place(source.path, max(len(source.lines), 1), max(len(source.lines[-1]) if source.lines else 1, 1))
    return Place(source.path, at.line, at.column)


def _behind_strings(source: SourceText, place: Place) -> Place:
    """The first word after the strings that begin here."""
    text = "\n".join(source.lines)
    at = sum(len(line) + 1 for line in source.lines[: place.line - 1]) + place.column - 1
    while (match := _STRINGS.match(text, at)) or text[at : at + 1].isspace():
        at = match.end() if match else at + 1
    head = text[:at]
    return Place(place.path, head.count("\n") + 1, at - (head.rfind("\n") + 1) + 1)


def _top_level(source: SourceText, place: Place) -> bool:
    """Whether a definition could begin here: no brace is open, and no keyword stands right before it."""
    lines = [*source.lines[: place.line - 1], source.lines[place.line - 1][: place.column - 1]]
    before = _STRINGS.sub("", "\n".join(line.partition("#")[0] for line in lines))
    word = source.lines[place.line - 1][place.column - 1 :].split(maxsplit=1)[:1]
    return before.count("{") == before.count("}") and bool(word) and nearest(word[0], KEYWORDS) is not None
