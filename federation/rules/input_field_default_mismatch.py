"""INPUT_FIELD_DEFAULT_MISMATCH: an input field has one default, whatever the subgraph.

`merging.references` compares the definitions and reports under this code.
"""

CODE = "INPUT_FIELD_DEFAULT_MISMATCH"
