"""`roam city`: what the cities' files say, and whether it holds.  Files only: no network."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from channels.checking import Report, check_root
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Channel, Snapshot, load
from channels.text.diagnostics import Diagnostic, Lang, Renderer

if TYPE_CHECKING:
    from rich.table import Table

WIDE = 160
FINE, ERRORS, COULD_NOT_RUN = 0, 1, 3  # 2 is typer's own, for usage

city = typer.Typer(
    help="Cities: add, check, try, examine, compare, roll back, pause. 城市:新建、检查、试调、检验、比较、回滚、暂停。",
    no_args_is_help=True,
)

Root = Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml and one folder per city.")]
Env = Annotated[str, typer.Option("--env", envvar="ROAM_ENV", help="Which environment's overlays and secrets.")]
At = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which agreements are judged.")]
Language = Annotated[str, typer.Option("--lang", help="zh or en.")]


def register(app: typer.Typer) -> None:
    app.add_typer(city, name="city")


@city.command()
def check(
    name: Annotated[str | None, typer.Argument(metavar="[CITY]", help="One city; without it, all files.")] = None,
    root: Root = Path("cities"),
    env: Env = "sandbox",
    at: At = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    lang: Language = "",
) -> None:
    """Check all files of the cities. 检查全部文件。  Exit: 0 fine, 1 errors, 2 usage, 3 could not run."""
    language = _language(lang)
    if as_json and as_sarif:
        raise typer.BadParameter("either --json or --sarif", param_hint="--sarif")
    _must_be_a_room(root)
    if name is not None and not (root / name).is_dir():
        _stop(f"no city {name} in {root}")
    overlays = os.environ.get("ROAM_OVERLAYS")
    report = check_root(
        root,
        environment=env,
        at=_day(at),
        secrets=Secrets.from_environment(os.environ),
        overlays=Path(overlays) if overlays else None,
        only=name,
    )
    if as_sarif:
        typer.echo(_as_sarif(report, language))
    else:
        typer.echo(_as_json(report, language) if as_json else _as_text(report, language))
    raise typer.Exit(ERRORS if report.errors else FINE)


@city.command("list")
def list_cities(root: Root = Path("cities"), env: Env = "sandbox", at: At = None, lang: Language = "") -> None:
    """List the cities: code, name, status, backends, and how much each offers. 列出城市。"""
    language = _language(lang)
    _must_be_a_room(root)
    loaded = load(root, environment=env, at=_day(at), secrets=Secrets.from_environment(os.environ))
    if loaded.snapshot is None:
        _stop(f"{root}/roam.yaml cannot be read; run: roam city check")
        return
    from rich.console import Console  # a check, which is typed far more often, need not wait for it

    console = Console()
    console.width = max(console.width, WIDE)  # a row stays a row, also in a pipe
    console.print(_table(loaded.snapshot, language))


def _table(snapshot: Snapshot, language: Lang) -> Table:
    from rich.table import Table

    zh = ("城市", "代码", "名称", "App", "状态", "后端", "操作", "服务", "协议")
    en = ("id", "code", "name", "app", "status", "backends", "operations", "services", "agreements")
    table = Table(*(zh if language == "zh" else en), box=None, pad_edge=False)
    for channel in snapshot.channels.values():
        table.add_row(*_row(channel, snapshot, language))
    return table


def _row(channel: Channel, snapshot: Snapshot, language: Lang) -> Sequence[str]:
    city_ = channel.city
    backends = ", ".join(f"{name} ({backend.kind})" for name, backend in channel.config.backends.items())
    agreements = sum(agreement.provider == city_.id for agreement in snapshot.agreements)
    status = city_.status if channel.available else f"{city_.status} ✗"
    counts = (len(channel.operations), len(channel.providers), agreements)
    return (
        city_.id,
        city_.code,
        city_.name.text(language),
        city_.app.text(language),
        status,
        backends or "—",
        *map(str, counts),
    )


def _as_json(report: Report, language: Lang) -> str:
    return json.dumps({"diagnostics": [item.as_json(language) for item in report.found]}, ensure_ascii=False, indent=2)


def _as_sarif(report: Report, language: Lang) -> str:
    from importlib.metadata import version

    from cli.sarif import sarif  # only who asks for it pays for the lessons

    return json.dumps(sarif(report.found, language, version("cityroam")), ensure_ascii=False, indent=2)


def _as_text(report: Report, language: Lang) -> str:
    renderer = Renderer(language, dict(report.sources))
    parts = [renderer.render(item) for item in report.found]
    return "\n\n".join([*parts, _summary(report.found, len(report.cities), language)])


def _summary(found: Sequence[Diagnostic], cities: int, language: Lang) -> str:
    counts = [sum(item.severity == severity for item in found) for severity in ("error", "warning", "info")]
    if language == "zh":
        return "{} 个城市:{} 个错误,{} 个警告,{} 条提示".format(cities, *counts)
    words = ("error", "warning", "remark")
    numbers = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in zip(counts, words, strict=True))
    return f"{cities} {'city' if cities == 1 else 'cities'}: {numbers}"


def _language(given: str) -> Lang:
    """As asked, else Chinese where the terminal's locale is Chinese."""
    if given not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    chosen: Literal["zh", "en"] = "zh" if (given or os.environ.get("LANG", "")).startswith("zh") else "en"
    return chosen


def _day(at: datetime | None) -> date:
    return at.date() if at else datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _must_be_a_room(root: Path) -> None:
    if not root.is_dir():
        _stop(f"no folder {root}")


def _stop(reason: str) -> None:
    typer.echo(f"roam: {reason}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
