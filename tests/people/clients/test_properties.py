"""What holds for clients after any history, in whatever order a business works."""

from datetime import UTC, datetime
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from adapters.event_store.mapper import Mapper
from application.people import clients as of_clients
from application.people import consents
from application.people.consents import records_of
from application.sales import merging
from domain.messages import Command, DomainError, Event
from domain.people import clients
from domain.people.clients import CLIENT, ClientStatus
from domain.people.consents import How, Proof, Purpose, ToldBy
from domain.people.identities import IDENTITY, ClientAlreadyExists
from domain.values import ClientId, Contact, IdentityId, NoteId, UserId
from projections.people.clients import CLIENTS, KnownClient
from tests.in_memory import InMemory

USE_CASES = {**of_clients.USE_CASES, **consents.USE_CASES, **merging.USE_CASES}
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLIENT_IDS = [ClientId(f"client-{n}") for n in range(3)]
IDENTITIES = [IdentityId(f"identity-{n}") for n in range(4)]

some_client = st.sampled_from(CLIENT_IDS)
some_contact = st.builds(Contact, name=st.sampled_from(["Zoé", "Ana"]))
some_identities = st.lists(st.sampled_from(IDENTITIES), unique=True, max_size=3).map(tuple)
some_status = st.sampled_from(ClientStatus)
some_channel = st.sampled_from(ToldBy)
some_purposes = st.lists(st.sampled_from(Purpose), unique=True, min_size=1).map(tuple)
some_custom_id = st.sampled_from([None, "Z-1"])

orders: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        clients.RegisterClient,
        client_id=some_client,
        contact=some_contact,
        status=some_status,
        custom_id=some_custom_id,
        identities=some_identities,
    ),
    st.builds(
        clients.ChangeClient,
        client_id=some_client,
        contact=some_contact,
        status=st.none() | some_status,
        custom_id=some_custom_id,
        identities=some_identities,
    ),
    st.builds(clients.ChangeClientStatus, client_id=some_client, status=some_status),
    st.builds(
        clients.AddClientNote,
        client_id=some_client,
        note_id=st.sampled_from([NoteId("note-1"), NoteId("note-2")]),
        text=st.sampled_from(["Likes tea.", "Likes coffee."]),
    ),
    st.builds(
        clients.LinkClientToUser,
        client_id=some_client,
        user_id=st.sampled_from([UserId("user-1"), UserId("user-2")]),
    ),
    st.builds(
        clients.EraseClient,
        client_id=some_client,
        streams=st.sampled_from([(), ("booking-1",), ("booking-1", "booking-2")]),
    ),
    st.builds(
        clients.AgreeToBeTold,
        client_id=some_client,
        channel=some_channel,
        purposes=some_purposes,
        how=st.sampled_from(How),
        proof=st.sampled_from([None, Proof(words="Likes SMS.")]),
    ),
    st.builds(
        clients.OptOut,
        client_id=some_client,
        channel=some_channel,
        purposes=some_purposes,
        how=st.sampled_from(How),
    ),
    st.builds(
        clients.OptInAgain, client_id=some_client, channel=some_channel, how=st.sampled_from(How)
    ),
    st.builds(
        clients.ChooseHowToBeTold,
        client_id=some_client,
        channels=st.lists(some_channel, unique=True).map(tuple),
        how=st.sampled_from(How),
    ),
    st.builds(clients.MergeClients, client_id=some_client, sources=st.tuples(some_client)),
)


def carry_out(order: Command, business: InMemory) -> list[Event]:
    try:
        return business.run(order)
    except DomainError:
        return []


@given(st.lists(orders, max_size=15))
def test_an_order_carried_out_twice_changes_nothing_the_second_time(history) -> None:
    business = InMemory(USE_CASES, NOW)
    for order in history:
        carry_out(order, business)

        assert carry_out(order, business) == []


@given(st.lists(orders, max_size=15))
def test_an_erased_client_is_the_same_whether_its_history_can_still_be_read_or_not(
    history,
) -> None:
    business = InMemory(USE_CASES, NOW)
    for order in history:
        carry_out(order, business)
    for client_id in CLIENT_IDS:
        carry_out(clients.EraseClient(client_id=client_id), business)

        readable: list[Any] = business.streams.get(client_id, [])
        unreadable = [without_key(event) for event in readable]

        assert CLIENT.fold(unreadable) == CLIENT.fold(readable) == business.of(CLIENT, client_id)
        assert "Likes" not in repr(CLIENT.fold(readable))
        assert row_of(unreadable) is None


@given(st.lists(orders, max_size=15))
def test_the_clients_listed_are_the_clients_there_are(history) -> None:
    business = InMemory(USE_CASES, NOW)
    for order in history:
        carry_out(order, business)

    for client_id in CLIENT_IDS:
        client = business.of(CLIENT, client_id)
        row = row_of(business.streams.get(client_id, []))
        assert (row is None) == (client.contact is None)
        if row is not None and client.contact is not None:
            assert row.name == client.contact.name
            assert (row.status, row.custom_id) == (client.status, client.custom_id)
            assert (row.user_id, row.strategy_id) == (client.user_id, client.strategy_id)


@given(st.lists(orders, max_size=15))
def test_nobody_is_told_what_any_of_their_records_opted_out_of(history) -> None:
    business = InMemory(USE_CASES, NOW)
    for order in history:
        carry_out(order, business)

    for client_id in CLIENT_IDS:
        records = records_of(client_id, business)
        for each in (each for record in records for each in record.consents if not each.agreed):
            assert not clients.may_be_told(records, each.channel, each.purpose)
            assert each.channel not in clients.notice_channels(records) or (
                each.purpose is Purpose.MARKETING
            )


class OnePersonOneClient(RuleBasedStateMachine):
    """Nobody else's identity can be had, whatever was claimed, changed and erased before."""

    known = Bundle("known")

    @initialize()
    def open_business(self) -> None:
        self.business = InMemory(USE_CASES, NOW)
        self.owners: dict[IdentityId, ClientId] = {}

    @rule(target=known, client=some_client, identities=some_identities)
    def register(self, client: ClientId, identities: tuple[IdentityId, ...]) -> ClientId:
        there = self.business.of(CLIENT, client).exists
        command = clients.RegisterClient(
            client_id=client, contact=Contact("Zoé"), identities=identities
        )
        if not there:
            self._order(command, client, identities)
        return client

    @rule(client=known, identities=some_identities)
    def change(self, client: ClientId, identities: tuple[IdentityId, ...]) -> None:
        command = clients.ChangeClient(
            client_id=client, contact=Contact("Zoé"), identities=identities
        )
        if self.business.of(CLIENT, client).contact is not None:
            self._order(command, client, identities)

    @rule(client=known)
    def erase(self, client: ClientId) -> None:
        if self.business.of(CLIENT, client).exists:
            self._order(clients.EraseClient(client_id=client), client, ())

    @invariant()
    def everybody_owns_what_the_model_says(self) -> None:
        for identity in IDENTITIES:
            owner = self.business.of(IDENTITY, identity).owner
            assert owner == self.owners.get(identity)
        for client in CLIENT_IDS:
            owned = {name for name, owner in self.owners.items() if owner == client}
            assert set(self.business.of(CLIENT, client).identities) == owned

    def _order(
        self, command: Command, client: ClientId, identities: tuple[IdentityId, ...]
    ) -> None:
        others = {self.owners.get(identity, client) for identity in identities} - {client}
        try:
            self.business.run(command)
        except ClientAlreadyExists as refused:
            assert refused.facts["client_id"] in others  # noqa: PT017 (refusing is one outcome of two)
            return
        assert not others
        kept = {name: owner for name, owner in self.owners.items() if owner != client}
        self.owners = {**kept, **dict.fromkeys(identities, client)}


TestOnePersonOneClient = OnePersonOneClient.TestCase

MAPPER = Mapper(clients.STORED_AS)


def without_key(event: Event) -> Any:
    """Return the event as it reads once the key of its stream is destroyed."""
    stored = MAPPER.encode(event)
    read = MAPPER.decode(stored.type, stored.data.decode())
    assert read is not None
    return read


def row_of(history: list[Event]) -> KnownClient | None:
    row = None
    for event in history:
        row = cast("KnownClient | None", CLIENTS.evolve(row, event))
    return row
