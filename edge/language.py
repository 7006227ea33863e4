"""The language a client is answered in (RFC 9110 §12.5.4): `zh` or `en`."""


def preferred_language(header: str | None, default: str) -> str:
    """`zh` or `en`, whichever the Accept-Language header likes better; `default` where it names neither."""
    best, found = 0.0, default
    for part in (header or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _weight(parameters)
        if primary in ("zh", "en") and quality > best:
            best, found = quality, primary
    return found


def _weight(parameters: str) -> float:
    """The q-value of one Accept-Language part; 1 when there is none, 0 when it is not a number."""
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
