"""Synthetic identity numbers with valid check digits.

Numbers are made from a region, a birth date and an order; none of them belongs to anybody.
Deliberately not here: any lookup of regions or names.
"""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999 §4.2
_CHECKS = "10X98765432"
BODY_DIGITS = 17


def check_digit(body: str) -> str:
    """Returns the 18th character, `0`-`9` or `X`.  Raises ValueError: not 17 digits.  Source: GB 11643-1999 §4.2."""
    if len(body) != BODY_DIGITS or not body.isascii() or not body.isdigit():
        raise ValueError("an identity number has 17 digits before its check digit")
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def identity_number(region: str, born: date, order: int) -> str:
    """Returns 18 characters: region (6), birth date (8), order (3), check digit."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    return body + check_digit(body)


def is_identity_number(text: str) -> bool:
    """True for 18 characters whose check digit fits."""
    return (
        len(text) == BODY_DIGITS + 1
        and text[:BODY_DIGITS].isascii()
        and text[:BODY_DIGITS].isdigit()
        and check_digit(text[:BODY_DIGITS]) == text[BODY_DIGITS].upper()
    )
