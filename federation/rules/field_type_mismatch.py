"""FIELD_TYPE_MISMATCH: the types of a field in two subgraphs have a common one.

`merging.references` compares the definitions and reports under this code.
"""

CODE = "FIELD_TYPE_MISMATCH"
