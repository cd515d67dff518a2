"""Imported last by whatever processes are forked from: what it has made is shared with all of them, and
none looks through it, of which it would get a copy.
"""

from infra.processes.memory import keep_what_is_there

keep_what_is_there()
