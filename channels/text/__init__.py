"""Files as text in which every key and scalar keeps its place, and what is found wrong with them.

`lines` is the text before it is YAML, `positions` its tree (`plain_yaml` reads the usual fast, `builder` walks over what is
left), `table` rows of CSV; `documents` reads a file to a model, `validation` tells what does not fit, `repairs` and `forms` what
was probably meant.  Findings are `diagnostics`, in the words of `messages` and `yaml_problems`, shown as `refined` has them.

`scalars` are the types that models ask for; each refuses by a `refusal`.  `durations` and `written` are those with a form of their
own, `constraints` what may be asked of a value beside its type.
"""

__all__: list[str] = []
