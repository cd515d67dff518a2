"""How this grows, simulated: the numbers of `infra/growth.md`, from what was measured.

    basis ─► queues ──► tenants    how many fit on one database
          ├► placement             how to spread them over many
          ├► workers               what it costs that every worker reads everything
          └► regions               what is lost with one, and what a replica takes off

`python -m infra.growth` prints the tables, `--write` puts them into the page. Everything is drawn
from fixed seeds, so that the page can be held against the program.
"""
