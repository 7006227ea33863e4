"""`roamExplain`: what an operation would ask of which city, under which agreement and consent, and why not otherwise.

The operation is run dry (`asking/dry`): through the answers and decisions of execution themselves, so that what is explained is what
would happen. It is the caller's own: their login, their consents, their marks. For testers only, where the environment shows
GraphiQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.dry import dry
from resolvers.asking.question import Question
from resolvers.asking.watch import Step, Watch
from resolvers.context import Context, Info
from resolvers.coverage import covered_text
from resolvers.faults import coded, invalid, texts, told
from resolvers.fields.planning import plan
from resolvers.ids import seal_id
from resolvers.provenance import city_row
from roaming import Denial, Grant
from schema.codes import ErrorCode
from schema.response_path import dotted

Row = dict[str, Any]
NOTHING_LEFT = {
    "zh": "协议与同意所及的种类里,没有所要的。",
    "en": "None of the kinds asked for is among those that agreement and consent cover.",
}
NOT_HERE = {"zh": "本环境不解释操作:只在测试环境提供。", "en": "Operations are explained only where testers work."}


async def roam_explain(
    _: None,
    info: Info,
    operation: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> Row:
    context: Context = info.context
    runner = context.services.dry_runner
    if runner is None or not context.shows_plans:
        raise coded(context, ErrorCode.FORBIDDEN, NOT_HERE)
    if context.watch is not None:
        raise invalid(context, "解释之中不再解释。", "An explanation cannot hold another.", argument="operation")
    if variables is not None and not isinstance(variables, Mapping):
        raise invalid(context, "variables 应为对象。", "`variables` must be an object.", argument="variables")
    readied = runner.prepare(context, operation, operation_name, variables or {})
    if isinstance(readied, Sequence):
        raise readied[0]
    watch = Watch(plan)
    errors = await readied.run(dry(context, watch))
    return {
        "operationName": readied.name,
        "kind": readied.kind.value.upper(),
        "configVersion": context.config_version,
        "schemaVersion": context.schema_version,
        "steps": [step_row(context, step) for step in ordered(watch.steps)] + list(refusals(watch.steps, errors)),
    }


def ordered(steps: Sequence[Step]) -> list[Step]:
    """Each field's decision about each city once, in the order of field, city and operation."""
    once = {(step.path, step.channel.slug if step.channel else "", step.operation or ""): step for step in steps}
    return [once[key] for key in sorted(once)]


def refusals(steps: Sequence[Step], errors: Sequence[GraphQLError]) -> Iterator[Row]:
    """Fields that do not come to a city. What a field with a decision goes on to say is for want of an answer."""
    decided = {step.path for step in steps}
    for error in errors:
        path = dotted(error.path or ())
        if path not in decided:
            decided.add(path)
            code = str((error.extensions or {}).get("code", ErrorCode.INTERNAL))
            known = code if code in ErrorCode.__members__ else ErrorCode.INVALID_INPUT.value
            yield blank(path) | {"code": known, "message": error.message}


def step_row(context: Context, step: Step) -> Row:
    """One decision as the graph tells it."""
    row = blank(step.path) | {"operation": step.operation, "called": step.called}
    if step.channel is not None:
        row |= {"city": city_row(context, step.channel), **sent(step.channel, step.operation or "")}
    match step.verdict:
        case Denial():
            row |= {"code": step.verdict.code.value, "message": step.verdict.reason or told(step.verdict.code)}
            row |= {"agreementId": step.verdict.agreement_id}
        case Failure():
            row |= {"code": step.verdict.code.value, "message": texts(step.verdict.message)}
        case Channel():
            row |= {"message": covered_text(step.verdict)}
        case Question():
            row |= granted(context, step.verdict.grant)
            row |= {} if step.called else {"code": ErrorCode.NO_AGREEMENT.value, "message": NOTHING_LEFT}
    return row


def blank(path: str) -> Row:
    return {"field": path, "called": False, "claims": []}


def sent(channel: Channel, operation: str) -> Row:
    """What the operation sends, and how the city is spoken to."""
    compiled = channel.operations.get(operation)
    if compiled is None:
        return {}
    backend = channel.config.backends.get(compiled.backend)
    return {"claims": [need.upper() for need in compiled.needs], "backend": backend.kind if backend else None}


def granted(context: Context, grant: Grant) -> Row:
    """What a permission rests on; the consent by the id that `me.consents` shows."""
    consent = grant.consent_id
    return {
        "agreementId": grant.agreement_id,
        "consentId": seal_id(context.services.sealer, "Consent", "", consent) if consent else None,
        "purpose": grant.purpose,
        "kinds": None if grant.kinds is None else sorted(grant.kinds),
    }


ANSWERS = {"Query.roamExplain": roam_explain}
