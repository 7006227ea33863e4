"""`roam explain`: what a diagnostic's code says and how to mend it, in both languages; and the words of a mapping."""

from typing import Annotated

import typer

from channels.messages import MESSAGES

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
) -> None:
    """Tell what a code means and how to mend it.  Exit: 0 known, 1 unknown."""
    if topic.lower() == "mapping":
        typer.echo(MAPPING, nl=False)
        return
    found = [wording for wording in MESSAGES.values() if wording.code == topic.upper()]
    if not found:
        codes = ", ".join(sorted({wording.code for wording in MESSAGES.values()}))
        typer.echo(f"{topic}: no such code; there are mapping, {codes}", err=True)
        raise typer.Exit(1)
    for wording in found:
        typer.echo(f"{wording.code} ({wording.severity})")
        for sentence, hint in ((wording.zh, wording.hint_zh), (wording.en, wording.hint_en)):
            typer.echo(f"  {sentence}")
            if hint.strip("{}").strip() and hint not in ("{near}", "{hint}", "{example}"):
                typer.echo(f"    = {hint}")
