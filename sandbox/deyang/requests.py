"""What became of a request, told to whoever made it and lost the answer."""

from typing import Any

from sandbox.deyang import hotline
from sandbox.deyang.door import Arguments, bound_citizen, needed
from sandbox.faults import spoil_rows
from sandbox.world import World

NOTHING, DONE, REFUSED = "0", "1", "2"


def query(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/request/query`: what was answered under `reqNo` to a request of one kind (pay, case, bind, ticket).

    "1": done, with the answer as it would be given now. "2": refused, with the code. "0": nothing is known under this number.
    """
    kind, number = needed(arguments, "kind", longest=16), needed(arguments, "reqNo")
    if kind != "bind":
        bound_citizen(world, arguments)
    answer = world.store.answered(kind, number)
    told: dict[str, Any]
    if answer is None:
        code = world.store.refusal(kind, number)
        told = {"result": REFUSED, "answer": None, "errCode": code} if code else {"result": NOTHING}
    else:
        told = {"result": DONE, "answer": hotline.present(world, answer) if kind == "case" else answer}
    return spoil_rows([{"answer": None, "errCode": None, **told}], lambda row: {**row, "result": "8"})[0]
