"""A business that asks for money."""

import pytest

from tests.money.payments.till import Till
from tests.running import Running


@pytest.fixture
def till(running: Running) -> Till:
    """Somebody at the front desk who asks for money, and whoever plays who pays."""
    return Till(running)
