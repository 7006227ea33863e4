"""Masks for personal texts: enough is left for the citizen to recognise it, too little for anyone else to use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

STARS = "****"
STAR = "*"


def account(value: str) -> str:
    """Return: first two, four stars, last four; shorter numbers show less (`0838120045` -> `08****0045`)."""
    if len(value) <= 4:
        return STARS
    if len(value) <= 6:
        return STARS + value[-2:]
    return value[:2] + STARS + value[-4:]


def phone(value: str) -> str:
    """Return: `138****0000`; anything that is not eleven digits is masked as an account."""
    return value[:3] + STARS + value[-4:] if len(value) == 11 else account(value)


def name(value: str) -> str:
    """Return: the first character and a star for each other one."""
    return value[:1] + "*" * (len(value) - 1) if len(value) > 1 else "*"


def id_number(value: str) -> str:
    """Return: the first and last of an identity number, sixteen stars between."""
    return value[:1] + "*" * 16 + value[-1:] if len(value) == 18 else STARS


def address(value: str) -> str:
    """Return: the first six characters (province, city) and four stars."""
    return value[:6] + STARS


MASKS: Mapping[str, Callable[[str], str]] = {"ACCOUNT": account, "ADDRESS": address, "NAME": name, "PHONE": phone}


def kept(mask: str, value: str) -> str:
    """Return: the text as its field's @mask wants it: one that shows a star already is masked, a bare one is masked here."""
    return value if STAR in value else MASKS[mask](value)
