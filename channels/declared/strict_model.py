"""What the models of all files share: they are frozen and strict, begin with a version, and give texts in two languages."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from channels.text.scalars import Words

FormatVersion = Literal["1"]


class Model(BaseModel):
    """A frozen part of a file; a field it does not know is an error at its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bilingual(Model):
    """One text in Chinese and, where there is one, in English."""

    zh: Words
    en: Words | None = None

    def text(self, language: str) -> str:
        """The text in `zh` or `en`; Chinese where no English one is given."""
        return self.en if language.lower() == "en" and self.en else self.zh
