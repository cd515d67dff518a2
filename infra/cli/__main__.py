"""`python -m infra.cli` is `frontdesk`."""

from infra.cli import main

main()
