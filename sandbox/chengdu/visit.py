"""One request to Chengdu: the city, the citizen its token names (or nobody) and the time."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from graphql import GraphQLError

from sandbox.chengdu import hospitals as places
from sandbox.chengdu.bookings import Bookings
from sandbox.numbers import is_identity_number
from sandbox.pages import issue_ticket
from sandbox.personas import PERSONAS
from sandbox.standing import CONFLICT, LINKED, bind_again, standing
from sandbox.store import Body, KeyReused, Row
from sandbox.world import World

MAX_ATTEMPTS, ATTEMPTS_WITHIN = 60, timedelta(seconds=30)


def refusal(code: str, message: str) -> GraphQLError:
    """An error that a caller can act on; never names a citizen."""
    return GraphQLError(message, extensions={"code": code})


@dataclass(frozen=True, slots=True)
class Desk:
    """What lives as long as the server: the world, when it opened, and how often each citizen tried to book."""

    world: World
    opened_at: datetime
    attempts: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))


@dataclass(frozen=True, slots=True)
class Visit:
    """`sub` is the pairwise id of a citizen, None for a token that names nobody."""

    desk: Desk
    sub: str | None
    now: datetime

    @property
    def bookings(self) -> Bookings:
        return Bookings(self.desk.world.store)

    def citizen(self) -> str:
        """The token's citizen.  Raises a FORBIDDEN_TOKEN refusal: it names nobody."""
        if self.sub is None:
            raise refusal("FORBIDDEN_TOKEN", "this needs a token that names a citizen")
        return self.sub

    def resident(self) -> str:
        """The key of the records bound to the citizen.  Raises a NOT_BOUND refusal."""
        key = self.desk.world.store.citizen(self.citizen())
        if key is None or standing(self.desk.world.store, key) == CONFLICT:
            raise refusal("NOT_BOUND", "this account is not bound in Chengdu")
        match standing(self.desk.world.store, key):
            case "NEEDS_REAUTH":
                raise refusal("REAUTH_NEEDED", "this account must be verified anew")
            case "SUSPENDED":
                raise refusal("ACCOUNT_HELD", "this account is suspended")
        return key

    def book(self, slot_id: str, patient: tuple[str, str, str], request_id: str) -> Body:
        """`patient` is name, identity number and phone."""
        key = self.resident()

        def act() -> Body:
            self._attempt(key)
            slot = places.slot(slot_id, self.now)
            if slot is None:
                raise refusal("SLOT_GONE", "there is no such slot any more")
            record = self.bookings.book(key, slot, request_id)
            if record is None:
                raise refusal("SLOT_GONE", "somebody else has booked this slot")
            return asdict(record)

        return self._once("book", request_id, (slot_id, *patient), act)

    def cancel(self, booking_id: str, request_id: str) -> Body:
        key = self.resident()

        def act() -> Body:
            record = self.bookings.find(key, booking_id)
            if record is None:
                raise refusal("NO_BOOKING", "there is no such booking")
            if record.status not in {"BOOKED", "CANCELLED"}:
                raise refusal("VISIT_OVER", "the visit is over")
            return asdict(self.bookings.cancel(key, record) if record.status == "BOOKED" else record)

        return self._once("cancel", request_id, (booking_id,), act)

    def link(self, name: str, id_number: str, request_id: str) -> Body:
        return self._once("link", request_id, (name, id_number), lambda: self._link(self.citizen(), name, id_number))

    def launch(self, service: str, web: str, request_id: str) -> Body:
        key = self.resident()

        def act() -> Body:
            url, expires_at = issue_ticket(self.desk.world, key, service, web)
            return {"url": url, "expires_at": expires_at.isoformat()}

        return self._once("launch", request_id, (service, web), act)

    def _once(self, operation: str, request_id: str, content: tuple[str, ...], act: Callable[[], Body]) -> Body:
        own_number, store = self._number(request_id), self.desk.world.store
        try:
            return store.once(operation, own_number, content, act)
        except KeyReused:
            raise refusal("KEY_REUSED", "this requestId was used with other content") from None
        except GraphQLError as refused:
            store.refuse(operation, own_number, str((refused.extensions or {}).get("code")))
            raise

    def request(self, operation: str, request_id: str) -> tuple[str, str | None, Body | None]:
        """What became of a request of this citizen: DONE with what was answered, REFUSED with the code, or NONE."""
        own_number, store = self._number(request_id), self.desk.world.store
        answer = store.answered(operation, own_number)
        if answer is not None:
            return "DONE", None, answer
        code = store.refusal(operation, own_number)
        return ("REFUSED", code, None) if code else ("NONE", None, None)

    def _number(self, request_id: str) -> str:
        return f"{self.citizen()} {request_id}"  # two citizens may choose the same requestId

    def _attempt(self, key: str) -> None:
        recent = self.desk.attempts[key]
        while recent and recent[0] <= self.now - ATTEMPTS_WITHIN:
            recent.popleft()
        if len(recent) >= MAX_ATTEMPTS:
            raise refusal("TOO_MANY", "too many bookings in half a minute")
        recent.append(self.now)

    def _link(self, sub: str, name: str, id_number: str) -> Body:
        """Bind a login to the records of an identity number; another login's records stay another's."""
        if not is_identity_number(id_number):
            raise refusal("BAD_ID_NUMBER", "the identity number's check digit does not fit")
        store = self.desk.world.store
        known, heard_of = store.acquaintance(id_number), store.acquaintance(sub)
        key = known[0] if known else f"c-{sub}"
        login = store.row("login", key)
        another_login = login is not None and login.body["sub"] != sub
        other_records = heard_of is not None and heard_of[0] != key
        if another_login or other_records or (key in PERSONAS and PERSONAS[key].name != name):
            return {"status": "CONFLICT", "linked_at": None}
        told = bind_again(store, key)
        if told != LINKED:
            return {"status": told, "linked_at": None}
        at = self.now.replace(microsecond=0).isoformat()
        store.bind(id_number, key, at)
        store.save(Row("login", key, key, "", {"sub": sub}))
        return {"status": "BOUND", "linked_at": store.bind(sub, key, at)}
