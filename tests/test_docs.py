"""The documents say what the code does: every setting, code, command and link in them exists, and none is left out."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from graphql import GraphQLSchema, build_schema, parse, validate
from pydantic import BaseModel

from channels.declared import agreements, auth, backends, fixtures, gateway, mapping, models, operation, register
from channels.deployment.overlays import BACKEND_SETTINGS
from channels.text.messages import MESSAGES
from cli import main as command_line
from edge import errors as edge_errors
from sandbox.faults import FAULTS
from sandbox.personas import PERSONAS
from sandbox.table import CITIES
from schema.codes import CityOutcome, ErrorCode

ROOT = Path(__file__).resolve().parent.parent
IGNORED = {".venv", ".git", ".sandbox", "node_modules"}
PROCESSES = (
    "app.py",
    "cli",
    "sandbox",
    "channels/declared/secrets.py",
    "tests/conftest.py",
)  # who reads the environment
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if not IGNORED & set(path.relative_to(ROOT).parts) and "dist" not in path.parts
)
OURS = [path for path in PAGES if path.parent == ROOT or ROOT / "docs" in path.parents]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def fences(text: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(text) if found == language]


def prose_of(text: str) -> str:
    return FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """Inline code."""
    return re.findall(r"`([^`\n]+)`", prose_of(text))


def in_tables(name: str, pattern: str) -> set[str]:
    """What stands in the first column of a page's tables and has the form of `pattern`."""
    return set(re.findall(rf"^\| `({pattern})` \|", text_of(name), re.MULTILINE))


def sources(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield file.read_text("utf-8")


def variables(text: str) -> set[str]:
    """`ROAM_SECRET_<NAME>` and `ROAM_SECRET_` are one."""
    return {name.rstrip("_") for name in re.findall(r"\bROAM_[A-Z_]+", text)}


def test_every_environment_variable_is_documented_and_every_documented_one_is_read() -> None:
    """A setting that nobody can find is a setting that nobody can trust."""
    read = set().union(*(variables(text) for text in sources(PROCESSES)))
    rows = re.findall(r"^\| `(ROAM_[^`]+)`", text_of("docs/configuration.md"), re.MULTILINE)
    assert set().union(*(variables(row) for row in rows)) == read


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_variables_that_exist(page: Path) -> None:
    """A renamed variable leaves its old name behind in prose."""
    read = set().union(*(variables(text) for text in sources((*PROCESSES, "bench"))))
    assert variables(page.read_text("utf-8")) <= read


def fields(module: Any) -> set[str]:
    """The keys that a module's models read from a file."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, BaseModel)]
    return {info.alias or name for model in found for name, info in model.model_fields.items()}


def test_every_field_of_the_files_is_documented() -> None:
    """An operator writes these files with the page open beside them."""
    page = text_of("docs/configuration.md")
    known = set().union(
        *(
            fields(module)
            for module in (models, auth, backends, operation, mapping, gateway, register, agreements, fixtures)
        )
    )
    assert sorted(name for name in known if not re.search(rf"(?<![a-z_]){re.escape(name)}(?![a-z_])", page)) == []


def test_every_choice_of_an_auth_entry_is_documented() -> None:
    page = text_of("docs/configuration.md")
    types = [get_args(model.model_fields["type"].annotation)[0] for model in get_args(get_args(auth.Auth)[0])]
    assert [name for name in types if f"`{name}`" not in page] == []


def test_what_an_overlay_may_change_is_documented() -> None:
    overlays = text_of("docs/configuration.md").partition("## Overlays")[2].partition("\n## ")[0]
    assert [name for name in BACKEND_SETTINGS if name not in overlays] == []


def test_every_error_code_is_documented_and_every_documented_one_exists() -> None:
    """A client's author looks a code up; it must be there, and it must mean something."""
    edge = {
        value
        for name, value in vars(edge_errors).items()
        if name.isupper() and isinstance(value, str) and value == name
    }
    assert in_tables("docs/errors.md", "[A-Z_]+") == {code.value for code in ErrorCode} | edge


def test_every_diagnostic_of_the_checker_is_documented_and_every_documented_one_exists() -> None:
    """The code in a message is what an operator searches for."""
    worded = {wording.code for wording in MESSAGES.values()}
    written = set().union(*(re.findall(r'"(ROAM-\d{3})"', text) for text in sources(("channels",))))
    assert in_tables("docs/errors.md", r"ROAM-\d{3}") == worded | written


def test_every_outcome_of_a_city_is_documented() -> None:
    assert {outcome.value for outcome in CityOutcome} <= in_tables("docs/graph.md", "[A-Z_]+")


def test_the_sandbox_page_knows_every_server_fault_and_persona() -> None:
    """People try the sandbox first; what the page says must work when typed."""
    page = text_of("docs/sandbox.md")
    assert in_tables("docs/sandbox.md", r"[a-z0-9_]+") >= set(FAULTS)
    assert [city.slug for city in CITIES.values() if not re.search(rf"{city.slug}.*\| {city.port} \|", page)] == []
    assert sorted({persona.kind for persona in PERSONAS.values() if f"`{persona.kind}" not in page}) == []


@cache
def commands() -> dict[str, set[str]]:
    """`roam`'s commands, each with its subcommands."""
    app = typer.Typer()
    for register_part in command_line.parts():
        register_part(app)
    group: Any = typer.main.get_command(app)
    return {name: set(getattr(command, "commands", {})) for name, command in group.commands.items()}


def typed(text: str) -> Iterator[str]:
    """Everything on a page that a reader may type: inline code, and shell lines without their comments."""
    yield from spans(text)
    for block in fences(text, "sh"):
        yield from (re.sub(r"\s#\s.*", "", line) for line in block.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_on_a_page_exists(page: Path) -> None:
    """A command that fails on the first page is the last one a visitor types."""
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    known = commands()
    wrong = []
    for line in typed(page.read_text("utf-8")):
        wrong += [f"make {name}" for name in re.findall(r"(?:^|\s)make ([a-z]+)", line) if name not in targets]
        for name, argument in re.findall(r"(?:^|[\s(/])roam ([a-z]+)(?: ([a-z][a-z-]*))?", line):
            if name not in known or (known[name] and argument and argument not in known[name]):
                wrong.append(f"roam {name} {argument}")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    """A moved file takes its readers with it."""
    text = re.sub(r"`[^`\n]*`", "", prose_of(page.read_text("utf-8")))
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@cache
def graph() -> GraphQLSchema:
    return build_schema(text_of("schema/schema.graphql"))


@pytest.mark.parametrize("page", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_graphql_on_a_page_fits_the_graph(page: Path) -> None:
    """A query is copied before it is read."""
    text = page.read_text("utf-8")
    sent = [json.loads(body)["query"] for block in fences(text, "sh") for body in re.findall(r"-d '(\{.*\})'", block)]
    found = [problem for query in (*fences(text, "graphql"), *sent) for problem in validate(graph(), parse(query))]
    assert found == []


def test_the_first_screen_shows_what_the_sandbox_really_answers(citizen: Callable[..., Any]) -> None:
    """Other tests may have paid a bill meanwhile, so the rows are looked for among all of deng's water bills."""
    query, shown = fences(text_of("README.md"), "graphql")[0], json.loads(fences(text_of("README.md"), "json")[0])
    answered = citizen("deng").ask(query.replace(", states: [UNPAID]", "")).whole()["me"]["bills"]
    bills = shown["data"]["me"]["bills"]
    assert list(bills) == list(answered)
    assert [row for row in bills["nodes"] if row not in answered["nodes"]] == []
    assert [{**row, "count": 0} for row in bills["coverage"]] == [{**row, "count": 0} for row in answered["coverage"]]


def outline(name: str) -> dict[str, Any]:
    """What must be equal in two languages: levels of headings, code, tables, links, inline code."""
    text = text_of(name)
    prose = prose_of(text)
    links = [
        link.replace("-en.png", ".png")  # a picture of the page in the reader's own language
        for link in re.findall(r"\]\(([^)\s]+)\)", prose)
        if not link.startswith("README")
    ]
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)],
        "code": [(kind, re.sub(r"\s+#\s.*", "", body)) for kind, body in FENCE.findall(text)],
        "tables": [line.count("|") for line in prose.splitlines() if line.startswith("|")],
        "links": links,
        "spans": sorted(spans(text)),
    }


def test_the_chinese_readme_is_in_step() -> None:
    """Half of the readers have only that one."""
    assert outline("README.zh.md") == outline("README.md")


def test_the_architecture_names_files_that_exist_and_every_room() -> None:
    """The map is opened to find a file."""
    text = text_of("ARCHITECTURE.md")
    files = [span for span in spans(text) if re.fullmatch(r"[a-z_]+(/[a-z_*]+)*\.py", span)]
    assert [name for name in files if not list(ROOT.glob(name))] == []
    rooms = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    assert [room for room in rooms if f"]({room})" not in text] == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True)  # noqa: S607
    if listed.returncode != 0:  # an unpacked archive
        return [p for p in ROOT.rglob("*") if p.is_file() and not IGNORED & set(p.relative_to(ROOT).parts)]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine_a_registry_or_a_cdn() -> None:
    """The project is built on other machines than ours, some without a way out."""
    hosts = ("registry.npmjs" + ".org", "pypi" + ".org", "pythonhosted" + ".org", "jsdelivr" + ".net", "unpkg" + ".com")
    hosts += ("esm" + ".sh", "cdnjs" + ".cloudflare", "fonts.google" + "apis")
    machine = re.compile(rb"(?<![\w.])/(?:home|Users)/[a-z]|(?<![\w.])/(?:root|work)/[a-z.]")
    wrong = []
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" in raw or path == Path(__file__):
            continue
        bundled = ROOT / "web" / "dist" in path.parents  # code of others, where a host in a comment loads nothing
        found = [] if bundled else [host for host in hosts if host.encode() in raw]
        if found or machine.search(raw):
            wrong.append((str(path.relative_to(ROOT)), found))
    assert wrong == []
