"""What we sign is what the specification says, and nothing else counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.webhooks.keys import Keyring
from application.webhooks.signing import is_signed, public_half, sign
from domain.business.webhooks import WebhookEndpoint
from tests.outgoing.somebody import NOW

ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
)
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
V1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
V1A = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="


def test_the_official_vectors_are_what_we_make() -> None:
    assert sign([SECRET, PRIVATE], ID, AT, BODY) == f"{V1} {V1A}"
    assert public_half(PRIVATE) == PUBLIC
    assert is_signed(SECRET, ID, str(AT), BODY, f"v1,bm90 {V1}")
    assert is_signed(PUBLIC, ID, str(AT), BODY, V1A)


@pytest.mark.parametrize(
    ("timestamp", "signatures"),
    [
        ("1614265330.75", V1),
        ("+1614265330", V1),
        ("1614265330\n", V1),
        ("\u0661614265330", V1),
        ("", V1),
        ("1614265331", V1),
        ("1614265330", V1[3:]),
        ("1614265330", "v1,é"),
        ("1614265330", "v1,,"),
        ("1614265330", "v1,*"),
        ("1614265330", V1.replace("v1", "v2")),
        ("1614265330", V1.replace("v1", "v1a")),
    ],
)
def test_whatever_else_is_claimed_counts_for_nothing(timestamp: str, signatures: str) -> None:
    assert not is_signed(SECRET, ID, timestamp, BODY, signatures)
    assert not is_signed(PUBLIC, ID, timestamp, BODY, signatures)


@given(st.binary(max_size=50), st.integers(0, 10**12 - 1))
def test_what_is_signed_is_proven_by_each_half_and_by_no_other_endpoints(
    body: bytes, at: int
) -> None:
    keys, endpoint = Keyring("pepper"), WebhookEndpoint(url="https://hooks.example.org/")
    said = sign(keys.signing("t", "one", endpoint, NOW), ID, at, body)
    known = keys.shown("t", "one", endpoint, NOW)
    others = keys.shown("t", "other", endpoint, NOW)
    for mine in (*known.secrets, *known.public_keys):
        assert is_signed(mine, ID, str(at), body, said)
    for other in (*others.secrets, *others.public_keys):
        assert not is_signed(other, ID, str(at), body, said)
