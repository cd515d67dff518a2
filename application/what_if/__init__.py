"""What would have been if the business had decided by other rules: history is folded again, and nothing is
recorded. What is a pure function of what was known can be asked again.
"""
