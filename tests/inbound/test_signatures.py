"""Whatever is changed of what a provider has signed, it is refused; and whatever is sent, nothing else is."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.inbound import Arrival, Provider
from application.inbound.arrivals import fields_of
from application.inbound.providers import PROVIDERS, by_name
from application.inbound.refusals import (
    ProviderNotKnown,
    SignatureMissing,
    SignatureNotProven,
    SignatureWrong,
)
from application.inbound.signatures import verify
from tests.inbound.callers import (
    NOW,
    OURS,
    SECONDS,
    SECRETS,
    SIGN,
    SIGNING,
    b64,
    call,
    digest,
    public,
)
from tests.inbound.callers import arrival as arrival_of

REFUSED = (SignatureMissing, SignatureWrong, SignatureNotProven)
EACH = pytest.mark.parametrize("provider", SIGNING, ids=lambda each: each.name)
PROVEN_BY_BODY = [each for each in SIGNING if each.name not in ("evolution", "brevo", "lyra")]
"""Of the others a token or a part of a form is proven: see below."""

TIMED = {"stripe": 300, "resend": 300, "standard-webhooks": 300, "pusher": 300, "ghl": 300}
SIGNATURE = {
    "whatsapp": b"x-hub-signature-256",
    "waha": b"x-webhook-hmac",
    "resend": b"svix-signature",
    "sendgrid": b"x-twilio-email-event-webhook-signature",
    "twilio": b"x-twilio-signature",
    "stripe": b"stripe-signature",
    "pusher": b"x-pusher-signature",
    "ghl": b"x-ghl-signature",
    "standard-webhooks": b"webhook-signature",
    "evolution": b"authorization",
    "brevo": b"authorization",
}
OTHERS = {
    "sendgrid": public(ec.derive_private_key(4712, ec.SECP256R1())),
    "ghl": public(ed25519.Ed25519PrivateKey.from_private_bytes(b"o" * 32)),
    "resend": b"whsec_" + b"b3RoZXI=",
    "standard-webhooks": b"whsec_" + b"b3RoZXI=",
}


def proven(provider: Provider, arrival: Arrival, *secrets: bytes, late: int = 0) -> None:
    known = secrets or (SECRETS[provider.name],)
    verify(provider.scheme, arrival, known, NOW + timedelta(seconds=late))


def refused(provider: Provider, arrival: Arrival, *secrets: bytes, late: int = 0) -> None:
    with pytest.raises(REFUSED):
        proven(provider, arrival, *secrets, late=late)


def changed(arrival: Arrival, name: bytes, value: bytes) -> Arrival:
    headers = tuple((each, value if each == name else old) for each, old in arrival.headers)
    return replace(arrival, headers=headers)


def other(secret: bytes, provider: str) -> bytes:
    return OTHERS.get(provider, secret + b"?")


@EACH
def test_what_a_provider_has_signed_is_theirs(provider: Provider) -> None:
    proven(provider, call(provider.name))


@EACH
def test_while_a_secret_is_changed_both_are_good(provider: Provider) -> None:
    known = SECRETS[provider.name]
    new = other(known, provider.name)

    proven(provider, call(provider.name), known, new)
    proven(provider, call(provider.name), new, known)
    refused(provider, call(provider.name), new)


@pytest.mark.parametrize("name", ["resend", "standard-webhooks", "sendgrid", "ghl"])
def test_a_secret_that_is_mistyped_proves_nothing_and_is_in_nobodys_way(name: str) -> None:
    provider = by_name(PROVIDERS)[name]

    refused(provider, call(name), b"whsec-of-no-form")
    proven(provider, call(name), b"whsec-of-no-form", SECRETS[name])


@pytest.mark.parametrize("name", ["resend", "standard-webhooks"])
def test_nobody_signs_by_an_empty_key(name: str) -> None:
    """Somebody has typed `whsec_`, and what follows is still to be pasted."""
    arrival, prefix = call(name), {"resend": "svix"}.get(name, "webhook")
    said = dict(arrival.headers)
    text = b"%b.%b." % (said[f"{prefix}-id".encode()], said[f"{prefix}-timestamp".encode()])
    forged = f"v1,{b64(digest(text + arrival.body, secret=b''))}"

    refused(
        by_name(PROVIDERS)[name],
        changed(arrival, f"{prefix}-signature".encode(), forged.encode()),
        b"whsec_",
    )


@EACH
def test_without_a_signature_it_is_said_that_there_is_none(provider: Provider) -> None:
    arrival = call(provider.name)
    bare = replace(arrival, headers=(), body=b"" if provider.name == "lyra" else arrival.body)

    with pytest.raises(SignatureMissing):
        proven(provider, bare)


@pytest.mark.parametrize("name", SIGNATURE)
def test_two_signatures_in_the_place_of_one_are_none(name: str) -> None:
    arrival = call(name)
    twice = replace(arrival, headers=arrival.headers * 2)

    refused(by_name(PROVIDERS)[name], twice)


@pytest.mark.parametrize(("name", "tolerance"), TIMED.items())
def test_what_was_signed_too_long_ago_or_will_be_is_refused(name: str, tolerance: int) -> None:
    provider = by_name(PROVIDERS)[name]

    for late in (-tolerance, tolerance):
        proven(provider, call(name), late=late)
    for late in (-tolerance - 1, tolerance + 1):
        refused(provider, call(name), late=late)


@pytest.mark.parametrize(
    "body", [b"nonsense", b"{}", b'{"time_ms": "now"}', b"[" * 10_000, b"\xff"]
)
def test_what_is_signed_and_says_no_time_where_it_has_to_is_refused(body: bytes) -> None:
    signed = SIGN["pusher"](body, SECONDS, OURS)

    refused(by_name(PROVIDERS)["pusher"], arrival_of(body, signed, OURS))


@pytest.mark.parametrize(("many", "taken"), [(1_000, True), (1_001, False)])
def test_a_form_has_so_many_fields_and_no_more(many: int, taken: bool) -> None:
    text = "&".join(f"f{n}=1" for n in range(many))

    if taken:
        assert len(fields_of(text)) == many
    else:
        with pytest.raises(ValueError, match="fields"):
            fields_of(text)


@st.composite
def one_byte_else(draw: st.DrawFn, text: bytes) -> bytes:
    at = draw(st.integers(0, len(text) - 1))
    byte = draw(st.integers(0, 255).filter(lambda each: each != text[at]))
    return text[:at] + bytes([byte]) + text[at + 1 :]


@pytest.mark.parametrize("provider", PROVEN_BY_BODY, ids=lambda each: each.name)
@given(data=st.data())
def test_whichever_byte_of_a_body_is_changed_it_is_refused(
    provider: Provider, data: st.DataObject
) -> None:
    arrival = call(provider.name)
    body = data.draw(one_byte_else(arrival.body))

    refused(provider, replace(arrival, body=body))


@given(data=st.data())
def test_whichever_byte_of_what_lyra_signs_is_changed_it_is_refused(data: st.DataObject) -> None:
    provider = by_name(PROVIDERS)["lyra"]
    arrival = call("lyra")
    head, mark, answer = arrival.body.rpartition(b"kr-answer=")
    body = head + mark + data.draw(one_byte_else(answer))

    try:
        proven(provider, replace(arrival, body=body))
    except REFUSED:
        return
    # The same, written otherwise: %2f for %2F.
    same = replace(arrival, body=body)
    assert provider.known_by(same) == provider.known_by(arrival)


@pytest.mark.parametrize(("name", "header"), SIGNATURE.items())
@given(data=st.data())
def test_whichever_byte_of_a_signature_is_changed_it_is_refused(
    name: str, header: bytes, data: st.DataObject
) -> None:
    """But for how a word is written, of which HTTP does not care."""
    arrival = call(name)
    signed = dict(arrival.headers)[header]
    other = data.draw(one_byte_else(signed))
    if other.lower().partition(b" ")[0] == b"bearer" and signed[7:] == other[7:]:
        return

    refused(by_name(PROVIDERS)[name], changed(arrival, header, other))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("resend", b"svix-timestamp"),
        ("resend", b"svix-id"),
        ("standard-webhooks", b"webhook-timestamp"),
        ("standard-webhooks", b"webhook-id"),
        ("sendgrid", b"x-twilio-email-event-webhook-timestamp"),
    ],
)
@given(data=st.data())
def test_whichever_byte_of_what_is_signed_with_it_is_changed_it_is_refused(
    name: str, header: bytes, data: st.DataObject
) -> None:
    arrival = call(name)
    value = data.draw(one_byte_else(dict(arrival.headers)[header]))

    refused(by_name(PROVIDERS)[name], changed(arrival, header, value))


def sent(data: st.DataObject, provider: Provider) -> Arrival:
    """Whatever somebody may send: headers that a provider sends, with anything in them."""
    arrival = call(provider.name)
    names = st.sampled_from([name for name, _ in arrival.headers] or [b"x"])
    value = st.binary(max_size=60) | st.text('t=,v1a. 09{}"é', max_size=60).map(str.encode)
    headers = data.draw(st.lists(st.tuples(names, value), max_size=4))
    body = data.draw(st.binary(max_size=80) | st.just(arrival.body[1:]))
    asked = data.draw(st.text("a=&%0bodySHA256;+", max_size=30))
    return replace(arrival, headers=tuple(headers), body=body, url=f"{arrival.url}?{asked}")


@EACH
@given(data=st.data())
def test_whatever_is_sent_is_refused_and_nothing_else(
    provider: Provider, data: st.DataObject
) -> None:
    refused(provider, sent(data, provider))


@EACH
@given(data=st.data())
def test_whatever_a_proven_body_is_it_can_be_known_again(
    provider: Provider, data: st.DataObject
) -> None:
    """It is kept before it is understood: that must not fail at what it says."""
    arrival = call(provider.name)
    nested = st.sampled_from([b"[" * 5_000, b'{"id":' * 5_000, b'{"id":{}}', b'{"id":"\\ud800"}'])
    body = data.draw(st.binary(max_size=80) | nested)
    odd = replace(arrival, body=arrival.body if provider.name in ("lyra", "twilio") else body)

    assert provider.known_by(odd) == provider.known_by(odd)


@pytest.mark.parametrize("name", ["twilio", "lyra"])
@given(data=st.data())
def test_however_a_form_is_written_it_is_the_same_call(name: str, data: st.DataObject) -> None:
    """What is signed is what it means. Whoever has seen one cannot make many of it."""
    provider = by_name(PROVIDERS)[name]
    arrival = form(name)
    pieces = data.draw(st.permutations(arrival.body.split(b"&")))
    escaped = data.draw(st.sampled_from([b"%2f", b"%2F"]))
    other = replace(arrival, body=b"&".join(pieces).replace(b"%2F", escaped))

    proven(provider, other)
    assert provider.known_by(other) == provider.known_by(arrival)


def form(name: str) -> Arrival:
    """Return a call that is a form."""
    if name == "lyra":
        return call("lyra")
    body = b"From=%2F1&Body=a%2Fb&To=2"
    text = f"{OURS}/twilioBodya/bFrom/1To2".encode()
    return arrival_of(body, {"X-Twilio-Signature": b64(digest(text, "sha1"))}, f"{OURS}/twilio")


# --- Who signs nothing, and calls an address that nobody else knows ---------------------------

IN_ADDRESS = [each for each in PROVIDERS if each.is_in_address]
WORD = b"a-word-of-ours-0001"


def at(secret: str, query: str = "?acklevel=handset") -> Arrival:
    return arrival_of(b"", {}, f"{OURS}/v1/inbound/t/labsmobile/{secret}{query}")


@pytest.mark.parametrize("provider", IN_ADDRESS, ids=lambda each: each.name)
def test_whoever_knows_the_address_is_believed_while_the_word_is_changed(
    provider: Provider,
) -> None:
    verify(provider.scheme, at(WORD.decode()), (b"another-word-of-ours", WORD), NOW)
    verify(provider.scheme, at(WORD.decode(), ""), (WORD,), NOW)


@pytest.mark.parametrize("provider", IN_ADDRESS, ids=lambda each: each.name)
@given(said=st.text(max_size=40), short=st.binary(max_size=15))
def test_whoever_does_not_is_told_that_there_is_nothing(
    provider: Provider, said: str, short: bytes
) -> None:
    for secrets in ((WORD,), (short,), (said.encode("utf-8", "replace") + b"/",)):
        with pytest.raises(ProviderNotKnown):
            verify(provider.scheme, at(said), secrets, NOW)
