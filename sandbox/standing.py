"""How a citizen's account stands in a city, beyond being bound or not: in order, to be verified anew, suspended, or disputed.

The city's staff decides it (`PUT /accounts` on the control port). Binding again settles NEEDS_REAUTH; SUSPENDED stays until
the city lifts it, however often the citizen binds; so does CONFLICT: another account claims the person, and until that is
settled this one is bound to nobody.
"""

from sandbox.store import Row, Store

LINKED, NEEDS_REAUTH, SUSPENDED, CONFLICT = "LINKED", "NEEDS_REAUTH", "SUSPENDED", "CONFLICT"
STATES = (LINKED, NEEDS_REAUTH, SUSPENDED, CONFLICT)
KIND = "standing"


def standing(store: Store, citizen: str) -> str:
    """One of STATES."""
    row = store.row(KIND, citizen)
    return str(row.body["state"]) if row else LINKED


def put(store: Store, citizen: str, state: str) -> None:
    """Raises ValueError: no such state."""
    if state not in STATES:
        raise ValueError(f"unknown state {state!r}; one of: {', '.join(STATES)}")
    store.save(Row(KIND, citizen, citizen, "", {"state": state}))


def bind_again(store: Store, citizen: str) -> str:
    """What a citizen who binds (again) is told: LINKED, SUSPENDED or CONFLICT."""
    found = standing(store, citizen)
    if found == NEEDS_REAUTH:
        put(store, citizen, LINKED)
        return LINKED
    return found
