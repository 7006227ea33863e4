"""The identity provider as clients meet it: discovery, sign-in, tokens, and everything that must be refused."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from identity import Authentication, Issuer, open_session
from sandbox.idp.clients import CLIENTS
from sandbox.idp.serving import CannotServeError, serving
from sandbox.personas import PERSONAS
from tests.identity.conftest import AUDIENCE, CALLBACK, Clock, World, asked, read

VERIFIER = "v" * 43


@pytest.fixture
async def idp(tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock()
    async with serving(tmp_path, AUDIENCE, clock=clock) as site, open_session() as session:
        authentication = Authentication([Issuer(site.provider.issuer, AUDIENCE)], session)
        yield World(site, session, authentication, clock)


async def code(idp: World, **extra: str) -> str:
    answer = await idp.authorize(verifier=VERIFIER, prompt="none", login_hint="deng", **extra)
    return answer["code"]


async def test_discovery_names_endpoints_that_exist(idp: World) -> None:
    async with idp.session.get(f"{idp.site.door.url}/.well-known/openid-configuration") as response:
        document = await response.json()
    assert document["issuer"] == idp.site.door.url
    assert document["code_challenge_methods_supported"] == ["S256"]
    for name in ("jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"):
        async with idp.session.get(document[name]) as response:
            assert response.status in (200, 400, 401, 405), name


async def test_a_sign_in_carries_state_and_nonce_and_says_who_answered(idp: World) -> None:
    answer = await idp.authorize(prompt="none", login_hint="deng", state="a b&c=1 账", nonce="n-1")
    assert (answer["state"], answer["iss"]) == ("a b&c=1 账", idp.site.door.url)
    status, body = await idp.exchange(code=answer["code"], code_verifier=VERIFIER)
    assert (status, body["token_type"], body["expires_in"], body["scope"]) == (200, "Bearer", 3600, "openid")
    claims = read(str(body["id_token"]))
    assert (claims["nonce"], claims["aud"], claims["sub"]) == ("n-1", "roam-graphiql", "deng")


async def test_the_access_token_is_an_rfc_9068_token_without_personal_data(idp: World) -> None:
    token = await idp.token("deng")
    async with idp.session.get(f"{idp.site.door.url}/jwks") as response:
        keys = KeySet.import_key_set(await response.json())
    found = jwt.decode(token, keys, algorithms=["ES256"])
    assert found.header["typ"] == "at+jwt"
    assert found.claims["aud"] == AUDIENCE
    assert found.claims["exp"] - found.claims["iat"] == 3600
    names = {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "acr", "auth_time", "home_city", "groups"}
    assert set(found.claims) == names
    assert found.claims["groups"] == ["testers"]
    assert found.claims["home_city"] == "510600"


async def test_the_published_keys_hold_nothing_private(idp: World) -> None:
    async with idp.session.get(f"{idp.site.door.url}/jwks") as response:
        keys = (await response.json())["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


@pytest.mark.parametrize("persona", list(PERSONAS))
async def test_every_persona_signs_in(idp: World, persona: str) -> None:
    claims = read(await idp.token(persona))
    assert (claims["sub"], claims["home_city"]) == (PERSONAS[persona].subject, PERSONAS[persona].home_city)


async def test_a_code_works_once(idp: World) -> None:
    once = await code(idp)
    assert (await idp.exchange(code=once, code_verifier=VERIFIER))[0] == 200
    status, body = await idp.exchange(code=once, code_verifier=VERIFIER)
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_a_code_lives_a_minute(idp: World) -> None:
    late = await code(idp)
    idp.clock.forward(seconds=60)
    assert (await idp.exchange(code=late, code_verifier=VERIFIER))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["w" * 43, "v" * 42, "v" * 129, VERIFIER + "=", "é" * 43])
async def test_a_wrong_verifier_gets_nothing_and_spends_the_code(idp: World, verifier: str) -> None:
    tried = await code(idp)
    assert (await idp.exchange(code=tried, code_verifier=verifier))[1]["error"] == "invalid_grant"
    assert (await idp.exchange(code=tried, code_verifier=VERIFIER))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": ""}, "invalid_request"),
        ({"code": ""}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"redirect_uri": CALLBACK.replace("8000", "8001")}, "invalid_grant"),
        ({"client_id": "roam-cli"}, "invalid_grant"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
)
async def test_a_token_request_must_match_its_code(idp: World, change: dict[str, str], error: str) -> None:
    status, body = await idp.exchange(**{"code": await code(idp), "code_verifier": VERIFIER} | change)
    assert (status, body["error"]) == (400, error)
    assert body["error_description"]


async def test_a_token_request_is_a_form_and_names_nothing_twice(idp: World) -> None:
    url = f"{idp.site.door.url}/token"
    for sent in ({"json": {"code": "x"}}, {"data": "code=a&code=b", "headers": {"content-type": _FORM}}):
        async with idp.session.post(url, **sent) as response:  # type: ignore[arg-type]
            assert (response.status, (await response.json())["error"]) == (400, "invalid_request")
            assert response.headers["cache-control"] == "no-store"


_FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
        ({"resource": "https://chengdu.example"}, "invalid_target"),
        ({"request": "x"}, "request_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none", "login_hint": "nobody"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "now"}, "invalid_request"),
        ({"nonce": "n" * 3000}, "invalid_request"),
        ({"prompt": "none", "login_hint": "deng", "acr_values": "loa4"}, "unmet_authentication_requirements"),
        ({"prompt": "none", "login_hint": "deng", "acr_values": "loa9"}, "unmet_authentication_requirements"),
    ],
)
async def test_a_known_client_hears_its_error(idp: World, change: dict[str, str], error: str) -> None:
    answer = await idp.authorize(**change)
    assert (answer["error"], answer["state"]) == (error, "s")
    assert "code" not in answer


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example/auth/callback"},
    ],
)
async def test_an_unknown_client_or_address_gets_a_page_never_a_redirect(idp: World, change: dict[str, str]) -> None:
    url = f"{idp.site.door.url}/authorize"
    async with idp.session.get(url, params=asked(**change), allow_redirects=False) as response:
        assert response.status == 400
        assert "location" not in response.headers
        assert "evil" not in await response.text()


@pytest.mark.parametrize(
    ("client", "uri", "owned"),
    [
        ("roam-graphiql", "http://127.0.0.1:8000/auth/callback", True),
        ("roam-graphiql", "http://localhost:5173/auth/callback", True),
        ("roam-graphiql", "http://127.0.0.1/auth/callback", True),
        ("roam-cli", "http://127.0.0.1:49152/callback", True),
        ("roam-cli", "http://localhost:49152/callback", False),
        ("roam-cli", "http://127.0.0.1:49152/auth/callback", False),
        ("roam-graphiql", "https://127.0.0.1:8000/auth/callback", False),
        ("roam-graphiql", "http://127.0.0.1:8000/auth/callback/", False),
        ("roam-graphiql", "http://127.0.0.1:8000/auth/callback?x=1", False),
        ("roam-graphiql", "http://127.0.0.1:8000/auth/callback#x", False),
        ("roam-graphiql", "http://127.0.0.1:8000/auth/callback\n", False),
        ("roam-graphiql", "http://127.0.0.1:99999/auth/callback", False),
        ("roam-graphiql", "http://127.0.0.1:8000@evil.example/auth/callback", False),
        ("roam-graphiql", "http://127.0.0.1.evil.example/auth/callback", False),
        ("roam-graphiql", "http://127.0.0.1:８０００/auth/callback", False),
        ("roam-graphiql", "HTTP://127.0.0.1:8000/auth/callback", False),
    ],
)
def test_a_redirect_uri_is_compared_whole_but_for_its_port(client: str, uri: str, owned: bool) -> None:
    assert CLIENTS[client].owns(uri) is owned


async def test_a_repeated_parameter_is_refused(idp: World) -> None:
    pairs = [*asked(prompt="none", login_hint="deng").items(), ("login_hint", "chen")]
    async with idp.session.get(f"{idp.site.door.url}/authorize", params=pairs, allow_redirects=False) as response:
        answer = parse_qs(urlsplit(response.headers["location"]).query)
    assert answer["error"] == ["invalid_request"]


@pytest.mark.parametrize(
    ("wanted", "acr"), [("", "loa3"), ("loa1", "loa1"), ("loa4 loa2", "loa2"), ("loa9 loa3", "loa3")]
)
async def test_a_lower_level_may_be_chosen(idp: World, wanted: str, acr: str) -> None:
    assert read(await idp.token("deng", acr_values=wanted))["acr"] == acr


async def test_the_page_is_whole_by_itself_and_framed_by_loopback_only(idp: World) -> None:
    async with idp.session.get(f"{idp.site.door.url}/authorize", params=asked(login_hint="mei")) as response:
        policy, text = response.headers["content-security-policy"], await response.text()
    assert response.status == 200
    assert "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*" in policy
    assert "x-frame-options" not in response.headers
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", text)
    assert "选择一位虚拟市民" in text
    assert "Choose a persona" in text
    assert all(persona.name not in text and persona.phone not in text for persona in PERSONAS.values())
    assert text.index('value="mei"') < text.index('value="chen"')


async def test_the_pages_button_signs_in(idp: World) -> None:
    """What the browser would send: every hidden field, the chosen level and the pressed button."""
    async with idp.session.get(f"{idp.site.door.url}/authorize", params=asked(VERIFIER, state='"><x>')) as response:
        text = await response.text()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    fields = {
        name: value.replace("&quot;", '"').replace("&gt;", ">").replace("&lt;", "<") for name, value in fields.items()
    }
    sent = fields | {"acr_values": "loa2", "login_hint": "zi"}
    async with idp.session.get(f"{idp.site.door.url}/authorize", params=sent, allow_redirects=False) as response:
        answer = parse_qs(urlsplit(response.headers["location"]).query)
    assert answer["state"] == ['"><x>']
    _, body = await idp.exchange(code=answer["code"][0], code_verifier=VERIFIER)
    assert {"sub": "zi", "acr": "loa2"}.items() <= read(str(body["access_token"])).items()


async def test_an_authorisation_request_may_be_posted(idp: World) -> None:
    form = asked(prompt="none", login_hint="deng")
    async with idp.session.post(f"{idp.site.door.url}/authorize", data=form, allow_redirects=False) as response:
        assert response.status == 303
        assert "code=" in response.headers["location"]


async def test_personas_are_listed_without_numbers_or_whole_names(idp: World) -> None:
    async with idp.session.get(f"{idp.site.door.url}/personas") as response:
        rows = await response.json()
    assert rows[1] == {"key": "deng", "label": "邓** · 德阳市 Deyang", "homeCity": "510600"}
    assert [row["key"] for row in rows] == list(PERSONAS)


async def test_userinfo_needs_a_token_that_holds(idp: World) -> None:
    url, deng = f"{idp.site.door.url}/userinfo", PERSONAS["deng"]
    async with idp.session.get(url, headers={"authorization": f"Bearer {await idp.token('deng')}"}) as response:
        assert response.headers["cache-control"] == "no-store"
        assert await response.json() == {
            "sub": "deng",
            "name": deng.name,
            "id_number": deng.id_number,
            "phone_number": deng.phone,
        }
    stale = await idp.token("deng")
    idp.clock.forward(hours=2)
    for header in ({}, {"authorization": "Bearer x.y.z"}, {"authorization": f"Bearer {stale}"}):
        async with idp.session.get(url, headers=header) as response:
            assert response.status == 401
            assert 'error="invalid_token"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:5173", "http://[::1]:8000"])
async def test_browsers_on_loopback_may_read(idp: World, origin: str) -> None:
    for path in ("/.well-known/openid-configuration", "/jwks", "/personas"):
        async with idp.session.get(idp.site.door.url + path, headers={"origin": origin}) as response:
            assert response.headers["access-control-allow-origin"] == origin
    asks = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    async with idp.session.options(f"{idp.site.door.url}/token", headers=asks) as response:
        assert (response.status, response.headers["access-control-allow-origin"]) == (200, origin)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil:80", "null"]
)
async def test_other_origins_may_not_read(idp: World, origin: str) -> None:
    for path in ("/jwks", "/userinfo", "/personas"):
        async with idp.session.get(idp.site.door.url + path, headers={"origin": origin}) as response:
            assert "access-control-allow-origin" not in response.headers


async def test_the_authorisation_page_is_not_for_scripts(idp: World) -> None:
    headers = {"origin": "http://127.0.0.1:8000"}
    async with idp.session.get(f"{idp.site.door.url}/authorize", params=asked(), headers=headers) as response:
        assert "access-control-allow-origin" not in response.headers


async def test_keys_survive_a_restart_and_are_for_their_owner_only(tmp_path: Path) -> None:
    async with serving(tmp_path, AUDIENCE) as site:
        first = site.provider.keys.current.kid
    async with serving(tmp_path, AUDIENCE) as site:
        assert site.provider.keys.current.kid == first
    assert (tmp_path / "idp-keys.json").stat().st_mode & 0o777 == 0o600


async def test_rotation_keeps_old_keys_until_their_tokens_have_expired(idp: World) -> None:
    first = idp.site.provider.keys.current.kid
    async with idp.session.post(f"{idp.site.control_url}/rotate") as response:
        assert response.status == 200
    published = [key.kid for key in idp.site.provider.keys.published]
    assert len(published) == 2
    assert published[1] == first
    idp.clock.forward(hours=3)
    idp.site.provider.keys.rotate(idp.clock())
    assert first not in [key.kid for key in idp.site.provider.keys.published]


async def test_rotation_is_not_offered_to_citizens(idp: World) -> None:
    async with idp.session.post(f"{idp.site.door.url}/rotate") as response:
        assert response.status == 404


async def test_a_port_in_use_and_a_broken_key_file_are_one_clear_line(tmp_path: Path, idp: World) -> None:
    with pytest.raises(CannotServeError, match=rf"port {idp.site.door.port} on 127\.0\.0\.1 is in use"):
        async with serving(tmp_path, AUDIENCE, port=idp.site.door.port):
            pass
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "idp-keys.json").write_text("{}")
    with pytest.raises(CannotServeError, match=r"idp-keys\.json: no usable signing keys"):
        async with serving(tmp_path / "broken", AUDIENCE):
            pass
