"""Nobody becomes somebody else by writing a token of their own."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Any

import jwt
import pytest
from msgspec.structs import replace

from adapters.accounts.tokens import LONGEST, AccessTokens
from adapters.clock import SettableClock
from application.business.accounts import InvalidToken, TokenExpired
from application.permissions import Principal, permissions_of
from domain.business.users import Role
from domain.values import ClientId, ProfessionalId, TenantId, UserId

SECRET = "the secret of these tests, long enough"
OTHER = "another secret of tests, as long as that"
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

camille = Principal(
    tenant_id=TenantId("0198c0de-0000-7000-8000-0000000000aa"),
    user_id=UserId("user-0198c0de-0000-7000-8000-000000000001"),
    roles=(Role.OWNER, Role.PROFESSIONAL),
    permissions=permissions_of((Role.OWNER, Role.PROFESSIONAL)),
    session_id="0198c0de-0000-7000-8000-0000000000bb",
    professional_id=ProfessionalId("professional-0198c0de-0000-7000-8000-000000000001"),
)
zoe = Principal(
    tenant_id=camille.tenant_id,
    user_id=UserId("user-0198c0de-0000-7000-8000-000000000002"),
    roles=(Role.CLIENT,),
    permissions=permissions_of((Role.CLIENT,)),
    session_id="0198c0de-0000-7000-8000-0000000000cc",
    client_id=ClientId("client-0198c0de-0000-7000-8000-000000000002"),
)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW, stands=True)


@pytest.fixture
def tokens(clock: SettableClock) -> AccessTokens:
    return AccessTokens([SECRET], clock)


def encoded(part: Any) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    return dict(json.loads(urlsafe_b64decode(part + "==")))


def signed(header: dict[str, Any], claims: dict[str, Any], secret: str) -> str:
    """Sign whatever it is, as nobody's library would."""
    text = f"{encoded(header)}.{encoded(claims)}"
    mark = digest(secret.encode(), text.encode(), sha256)
    return f"{text}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


# --- Being known --------------------------------------------------------------------------


@pytest.mark.parametrize("who", [camille, zoe])
def test_a_token_says_who_it_was_issued_to(tokens: AccessTokens, who: Principal) -> None:
    assert tokens.principal(tokens.issue(who)) == who


def test_a_token_carries_no_personal_data(tokens: AccessTokens) -> None:
    _, claims, _ = tokens.issue(camille).split(".")

    assert set(decoded(claims)) == {
        "iss", "aud", "sub", "tenant", "roles", "sid", "jti", "iat", "exp", "professional"
    }  # fmt: skip


def test_two_tokens_are_never_the_same(tokens: AccessTokens) -> None:
    assert tokens.issue(camille) != tokens.issue(camille)


# --- Attacks ------------------------------------------------------------------------------

Forge = Callable[[dict[str, Any], dict[str, Any], str], str]


def unsigned(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."


def unsigned_with_signature(header: dict[str, Any], claims: dict[str, Any], mark: str) -> str:
    return f"{encoded({**header, 'alg': 'None'})}.{encoded(claims)}.{mark}"


def by_another_secret(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return signed(header, claims, OTHER)


def by_an_empty_secret(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return signed(header, claims, "")


def by_another_algorithm(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return jwt.encode(claims, SECRET.ljust(64), "HS512", {"kid": header["kid"]})


def by_an_unknown_key(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return signed({**header, "kid": "unknown"}, claims, SECRET)


def by_no_key(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return signed({"alg": "HS256", "typ": "JWT"}, claims, SECRET)


def by_a_list_of_keys(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return signed({**header, "kid": [header["kid"]]}, claims, SECRET)


def with_the_signature_of_another(header: dict[str, Any], claims: dict[str, Any], mark: str) -> str:
    return f"{encoded(header)}.{encoded({**claims, 'roles': ['operator']})}.{mark}"


def without_signature(header: dict[str, Any], claims: dict[str, Any], _: str) -> str:
    return f"{encoded(header)}.{encoded(claims)}."


FORGERIES: list[Forge] = [
    unsigned,
    unsigned_with_signature,
    by_another_secret,
    by_an_empty_secret,
    by_another_algorithm,
    by_an_unknown_key,
    by_no_key,
    by_a_list_of_keys,
    with_the_signature_of_another,
    without_signature,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_token_is_refused(tokens: AccessTokens, forge: Forge) -> None:
    header, claims, mark = tokens.issue(camille).split(".")

    with pytest.raises(InvalidToken):
        tokens.principal(forge(decoded(header), decoded(claims), mark))


def test_the_same_hand_writes_a_good_token(tokens: AccessTokens) -> None:
    header, claims, _ = tokens.issue(camille).split(".")

    assert tokens.principal(signed(decoded(header), decoded(claims), SECRET)) == camille


EDITED = [
    {"aud": "another-api"},
    {"aud": ["frontdesk-api", "another-api"]},
    {"aud": None},
    {"iss": "somebody"},
    {"iss": None},
    {"exp": None},
    {"exp": "2099-01-01"},
    {"sub": None},
    {"sub": 1},
    {"tenant": None},
    {"roles": ["emperor"]},
    {"roles": "owner"},
    {"sid": None},
]


@pytest.mark.parametrize("edit", EDITED)
def test_what_is_signed_but_not_said_as_we_say_it_is_refused(
    tokens: AccessTokens, edit: dict[str, Any]
) -> None:
    header, claims, _ = tokens.issue(camille).split(".")
    edited = {k: v for k, v in (decoded(claims) | edit).items() if v is not None}

    with pytest.raises(InvalidToken):
        tokens.principal(signed(decoded(header), edited, SECRET))


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c", "....", "\N{SNOWMAN}.b.c", "\x00"])
def test_what_is_no_token_is_refused(tokens: AccessTokens, text: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.principal(text)


def test_every_altered_letter_is_noticed(tokens: AccessTokens) -> None:
    token = tokens.issue(camille)
    last = len(token) - 1  # of its six bits two stand for nothing

    for place in range(0, last, 7):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(InvalidToken):
            tokens.principal(token[:place] + other + token[place + 1 :])


# --- Time ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_token_expires_also_when_it_was_seen_before(
    tokens: AccessTokens, clock: SettableClock, seen_before: bool
) -> None:
    token = tokens.issue(camille)
    if seen_before:
        tokens.principal(token)

    clock.set(NOW + timedelta(minutes=14, seconds=59))
    assert tokens.principal(token) == camille
    clock.set(NOW + timedelta(minutes=15))
    with pytest.raises(TokenExpired):
        tokens.principal(token)


def test_only_our_clock_counts(clock: SettableClock) -> None:
    clock.set(NOW - timedelta(days=3650))
    tokens = AccessTokens([SECRET], clock)

    assert tokens.principal(tokens.issue(camille)) == camille


# --- Keys ---------------------------------------------------------------------------------


def test_tokens_outlive_a_change_of_keys_until_the_old_one_is_removed(
    tokens: AccessTokens, clock: SettableClock
) -> None:
    old = tokens.issue(camille)
    changed = AccessTokens([OTHER, SECRET], clock)
    removed = AccessTokens([OTHER], clock)

    assert changed.principal(old) == camille
    assert removed.principal(changed.issue(camille)) == camille
    with pytest.raises(InvalidToken):
        removed.principal(old)


@pytest.mark.parametrize("secrets", [[], ["short"], [SECRET, "short"]])
def test_short_secrets_are_not_accepted(clock: SettableClock, secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        AccessTokens(secrets, clock)


# --- Speed --------------------------------------------------------------------------------


def test_a_token_seen_before_is_not_verified_anew(tokens: AccessTokens) -> None:
    token = tokens.issue(camille)

    assert tokens.principal(token) is tokens.principal(token)


def test_rights_are_those_of_the_roles_at_issue(tokens: AccessTokens) -> None:
    auditor = replace(camille, roles=(Role.AUDITOR,), permissions=permissions_of((Role.AUDITOR,)))

    assert tokens.principal(tokens.issue(auditor)).permissions == permissions_of((Role.AUDITOR,))


def test_what_is_longer_than_any_token_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """To decode it takes as long as it is, whoever sends it."""
    decoded: list[str] = []
    monkeypatch.setattr(jwt, "get_unverified_header", decoded.append)

    with pytest.raises(InvalidToken):
        AccessTokens((SECRET,), lambda: NOW).principal("a." * LONGEST)

    assert decoded == []
