"""The console's view of a running gateway: who is an operator, and how everything stands. What they do: `orders`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from channels.calls.breaker import State
from channels.deployment.operators import Operator, operators_of
from channels.deployment.snapshot import Channel
from channels.measured.badges import NO_BADGE
from channels.measured.figures import Figures
from channels.measured.sharing import Sharing
from channels.measured.summary import Calls
from channels.revisions.history import Activation
from channels.revisions.not_composed import not_composed
from channels.text.diagnostics import Lang, Renderer
from identity.issuers import Issuer
from identity.viewer import Viewer
from resolvers.context import Services
from resolvers.fixed import pair
from resolvers.operators.orders import Declined, Gateway, Order, carry_out
from resolvers.operators.oversight import (
    Agreed,
    CityView,
    Done,
    Held,
    Measured,
    Oversight,
    Rejected,
    Unfitting,
    Version,
    agreed,
    availability_of,
    flagged,
    known_states,
    opened_now,
    state_word,
    today,
)
from resolvers.serving.federating import Federating
from storage import Database

LANGUAGES: tuple[Lang, Lang] = ("zh", "en")
MOST_DONE = 200
MOST_VERSIONS = 20
CITY_ACTIONS = "SELECT at, who, name, action, reason, revision FROM city_actions ORDER BY number DESC LIMIT ?"
VERSIONS = """
SELECT revision, min(at) AS at FROM city_activations WHERE name = ? AND source = 'files' AND revision <> ''
GROUP BY revision ORDER BY max(number) DESC LIMIT ?
"""
FLAGS = "SELECT at, who, agreement, raised, reason FROM suspensions WHERE side = 'gateway' ORDER BY number DESC LIMIT ?"


class Overseeing:
    """One per process; `services` are those in use now."""

    def __init__(
        self,
        services: Callable[[], Services | None],
        database: Database,
        issuers: Callable[[], Sequence[Issuer]],
        root: Path,
        sharing: Sharing,
        federating: Federating,
    ) -> None:
        self._now, self._database, self._issuers, self._root = services, database, issuers, root
        self._sharing, self._federating = sharing, federating

    @property
    def services(self) -> Services:
        """Raises: RuntimeError: the gateway is not open."""
        found = self._now()
        if found is None:
            raise RuntimeError("the gateway is not open")
        return found

    @property
    def default_language(self) -> str:
        """Of the deployment."""
        return self.services.snapshot.settings.gateway.default_language

    def operator(self, viewer: Viewer) -> Operator | None:
        """The operator that somebody who signed in is; None for everybody else."""
        if not viewer.signed_in:
            return None
        known = operators_of(self.services.snapshot, self._issuers())
        return next((one for one in known if (one.issuer, one.subject) == (viewer.issuer, viewer.subject)), None)

    async def seen(self, now: datetime) -> Oversight:
        """Everything as it stands.  Raises: StorageError."""
        services = self.services
        day = today(services)
        snapshot = flagged(services, day)
        figures = await self._sharing.figures()
        cities = [await self._city(services, channel, figures) for channel in snapshot.channels.values()]
        found = sorted(
            (agreed(one, snapshot.register, day) for one in snapshot.agreements), key=lambda one: (one.until, one.id)
        )
        return Oversight(
            at=now,
            environment=snapshot.environment_name,
            config=snapshot.version,
            graph=services.graph.version,
            cities=tuple(cities),
            agreements=tuple(found),
            files=self._files(services.activations),
            done=await self._done(found),
            processes=figures.processes,
            alone=figures.alone,
        )

    async def act(self, order: Order, now: datetime) -> Declined | None:
        """Do it, or say why not; whether they may was decided before.  Raises: StorageError."""
        gateway = Gateway(self._database, self._root, today(self.services), lambda: self.services.activations)
        return await carry_out(order, gateway, now)

    async def _city(self, services: Services, channel: Channel, figures: Figures) -> CityView:
        city, slug = channel.city, channel.slug
        active = services.activations.get(slug)
        seen, breaker = figures.availability(slug), figures.breakers(slug)
        availability = availability_of(seen)
        by_operation = figures.calls(slug)
        calls = Calls.added(by_operation.values())
        paused = active.paused if active else None
        return CityView(
            slug=slug,
            code=channel.code,
            name=pair(city.name),
            app=pair(city.app),
            status=channel.status,
            state=state_word(channel, availability, paused=paused is not None),
            availability=availability,
            answered=None if calls.failed is None else 1 - calls.failed,
            p50_ms=calls.times.percentile_ms(50),
            p95_ms=calls.times.percentile_ms(95),
            badge=services.badges.of(channel) if services.badges else NO_BADGE,
            revision=active.revision if active else "",
            activated_at=active.activated_at if active else None,
            source=active.source if active else "",
            paused=Held(paused.by, paused.at, paused.reason) if paused else None,
            pinned=active is not None and active.pinned,
            rejected=self._rejected(active),
            unfit=self._unfit(slug),
            versions=await self._versions(slug, active),
            measured=tuple(_measured(channel, figures, *one) for one in by_operation.items()),
            spread=seen if len(known_states(seen)) > 1 else None,
            breaker=breaker if breaker and breaker.worst != State.CLOSED else None,
            contacts=city.contacts,
            opened=opened_now(services.openings.get(slug), services.clock()),
        )

    async def _versions(self, slug: str, active: Activation | None) -> tuple[Version, ...]:
        now = active.revision if active else ""
        rows = await self._database.rows(VERSIONS, (slug, MOST_VERSIONS))
        return tuple(Version(str(row["revision"]), _at(row), str(row["revision"]) == now) for row in rows)

    def _rejected(self, active: Activation | None) -> Rejected | None:
        """The edit that stands refused; one that was mended since is no news. Paths begin with the root's own name."""
        found = active.last_rejected if active else None
        if found is None or not found.standing:
            return None
        zh, en = (tuple(self._shown(text).split("\n\n")) for text in (found.zh, found.en))
        return Rejected(found.at, zh, en)

    def _shown(self, text: str) -> str:
        return text.replace(f"{self._root.resolve().parent}/", "")

    def _unfit(self, slug: str) -> Unfitting | None:
        """What the city's own subgraph gives and nobody can use, told at its place in the city's folder."""
        found = self._federating.unfit.get(slug)
        if found is None:
            return None
        told, source = not_composed(self._root / slug, found.reason)
        zh, en = (self._shown(Renderer(lang, {source.path: source.lines}).render(told)) for lang in LANGUAGES)
        return Unfitting(Rejected(found.at, (zh,), (en,)), found.earlier)

    def _files(self, activations: Mapping[str, Activation]) -> Mapping[str, Rejected]:
        """The gateway's own files of which an edit stands refused; their names have a dot, a slug has none."""
        found = {name: self._rejected(active) for name, active in activations.items() if "." in name}
        return {name: rejected for name, rejected in found.items() if rejected is not None}

    async def _done(self, known: Sequence[Agreed]) -> tuple[Done, ...]:
        providers = {one.id: one.provider for one in known}
        acts = [
            Done(
                _at(row),
                str(row["who"]),
                str(row["name"]),
                str(row["action"]),
                str(row["reason"]),
                str(row["revision"]),
            )
            for row in await self._database.rows(CITY_ACTIONS, (MOST_DONE,))
        ]
        flags = [
            Done(
                _at(row),
                str(row["who"]),
                providers.get(str(row["agreement"]), ""),
                "suspend" if row["raised"] else "unsuspend",
                str(row["reason"]),
                str(row["agreement"]),
            )
            for row in await self._database.rows(FLAGS, (MOST_DONE,))
        ]
        return tuple(sorted((*acts, *flags), key=lambda one: one.at, reverse=True)[:MOST_DONE])


def _measured(channel: Channel, figures: Figures, name: str, calls: Calls) -> Measured:
    operation = channel.operations.get(name)
    breaker = figures.breaker(channel.slug, operation.backend) if operation else None
    p50_ms, p95_ms = calls.times.percentile_ms(50), calls.times.percentile_ms(95)
    return Measured(name, calls.total, calls.failed, p50_ms, p95_ms, breaker)


def _at(row: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(row["at"]))
