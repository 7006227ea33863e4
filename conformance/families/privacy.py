"""C — identity and privacy: what is sent, what comes back, and who sees it."""

from __future__ import annotations

import asyncio
import re
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from channels.declared.models import Backend, SoapBackend
from channels.proofs.tls import make_context
from channels.protocols.draft import Base
from channels.protocols.soap_envelope import read_envelope
from conformance.detectors import detected, leaves
from conformance.live import Exchange, Live
from conformance.personas import FIRST, SECOND, Person
from conformance.session import Family, Session
from conformance.verdict import Told, Verdict, beside_the_point, failed, judged, unmeasured

DAYS_LEFT: Final = 30
CONNECT_SECONDS: Final = 5.0
_WORD: Final = re.compile(r"[^\W\d]\w*")


async def c01(session: Session) -> Verdict:
    """Templates ⊆ needs ⊆ the claims of the agreement: the checker holds both, and no operation compiles without."""
    return _without(session, ("未声明的个人信息", "personal data that is not declared"), _undeclared)


async def c04(session: Session) -> Verdict:
    return _without(session, ("公共缓存中的个人数据", "personal data in a public cache"), _in_public)


def _without(session: Session, what: tuple[str, str], wrong: Any) -> Verdict:
    if not session.channel.available:
        return failed("频道文件有错误", "the channel's files have errors")
    return judged([(f"{what[0]}:{line}", f"{what[1]}: {line}") for line in wrong(session)])


def _undeclared(session: Session) -> list[str]:
    config = session.channel.config
    found = []
    for name, operation in {**config.operations, **{f"local.{k}": v for k, v in config.local.items()}}.items():
        named = set(re.findall(r"\$\{\s*citizen\.(\w+)", str(operation.request.model_dump())))
        found += [f"{name}: citizen.{claim}" for claim in sorted(named - set(operation.needs))]
    for agreement in session.snapshot.agreements:
        if agreement.provider != session.slug:
            continue
        allowed = {claim.lower() for claim in agreement.claims}
        for provider in session.channel.providers:
            if provider.code in agreement.services:
                for name in provider.operations:
                    over = set(session.channel.operations[name].needs) - allowed
                    found += [f"{agreement.id}: {name} needs {claim}" for claim in sorted(over)]
    return sorted(set(found))


def _in_public(session: Session) -> list[str]:
    return [
        name
        for name, operation in session.channel.operations.items()
        if operation.cache is not None and operation.cache.scope == "public" and operation.needs
    ]


async def c02(session: Session) -> Verdict:
    live, tour = session.heard()
    if FIRST not in live.people or SECOND not in live.people:
        return unmeasured("需要两位虚拟市民", "two personas are needed")
    problems: list[Told] = []
    compared = 0
    for operation in live.reads():
        if not operation.needs or not operation.many:
            continue
        mine, theirs = (_ids(tour.reads.get((operation.id, kind))) for kind in (FIRST, SECOND))
        if mine and theirs:
            compared += 1
            problems += (
                [(f"{operation.id}:两人看到同一记录", f"{operation.id}: both see the same record")]
                if mine & theirs
                else []
            )
    for told in await _swapped(live):
        compared += 1
        problems += [told] if told else []
    if not compared:
        return unmeasured("两位市民没有可比的记录", "the two personas have no records with ids")
    return judged(problems, good=(f"{compared} 项比较", f"{compared} comparisons"))


def _ids(exchange: Exchange | None) -> set[str]:
    rows = exchange.page.rows if exchange and exchange.page else ()
    return {str(row["id"]) for row in rows if row.get("id") is not None}


async def _swapped(live: Live) -> list[str]:
    """One text for each attempt to reach the other's record: empty where it was refused."""
    first, second = live.people[FIRST], live.people[SECOND]
    told: list[str] = []
    for operation in live.reads():
        if operation.batch is not None:
            keys = sorted(_ids(await live.ask(f"{operation.id.partition('.')[0]}.list", first)))
            if keys:
                got = await live.ask(operation, second, {operation.batch.by.removeprefix("args."): keys}, probe=True)
                told.append(
                    f"{operation.id}: 能看到他人的记录 the other's record was shown" if _ids(got) & set(keys) else ""
                )
    for name, source, make in (
        ("bills.pay", "bills.list", _payment),
        ("appointments.cancel", "appointments.list", _cancelling),
    ):
        if name in live.channel.operations and source in live.channel.operations:
            told += await _reach(live, name, source, make, first, second)
    return told


async def _reach(live: Live, name: str, source: str, make: Any, first: Person, second: Person) -> list[str]:
    page = (await live.ask(source, first)).page
    row = page.rows[0] if page and page.rows else None
    if row is None:
        return []
    got = await live.ask(name, second, make(row), probe=True)
    return [f"{name}: 能动用他人的记录 done with the other's record" if got.page is not None else ""]


def _payment(row: Any) -> dict[str, Any]:
    return {
        "billId": row["id"],
        "amount": row["amount"]["amount"],
        "returnUrl": "https://conformance.example.gov.cn/back",
    }


def _cancelling(row: Any) -> dict[str, Any]:
    return {"appointmentId": row["id"], "reason": None}


async def c03(session: Session) -> Verdict:
    live, _ = session.heard()
    names = [person.name for person in live.people.values()]
    found: dict[str, dict[str, None]] = {}
    bodies = 0
    for exchange in live.said:
        body = _body(live, exchange)
        if body is None:
            continue
        bodies += 1
        mapped = _mapped(live, exchange.operation)
        for key, text in leaves(body):
            if key not in mapped and (kinds := detected(text, names)):
                found.setdefault(exchange.operation, {})[f"{key} ({'/'.join(kinds)})"] = None
    if not bodies:
        return unmeasured("没有收到正文", "no bodies were received")
    problems = [
        (f"{name}:返回了 {', '.join(keys)},映射中没有用到", f"{name}: {', '.join(keys)} returned but not mapped")
        for name, keys in sorted(found.items())
    ]
    return judged(problems, good=(f"{bodies} 份正文", f"{bodies} bodies"))


def _body(live: Live, exchange: Exchange) -> Any:
    reply = exchange.reply
    if reply is None:
        return None
    backend = live.channel.config.backends[live.channel.operations[exchange.operation].backend]
    try:
        if isinstance(backend, SoapBackend):
            return read_envelope(reply.body.decode(backend.encoding))
        return orjson.loads(reply.body.decode(backend.encoding))
    except (ValueError, UnicodeDecodeError):
        return None


def _mapped(live: Live, name: str) -> set[str]:
    """Every word of the mapping's expressions: what they name is taken into the graph, masked where the graph says so."""
    return set(_WORD.findall(str(live.declared(name).response.model_dump())))


async def c05(session: Session) -> Verdict:
    wrong = [name for name, operation in session.channel.operations.items() if "id_number" in operation.needs]
    return judged([(f"{name} 需要 id_number", f"{name} needs id_number") for name in wrong])


async def c06(session: Session) -> Verdict:
    given = [agreement for agreement in session.snapshot.agreements if agreement.provider == session.slug]
    mine = [agreement for agreement in given if agreement.state == "ACTIVE"]  # no share rests on the others
    if not mine:
        return beside_the_point("没有漫游协议", "there are no agreements")
    limit = (session.now + timedelta(days=DAYS_LEFT)).date()
    problems: list[Told] = []
    for agreement in mine:
        if agreement.valid.until < limit:
            left = (agreement.valid.until - session.now.date()).days
            told = (f"还剩 {left} 天", f"{left} days left") if left >= 0 else ("已到期", "expired")
            problems.append((f"{agreement.id}:{told[0]}", f"{agreement.id}: {told[1]}"))
    return judged(problems, good=(f"{len(mine)} 份协议", f"{len(mine)} agreements"))


async def c07(session: Session) -> Verdict:
    problems: list[str] = []
    seen: list[str] = []
    for name, backend in session.channel.config.backends.items():
        if Base.of(backend.base_url).secure:
            told, fine = await _certificate(session, backend)
        else:
            fine = backend.dedicated_line is not None
            told = (
                f"dedicated line {backend.dedicated_line}"
                if fine
                else "http 明文,未声明专线 plain http without a dedicated line"
            )
        (seen if fine else problems).append(f"backends.{name}: {told}")
    return judged(problems, good=("; ".join(seen), "; ".join(seen)))


async def _certificate(session: Session, backend: Backend) -> tuple[str, bool]:
    base = Base.of(backend.base_url)
    try:
        context = make_context(backend.tls, session.snapshot.secrets.reveal) or ssl.create_default_context()
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(base.host, base.port, ssl=context)
    except (OSError, LookupError, TimeoutError) as error:
        return f"TLS: {type(error).__name__}", False
    try:
        line = writer.get_extra_info("ssl_object")
        certificate, version = line.getpeercert() or {}, line.version()
    finally:
        writer.close()
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    left = (ends - session.now).days
    return f"{version}, certificate for {left} more days", version in ("TLSv1.2", "TLSv1.3") and left >= DAYS_LEFT


RULES: Family = {"C01": c01, "C02": c02, "C03": c03, "C04": c04, "C05": c05, "C06": c06, "C07": c07}
