"""`roam explain`: the cause of a diagnostic, an example and the fix, in both languages; and the words of a mapping."""

import os
import re
from collections.abc import Iterator
from typing import Annotated

import typer

from channels.checks.lessons import Lesson, lessons
from channels.text.diagnostics import SEVERITY_NAMES, Lang
from channels.text.messages import MESSAGES, Wording

HOLE = re.compile(r"(?<!{){\w+}(?!})")  # what a message says of the case at hand
HEADS = {
    "zh": ("原因", "位置", "错", "对", "改法", "消息"),
    "en": ("cause", "where", "wrong", "right", "fix", "messages"),
}
MAPPING = """映射 / mapping

每个字段写一个 JMESPath 表达式,从后端答复里取值。 Each field is a JMESPath expression over the backend's answer.
  payee: corpName                      一层 one level
  employer: employer.name              逐层 by dots
  departments: {from: "departments[].name", as: list}
  state: {from: '"状态"', enum: {...}}  中文键名加双引号 a Chinese key in double quotes
  kind: {value: WATER}                 常量 a constant
  amount: {from: fee, as: money.fen}   分;元写 money.yuan  fen; yuan is money.yuan
  dueOn: {from: limitDate, as: date, format: yyyyMMdd}
  steps: {each: flow, map: {...}}      列表 a list of objects
枚举表里 "*" 接住其余的值。 In an enum table "*" takes every other value.
语法见 / syntax: JMESPath specification, jmespath.org
"""


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(
    topic: Annotated[str, typer.Argument(help="A code such as ROAM-205, or `mapping`.")],
    lang: Annotated[str, typer.Option("--lang", help="zh or en; without it both, that of LANG first.")] = "",
) -> None:
    """Tell what a code means: cause, example, fix. 解释一个代码:原因、例子、改法。  Exit: 0 known, 1 unknown, 2 usage."""
    if lang not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    if topic.lower() == "mapping":
        typer.echo(MAPPING, nl=False)
        return
    code = re.sub("^(ROAM)?[-_ ]*", "ROAM-", topic.strip().upper())
    lesson = lessons().get(code)
    if lesson is None:
        typer.echo(unknown(topic, code, languages(lang)), err=True)
        raise typer.Exit(1)
    worded = [wording for wording in MESSAGES.values() if wording.code == code]
    severity = worded[0].severity if worded else "error"
    shown = languages(lang)
    typer.echo(f"{code} ({' '.join(SEVERITY_NAMES[one][severity] for one in shown)})")
    for language in shown:
        typer.echo("\n".join(told(lesson, worded, language)))


def unknown(topic: str, code: str, shown: tuple[Lang, ...]) -> str:
    """What is said of a topic that there is no lesson of: the codes next to it, and where the others stand."""
    family = [known for known in sorted(lessons()) if re.fullmatch(r"ROAM-\d{3}", code) and known[:6] == code[:6]]
    near = f" ({', '.join(family)})" if family else ""
    said = {
        "zh": f"{topic}:没有这个代码{near};可问 ROAM-101 一类的代码,或 mapping。图的错误码见 docs/errors.md",
        "en": f"{topic}: no such code{near}; ask for one such as ROAM-101, or for mapping. Codes of the graph: docs/errors.md",
    }
    return "\n".join(said[language] for language in shown)


def languages(lang: str) -> tuple[Lang, ...]:
    """The language asked for, or both."""
    if lang:
        return ("zh",) if lang == "zh" else ("en",)
    return ("en", "zh") if not os.environ.get("LANG", "").startswith("zh") else ("zh", "en")


def told(lesson: Lesson, worded: list[Wording], language: Lang) -> Iterator[str]:
    """A lesson as lines."""
    cause, where, wrong, right, fix, messages = HEADS[language]
    yield f"\n  {cause}: {lesson.cause.text(language)}"
    if lesson.where:
        yield f"  {where}: {' › '.join(lesson.where)}"
    for head, text in ((wrong, lesson.wrong), (right, lesson.right)):
        yield f"  {head}:"
        yield from (f"      {line}" for line in text.rstrip().splitlines())
    yield f"  {fix}: {lesson.fix.text(language)}"
    if worded:
        yield f"  {messages}:"
        yield from (f"      {HOLE.sub('…', wording.zh if language == 'zh' else wording.en)}" for wording in worded)
