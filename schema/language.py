"""Which of its two languages a request speaks."""

from typing import Any


def language(context: Any) -> str:
    """The request's language: "zh", unless the context says "en"."""
    return "en" if getattr(context, "language", "zh") == "en" else "zh"
