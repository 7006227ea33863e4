"""`roam city new`: a folder for a new city from eight questions, or from flags.  Its files pass `roam city check`."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from channels.answer import Failure
from channels.checking import check_root
from channels.declared.divisions import divisions
from channels.declared.fixtures import RecordedResponse
from channels.declared.models import ChannelFile
from channels.declared.secrets import Secrets, parse_secrets
from channels.deployment.snapshot import load
from channels.fixtures.replay import recorded_reply
from channels.joining.new_channel import (
    KINDS,
    PROOFS,
    SERVICES,
    Answers,
    channel_text,
    fixture_text,
    operation_of,
    overlay_text,
    secret_names,
)
from channels.joining.sample import NotASample, Sample, scrubbed, take_apart
from channels.protocols.compiled import compile_operation
from channels.protocols.refusals import ContractBroken
from channels.protocols.rowset import make_page
from channels.text.lines import SourceText
from channels.text.positions import parse
from channels.text.validation import validate
from cli.city import COULD_NOT_RUN, ERRORS, Env, Language, Root, _as_text, _language, city  # one wording of findings

SLUG = re.compile(r"[a-z][a-z0-9_]{1,30}")
LOCAL_PORT = re.compile(r"127\.0\.0\.1:(\d{2,5})")
FIRST_PORT = 8107  # those below are the sandbox's own cities'
USAGE = 2
PLACEHOLDERS = "secrets.sandbox"
OPENED = date(2000, 1, 1)  # no agreement is looked at
TWO_LINES = "粘贴一份应答(JSON 或 XML),以单独一行 . 结束 / paste an answer (JSON or XML), end with a line of one dot:"


def register(app: typer.Typer) -> None:
    """Joined to `roam city` below."""


@city.command("new")
def new(
    slug: Annotated[str | None, typer.Argument(metavar="[SLUG]", help="The folder's name, such as neijiang.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="The division's code, GB/T 2260.")] = None,
    zh: Annotated[str | None, typer.Option("--name-zh", help="The Chinese name.")] = None,
    en: Annotated[str | None, typer.Option("--name-en", help="The English name.")] = None,
    app_zh: Annotated[str | None, typer.Option("--app-zh", help="The name of the city's own app.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="rest, soap or graphql.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="The backend's address.")] = None,
    auth: Annotated[
        str | None, typer.Option("--auth", help="none, api_key, sign, oauth2_client or ws_security.")
    ] = None,
    sample: Annotated[str | None, typer.Option("--sample", help="A file with an answer of the backend, or - .")] = None,
    path: Annotated[str, typer.Option("--path", help="The path of the sample's request.")] = "/",
    operation: Annotated[str, typer.Option("--operation", help="The canonical operation; guessed without it.")] = "",
    sandbox_url: Annotated[str, typer.Option("--sandbox-url", help="Where a sandbox of it runs.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing for which there is a default.")] = False,
    root: Root = Path("cities"),
    env: Env = "sandbox",
    lang: Language = "",
) -> None:
    """Write a new city's folder from eight questions. 回答八个问题,新建一座城市。  Exit: 0 written and fine, 1 errors, 2 usage, 3 could not run."""
    language = _language(lang)
    if not (root / "roam.yaml").is_file():
        _stop(f"no roam.yaml in {root}", COULD_NOT_RUN)
    ask = _Asker(yes, language)
    slug = slug or ask("1/8 城市标识 / the city's id", "")
    if not SLUG.fullmatch(slug):
        _stop(f"{slug!r}: an id is small letters, digits and underscores", USAGE)
    folder = root / slug
    if folder.exists() or folder.is_symlink():
        _stop(f"{folder} exists already; nothing was written", ERRORS)
    known = next((row for row in divisions().values() if row.slug == slug), None)
    code = code or ask("2/8 行政区划代码 / division code", known.code if known else "")
    known = divisions().get(code, known)
    zh = zh or ask("3/8 中文名称 / Chinese name", known.zh if known else "")
    en = en or (known.en if known else slug.capitalize())
    app_zh = app_zh or ask("4/8 城市 App 的名称 / name of the city's app", f"{zh}市民频道")
    kind = _one_of(kind, KINDS, "--kind") or ask.among("5/8 后端类别 / kind of backend", KINDS, "rest")
    base_url = base_url or ask("6/8 后端地址 / the backend's address", f"https://api.{slug}.example.gov.cn")
    auth = _one_of(auth, PROOFS, "--auth") or ask.among("7/8 凭证 / proof", PROOFS, "none")
    taken = _sample(sample, kind, language)
    if operation and operation not in SERVICES:
        _stop(f"--operation: one of {', '.join(SERVICES)}", USAGE)
    public, sandbox = _addresses(root, slug, base_url, sandbox_url)
    answers = Answers(slug, code, zh, en, app_zh, kind, public, auth, path, operation, _first_line(folder))
    made = _write(folder, answers, taken, sandbox)
    _finish(root, folder, env, language, operation or operation_of(taken), made)


class _Asker:
    """Asks, or takes the default; a question without one is always asked."""

    def __init__(self, yes: bool, language: str) -> None:
        self.yes, self.language = yes, language

    def __call__(self, question: str, default: str) -> str:
        if default and (self.yes or sys.stdin.closed):
            return default
        return str(typer.prompt(question, default=default or None))

    def among(self, question: str, choices: tuple[str, ...], default: str) -> str:
        """One of some words: asked again until it is."""
        listed = ", ".join(choices)
        while (answer := self(f"{question}: {listed}", default).strip().lower()) not in choices:
            typer.echo(f"只能是:{listed}" if self.language == "zh" else f"one of: {listed}", err=True)
        return answer


def _sample(given: str | None, kind: str, language: str) -> Sample:
    """The answer taken apart.  Who pastes at a terminal what is none is told so, and asked again."""
    while True:
        text = _text(given)
        problem = _nothing(language)
        if text.strip():
            try:
                return take_apart(text, graphql=kind == "graphql")
            except NotASample as error:
                problem = f"样例不能用:{error}" if language == "zh" else f"the sample is {error}"
        if given is not None or not sys.stdin.isatty():
            _stop(problem, USAGE)
        typer.echo(problem, err=True)


def _nothing(language: str) -> str:
    if language == "zh":
        return "没有样例:需要后端的一份应答,接口文档里的也可以"
    return "there is no sample: one answer of the backend is needed, if only from its document"


def _text(given: str | None) -> str:
    if given == "-":
        return sys.stdin.read()
    if given is not None:
        try:
            raw = Path(given).read_bytes()
        except OSError as error:
            _stop(f"cannot read {given}: {error.strerror}", COULD_NOT_RUN)
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        _stop(f"{given} is neither UTF-8 nor GBK", USAGE)
    typer.echo(f"8/8 {TWO_LINES}")
    pasted = []
    for line in sys.stdin:
        if line.strip() == ".":
            break
        pasted.append(line)
    return "".join(pasted)


def _addresses(root: Path, slug: str, base_url: str, sandbox_url: str) -> tuple[str, str]:
    """The address for every environment, always encrypted, and the sandbox's."""
    if base_url.startswith("http://"):
        return f"https://api.{slug}.example.gov.cn", sandbox_url or base_url
    return base_url, sandbox_url or f"http://127.0.0.1:{_free_port(root)}"


def _free_port(root: Path) -> int:
    """The first port of the sandbox that no other city's overlay names."""
    texts = [file.read_text("utf-8", errors="replace") for file in root.glob("*/channel.sandbox.yaml")]
    taken = {int(port) for text in texts for port in LOCAL_PORT.findall(text)}
    return next(port for port in count(FIRST_PORT) if port not in taken)


def _first_line(folder: Path) -> str:
    project = folder.parent.parent / "docs" / "schema"
    return "../../docs/schema/channel.schema.json" if project.is_dir() else "../.roam/channel.schema.json"


def _write(folder: Path, answers: Answers, sample: Sample, sandbox: str) -> list[str]:
    """Return: the names of the secrets that got a placeholder."""
    operation = answers.operation or operation_of(sample)
    loaded = load(folder.parent, environment="sandbox", at=OPENED, secrets=Secrets())
    codes = loaded.snapshot.register if loaded.snapshot else ()
    text = channel_text(answers, sample, operation, codes)
    fixture = fixture_text(operation, sample, expected(text, operation, sample))
    try:
        (folder / "fixtures").mkdir(parents=True)
        (folder / "channel.yaml").write_text(text, "utf-8")
        (folder / "channel.sandbox.yaml").write_text(overlay_text(sandbox), "utf-8")
        (folder / "fixtures" / f"{operation}.yaml").write_text(fixture, "utf-8")
        return _placeholders(folder.parent, secret_names(text))
    except OSError as error:
        _stop(f"cannot write {folder}: {error.strerror}", COULD_NOT_RUN)


def expected(text: str, operation: str, sample: Sample) -> dict[str, object]:
    """What the written channel makes of the sample: how many rows, how many withheld, some fields of the first."""
    node, _ = parse(SourceText.of("channel.yaml", text))
    channel = validate(ChannelFile, node)[0] if node is not None else None
    if channel is None:
        return {"items": 0}
    compiled = compile_operation(operation, channel.operations[operation], channel.backends["city"])
    recorded = {"text": sample.text} if sample.xml else {"json": scrubbed(sample.data)}
    try:
        data = compiled.spoken.unwrap(recorded_reply(RecordedResponse.model_validate(recorded), xml=sample.xml))
        page = (
            data if isinstance(data, Failure) else make_page(compiled, data, None, at=datetime(2000, 1, 1, tzinfo=UTC))
        )
    except ContractBroken:
        return {"error": "BACKEND_CONTRACT_BROKEN"}
    if isinstance(page, Failure):
        return {"error": str(page.code)}
    rows = page.rows
    first = {key: _plain(value) for key, value in (rows[0] if rows else {}).items()}
    first = {key: value for key, value in first.items() if isinstance(value, (str, int))}
    told: dict[str, object] = {"items": len(rows)}
    return told | ({"dropped": page.dropped} if page.dropped else {}) | ({"first": first} if first else {})


def _plain(value: object) -> object:
    return value["amount"] if isinstance(value, dict) and "currency" in value else value


def _placeholders(root: Path, names: list[str]) -> list[str]:
    """The sandbox's secrets file gets a placeholder for each secret that has none.  Return: their names."""
    file = root / PLACEHOLDERS
    if not file.is_file():
        return []
    text = file.read_text("utf-8")
    known = parse_secrets(text)[0]
    missing = [name for name in names if name not in known]
    if missing:
        file.write_text(text.rstrip("\n") + "\n" + "".join(f"{name}=x\n" for name in missing), "utf-8")
    return missing


def _finish(root: Path, folder: Path, env: str, language: str, operation: str, made: list[str]) -> None:
    secrets = Secrets.from_environment(os.environ)
    report = check_root(root, environment=env, at=OPENED, secrets=secrets, overlays=None, only=folder.name)
    if report.errors:
        typer.echo(_as_text(report, language))  # type: ignore[arg-type]
    for file in sorted(folder.rglob("*.yaml")):
        typer.echo(f"  {file}")
    if made:
        typer.echo(f"  {root / PLACEHOLDERS}: {', '.join(made)}")
    guesses = sum(file.read_text("utf-8").count("GUESS") for file in folder.rglob("*.yaml"))
    zh = f"写好了,{guesses} 处猜测待核实。接下来:"
    typer.echo(zh if language == "zh" else f"written, with {guesses} guesses to check.  Next:")
    steps = [
        f"city check {folder.name}",
        *(f"secrets set {name}" for name in made),
        f"city try {folder.name} {operation}",
    ]
    typer.echo("\n".join(f"  roam {step}" for step in steps))
    raise typer.Exit(ERRORS if report.errors else 0)


def _one_of(value: str | None, choices: tuple[str, ...], flag: str) -> str | None:
    """A flag's word, or None where it was not given."""
    if value is not None and value not in choices:
        _stop(f"{flag}: one of {', '.join(choices)}", USAGE)
    return value


def _stop(reason: str, code: int) -> NoReturn:
    typer.echo(f"roam: {reason}", err=True)
    raise typer.Exit(code)
