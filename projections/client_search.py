"""By which words is a client found?

Apart from `clients`, because it is never shown: it is joined, to find and to sort by name.
"""

from typing import assert_never

from domain.clients import ClientChanged, ClientErased, ClientRegistered
from projections.read_model import ReadModel, Row
from projections.search import searchable


class ClientSearch(Row, frozen=True, kw_only=True):
    """`text` begins with the name."""

    text: str


FoundBy = ClientRegistered | ClientChanged | ClientErased


def _evolve(_: ClientSearch | None, event: FoundBy) -> ClientSearch | None:
    match event:
        case ClientRegistered(contact=contact) | ClientChanged(contact=contact):
            return ClientSearch(text=searchable(contact))
        case ClientErased():
            return None
        case _:
            assert_never(event)


CLIENT_SEARCH = ReadModel(
    name="client_search",
    version=1,
    row=ClientSearch,
    subscribes_to=(ClientRegistered, ClientChanged, ClientErased),
    key=lambda event: [event.client_id],
    evolve=_evolve,
    columns=("text",),
    indexes=(("text",),),
)
