"""Would a test notice? Our own code is changed in one place at a time, and the tests that run it are asked.

    sources ─► operators ─► sampling ─► trial in a copy ─► report
                  tests ─► tracing ─────┘

`python -m infra.mutants --seed 7 --number 60` takes a sample, `--within domain` of a part.
"""
