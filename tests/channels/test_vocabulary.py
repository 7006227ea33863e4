"""Words of the files are words of the graph."""

from __future__ import annotations

from typing import get_args

import pytest

from channels.declared import vocabulary
from schema.operations import values_of

NAMES = {
    "Theme": vocabulary.Theme,
    "ServiceType": vocabulary.ServiceType,
    "SourceLevel": vocabulary.SourceLevel,
    "IntegrationStatus": vocabulary.IntegrationStatus,
    "ChannelStatus": vocabulary.ChannelStatus,
    "AssuranceLevel": vocabulary.Assurance,
    "ContactRole": vocabulary.ContactRole,
    "Claim": vocabulary.Claim,
    "UtilityKind": vocabulary.UtilityKind,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_word_list_equals_the_enum_of_the_graph(name: str) -> None:
    assert sorted(get_args(NAMES[name])) == sorted(values_of(name))


def test_claim_keys_are_the_claims_in_lower_case() -> None:
    assert [key.upper() for key in get_args(vocabulary.ClaimKey)] == list(get_args(vocabulary.Claim))
