"""`roam city diff`: what a change of the files changes: routing, graph, privacy, roaming.  Defaults are filled in on both sides."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from channels.deployment.differences import SECTIONS, Change, Unreadable, differences, effective
from channels.text.diagnostics import Lang
from cli.city import COULD_NOT_RUN, Env, Language, Root, _language, city

SAME, DIFFERENT = 0, 1
STATE = Path(".sandbox/state")
HEADS = {
    "zh": {"routing": "路由", "graph": "图谱", "privacy": "个人信息", "roaming": "漫游"},
    "en": {"routing": "routing", "graph": "graph", "privacy": "privacy", "roaming": "roaming"},
}
LEVELS = {"breaking": "不兼容", "dangerous": "有风险", "safe": "兼容"}


def register(app: typer.Typer) -> None:
    """Joined to `roam city` below."""


@city.command("diff")
def diff(
    slug: Annotated[str | None, typer.Argument(metavar="[CITY]", help="One city; without it, all.")] = None,
    against: Annotated[
        str, typer.Option("--against", help="A revision (of git or of the history), an environment, or a folder.")
    ] = "HEAD",
    root: Root = Path("cities"),
    env: Env = "sandbox",
    state: Annotated[Path, typer.Option(envvar="ROAM_STATE", help="The folder with the history.")] = STATE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Language = "",
) -> None:
    """Compare the files with another revision, environment or folder. 比较改动。  Exit: 0 same, 1 different, 2 usage, 3 could not run."""
    language = _language(lang)
    if not root.is_dir():
        _stop(f"no folder {root}")
    overlays = os.environ.get("ROAM_OVERLAYS")
    try:
        after = effective(root, env, Path(overlays) if overlays else None)
        with other_side(root, against, slug, state) as (folder, environment):
            before = effective(folder, environment or env, Path(overlays) if overlays and not environment else None)
        if slug is not None and slug not in before.channels and slug not in after.channels:
            _stop(f"no city {slug} on either side")
        found = differences(before, after, slug)
    except Unreadable as error:
        _stop(f"{error} does not hold; run: roam city check")
    typer.echo(_json(found, against) if as_json else "\n".join(_text(found, language)))
    raise typer.Exit(DIFFERENT if found else SAME)


@contextmanager
def other_side(root: Path, against: str, slug: str | None, state: Path) -> Iterator[tuple[Path, str | None]]:
    """The folder to compare with, and its environment where that is what differs."""
    if (Path(against) / "roam.yaml").is_file():
        yield Path(against), None
        return
    if against in _environments(root):
        yield root, against
        return
    with tempfile.TemporaryDirectory(prefix="roam-diff-") as name:
        made = Path(name) / "cities"
        kept = _kept(state, slug, against)
        if kept is not None and slug is not None:
            shutil.copytree(root, made, ignore=shutil.ignore_patterns(slug))
            shutil.copytree(kept, made / slug)
        else:
            _of_git(root, against, made)
        yield made, None


def _environments(root: Path) -> tuple[str, ...]:
    from channels.declared.gateway import GatewayFile
    from channels.text.documents import read_document

    model = read_document(root / "roam.yaml", "roam.yaml", GatewayFile).model
    return tuple(model.environments) if model else ()


def _kept(state: Path, slug: str | None, revision: str) -> Path | None:
    """A revision of the city that the gateway has kept."""
    if slug is None or not revision.isalnum():
        return None
    found = sorted((state / "history" / "cities" / slug).glob(f"{revision}*/{slug}"))
    return found[0] if len(found) == 1 else None


def _of_git(root: Path, revision: str, made: Path) -> None:
    """Write the folder as it was at a revision of git."""
    if revision.startswith("-"):
        raise typer.BadParameter("no revision begins with -", param_hint="--against")
    git = shutil.which("git")
    if git is None:
        _stop(f"no git to look up {revision}")
    told = subprocess.run(  # noqa: S603  (a revision, never an option)
        [git, "-C", str(root), "archive", "--format=tar", revision, "."], capture_output=True, check=False
    )
    if told.returncode != 0:
        reason = told.stderr.decode("utf-8", "replace").strip().splitlines()
        _stop(
            f"{revision} is no folder, no environment, no kept revision, and git says: {reason[-1] if reason else '?'}"
        )
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        archive.extractall(made, filter="data")


def _json(found: Sequence[Change], against: str) -> str:
    sections = {
        name: [
            {"city": change.city, "path": change.path, "before": change.before, "after": change.after}
            if change.level is None
            else {"city": change.city, "level": change.level, "change": change.after}
            for change in found
            if change.section == name
        ]
        for name in SECTIONS
    }
    return json.dumps({"against": against, "same": not found, "sections": sections}, ensure_ascii=False, indent=2)


def _text(found: Sequence[Change], language: Lang) -> Iterator[str]:
    if not found:
        yield "没有差别" if language == "zh" else "no difference"
    for name in SECTIONS:
        changes = [change for change in found if change.section == name]
        if changes:
            yield HEADS[language][name]
        for change in changes:
            line = str(change)
            if language == "zh" and change.level is not None:
                line = f"{LEVELS[change.level]}: {change.after}"
            yield f"  {change.city + ' ' if change.city else ''}{line}"


def _stop(reason: str) -> NoReturn:
    typer.echo(f"roam: {reason}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
