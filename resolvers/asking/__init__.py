"""One question to one city or to several: may it be asked (`question`), then as one merged list (`walk`), side by side (`lists`) or alone.

The stages of a decision are `opening`, `delegation` (whom one acts for), `standing`, `consented` and `spending`; `citizenship` has
the claims, `recording` what crossed a border, `overtaken` whether an answer from before still holds.  Of a walk, `reading` reads
one city and `connection` makes the client's page.  `dry` and `watch` are the same without any city.
"""

__all__: list[str] = []
