"""Plans as printed text, one topology each: what a reviewer reads to know what a query will cost."""

from textwrap import dedent

import pytest

from tests.federation.gateway import Gateway, suite_gateway

CHAIN = """
    QueryPlan {
      Sequence {
        Fetch(service: "products") {
          {
            products {
              name
              upc
              price
              weight
            }
          }
        }
        Flatten(path: "products.@") {
          Fetch(service: "inventory") {
            {
              ... on Product {
                __typename
                upc
                price
                weight
              }
            } =>
            {
              ... on Product {
                shippingEstimate
              }
            }
          }
        }
      }
    }
"""

UNION = """
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            aMedia {
              __typename
              ... on Book {
                title
                aTitle
                id
              }
            }
          }
        }
        Flatten(path: "aMedia") {
          Fetch(service: "b") {
            {
              ... on Book {
                __typename
                id
              }
            } =>
            {
              ... on Book {
                bTitle
              }
            }
          }
        }
      }
    }
"""

INTERFACE_OBJECT = """
    QueryPlan {
      Sequence {
        Fetch(service: "a") {
          {
            users {
              __typename
              id
            }
          }
        }
        Flatten(path: "users.@") {
          Fetch(service: "b") {
            {
              ... on NodeWithName {
                __typename
                id
              }
            } =>
            {
              ... on NodeWithName {
                username
              }
            }
          }
        }
      }
    }
"""

MUTATIONS = """
    QueryPlan {
      Sequence {
        Fetch(service: "c") {
          {
            five: add(num: 5, requestId: "r")
          }
        }
        Fetch(service: "a") {
          {
            ten: multiply(by: 2, requestId: "r")
          }
        }
        Fetch(service: "b") {
          {
            final: delete(requestId: "r")
          }
        }
      }
    }
"""

SHARED = """
    QueryPlan {
      Parallel {
        Fetch(service: "name") {
          {
            product {
              name {
                brand
              }
            }
          }
        }
        Fetch(service: "price") {
          {
            product {
              price {
                amount
              }
            }
          }
        }
      }
    }
"""

BATCH = """
    QueryPlan {
      Sequence {
        Parallel {
          Fetch(service: "a") {
            {
              userInA {
                id
              }
            }
          }
          Fetch(service: "c") {
            {
              userInC {
                id
              }
            }
          }
        }
        BatchFetch(service: "b") {
          Flatten(paths: ["userInA", "userInC"]) {
            {
              ... on User {
                __typename
                id
              }
            } =>
            {
              ... on User {
                name
              }
            }
          }
        }
      }
    }
"""

PLANS = [
    ("simple-requires-provides", "{ products { shippingEstimate name } }", CHAIN),
    ("union-intersection", "{ aMedia { ... on Book { title aTitle bTitle } } }", UNION),
    ("simple-interface-object", "{ users { username } }", INTERFACE_OBJECT),
    (
        "mutations",
        'mutation { five: add(num: 5, requestId: "r") ten: multiply(by: 2, requestId: "r") final: delete(requestId: "r") }',
        MUTATIONS,
    ),
    ("shared-root", "{ product { name { brand } price { amount } } }", SHARED),
    ("override-with-requires", "{ userInA { name } userInC { name } }", BATCH),
    ("simple-entity-call", "{ __typename }", "QueryPlan {}"),
]


@pytest.mark.parametrize(("suite", "query", "expected"), PLANS, ids=[f"{each[0]}" for each in PLANS])
def test_a_plan_prints_what_will_be_asked(suite: str, query: str, expected: str) -> None:
    """A plan is a value that people compare, so its text is its test."""
    assert str(suite_gateway(suite).plan(query)) == dedent(expected).strip()


def test_two_runs_print_the_same_plan() -> None:
    """A cached plan and a new one must not differ, nor two processes' plans."""
    query = "{ products { reviews { author { username } product { shippingEstimate inStock } } } }"
    texts = {str(suite_gateway("simple-requires-provides").plan(query)) for _ in range(5)}
    assert len(texts) == 1


def test_a_condition_chooses_between_plans() -> None:
    """What `@include` leaves out is not asked for, nor what it would have required."""
    gateway = suite_gateway("include-skip")
    query = "query ($bool: Boolean!) { product { price include @include(if: $bool) } }"
    assert [each.service for each in gateway.plan(query, bool=False).fetches()] == ["a"]
    assert [each.service for each in gateway.plan(query, bool=True).fetches()] == ["a", "b", "c"]


def test_a_fetch_names_only_the_variables_it_uses() -> None:
    """A subgraph learns nothing of what was asked of another."""
    gateway = suite_gateway("requires-with-argument")
    query = (
        "query ($limit: Int = 1, $off: Boolean = false) { feed { id @skip(if: $off) comments(limit: $limit) { id } } }"
    )
    plan = gateway.plan(query, off=False)
    assert [each.variables for each in plan.fetches()] == [(), ("limit",)]
    assert "$limit: Int = 1" in plan.fetches()[1].operation


def test_what_planning_adds_gets_out_of_the_way_of_the_clients_names() -> None:
    """The client calls the name `id`; the key still reaches the other subgraph."""
    gateway = suite_gateway("simple-requires-provides")
    plan = gateway.plan("{ products { upc: name inStock } }")
    assert "upc: name _0_upc: upc" in plan.fetches()[0].operation


async def test_and_the_client_sees_its_own_names_only() -> None:
    """Whatever the data holds besides."""
    gateway: Gateway = suite_gateway("simple-requires-provides")
    body = await gateway.ask("{ products { upc: name inStock } }")
    assert body == {"data": {"products": [{"upc": "p-name-1", "inStock": True}, {"upc": "p-name-2", "inStock": False}]}}
