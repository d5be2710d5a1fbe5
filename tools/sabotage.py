"""Each notebook's lesson, broken on purpose: then the claim that answers its question must fail.

notebook → (text in one of its code cells, what replaces it, the claim that must fall).
`make measure` runs it and keeps what the claim saw; tests/test_records.py reads that, and
`make test-weekly` runs it again.
"""

SABOTAGES = {}
