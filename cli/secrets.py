"""`roam secrets`: which secrets the files name, which of them are set, and setting one. A value is never printed."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from channels.declared.secrets import Secrets, parse_secrets

NAMED = re.compile(r"secret:([A-Z][A-Z0-9_]*)")
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
DEFAULT_FOLDER = Path(".sandbox/secrets")

secrets = typer.Typer(help="Secrets: list the names, set a value. 密钥:列出名称、设置。", no_args_is_help=True)
Root = Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml and one folder per city.")]


def register(app: typer.Typer) -> None:
    app.add_typer(secrets, name="secrets")


@secrets.command("list")
def list_secrets(root: Root = Path("cities")) -> None:
    """List the secrets that the cities' files name, and whether each is set. 列出各城市用到的密钥是否已设置。"""
    known = Secrets.from_environment(os.environ)
    fallback = fallback_values(root)
    for name, files in named_in(root).items():
        source = "set" if known.find(name) is not None else kept_for_sandbox(name, fallback) or "NOT SET"
        typer.echo(f"{name:<28} {source:<20} {', '.join(files)}")


@secrets.command("set")
def set_secret(
    name: Annotated[str, typer.Argument(help="As in `secret:NAME`.")],
    value: Annotated[str, typer.Option(help="Asked for, or read from a pipe; better not on the command line.")] = "",
) -> None:
    """Keep a secret in a file of the secrets folder (ROAM_SECRETS_DIR), readable by its owner alone. 设置一项密钥。"""
    if not NAME.fullmatch(name):
        typer.echo(f"{name}: a secret's name is capital letters, digits and underscores", err=True)
        raise typer.Exit(2)
    value = value or _asked()
    if not value:
        typer.echo(f"{name}: no value was given; nothing was written", err=True)
        raise typer.Exit(2)
    folder = Path(os.environ.get("ROAM_SECRETS_DIR") or DEFAULT_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / name.lower()
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(value + "\n", "utf-8")
    typer.echo(f"{name} is set in {file}")
    if "ROAM_SECRETS_DIR" not in os.environ:
        typer.echo(f"the sandbox uses it; for anything else: export ROAM_SECRETS_DIR={folder}")


def _asked() -> str:
    """The value as it is typed, unseen, or the first line of a pipe."""
    if sys.stdin.isatty():
        return str(typer.prompt("值 Value", hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def kept_for_sandbox(name: str, fallback: dict[str, str]) -> str | None:
    """Where the sandbox has a value of its own: the folder that `roam up` reads by itself, or the file of placeholders."""
    if (DEFAULT_FOLDER / name.lower()).is_file():
        return f"in {DEFAULT_FOLDER}"
    return "in secrets.sandbox" if name in fallback else None


def named_in(root: Path) -> dict[str, list[str]]:
    """The names of all secrets, each with the files that mention it."""
    found: dict[str, list[str]] = {}
    for file in sorted((*root.glob("*/channel*.yaml"), *root.glob("roam.yaml"))):
        text = file.read_text("utf-8", errors="replace")
        for name in dict.fromkeys(NAMED.findall(text)):
            found.setdefault(name, []).append(str(file.relative_to(root)))
    return dict(sorted(found.items()))


def fallback_values(root: Path) -> dict[str, str]:
    """What the sandbox's own file gives; empty where there is none."""
    file = root / "secrets.sandbox"
    return parse_secrets(file.read_text("utf-8", errors="replace"))[0] if file.is_file() else {}
