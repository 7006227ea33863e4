"""Words of the files are words of the graph."""

from __future__ import annotations

from typing import get_args

import pytest

from channels import scalars
from schema.operations import values_of

NAMES = {
    "Theme": scalars.Theme,
    "ServiceType": scalars.ServiceType,
    "SourceLevel": scalars.SourceLevel,
    "IntegrationStatus": scalars.IntegrationStatus,
    "ChannelStatus": scalars.ChannelStatus,
    "AssuranceLevel": scalars.Assurance,
    "ContactRole": scalars.ContactRole,
    "Claim": scalars.Claim,
    "UtilityKind": scalars.UtilityKind,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_word_list_equals_the_enum_of_the_graph(name: str) -> None:
    assert sorted(get_args(NAMES[name])) == sorted(values_of(name))


def test_claim_keys_are_the_claims_in_lower_case() -> None:
    assert [key.upper() for key in get_args(scalars.ClaimKey)] == list(get_args(scalars.Claim))
