"""Positions that leave us, as consistency tokens and cursors. Each is signed together with a bookmark of
the log, so that after a restore it is known for what it is, and never taken for another.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from api.requests.signing import Signer, TokenInvalid
from application.ports import Bookmark, Bookmarks, PositionUnknown

BOOKMARKED: Final = "bookmarked"
"""Who reads positions with a bookmark says so on the roll of processes; and such a position is signed
for this purpose, so that who does not read them knows that it is none.
"""


class Positions:
    """Gives positions out, and takes them back. `all_read_bookmarks` tells whether every process that is
    there does: until then positions are given out, and taken, as older releases know them.
    """

    def __init__(
        self,
        signer: Signer,
        bookmarks: Bookmarks,
        all_read_bookmarks: Callable[[], bool] = lambda: True,
    ) -> None:
        self._signer = signer
        self._bookmarks = bookmarks
        self._all_read_bookmarks = all_read_bookmarks

    def latest(self, tenant: str) -> Bookmark:
        """Return a bookmark of all that there is."""
        return self._bookmarks.latest(tenant)

    def of(self, tenant: str, positions: Sequence[int]) -> Mapping[int, Bookmark]:
        """Return the bookmarks of what is shown at these positions."""
        return self._bookmarks.of(tenant, positions)

    def named(self, tenant: str, bookmark: Bookmark) -> int:
        """Return the position that somebody names: of this log only, with its mark; as it is counted now,
        without. Raises PositionUnknown.
        """
        if bookmark.mark:
            self._bookmarks.refuse_lost(tenant, bookmark)
        return bookmark.position

    def sealed(self, purpose: str, tenant: str, place: str, bookmark: Bookmark) -> str:
        """Return the text that stands for a place, good for this purpose and business only, as long as
        the log has what the bookmark names.
        """
        self._bookmarks.learn(tenant, bookmark)
        if not self._all_read_bookmarks():
            return self._signer.sign(purpose, tenant, place)
        return self._signer.sign(_bookmarked(purpose), tenant, f"{bookmark} {place}")

    def opened(self, purpose: str, tenant: str, text: str) -> str:
        """Return the place that a text stands for. Raises TokenInvalid, PositionUnknown."""
        try:
            marked = self._signer.open(_bookmarked(purpose), tenant, text)
        except TokenInvalid:
            return self._without_bookmark(purpose, tenant, text)
        mark, _, place = marked.partition(" ")
        self._bookmarks.refuse_lost(tenant, Bookmark.of(mark))
        return place

    def _without_bookmark(self, purpose: str, tenant: str, text: str) -> str:
        """Take what an older release gives out, for as long as there is one."""
        place = self._signer.open(purpose, tenant, text)
        if self._all_read_bookmarks():
            raise PositionUnknown
        return place


def _bookmarked(purpose: str) -> str:
    return f"{BOOKMARKED}/{purpose}"
