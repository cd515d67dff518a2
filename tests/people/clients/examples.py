"""One example of each message about clients; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from domain.messages import StreamErased
from domain.people.channels import KnownOn
from domain.people.clients import (
    AddClientNote,
    AgreeToBeTold,
    ChangeClient,
    ChangeClientStatus,
    ChooseHowToBeTold,
    ClientAbsorbed,
    ClientAgreed,
    ClientChanged,
    ClientChoseChannels,
    ClientErased,
    ClientForgottenOnChannel,
    ClientLinkedToUser,
    ClientMerged,
    ClientNamedOnChannel,
    ClientNoteAdded,
    ClientOptedOut,
    ClientRegistered,
    ClientReleased,
    ClientStatus,
    ClientStatusChanged,
    ClientSuspected,
    ClientToldApart,
    ClientUnmerged,
    EraseClient,
    ForgetOnChannel,
    LinkClientToUser,
    MergeClients,
    NameOnChannel,
    OptInAgain,
    OptOut,
    RegisterClient,
    TellClientApart,
    UnmergeClients,
)
from domain.people.consents import How, Proof, ToldBy, ToldOf
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
merge_clients: Final = MergeClients(client_id=client_id, sources=(another_client_id,))
unmerge_clients: Final = UnmergeClients(client_id=client_id, sources=(another_client_id,))
tell_client_apart: Final = TellClientApart(client_id=client_id)
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
undo_until: Final = datetime(2026, 12, 21, 9, tzinfo=UTC)
client_merged: Final = ClientMerged(
    client_id=another_client_id, into=client_id, undo_until=undo_until
)
client_absorbed: Final = ClientAbsorbed(
    client_id=client_id, source=another_client_id, undo_until=undo_until
)
client_unmerged: Final = ClientUnmerged(client_id=another_client_id, into=client_id)
client_released: Final = ClientReleased(client_id=client_id, source=another_client_id)
client_suspected: Final = ClientSuspected(client_id=client_id, other=another_client_id)
client_told_apart: Final = ClientToldApart(client_id=client_id, other=another_client_id)
known_on_whatsapp: Final = KnownOn(
    channel="whatsapp",
    id="553188888888",
    identity_id=IdentityId("identity-00000000-0000-5000-8000-000000000004"),
)
name_on_channel: Final = NameOnChannel(client_id=client_id, known=known_on_whatsapp)
forget_on_channel: Final = ForgetOnChannel(
    client_id=client_id, identity_id=known_on_whatsapp.identity_id
)
client_named_on_channel: Final = ClientNamedOnChannel(
    client_id=client_id, known=known_on_whatsapp, identity_id=known_on_whatsapp.identity_id
)
client_forgotten_on_channel: Final = ClientForgottenOnChannel(
    client_id=client_id, identity_id=known_on_whatsapp.identity_id
)
sheet: Final = Proof(where="At the desk, sheet 17", words="I want to be told by SMS.")
stop: Final = Proof(where="33612345678", words="STOP")
agree_to_be_told: Final = AgreeToBeTold(
    client_id=client_id,
    channel=ToldBy.SMS,
    purposes=(ToldOf.NOTICES,),
    how=How.DESK,
    by=user_id,
    proof=sheet,
)
opt_out: Final = OptOut(client_id=client_id, channel=ToldBy.SMS, how=How.WORD, proof=stop)
opt_in_again: Final = OptInAgain(client_id=client_id, channel=ToldBy.SMS, how=How.WORD)
choose_how_to_be_told: Final = ChooseHowToBeTold(
    client_id=client_id, channels=(ToldBy.SMS, ToldBy.MAIL), how=How.DESK, by=user_id
)
said_at: Final = datetime(2026, 11, 21, 9, tzinfo=UTC)
client_agreed: Final = ClientAgreed(
    client_id=client_id,
    channel=ToldBy.SMS,
    purpose=ToldOf.NOTICES,
    how=How.DESK,
    at=said_at,
    by=user_id,
    proof=sheet,
)
client_opted_out: Final = ClientOptedOut(
    client_id=client_id,
    channel=ToldBy.SMS,
    purpose=ToldOf.NOTICES,
    how=How.WORD,
    at=said_at,
    proof=stop,
)
client_chose_channels: Final = ClientChoseChannels(
    client_id=client_id, channels=(ToldBy.SMS, ToldBy.MAIL)
)
stream_erased: Final = StreamErased(stream=guest_booking)

identity_claimed: Final = IdentityClaimed(identity_id=old_email, owner=client_id)
identity_released: Final = IdentityReleased(identity_id=old_email, owner=client_id)
