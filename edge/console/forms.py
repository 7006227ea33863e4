"""The forms by which an operator acts: each asks for a reason, none acts by a mere link."""

from resolvers.operators.oversight import Agreed, CityView
from schema.codes import AgreementState

from .frame import HOME, Visitor, secret, stamp
from .html import Child, Markup, tag

MAX_REASON = 500


def city_forms(visitor: Visitor, city: CityView) -> Child:
    """What this operator may do with this city now."""
    words, operator = visitor.words, visitor.operator
    if operator is None or not operator.acts:
        return tag("p", words("view_only"), cls="soft")
    if not operator.may_act(city.slug):
        return tag("p", words("elsewhere"), cls="soft")
    where = f"{HOME}/cities/{city.slug}"
    return (
        form(visitor, where, "resume" if city.paused else "pause", danger=not city.paused),
        form(visitor, where, "rollback", _versions(visitor, city), danger=True) if len(city.versions) > 1 else None,
        form(visitor, where, "unpin" if city.pinned else "pin"),
    )


def agreement_forms(visitor: Visitor, one: Agreed) -> Child:
    """The gateway's own flag, for operators of everything: it concerns several cities."""
    words, operator = visitor.words, visitor.operator
    if operator is None or not operator.acts_everywhere:
        return tag("p", words("view_only" if operator is None or not operator.acts else "elsewhere"), cls="soft")
    raised = any(flag.by == "gateway" for flag in one.flags)
    if not raised and one.state not in (AgreementState.ACTIVE, AgreementState.SUSPENDED):
        return tag("p", words.code(one.state.value), cls="soft")
    where = f"{HOME}/agreements/{one.id}"
    return form(visitor, where, "unsuspend" if raised else "suspend", danger=not raised)


def form(visitor: Visitor, where: str, action: str, *more: Child, danger: bool = False) -> Markup:
    """One action: closed until it is wanted or was tried in vain, a reason before the button."""
    words = visitor.words
    tried = visitor.tried if visitor.tried and visitor.tried.action == action else None
    reason = tag(
        "label",
        words("reason"),
        tag(
            "textarea",
            tried.reason if tried else None,
            name="reason",
            required=True,
            maxlength=MAX_REASON,
            rows=2,
            placeholder=words("reason_hint"),
        ),
    )
    button = tag("button", words("confirm", action=words(action)), type="submit", cls="danger" if danger else "main")
    fields = (secret(visitor), tag("p", words(f"{action}_what"), cls="soft small"), more, reason, button)
    inside = tag("form", fields, method="post", action=f"{where}/{action}")
    return tag(
        "details", tag("summary", words(action)), inside, cls="action", id=f"do-{action}", open=tried is not None
    )


def _versions(visitor: Visitor, city: CityView) -> Markup:
    words = visitor.words
    chosen = visitor.tried.to if visitor.tried else ""
    options = [tag("option", words("previous"), value="")]
    options += [
        tag(
            "option", f"{one.revision} · {stamp(one.activated_at)}", value=one.revision, selected=one.revision == chosen
        )
        for one in city.versions
        if not one.current
    ]
    return tag("label", words("to_version"), tag("select", options, name="to"))
