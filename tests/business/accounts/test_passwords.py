import pytest

from adapters.accounts import passwords
from adapters.accounts.strength import refuse_weak
from application.business.accounts import WeakPassword
from tests.conftest import DEAR

EMAIL = "camille.petit@example.org"


def reasons(password: str, email: str = EMAIL) -> set[str]:
    try:
        refuse_weak(password, email)
    except WeakPassword as refusal:
        errors = refusal.facts["errors"]
        assert isinstance(errors, list)
        assert {error.pointer for error in errors} == {"#/password"}
        return {error.code for error in errors}
    return set()


# --- Strength -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "nine green teapots",
        "Tr0ub4dor&3 horses",
        "7391-golf-2845",
        "S3cure!Teap0t",
        "été à la mer",
        "\N{SNOWMAN}\N{UMBRELLA} in 1 teapot",
    ],
)
def test_a_good_password_is_accepted(password: str) -> None:
    assert reasons(password) == set()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("9gr33nT!", "password-too-short"),
        ("", "password-too-short"),
        ("nine green teapots " * 20, "password-too-long"),
        ("aaaaaaaaaaaa", "password-too-uniform"),
        ("ababababcabab", "password-too-uniform"),
        ("password", "password-too-common"),
        ("Password123!", "password-too-common"),
        ("P@ssw0rd2026!", "password-too-common"),
        ("4dm1n1str4t0r", "password-too-common"),
        ("pass-word-2026", "password-too-common"),
        ("passwordpassword", "password-too-common"),
        ("Motdepasse1!", "password-too-common"),
        ("1234567890", "password-too-common"),
        ("0987654321", "password-too-common"),
        ("qwertyuiop", "password-too-common"),
        ("camille.petit!9", "password-contains-email"),
        ("99-CAMILLE.PETIT-99", "password-contains-email"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    assert reason in reasons(password)


def test_a_short_name_may_occur_in_a_password() -> None:
    assert reasons("nine green teapots", "tea@example.org") == set()


def test_a_huge_password_is_refused_at_once() -> None:
    assert reasons("ab" * 1_000_000) == {"password-too-long"}


# --- Hashes ---------------------------------------------------------------------------


def test_one_password_has_many_hashes() -> None:
    one, two = passwords.hash_password("teapot"), passwords.hash_password("teapot")

    assert one != two
    assert passwords.matches("teapot", one)
    assert passwords.matches("teapot", two)
    assert not passwords.matches("Teapot", one)


def test_keyboards_that_write_one_letter_in_two_ways_open_one_door() -> None:
    kept = passwords.hash_password("caf\N{LATIN SMALL LETTER E WITH ACUTE}")

    assert passwords.matches("cafe\N{COMBINING ACUTE ACCENT}", kept)


def test_nobody_has_no_password() -> None:
    for password in ("", "teapot", "\x00"):
        assert not passwords.matches(password, None)


def test_a_cheaper_hash_is_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", DEAR)
    dear = passwords.hash_password("teapot")
    cheap = dear.replace("m=19456,t=2", "m=1024,t=1")

    assert not passwords.is_outdated(dear)
    assert passwords.is_outdated(cheap)


@pytest.mark.parametrize(
    ("kept", "understood"),
    [
        (f"$2a$10${'x' * 53}", True),
        (f"$2y$15${'x' * 53}", True),
        (f"$2a$31${'x' * 53}", False),  # a day of work
        (f"$2x$10${'x' * 53}", False),
        (f"$2a$10${'x' * 52}", False),
        (f"$2a$10${'x' * 52}!", False),
        (passwords.NOBODY, True),
        ("$argon2id$v=19$nonsense", False),
        (passwords.NOBODY.replace("argon2id", "argon2i"), False),
        ("5f4dcc3b5aa765d61d8327deb882cf99", False),
        ("", False),
    ],
)
def test_only_hashes_that_can_be_checked_are_taken_over(kept: str, understood: bool) -> None:
    assert passwords.is_understood(kept) == understood


@pytest.mark.parametrize("password", ["tea\x00pot", "é" * 100])
def test_any_password_can_be_compared_with_a_bcrypt_hash(password: str) -> None:
    kept = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"

    assert passwords.is_understood(kept)
    assert not passwords.matches(password, kept)
