"""Which login would do, in a provider's own words."""

from identity.step_up import next_level, sufficient
from schema.codes import AssuranceLevel as Level

TABLE = {"gold": Level.REAL_PERSON, "silver": Level.REAL_NAME, "plain": Level.REGISTERED}


def test_the_values_that_suffice_come_least_first():
    """A citizen is not sent to a face scan where a name would do."""
    assert sufficient(Level.REAL_NAME, TABLE) == ("silver", "gold")
    assert sufficient(Level.REAL_PERSON, TABLE) == ("gold",)


def test_a_provider_without_such_a_level_has_no_value_for_it():
    assert sufficient(Level.IN_PERSON, TABLE) == ()


def test_the_next_level_is_one_up_and_the_highest_stays():
    assert next_level(Level.REGISTERED) is Level.REAL_NAME
    assert next_level(Level.IN_PERSON) is Level.IN_PERSON
