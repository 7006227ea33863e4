"""FIELD_ARGUMENT_TYPE_MISMATCH: the types of an argument in two subgraphs have a common one.

`merging.references` compares the definitions and reports under this code.
"""

CODE = "FIELD_ARGUMENT_TYPE_MISMATCH"
