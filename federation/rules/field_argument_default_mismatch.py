"""FIELD_ARGUMENT_DEFAULT_MISMATCH: an argument has one default, whatever the subgraph.

`merging.references` compares the definitions and reports under this code.
"""

CODE = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
