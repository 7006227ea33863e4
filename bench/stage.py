"""Everything that stands while it is measured: the sandbox, the replayer, two gateways and the handler.

The sandbox is the real one. Both gateways reach its cities through the replayer, by machine-local overlays that move
`base_url` and lift the declared rates and bulkheads, and nothing else. The first gateway runs on the checked-in
channels; the second on a copy of them without `cache:`.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.cases import CATALOGUE, CITIES, FIVE, FIVE_PERSONA, LIST, LONG_PERSONA
from bench.ports import STEP, unused_ports
from identity.links import citizen_key
from identity.pairwise import pairwise_id
from sandbox import material, programs, switch
from sandbox.child import Child, Program, stop
from sandbox.personas import CITY_CODES, PERSONAS
from sandbox.ports import HOST, Ports
from sandbox.up import Stack

ROOT = Path(__file__).resolve().parent.parent / "cities"
READY_SECONDS = 20.0
CACHE = re.compile(r"^ +cache: .*\n", re.MULTILINE)
UNLIMITED = "rate: {per_second: 1000000, burst: 1000000}, bulkhead: {max_concurrent: 1000, queue: 1000}"

Row = dict[str, Any]


class NotReady(Exception):
    """A process does not answer, or answers something else than was expected."""


@dataclass(frozen=True, slots=True)
class Server:
    """A measured process."""

    name: str
    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What is measured, and the access token of each persona."""

    gateway: Server
    uncached: Server
    handler: Server
    tokens: dict[str, str]
    scratch: Path


@contextmanager
def stage(scratch: Path) -> Iterator[Stage]:
    """Start everything under `scratch`; stop everything at the end, whatever happens."""
    ports = unused_ports(CITIES)
    more = unused_ports(CITIES, start=ports.issuer.port + STEP)
    overlays = scratch / "overlays"
    write_overlays(overlays, ports, more)
    children: list[Child] = []
    with Stack.start(ROOT, scratch / "home", ports, environment={"ROAM_OVERLAYS": str(overlays)}) as stack:
        try:
            children.append(run(replayer(stack, more, scratch), scratch))
            children.append(run(second_gateway(stack, more, overlays, scratch), scratch))
            tokens = {persona: stack.token(persona) for persona in (FIVE_PERSONA, LONG_PERSONA)}
            children.append(run(handler(stack, more, tokens, scratch), scratch))
            yield Stage(
                Server("gateway", stack.gateway_url, stack.pids()["gateway"]),
                Server("gateway without caches", f"http://{HOST}:{more.gateway}", children[1].pid),
                Server("handler", f"http://{HOST}:{more.issuer.port}", children[2].pid),
                tokens,
                scratch,
            )
        finally:
            stop(children)


def write_overlays(directory: Path, ports: Ports, replayed: Ports) -> None:
    """Each city's sandbox overlay, its backend at the replayer, everything else (audience, token) at the sandbox."""
    directory.mkdir()
    for slug in CITIES:
        text = (ROOT / slug / "channel.sandbox.yaml").read_text(encoding="utf-8")
        text = re.sub(rf"{HOST}:\d+", f"{HOST}:{ports.cities[slug].port}", text)
        text = re.sub(r'(base_url: "http://[\d.]+:)\d+', rf"\g<1>{replayed.cities[slug].port}", text)
        text = text.replace("dedicated_line: loopback", f"dedicated_line: loopback, {UNLIMITED}")
        (directory / f"{slug}.yaml").write_text(text, encoding="utf-8")


def run(program: Program, scratch: Path) -> Child:
    """Start a program and wait until it answers. Raises NotReady."""
    child, deadline = Child(program, scratch / f"{program.name}.log"), time.monotonic() + READY_SECONDS
    while not switch.answers(program.health):
        if child.exit_status() is not None or time.monotonic() > deadline:
            stop([child])
            raise NotReady(f"{program.name} does not answer; its last lines:\n{child.last_lines()}")
        time.sleep(0.05)
    return child


def replayer(stack: Stack, more: Ports, scratch: Path) -> Program:
    """The replayer in front of the five sandbox cities."""
    persona = PERSONAS[LONG_PERSONA]
    places = {slug: {"port": more.cities[slug].port, "origin": stack.city_url(slug)} for slug in stack.cities}
    salt = secrets_of(stack)["GATEWAY_PAIRWISE_SALT"].encode()
    plan = scratch / "replay.json"
    door = more.issuer.control
    long = pairwise_id(salt, CITY_CODES["mianyang"], persona.subject)
    plan.write_text(json.dumps({"long": long, "cities": places, "health": door}), encoding="utf-8")
    return Program("replay", "bench.replay", (str(plan),), {}, f"http://{HOST}:{door}/")


def second_gateway(stack: Stack, more: Ports, overlays: Path, scratch: Path) -> Program:
    """The gateway over the same channels without their caches."""
    root = scratch / "cities"
    shutil.copytree(stack.places.root, root)
    for channel in root.glob("*/channel.yaml"):
        channel.write_text(CACHE.sub("", channel.read_text(encoding="utf-8")), encoding="utf-8")
    ports = replace(stack.ports, gateway=more.gateway)
    program = programs.gateway(replace(stack.places, root=root), ports, {"ROAM_OVERLAYS": str(overlays)})
    return replace(program, name="uncached")


def handler(stack: Stack, more: Ports, tokens: dict[str, str], scratch: Path) -> Program:
    """The handler. What only the gateway decides (agreement, department, catalogue) is asked of the gateway here."""
    url, port = f"{stack.gateway_url}/graphql", more.issuer.port
    listing = ask(url, tokens[FIVE_PERSONA], CATALOGUE, {"first": 1_000})["services"]
    page = ask(url, tokens[FIVE_PERSONA], CATALOGUE, {"first": 50})["services"]
    bases = {slug: f"http://{HOST}:{more.cities[slug].port}" for slug in CITIES}
    plan = {
        "port": port,
        "secrets": secrets_of(stack),
        "cities": list(CITIES),
        "chengdu_kinds": ["WATER", "GAS", "ELECTRICITY"],
        "bases": {
            **{slug: base + base_path(slug) for slug, base in bases.items()},
            "public": programs.audience(stack.places.root),
            "chengdu_audience": f"{stack.city_url('chengdu')}/graphql",
            "meishan_token": f"{stack.city_url('meishan')}/oauth2/token",
        },
        "catalogue": {"nodes": listing["nodes"], "cursor": page["pageInfo"]["endCursor"]},
        "tokens": {
            tokens[FIVE_PERSONA]: who(stack, FIVE_PERSONA, ask(url, tokens[FIVE_PERSONA], FIVE, {})),
            tokens[LONG_PERSONA]: who(stack, LONG_PERSONA, ask(url, tokens[LONG_PERSONA], LIST, {})),
        },
    }
    file = scratch / "handler.json"
    file.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return Program("handler", "bench.handwritten", (str(file),), {}, f"http://{HOST}:{port}/healthz")


def who(stack: Stack, key: str, data: Row) -> Row:
    """What the handler knows of a citizen: pairwise ids, the key of cursors, and per city and kind the provenance."""
    persona, secrets, bills = PERSONAS[key], secrets_of(stack), data["me"]["bills"]
    salt = secrets["GATEWAY_PAIRWISE_SALT"].encode()
    told: dict[str, Row] = {
        row["city"]["slug"]: {"name": row["city"]["name"], "agreementId": row["agreementId"], "kinds": {}}
        for row in bills.get("coverage", ())
    }
    for node in bills.get("nodes") or [edge["node"] for edge in bills["edges"]]:
        source = node["source"]
        city = told.setdefault(source["city"]["slug"], {"name": "", "agreementId": None, "kinds": {}})
        city["kinds"][node["kind"]] = {name: source[name] for name in ("department", "agreementId")}
    return {
        "key": citizen_key(secrets["GATEWAY_SEAL_KEY"].encode(), stack.issuer_url, persona.subject),
        "pairwise": {slug: pairwise_id(salt, CITY_CODES[slug], persona.subject) for slug in CITIES},
        "id_number": persona.id_number,
        "told": told,
    }


def ask(url: str, token: str, query: str, variables: Row) -> Row:
    """The data of one answer. Raises NotReady: it has errors."""
    body = {"query": query, "variables": variables}
    _, answer = switch.call("POST", url, body, {"authorization": f"Bearer {token}"})
    if "errors" in answer:
        raise NotReady(f"the gateway's answer has errors: {json.dumps(answer['errors'], ensure_ascii=False)[:500]}")
    return dict(answer["data"])


def secrets_of(stack: Stack) -> dict[str, str]:
    """Every secret of the sandbox, as the gateway reads it."""
    return {name: value.rstrip("\r\n") for name, value in material.read(stack.places.secrets).items()}


def base_path(slug: str) -> str:
    """The path of a city's declared base URL."""
    overlay = (ROOT / slug / "channel.sandbox.yaml").read_text(encoding="utf-8")
    found = re.search(r'base_url: "http://[\d.]+:\d+([^"]*)"', overlay)
    return found[1] if found else ""
