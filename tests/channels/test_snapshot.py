"""One frozen value of a whole deployment."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors


def test_a_snapshot_holds_every_city(tmp_path: Path) -> None:
    snapshot = Deployment.make(tmp_path).load().snapshot
    assert snapshot is not None
    assert list(snapshot.channels) == ["chengdu", "deyang", "mianyang", "leshan", "meishan", "ziyang"]
    assert snapshot.city_ids["DEYANG"] == ("deyang", "德阳市 510600 · 德阳市民通")
    assert snapshot.version.startswith("cfg-1·")
    assert len(snapshot.version) == len("cfg-1·7f3a9c0")
    assert "local.creditScore" in snapshot.channels["deyang"].operations
    assert "bills.list" in snapshot.channels["leshan"].operations
    assert all(channel.available for channel in snapshot.channels.values())
    assert [agreement.id for agreement in snapshot.agreements] == [f"2026-00{n}" for n in range(1, 9)]
    with pytest.raises(FrozenInstanceError):
        snapshot.version = "x"  # type: ignore[misc]


def test_a_broken_channel_leaves_the_others_serving(tmp_path: Path) -> None:
    """One city's slip at night must not take four others down."""
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.edit("deyang/channel.yaml", "kind: rest", "kind: rset")
    snapshot = deployment.load().snapshot
    assert snapshot is not None
    assert [item.code for item in snapshot.broken["deyang"]] == ["ROAM-203"]
    assert not snapshot.channels["deyang"].available
    assert snapshot.channels["deyang"].city.name.zh == "德阳市"
    assert dict(snapshot.channels["deyang"].operations) == {}
    assert "DEYANG" in snapshot.city_ids
    assert snapshot.channels["chengdu"].available


def test_a_channel_that_is_no_yaml_keeps_the_name_of_its_folder(tmp_path: Path) -> None:
    """A client that names the city must still get a graph in which it exists."""
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.write("deyang/channel.yaml", "city: [\n")
    deployment.write("atlantis/channel.yaml", "city: [\n")
    snapshot = deployment.load().snapshot
    assert snapshot is not None
    assert list(snapshot.channels) == ["chengdu", "deyang"]
    assert not snapshot.channels["deyang"].available
    assert [item.code for item in snapshot.broken["deyang"]] == ["ROAM-105"]
    assert [item.code for item in snapshot.broken["atlantis"]] == ["ROAM-105"]


def test_broken_gateway_settings_give_no_snapshot(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit("roam.yaml", "fanout_budget: 8s", "fanout_budget: 8")
    loaded = deployment.load()
    assert loaded.snapshot is None
    assert [item.code for item in errors(loaded)] == ["ROAM-205"]


def test_an_unknown_environment_is_an_error(tmp_path: Path) -> None:
    loaded = Deployment.make(tmp_path, "deyang").load(environment="sandbx")
    assert [item.code for item in errors(loaded)] == ["ROAM-306"]
    assert "did you mean `sandbox`?" in errors(loaded)[0].hint_en


def test_the_version_follows_the_files(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    first, second = deployment.load().snapshot, deployment.load().snapshot
    deployment.edit("deyang/channel.sandbox.yaml", "8102", "9102")
    third = deployment.load().snapshot
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.version == second.version
    assert first.version != third.version


def test_agreements_are_judged_by_the_day_that_is_passed(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path)
    snapshot = deployment.load(at=date(2027, 3, 1)).snapshot
    assert snapshot is not None
    transit = next(agreement for agreement in snapshot.agreements if agreement.id == "2026-002")
    assert transit.in_force(date(2027, 2, 28))
    assert not transit.in_force(date(2027, 3, 1))
    late = [item for item in deployment.load(at=date(2027, 3, 1)).diagnostics if item.code == "ROAM-316"]
    assert [item.severity for item in late] == ["error"]
    # It is tended by people; what it opened closes by itself, and citizens are told why.
    assert snapshot.broken == {}


def test_statistics_stand_side_by_side(tmp_path: Path) -> None:
    """Two sources may contradict each other; the gateway is not the one to decide, nor to add them up."""
    snapshot = Deployment.make(tmp_path, "chengdu").load().snapshot
    assert snapshot is not None
    users = [fact for fact in snapshot.statistics["510100"] if fact.name == "注册用户"]
    assert [(str(fact.value), fact.qualifier, fact.as_of) for fact in users] == [
        ("10000000", "突破", "2021-07-08"),
        ("11900000", "突破", "2022-03-26"),
        ("13710000", None, "2023"),
    ]


def test_a_subgraphs_sdl_may_stand_in_a_file_of_the_folder(tmp_path: Path) -> None:
    """A city that may not be asked at the start can hand its SDL in with its folder."""
    deployment = Deployment.make(tmp_path)
    deployment.edit("chengdu/channel.yaml", "sdl: introspect", "sdl: subgraph.graphql")
    deployment.write("chengdu/subgraph.graphql", "type Query { hospitals: [String] }\n")
    snapshot = deployment.load().snapshot
    assert snapshot is not None
    assert snapshot.channels["chengdu"].subgraph_sdl == "type Query { hospitals: [String] }\n"
    assert snapshot.channels["mianyang"].subgraph_sdl is None


def test_a_subgraph_file_that_is_not_there_is_named_where_it_is_asked_for(tmp_path: Path) -> None:
    """The mistake is in the channel file, at the name."""
    deployment = Deployment.make(tmp_path)
    deployment.edit("chengdu/channel.yaml", "sdl: introspect", "sdl: missing.graphql")
    (found,) = errors(deployment.load())
    assert found.code == "ROAM-108"
    assert found.place.path.endswith("chengdu/channel.yaml")
