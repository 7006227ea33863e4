"""What a client hears whose token, proof or session is not accepted."""

from graphql import GraphQLError

from identity import Refusal, RefusalReason

from .errors import coded

DPOP_CHALLENGE = 'DPoP error="{error}", algs="ES256 EdDSA"'  # RFC 9449 §7.1


def refusal_error(refusal: Refusal, language: str) -> GraphQLError:
    """The refusal under its code, in the client's language; `challenge` names the scheme that would do, if another."""
    more = {"challenge": refusal.challenge} if refusal.challenge else {}
    return coded(refusal.code.value, refusal.zh if language == "zh" else refusal.en, **more)


def unproven_mutation(language: str) -> GraphQLError:
    """To a mutation with a token that is bound to no key, where the deployment wants one that is."""
    return refusal_error(Refusal(RefusalReason.MUTATION_UNPROVEN), language)


def challenge_of(error: GraphQLError) -> str:
    """The WWW-Authenticate header of a 401."""
    if (error.extensions or {}).get("challenge") != "DPoP":
        return 'Bearer error="invalid_token"'
    return DPOP_CHALLENGE.format(error="invalid_dpop_proof")
