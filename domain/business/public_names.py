"""The name under which everybody finds a business, as it stands in addresses: `salon-ana`."""

import re
from typing import Final

from domain.messages import Invalid

SHORTEST: Final = 3
LONGEST: Final = 40
PATTERN: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"

RESERVED: Final = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "book",
        "booking",
        "bookings",
        "business",
        "businesses",
        "cdn",
        "client",
        "clients",
        "contact",
        "dashboard",
        "demo",
        "desk",
        "dev",
        "docs",
        "email",
        "example",
        "frontdesk",
        "health",
        "help",
        "home",
        "host",
        "hostmaster",
        "http",
        "https",
        "imprint",
        "info",
        "legal",
        "localhost",
        "login",
        "logout",
        "mail",
        "me",
        "metrics",
        "new",
        "news",
        "none",
        "null",
        "openapi",
        "owner",
        "pay",
        "payment",
        "payments",
        "postmaster",
        "pricing",
        "privacy",
        "professional",
        "professionals",
        "public",
        "register",
        "root",
        "search",
        "security",
        "service",
        "services",
        "settings",
        "shop",
        "signin",
        "signup",
        "smtp",
        "staff",
        "static",
        "status",
        "store",
        "support",
        "system",
        "team",
        "tenant",
        "tenants",
        "terms",
        "test",
        "undefined",
        "user",
        "users",
        "webmaster",
        "webhook",
        "webhooks",
        "www",
    ]
)
"""What pages of ours, or others who watch over us, are called."""

_WHOLE: Final = re.compile(PATTERN)
_VERSION: Final = re.compile("v?[0-9]+")


class PublicNameNotAllowed(Invalid):
    """A public name has 3 to 40 small letters from a to z, digits, and hyphens between them; a number
    alone, or a word that stands for something else, is none.
    """

    public_name: str


def public_name_of(text: str) -> str:
    """Return a name as it stands in addresses. Raises PublicNameNotAllowed.

    >>> public_name_of("Salon-Ana")
    'salon-ana'
    """
    name = text.lower() if text.isascii() else ""
    allowed = SHORTEST <= len(name) <= LONGEST and _WHOLE.fullmatch(name) is not None
    if not allowed or name in RESERVED or _VERSION.fullmatch(name):
        raise PublicNameNotAllowed(public_name=text[:LONGEST])
    return name
