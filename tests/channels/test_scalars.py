"""Values typed by the models, not by YAML."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from channels.declared.models import ChannelFile, Each, Leaf, Nested, Request, Response
from channels.text import scalars
from channels.text.scalars import Text
from channels.text.written import SecretRef, SortedBy, Window


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("3s", 3), ("1.5s", 1.5), ("10m", 600), ("24h", 86400), ("2d", 172800)]
)
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert TypeAdapter(scalars.Duration).validate_python(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["60", "", "-1s", "1 s", "s", "1w"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(scalars.Duration).validate_python(text)


@pytest.mark.parametrize("text", ["no", "yes", "1", "True", "on"])
def test_only_true_and_false_are_flags(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(scalars.Flag).validate_python(text)


@pytest.mark.parametrize("text", ["007", "1_000", "0x10", "1.0", "１"])
def test_a_whole_number_is_written_plainly(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(scalars.Whole).validate_python(text)


@pytest.mark.parametrize("text", ["2026-02-30", "20261130", "2026-1-1", "2026-W01-1"])
def test_a_day_is_an_iso_date(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(scalars.Day).validate_python(text)
    assert TypeAdapter(scalars.Day).validate_python("2026-11-30") == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["ftp://a.example", "http://", "http://a:xx/b", "http://a:99999", "https://a b", "/a"])
def test_an_address_is_one_that_can_be_called(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(scalars.Url).validate_python(text)
    assert TypeAdapter(scalars.Url).validate_python("http://127.0.0.1:8102/gateway")


def test_a_literal_secret_is_never_repeated() -> None:
    """The message goes to terminals, tickets and logs of continuous integration."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(SecretRef).validate_python("hunter2-hunter2")
    assert refused.value.errors()[0]["msg"] == "hun…(15 chars)"


def test_small_words_become_values() -> None:
    assert SortedBy.parse("dueOn desc") == SortedBy("dueOn", True)
    assert Window.parse("02:00-03:00 Asia/Shanghai").zone == "Asia/Shanghai"
    assert str(SecretRef.parse("secret:A_KEY")) == "secret:A_KEY"
    assert Text("a", plain=True) == "a"


def test_a_mapping_entry_is_what_its_keys_say() -> None:
    """A local field may be called `from`: only inside an entry do `from`, `value`, `each` and `map` mean something."""
    response = Response.model_validate(
        {
            "map": {
                "from": "start",
                "a": {"from": "x", "as": "int"},
                "b": {"each": "y", "map": {"c": "d"}},
                "n": {"p": "q"},
            }
        }
    )
    assert response.mapping["from"] == Leaf(source="start")
    assert isinstance(response.mapping["a"], Leaf)
    assert isinstance(response.mapping["b"], Each)
    assert response.mapping["n"] == Nested(mapping={"p": Leaf(source="q")})


def test_a_request_with_a_body_is_a_post() -> None:
    assert Request.model_validate({"path": "/a"}).verb == "GET"
    assert Request.model_validate({"form": {}}).verb == "POST"
    assert Request.model_validate({"json": {}, "method": "PUT"}).verb == "PUT"


def test_models_are_frozen() -> None:
    """A snapshot is shared by every request under way."""
    request = Request.model_validate({"path": "/a"})
    with pytest.raises(ValidationError):
        request.path = "/b"
    assert ChannelFile.model_config["extra"] == "forbid"
