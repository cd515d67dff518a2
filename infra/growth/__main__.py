"""Print the tables of `infra/growth.md`, or write them there: `python -m infra.growth [--write]`."""

import sys

from infra.growth.page import PAGE, TABLES, with_tables

if sys.argv[1:] == ["--write"]:
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
else:
    for make in TABLES:
        table = make()
        print(f"{table.name}\n\n{table.markdown}\n")
