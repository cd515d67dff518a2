"""Providers call over HTTP: what they have signed is kept once, and nothing else is."""

import pytest

from domain.business.users import Role
from infra.settings import Mode, Settings
from tests.inbound.callers import SECRETS, SIGNING, said, stripe
from tests.inbound.inbox import Inbox
from tests.inbound.understood import CONFIGURED, NEIGHBOUR, TENANT, body, client

pytestmark = pytest.mark.postgres

EACH = pytest.mark.parametrize("provider", [each.name for each in SIGNING])


def told(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@EACH
def test_what_a_provider_has_signed_is_kept_and_answered(inbox: Inbox, provider: str) -> None:
    sent = said(provider, at=inbox.now)

    answer = inbox.call(provider, sent)

    assert (answer.status_code, answer.content) == (200, b"")
    assert inbox.states() == ["waiting"]
    assert inbox.content().body == sent
    assert inbox.receipts()[0].provider == provider


@EACH
def test_the_same_again_is_answered_in_the_same_way_and_kept_once(
    inbox: Inbox, provider: str
) -> None:
    sent = said(provider, at=inbox.now)

    answers = [inbox.call(provider, sent) for _ in range(3)]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"")}
    assert len(inbox.receipts()) == 1
    assert inbox.running.system.jobs.depths()["due"] == 1


def test_a_call_that_is_signed_anew_is_the_same_call(inbox: Inbox) -> None:
    """A provider tries again later, at another time."""
    inbox.call()
    signed = stripe(said("stripe"), inbox.now + 60, "")

    assert inbox.call(headers=signed).status_code == 200
    assert len(inbox.receipts()) == 1


def test_each_call_and_each_business_is_kept_apart(inbox: Inbox) -> None:
    for number in (1, 2):
        for tenant in (TENANT, NEIGHBOUR):
            inbox.call(body=said("stripe", number), tenant=tenant)

    assert len(inbox.receipts()) == 4
    assert len(inbox.running.system.receipts.find(NEIGHBOUR)) == 2


REFUSED_AS_401 = {"ghl", "lyra"}
"""They are told so by their own rules; all others 403."""


@EACH
def test_what_is_signed_by_somebody_else_is_refused_and_not_kept(
    inbox: Inbox, provider: str
) -> None:
    sent = said(provider, at=inbox.now)
    tokens = {"evolution": "a.b.c", "brevo": "another"}
    wrong = (
        {"Authorization": f"Bearer {tokens[provider]}"}
        if provider in tokens
        else inbox.signed(provider, said(provider, 2, at=inbox.now))
    )

    refused = inbox.call(provider, sent + b" ", headers=wrong)

    assert refused.status_code == (401 if provider in REFUSED_AS_401 else 403)
    assert inbox.receipts() == []


@EACH
def test_what_is_not_signed_is_refused_and_not_kept(inbox: Inbox, provider: str) -> None:
    sent = b"" if provider == "lyra" else said(provider)

    assert told(inbox.call(provider, sent, headers={})) == (401, "signature-missing")
    assert inbox.receipts() == []


HOSTILE = (
    "",
    ",",
    ",,,",
    "=",
    "t=,v1=",
    "v1,",
    "v1a,é",
    "\xff\xfe",
    "Bearer ..",
    "9" * 5_000,
    "{" * 500,
)


@EACH
def test_whatever_stands_in_its_headers_a_call_is_refused_and_nothing_breaks(
    inbox: Inbox, provider: str
) -> None:
    signed = inbox.signed(provider, said(provider))

    for value in HOSTILE:
        headers = {name: value.encode("latin-1") for name in signed}
        path = f"/v1/inbound/{TENANT}/{provider}?{'bodySHA256=%ff&' * 3}"
        refused = inbox.http.post(path, content=b"\xff", headers=headers)  # type: ignore[arg-type]
        assert refused.status_code in {401, 403}, value
    assert inbox.receipts() == []


def test_what_was_signed_too_long_ago_is_refused(inbox: Inbox) -> None:
    refused = inbox.call(headers=stripe(said("stripe"), inbox.now - 301, ""))

    assert told(refused) == (403, "signature-wrong")
    assert refused.json()["why"] == "time"
    assert inbox.receipts() == []


@pytest.mark.parametrize(
    "path",
    [
        f"{TENANT}/nobody",
        f"{TENANT}/whatsapp-verify",
        "0198c0de-0000-7000-8000-000000000001/stripe",
    ],
)
def test_where_no_secret_is_set_nothing_is_taken(inbox: Inbox, path: str) -> None:
    sent = said("stripe")
    refused = inbox.http.post(
        f"/v1/inbound/{path}", content=sent, headers=stripe(sent, inbox.now, "")
    )

    assert told(refused) == (404, "provider-not-known")
    assert inbox.receipts() == []


# --- What is kept, and what is not ------------------------------------------------------------


def test_what_is_kept_is_sealed(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé Unheard-of"))

    inbox.running.settle()

    assert b"Unheard-of" in inbox.content().body
    assert "Unheard-of" not in inbox.stored()
    assert "evt_1" not in inbox.stored()


def test_what_a_sender_says_of_itself_is_not_kept(inbox: Inbox) -> None:
    key = "B6D711FCDE4D4FD5936544120E713976"
    texts = r'"text":"he wrote \"apikey\":\"mine\" to me"'
    sent = f'{{"event":"x","apikey":"{key}","data":{{"apikey" : "{key}","n":1}},{texts}}}'

    inbox.call("evolution", sent.encode(), more={"Cookie": f"session={key}", "X-Kept": "yes"})

    kept = inbox.content()
    assert kept.body.decode() == sent.replace(f'"{key}"', "null")
    assert {b"authorization", b"cookie"}.isdisjoint(name for name, _ in kept.headers)
    assert (b"x-kept", b"yes") in kept.headers


@pytest.mark.parametrize("sent", [b'{"apikey":"abc\\"def', b'{"apikey":"abc\\', b'"apikey": abc'])
def test_nor_where_it_is_cut_off(inbox: Inbox, sent: bytes) -> None:
    inbox.call("evolution", sent)

    assert b"abc" not in inbox.content().body
    assert b"def" not in inbox.content().body


@pytest.mark.parametrize(
    "sent",
    [b"", b"\xff\xfe\x00", b"[" * 10_000, b"," * 10_000, "{}".encode("utf-16"), b"x" * 900_000],
)
def test_whatever_is_signed_is_kept_as_it_came(inbox: Inbox, sent: bytes) -> None:
    assert inbox.call("whatsapp", sent).status_code == 200
    assert inbox.content().body == sent


def test_what_is_too_large_is_refused(inbox: Inbox) -> None:
    refused = inbox.call("whatsapp", b"x" * 1_000_001)

    assert told(refused) == (413, "body-too-large")
    assert inbox.receipts() == []


# --- Handshakes -----------------------------------------------------------------------------------


def greeted(inbox: Inbox, provider: str = "whatsapp", **asked: str):
    hub = {"mode": "subscribe", "challenge": "1158201444", **asked}
    params = {f"hub.{name}": value for name, value in hub.items()}
    return inbox.http.get(f"/v1/inbound/{TENANT}/{provider}", params=params)


def test_a_handshake_is_answered_with_what_it_asks(inbox: Inbox) -> None:
    answer = greeted(inbox, verify_token=SECRETS["whatsapp-verify"].decode())

    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "asked", [{}, {"verify_token": "another"}, {"verify_token": "é"}, {"mode": "unsubscribe"}]
)
def test_a_handshake_without_the_token_is_refused(inbox: Inbox, asked: dict[str, str]) -> None:
    asked = (
        {"verify_token": SECRETS["whatsapp-verify"].decode(), **asked} if "mode" in asked else asked
    )

    assert told(greeted(inbox, **asked)) == (403, "handshake-refused")


def test_who_makes_no_handshakes_is_not_greeted(inbox: Inbox) -> None:
    assert told(greeted(inbox, "stripe")) == (404, "provider-not-known")


# --- How much -------------------------------------------------------------------------------------


class TestWithFewAllowed:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            mode=Mode.TEST,
            strangers_per_minute=5,
            callbacks_per_minute=20,
            inbound_secrets=CONFIGURED,
        )

    def test_strangers_who_pass_for_providers_are_soon_refused(self, inbox: Inbox) -> None:
        wrong = [inbox.call(headers={"Stripe-Signature": "t=1,v1=0"}) for _ in range(6)]

        assert [each.status_code for each in wrong] == [403] * 5 + [429]
        assert inbox.receipts() == []

    def test_providers_are_counted_by_whom_they_call(self, inbox: Inbox) -> None:
        """And not by where they come from: they are few, and call for many."""
        taken = [inbox.call(body=said("stripe", number)) for number in range(21)]
        other = inbox.call(tenant=NEIGHBOUR)

        assert [each.status_code for each in taken] == [200] * 20 + [429]
        assert int(taken[-1].headers["retry-after"]) > 0
        assert other.status_code == 200
        assert len(inbox.receipts()) == 21


# --- Operators ------------------------------------------------------------------------------------


def test_an_operator_sees_what_came_and_nothing_of_what_it_says(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé Unheard-of", kind="strange"))
    inbox.running.settle()
    http = inbox.running.http(Role.OPERATOR)

    [listed] = http.get("/v1/receipts?state=not_understood_yet&provider=stripe").json()["data"]
    shown = http.get(f"/v1/receipts/{listed['id']}")

    assert shown.json() == listed
    assert (listed["type"], listed["state"]) == ("strange", "not_understood_yet")
    assert "Unheard-of" not in shown.text
    assert http.get("/v1/receipts?state=parked").json()["data"] == []


def test_receipts_are_paged(inbox: Inbox) -> None:
    for number in range(5):
        inbox.call(body=said("stripe", number))
    http = inbox.running.http(Role.OPERATOR)

    pages = [http.get("/v1/receipts?limit=2")]
    while "next" in pages[-1].links:
        pages.append(http.get(pages[-1].links["next"]["url"]))

    ids = [each["id"] for page in pages for each in page.json()["data"]]
    assert [len(page.json()["data"]) for page in pages] == [2, 2, 1]
    assert sorted(ids) == sorted(each.id for each in inbox.receipts())


def test_what_another_business_was_sent_is_not_there(inbox: Inbox) -> None:
    inbox.call()
    [receipt] = inbox.receipts()
    stranger = inbox.running.http(Role.OPERATOR, tenant=NEIGHBOUR)

    where = f"/v1/receipts/{receipt.id}"
    answers = [
        stranger.get(where),
        stranger.post(f"{where}/replay"),
        stranger.post(f"{where}/discard"),
    ]

    assert {told(answer) for answer in answers} == {(404, "receipt-not-found")}
    assert stranger.get("/v1/receipts").json()["data"] == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.FRONT_DESK, Role.AUDITOR, Role.CLIENT])
def test_only_operators_look_after_receipts(inbox: Inbox, role: Role) -> None:
    inbox.call()
    [receipt] = inbox.receipts()
    http = inbox.running.http(role)

    answers = [http.get("/v1/receipts"), http.post(f"/v1/receipts/{receipt.id}/replay")]

    assert {told(answer) for answer in answers} == {(403, "permission-missing")}


def test_what_was_parked_is_replayed_or_given_up(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé", kind="broken"))
    inbox.running.settle()
    [parked] = inbox.receipts()
    http = inbox.running.http(Role.OPERATOR)

    replayed = http.post(f"/v1/receipts/{parked.id}/replay").json()
    inbox.running.settle()
    again = inbox.states()
    discarded = http.post(f"/v1/receipts/{parked.id}/discard").json()
    twice = http.post(f"/v1/receipts/{parked.id}/discard")

    assert parked.state == "parked"
    assert "Zoé" not in str(parked.outcome)
    assert (replayed["state"], again, discarded["state"]) == ("waiting", ["parked"], "discarded")
    assert told(twice) == (409, "receipt-is-settled")


def test_the_status_and_the_metrics_count_what_waits(inbox: Inbox) -> None:
    inbox.call(body=body(kind="broken", id_="1"))
    inbox.call(body=body(kind="strange", id_="2"))
    inbox.running.settle()
    inbox.call(body=body("Zoé", id_="3"))

    http = inbox.running.http()

    waits = {"waiting": 1, "not_understood_yet": 1, "parked": 1}
    assert http.get("/v1/status").json()["receipts"] == waits
    assert 'frontdesk_receipts{state="parked"} 1.0' in http.get("/metrics").text


def test_what_was_understood_is_shown_as_the_history_of_whom_it_speaks_of(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé"))
    inbox.running.settle()
    [receipt] = inbox.receipts()

    [event] = inbox.running.http().get(f"/v1/history?stream={client('Zoé')}").json()["data"]

    assert event["actor"] == "provider/stripe"
    assert event["metadata"]["correlation"] == receipt.id
