"""Names and numbers are masked by default, whatever script they are in."""

import pytest

from identity import mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("邓丽", "邓*"),
        ("邓德阳", "邓**"),
        ("欧阳文静", "欧阳**"),
        ("欧阳静", "欧阳*"),
        ("欧阳", "欧*"),
        ("㛃𠅤䶮", "㛃**"),
        ("𠅤", "𠅤*"),
        ("阿依古丽·买买提", "阿******"),
        ("  邓丽 ", "邓*"),
        ("", ""),
        ("Ann", "A**"),
    ],
)
def test_a_name_keeps_its_surname_only(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("19900000001", "199****0001"), ("", ""), ("1234", "****"), ("123456", "****56")]
)
def test_a_phone_keeps_seven_digits(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown
