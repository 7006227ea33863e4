"""What `roam up` runs: the module, arguments, settings and health address of every process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox import running
from sandbox.child import Program
from sandbox.ports import HOST, Ports

GATEWAY, PROVIDER = "gateway", "idp"
PUBLIC_URL = re.compile(r"^\s+public_url:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
DEFAULT_AUDIENCE = "http://127.0.0.1:8000/graphql"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one sandbox: `home` is git-ignored and holds secrets, overlays, logs and, by default, state."""

    root: Path
    home: Path
    state: Path

    @classmethod
    def under(cls, root: Path, home: Path, state: Path | None = None) -> Self:
        """All paths absolute, so that a process may run anywhere."""
        return cls(root.resolve(), home.resolve(), (state or home / "state").resolve())

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def overlays(self) -> Path:
        return self.home / "overlays"

    @property
    def logs(self) -> Path:
        return self.home / "logs"


def provider(places: Places, ports: Ports) -> Program:
    """The identity provider; its tokens are for the root's public address."""
    door = ports.issuer
    options = {
        "--port": str(door.port),
        "--control": str(door.control),
        "--state": str(places.state),
        "--audience": audience(places.root),
        "--issuer": door.url,
    }
    arguments = tuple(part for option in options.items() for part in option)
    return Program(PROVIDER, "sandbox.idp", arguments, {}, f"{door.url}/.well-known/openid-configuration")


def city(slug: str, places: Places, ports: Ports) -> Program:
    """One city's server; its control port answers last, so that is its health."""
    door = ports.cities[slug]
    arguments = (slug, "--port", str(door.port), "--control", str(door.control), "--state", str(places.state))
    settings = {"ROAM_SECRETS_DIR": str(places.secrets)}
    return Program(slug, "sandbox.serve", arguments, settings, f"{door.control_url}/fault")


def gateway(places: Places, ports: Ports, environment: Mapping[str, str]) -> Program:
    """The gateway, pointed at the cities and the provider of this sandbox."""
    settings = {
        "ROAM_ENV": "sandbox",
        "ROAM_ROOT": str(places.root),
        "ROAM_HOST": HOST,
        "ROAM_PORT": str(ports.gateway),
        "ROAM_SECRETS_DIR": str(places.secrets),
        "ROAM_STATE": str(places.state),
        "ROAM_ISSUER": ports.issuer.url,
        "ROAM_OVERLAYS": str(places.overlays),
        "ROAM_SANDBOX_CONTROLS": str(places.home / running.NAME),
        **environment,
    }
    return Program(GATEWAY, "app", (), settings, f"http://{HOST}:{ports.gateway}/readyz")


def audience(root: Path) -> str:
    """The `gateway.public_url` of a root.  Read by pattern: the checker is the gateway's, and it will complain."""
    found = PUBLIC_URL.search((root / "roam.yaml").read_text(encoding="utf-8"))
    return found[1] if found else DEFAULT_AUDIENCE
