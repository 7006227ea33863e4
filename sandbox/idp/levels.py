"""How surely the provider knows a citizen: its `acr` values, lowest first, with the gateway's names for them."""

LEVELS: tuple[tuple[str, str, str, str], ...] = (
    ("loa1", "REGISTERED", "手机号登录", "Signed in by phone"),
    ("loa2", "REAL_NAME", "实名", "Real name"),
    ("loa3", "REAL_PERSON", "实人(人脸)", "Real person (face)"),
    ("loa4", "IN_PERSON", "线下实证", "In person"),
)
ACR_VALUES = tuple(acr for acr, *_ in LEVELS)


def highest(assurance: str) -> str:
    """The `acr` value of a persona's own assurance level, given by name. Raises KeyError."""
    return {level: acr for acr, level, *_ in LEVELS}[assurance]


def granted(own: str, wanted: tuple[str, ...]) -> str | None:
    """The `acr` value a persona of level `own` signs in with: the first wanted one it reaches.

    Nothing wanted gives its own. None when everything wanted is higher than its own or unknown: the client must
    hear that, not get less than it asked for.
    """
    if not wanted:
        return own
    reached = ACR_VALUES[: ACR_VALUES.index(own) + 1]
    return next((acr for acr in wanted if acr in reached), None)
