"""The same on a log of a million events: `make test-large`."""

from collections.abc import Iterator

import pytest

from infra.servers.postgres import Server
from tests.at_size import test_every_statement as every_statement
from tests.at_size import test_history_at_size as history
from tests.at_size import test_lists_at_size as lists
from tests.at_size.conftest import grown_to
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.large, pytest.mark.timeout(1800)]

MILLION = 1_000_000


@pytest.fixture(scope="module")
def grown(server: Server) -> Iterator[Running]:
    """A log that is twenty-five times as long."""
    with grown_to(server, MILLION) as running:
        yield running


toured = every_statement.toured
test_no_statement_reads_more = every_statement.test_no_statement_reads_more_than_a_page
test_no_page_of_history_reads_the_log = history.test_no_page_of_history_reads_the_log
test_what_is_rare_is_found_in_portions = history.test_what_is_rare_is_found_in_portions
test_bookings_of_the_last_minutes = history.test_bookings_of_the_last_minutes_are_counted_among_them
test_an_order_that_is_repeated = history.test_an_order_that_is_repeated_is_looked_up
test_a_page_is_read_from_where_it_begins = lists.test_a_page_is_read_from_where_it_begins
test_a_filter_leaves_no_whole_list = lists.test_a_filter_leaves_no_list_to_be_read_as_a_whole
test_who_looks_for_a_client = lists.test_who_looks_for_a_client_looks_at_so_many
