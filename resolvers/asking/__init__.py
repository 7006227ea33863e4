"""One question to one city or to several: may it be asked (`question`), then as one merged list (`walk`), side by side (`lists`) or alone.

The stages of a decision are `standing`, `opening`, `consented` and `spending`; `citizenship` has the claims, `delegation` whom one
acts for, `recording` what crossed a border.  `dry` and `watch` are the same without any city.
"""

__all__: list[str] = []
