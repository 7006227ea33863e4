"""Where the last started sandbox listens, so that other commands find it whatever its ports are."""

import json
from pathlib import Path

from sandbox.ports import Ports

NAME = "running.json"


def write(home: Path, ports: Ports) -> None:
    """Note the provider's address and the control address of every city in the sandbox's folder."""
    controls = {slug: door.control_url for slug, door in ports.cities.items()}
    noted = {"issuer": ports.issuer.url, "controls": controls}
    (home / NAME).write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")


def issuer(home: Path) -> str | None:
    """The provider's address; None when no sandbox was started from this folder."""
    try:
        return str(json.loads((home / NAME).read_text(encoding="utf-8"))["issuer"])
    except (OSError, ValueError, KeyError):
        return None


def controls(home: Path) -> dict[str, str]:
    """The control addresses by city; empty when no sandbox was started from this folder."""
    try:
        noted = json.loads((home / NAME).read_text(encoding="utf-8"))["controls"]
    except (OSError, ValueError, KeyError):
        return {}
    return dict(noted)
