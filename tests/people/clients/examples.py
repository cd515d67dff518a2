"""One example of each message about clients; a test states only what differs."""

from typing import Final

from domain.messages import StreamErased
from domain.people.clients import (
    AddClientNote,
    ChangeClient,
    ChangeClientStatus,
    ClientChanged,
    ClientErased,
    ClientLinkedToUser,
    ClientNoteAdded,
    ClientRegistered,
    ClientStatus,
    ClientStatusChanged,
    EraseClient,
    LinkClientToUser,
    RegisterClient,
)
from domain.people.identities import IdentityClaimed, IdentityReleased
from domain.values import ClientId, Contact, IdentityId, NoteId, TenantId, UserId

tenant: Final = TenantId("0198c0de-0000-7000-8000-0000000000aa")
pepper: Final = b"a pepper of tests"

client_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000001")
another_client_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000002")
note_id: Final = NoteId("note-0198c0de-0000-7000-8000-000000000001")
user_id: Final = UserId("user-0198c0de-0000-7000-8000-000000000001")
another_user_id: Final = UserId("user-0198c0de-0000-7000-8000-000000000002")
guest_booking: Final = "booking-0198c0de-0000-7000-8000-000000000001"
old_email: Final = IdentityId("identity-00000000-0000-5000-8000-000000000001")
new_email: Final = IdentityId("identity-00000000-0000-5000-8000-000000000002")
phone: Final = IdentityId("identity-00000000-0000-5000-8000-000000000003")

zoe: Final = Contact(
    name="Zoé Müller",
    email="zoe@example.org",
    phone="+33199001234",
    language="fr",
    time_zone="Europe/Paris",
)
married_zoe: Final = Contact(name="Zoé Martin", email="martin@example.org", phone="+33199001234")

register_client: Final = RegisterClient(
    client_id=client_id, contact=zoe, custom_id="Z-1", identities=(old_email, phone)
)
change_client: Final = ChangeClient(
    client_id=client_id, contact=married_zoe, custom_id="Z-1", identities=(new_email, phone)
)
change_client_status: Final = ChangeClientStatus(client_id=client_id, status=ClientStatus.ACTIVE)
add_client_note: Final = AddClientNote(client_id=client_id, note_id=note_id, text="Likes tea.")
link_client_to_user: Final = LinkClientToUser(client_id=client_id, user_id=user_id)
erase_client: Final = EraseClient(client_id=client_id, streams=(guest_booking,))

client_registered: Final = ClientRegistered(
    client_id=client_id,
    contact=zoe,
    status=ClientStatus.LEAD,
    custom_id="Z-1",
    identities=(old_email, phone),
)
client_changed: Final = ClientChanged(
    client_id=client_id, contact=married_zoe, custom_id="Z-1", identities=(new_email, phone)
)
client_status_changed: Final = ClientStatusChanged(
    client_id=client_id, previous=ClientStatus.LEAD, status=ClientStatus.ACTIVE
)
client_note_added: Final = ClientNoteAdded(client_id=client_id, note_id=note_id, text="Likes tea.")
client_linked_to_user: Final = ClientLinkedToUser(client_id=client_id, user_id=user_id)
client_erased: Final = ClientErased(
    client_id=client_id, streams=(client_id, guest_booking), note_ids=(note_id,)
)
stream_erased: Final = StreamErased(stream=guest_booking)

identity_claimed: Final = IdentityClaimed(identity_id=old_email, client_id=client_id)
identity_released: Final = IdentityReleased(identity_id=old_email, client_id=client_id)
