"""Secrets by name.  Files only ever say `secret:NAME`; the value is looked up here and never printed.

Order: the environment's `ROAM_SECRET_<NAME>`, the secrets folder, what `roam.yaml` names under `gateway.secrets`, and in an
environment that has one, its secrets file.  Whoever reads the environment (app, cli) makes the first `Secrets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from channels.scalars import SecretRef

PREFIX = "ROAM_SECRET_"


class MissingSecret(LookupError):
    """No source has a secret of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"secret {name} is not set")
        self.name = name


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where values come from, in order of preference.  Its text shows no value."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    folders: tuple[Path, ...] = ()
    fallback: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Secrets:
        """From a process environment: `ROAM_SECRET_*` and `ROAM_SECRETS_DIR`."""
        named = {key.removeprefix(PREFIX): value for key, value in environ.items() if key.startswith(PREFIX)}
        folder = environ.get("ROAM_SECRETS_DIR")
        return cls(MappingProxyType(named), (Path(folder),) if folder else ())

    def find(self, name: str) -> str | None:
        """The value, or None.  A file's last line break is not part of its value."""
        if name in self.values:
            return self.values[name]
        for folder in self.folders:
            file = folder / name.lower()
            if file.is_file():
                return file.read_text("utf-8").rstrip("\r\n")
        return self.fallback.get(name)

    def reveal(self, secret: SecretRef | str) -> str:
        """The value of `secret:NAME`.  Raises: MissingSecret."""
        name = secret.name if isinstance(secret, SecretRef) else secret
        value = self.find(name)
        if value is None:
            raise MissingSecret(name)
        return value

    def extended(self, folders: tuple[Path, ...], fallback: Mapping[str, str]) -> Secrets:
        """The same with what the files of a deployment add."""
        return replace(self, folders=(*self.folders, *folders), fallback=MappingProxyType(dict(fallback)))


def parse_secrets(text: str) -> tuple[dict[str, str], list[int]]:
    """Return: `NAME=value` lines as a mapping, and the numbers of lines that are neither that nor a comment."""
    values: dict[str, str] = {}
    bad: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if equals and name.strip().isidentifier():
            values[name.strip()] = value.strip()
        else:
            bad.append(number)
    return values, bad
