"""A person the business serves, from the first contact on.

register ─► LEAD ⇄ ACTIVE ⇄ INACTIVE ⇄ BLOCKED        (any status to any other)
              ├──────── merge ─────────► merged into another: that one is the person now
              │      (undo, 30 days)
              └──────── erase ─────────► erased: the history stays, the person is gone

What may be asked, what can happen and why not is in `messages`, what a client remembers in `client`,
what one does in `decisions`, what they agree to in `consents`, and how two become one in `merging`.
"""

from collections.abc import Mapping
from typing import Final

from domain.messages import Event
from domain.people.clients.client import CLIENT, Client, consents_with, evolve, still
from domain.people.clients.consents import (
    HasOptedOut,
    agree,
    agreeing,
    choose,
    consent_of,
    may_be_told,
    notice_channels,
    opt_in_again,
    opt_out,
    opted_out,
    stopped,
)
from domain.people.clients.decisions import (
    MOST_CHANNELS,
    add_note,
    change,
    change_status,
    erase,
    forget_on_channel,
    link_to_user,
    name_anew,
    name_on_channel,
    refuse_missing,
    refuse_unknown,
    register,
    tell_apart,
)
from domain.people.clients.merging import (
    MOST_RECORDS,
    ClientIsNotMerged,
    ClientMergedWithThemselves,
    MergeIsFinal,
    PersonHasTooManyRecords,
    TwoUsersLogIn,
    merge,
    unmerge,
)
from domain.people.clients.messages import (
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
    ClientEvent,
    ClientForgottenOnChannel,
    ClientIdTaken,
    ClientIsErased,
    ClientIsLinkedToAnotherUser,
    ClientIsMerged,
    ClientLinkedToUser,
    ClientMerged,
    ClientNamedOnChannel,
    ClientNoteAdded,
    ClientNotFound,
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
    NameAnew,
    NameOnChannel,
    NoteIsWritten,
    OptInAgain,
    OptOut,
    RegisterClient,
    TellClientApart,
    TooManyChannels,
    UnmergeClients,
)
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "CLIENT",
    "MOST_CHANNELS",
    "MOST_RECORDS",
    "STORED_AS",
    "TOLD_AS",
    "AddClientNote",
    "AgreeToBeTold",
    "ChangeClient",
    "ChangeClientStatus",
    "ChooseHowToBeTold",
    "Client",
    "ClientAbsorbed",
    "ClientAgreed",
    "ClientChanged",
    "ClientChoseChannels",
    "ClientErased",
    "ClientEvent",
    "ClientForgottenOnChannel",
    "ClientIdTaken",
    "ClientIsErased",
    "ClientIsLinkedToAnotherUser",
    "ClientIsMerged",
    "ClientIsNotMerged",
    "ClientLinkedToUser",
    "ClientMerged",
    "ClientMergedWithThemselves",
    "ClientNamedOnChannel",
    "ClientNotFound",
    "ClientNoteAdded",
    "ClientOptedOut",
    "ClientRegistered",
    "ClientReleased",
    "ClientStatus",
    "ClientStatusChanged",
    "ClientSuspected",
    "ClientToldApart",
    "ClientUnmerged",
    "EraseClient",
    "ForgetOnChannel",
    "HasOptedOut",
    "LinkClientToUser",
    "MergeClients",
    "MergeIsFinal",
    "NameAnew",
    "NameOnChannel",
    "NoteIsWritten",
    "OptInAgain",
    "OptOut",
    "PersonHasTooManyRecords",
    "RegisterClient",
    "TellClientApart",
    "TooManyChannels",
    "TwoUsersLogIn",
    "UnmergeClients",
    "add_note",
    "agree",
    "agreeing",
    "change",
    "change_status",
    "choose",
    "consent_of",
    "consents_with",
    "erase",
    "evolve",
    "forget_on_channel",
    "link_to_user",
    "may_be_told",
    "merge",
    "name_anew",
    "name_on_channel",
    "notice_channels",
    "opt_in_again",
    "opt_out",
    "opted_out",
    "refuse_missing",
    "refuse_unknown",
    "register",
    "still",
    "stopped",
    "tell_apart",
    "unmerge",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "client-registered.v2": ClientRegistered,
    "client-changed.v2": ClientChanged,
    "client-status-changed.v1": ClientStatusChanged,
    "client-note-added.v1": ClientNoteAdded,
    "client-linked-to-user.v1": ClientLinkedToUser,
    "client-erased.v1": ClientErased,
    "client-merged.v1": ClientMerged,
    "client-absorbed.v1": ClientAbsorbed,
    "client-unmerged.v1": ClientUnmerged,
    "client-released.v1": ClientReleased,
    "client-suspected.v1": ClientSuspected,
    "client-told-apart.v1": ClientToldApart,
    "client-named-on-channel.v1": ClientNamedOnChannel,
    "client-forgotten-on-channel.v1": ClientForgottenOnChannel,
    "client-agreed.v1": ClientAgreed,
    "client-opted-out.v1": ClientOptedOut,
    "client-chose-channels.v1": ClientChoseChannels,
}

_AS_SHOWN: Final = (
    "contact.name",
    "contact.email",
    "contact.phone",
    "contact.language",
    "contact.time_zone",
    "custom_id",
    "strategy_id",
)
_CONSENT: Final = ("channel", "purpose", "how", "at")
_THEMSELVES: Final = {"client_id": "id"}
_NOBODYS: Final[Mapping[str, str]] = {}

TOLD_AS: Final[Tellings] = {
    ClientRegistered: public(
        "client.registered", *_AS_SHOWN, "status", id="client_id", about=_THEMSELVES
    ),
    ClientChanged: public("client.changed", *_AS_SHOWN, id="client_id", about=_THEMSELVES),
    ClientStatusChanged: public(
        "client.status-changed",
        "status",
        id="client_id",
        previous_status="previous",
        about=_THEMSELVES,
    ),
    ClientNoteAdded: public("client.note-added", "note_id", "text", id="client_id", about=_NOBODYS),
    ClientLinkedToUser: public(
        "client.linked-to-user", "user_id", id="client_id", about=_THEMSELVES
    ),
    ClientErased: public("client.erased", "streams", "note_ids", id="client_id", about=_THEMSELVES),
    ClientMerged: public("client.merged", "into", "undo_until", id="client_id", about=_THEMSELVES),
    ClientAbsorbed: NOT_TOLD,
    ClientUnmerged: public("client.unmerged", "into", id="client_id", about=_THEMSELVES),
    ClientReleased: NOT_TOLD,
    ClientSuspected: public("client.suspected", id="client_id", may_be="other", about=_NOBODYS),
    ClientNamedOnChannel: public(
        "client.named-on-channel",
        "known.channel",
        "identity_id",
        id="client_id",
        channel_id="known.id",
        about=_THEMSELVES,
    ),
    ClientForgottenOnChannel: public(
        "client.forgotten-on-channel", "identity_id", id="client_id", about=_THEMSELVES
    ),
    ClientToldApart: public("client.told-apart", "other", id="client_id", about=_NOBODYS),
    ClientAgreed: public("client.agreed", *_CONSENT, id="client_id", about=_THEMSELVES),
    ClientOptedOut: public("client.opted-out", *_CONSENT, id="client_id", about=_THEMSELVES),
    ClientChoseChannels: public(
        "client.chose-channels", "channels", id="client_id", about=_THEMSELVES
    ),
}
"""Notes are for those who work here. `streams` are the ids of all that spoke of the person: whoever
has kept anything personal of these has to forget it, too.
"""
