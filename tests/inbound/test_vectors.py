"""Signatures that providers and their libraries have published are good, and none that is like them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.inbound import public_keys, schemes
from application.inbound.refusals import SignatureMissing, SignatureNotProven, SignatureWrong
from application.inbound.signatures import Scheme, verify
from tests.inbound.callers import arrival, jwt, lyra_form

HERE = Path(__file__).parent / "vectors"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# --- Standard Webhooks, Svix -------------------------------------------------------------------

MESSAGE = b'{"test": 2432232314}'
SYMMETRIC = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLIC = b"whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
BY_SECRET = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
BY_KEY = (
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
)


def standard(signature: str, prefix: str = "webhook", **more: str):
    given = {"id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "timestamp": "1614265330", **more}
    headers = {f"{prefix}-{name}": value for name, value in given.items()}
    return arrival(MESSAGE, {**headers, f"{prefix}-signature": signature})


@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        (SYMMETRIC, BY_SECRET),
        (SYMMETRIC.removeprefix(b"whsec_"), BY_SECRET),
        (SYMMETRIC, f"v1,somebody-elses= {BY_KEY} {BY_SECRET}"),
        (PUBLIC, BY_KEY),
        (PUBLIC, f"{BY_SECRET} {BY_KEY}"),
    ],
)
@pytest.mark.parametrize(
    ("scheme", "prefix"), [(public_keys.STANDARD, "webhook"), (public_keys.SVIX, "svix")]
)
def test_standard_webhooks(scheme: Scheme, prefix: str, secret: bytes, signature: str) -> None:
    verify(scheme, standard(signature, prefix), [secret], at(1614265330))


@pytest.mark.parametrize(
    ("signature", "more"),
    [
        (BY_SECRET.removeprefix("v1,"), {}),
        (BY_SECRET.replace("v1,", "v2,"), {}),
        (BY_SECRET.replace("v1,", "v1a,"), {}),
        ("v1", {}),
        ("v1,", {}),
        ("v1,é,", {}),
        (",,", {}),
        (BY_SECRET, {"timestamp": "1614265330.75"}),
        (BY_SECRET, {"timestamp": "+1614265330"}),
        (BY_SECRET, {"timestamp": "1_614_265_330"}),
        (BY_SECRET, {"timestamp": "1614265331"}),
        (BY_SECRET, {"timestamp": "1" * 13}),
        (BY_SECRET, {"id": "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330"}),
        (BY_SECRET, {"id": "é"}),
        (" ".join(["v1,no="] * 10 + [BY_SECRET]), {}),
    ],
)
def test_what_is_like_standard_webhooks_is_refused(signature: str, more: dict[str, str]) -> None:
    with pytest.raises(SignatureWrong):
        verify(public_keys.STANDARD, standard(signature, **more), [SYMMETRIC], at(1614265330))


def test_a_signature_of_one_version_is_none_of_another() -> None:
    for secret, signature in ((SYMMETRIC, BY_KEY), (PUBLIC, BY_SECRET)):
        with pytest.raises(SignatureWrong):
            verify(public_keys.STANDARD, standard(signature), [secret], at(1614265330))


# --- Stripe ----------------------------------------------------------------------------------------

EVENT = b'{"id": "evt_test"}'
WHSEC = b"whsec_test_secret"
BY_STRIPE = "f169224a6efc0e340127a6ab5dc6bc8950cc605199d9b047377a1ad83fd4d5b1"


def stripe(header: str, now: int = 12345) -> None:
    call = arrival(EVENT, {"Stripe-Signature": header})
    verify(schemes.STRIPE, call, [WHSEC], at(now))


def test_stripe() -> None:
    stripe(f"t=12345,v1={BY_STRIPE}")
    stripe(f"t=12345,v1=0,v1={BY_STRIPE},v0=0")
    for now in (12345 - 300, 12345 + 300):
        stripe(f"t=12345,v1={BY_STRIPE}", now)


@pytest.mark.parametrize(
    "header",
    [
        f"v1={BY_STRIPE}",
        f"t=12345,v0={BY_STRIPE}",
        f"t=12345,t=12345,v1={BY_STRIPE}",
        f"t=1e4,v1={BY_STRIPE}",
        f"t=12345,v1={BY_STRIPE.upper()}",
        "t=12345",
        "=,=,",
        "é",
    ],
)
def test_what_is_like_stripe_is_refused(header: str) -> None:
    with pytest.raises(SignatureWrong):
        stripe(header)


def test_neither_the_past_nor_the_future_is_taken_for_now() -> None:
    for now in (12345 - 301, 12345 + 301):
        with pytest.raises(SignatureWrong) as refusal:
            stripe(f"t=12345,v1={BY_STRIPE}", now)
        assert refusal.value.facts == {"why": "time"}


# --- Twilio ----------------------------------------------------------------------------------------

TWILIO = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = "CallSid=CA1234567890ABCDE&Digits=1234&To=%2B18005551212"
HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


def twilio(url: str, body: str, signature: str) -> None:
    call = arrival(body.encode(), {"X-Twilio-Signature": signature}, url)
    verify(schemes.TWILIO, call, [b"12345"], at(0))


@pytest.mark.parametrize(
    ("url", "body", "signature"),
    [
        (
            TWILIO,
            f"{FORM}&Caller=%2B14158675310&From=%2B14158675310",
            "GvWf1cFY/Q7PnoempGyD5oXAezc=",
        ),
        (
            TWILIO,
            f"{FORM}&Caller=%2B14158675309&From=%2B14158675309",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            TWILIO,
            f"{FORM}&Caller=%2B14158675309&From=%2B14158675309",
            "kvajT1Ptam85bY51eRf/AJRuM3w=",
        ),
        (
            TWILIO,
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            f"{TWILIO}&bodySHA256={HASH}",
            '{"property": "value", "boolean": true}',
            "a9nBmqA0ju/hNViExpshrM61xv4=",
        ),
    ],
)
def test_twilio(url: str, body: str, signature: str) -> None:
    twilio(url, body, signature)
    with pytest.raises(SignatureWrong):
        twilio(url, body[:-1], signature)
    with pytest.raises(SignatureWrong):
        twilio(url.replace("bar=2", "bar=3"), body, signature)


def test_twilio_signs_what_is_meant_however_it_is_written() -> None:
    body = f"Caller=%2B14158675310&{FORM}&From=%2b14158675310"

    twilio(TWILIO, body, "GvWf1cFY/Q7PnoempGyD5oXAezc=")


# --- Others ----------------------------------------------------------------------------------------


def test_sendgrid_signs_the_line_break_too() -> None:
    key = (
        b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw"
        b"+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
    )
    name = "X-Twilio-Email-Event-Webhook"
    signed = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
    headers = {f"{name}-Signature": signed, f"{name}-Timestamp": "1600112502"}
    body = (HERE / "sendgrid.json").read_bytes().rstrip(b"\n") + b"\r\n"

    verify(public_keys.SENDGRID, arrival(body, headers), [key], at(1600112502))
    for other in (body.rstrip(), body + b"\n"):
        with pytest.raises(SignatureWrong):
            verify(public_keys.SENDGRID, arrival(other, headers), [key], at(1600112502))


def test_waha() -> None:
    body = b'{"event":"message","session":"default","engine":"WEBJS"}'
    said = (
        "208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8"
        "097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89"
    )
    headers = {"X-Webhook-Hmac": said, "X-Webhook-Hmac-Algorithm": "sha512"}

    verify(schemes.WAHA, arrival(body, headers), [b"my-secret-key"], at(0))
    other = {**headers, "X-Webhook-Hmac-Algorithm": "sha256"}
    with pytest.raises(SignatureWrong):
        verify(schemes.WAHA, arrival(body, other), [b"my-secret-key"], at(0))


PASSWORD = b"testpassword_DEMOPRIVATEKEY23G4475zXZQ2UA5x7M"
BY_LYRA = "88fb7b4838a73c2674ca00ee545454d78dd4b1b733a07c855a1d4460d4417f85"


@pytest.mark.parametrize("slash", ["/", r"\/"])
def test_lyra_signs_slashes_as_they_are_however_they_are_written(slash: str) -> None:
    answer = (HERE / "lyra-answer.json").read_text().rstrip("\n").replace("/", slash)
    form = lyra_form(answer, more={"kr-hash": BY_LYRA})

    verify(schemes.LYRA, arrival(form, {}), [PASSWORD], at(0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kr-hash-key": "sha256_hmac"},
        {"kr-hash-algorithm": "md5"},
        {"kr-hash": BY_LYRA},
        {"kr-answer": "{}"},
    ],
)
def test_whoever_calls_for_lyra_does_not_choose_the_key(wrong: dict[str, str]) -> None:
    with pytest.raises(SignatureNotProven):
        verify(schemes.LYRA, arrival(lyra_form("{ }", more=wrong), {}), [PASSWORD], at(0))


@pytest.mark.parametrize("body", [b"", b"\xff", b"kr-answer={}", b"&" * 2_000, b"kr-hash="])
def test_what_is_no_form_of_lyra_is_not_signed(body: bytes) -> None:
    with pytest.raises(SignatureMissing):
        verify(schemes.LYRA, arrival(body, {}), [PASSWORD], at(0))


# --- Tokens ----------------------------------------------------------------------------------------

IAT = 1_800_000_000


def evolution(token: str, now: int = IAT) -> None:
    call = arrival(b"{}", {"Authorization": f"Bearer {token}"})
    verify(schemes.EVOLUTION, call, [b"secret"], at(now))


def test_evolution_is_believed_for_ten_minutes() -> None:
    for now in (IAT, IAT + 600):
        evolution(jwt(IAT, b"secret"), now)
    with pytest.raises(SignatureWrong):
        evolution(jwt(IAT, b"secret"), IAT + 601)


@pytest.mark.parametrize(
    "token",
    [
        jwt(IAT, b"another"),
        jwt(IAT, b"secret", app="another"),
        jwt(IAT, b"secret", exp=IAT + 601),
        jwt(IAT, b"secret", exp="never"),
        jwt(IAT, b"secret", iat=10**400, exp=10**400),
        jwt(IAT, b"secret").rpartition(".")[0] + ".",
        "eyJhbGciOiJub25lIn0." + jwt(IAT, b"secret").split(".")[1] + ".",
        "a.b",
        "...",
        "é.é.é",
        "[" * 5_000 + ".a.b",
    ],
)
def test_no_other_token_is(token: str) -> None:
    with pytest.raises(SignatureWrong):
        evolution(token)


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", "Basic c2VjcmV0", "secret"])
def test_without_a_token_nothing_is_proven(said: str) -> None:
    call = arrival(b"{}", {"Authorization": said})
    with pytest.raises(SignatureMissing):
        verify(schemes.EVOLUTION, call, [b"secret"], at(IAT))


# --- GoHighLevel -----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"X-GHL-Signature": "N/A"}, {"X-WH-Signature": "YQ=="}])
def test_what_ghl_has_not_signed_is_not_let_through(headers: dict[str, str]) -> None:
    key = b"MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg="

    with pytest.raises(SignatureMissing):
        verify(public_keys.GHL, arrival(b"{}", headers), [key], at(0))


# --- Keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [public_keys.GHL, public_keys.SENDGRID, public_keys.STANDARD])
@pytest.mark.parametrize("text", [b"not base64", b"YWJj\n", b"\xff", b"whpk_YWJj", b"whsec_a"])
def test_what_is_no_key_is_refused_when_it_is_read(scheme: Scheme, text: bytes) -> None:
    with pytest.raises(ValueError):
        scheme.key(text)
