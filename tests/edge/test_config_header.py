"""Which configuration answered, for those who only see headers."""

from edge.responses import config_header


def test_the_header_is_the_configuration_in_ascii() -> None:
    """A proxy's log takes nothing else; the body has it as it is."""
    assert config_header("cfg-12·3f0c91d") == (("roam-config", "cfg-12.3f0c91d"),)


def test_without_a_configuration_there_is_no_header() -> None:
    """A gateway that is still opening names none."""
    assert config_header(None) == ()
