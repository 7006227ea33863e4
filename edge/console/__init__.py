"""The operators' console at `/console`: pages made on the server, a small script that keeps them up to date.

```
handler   who may see what, and what each address answers     pages   overview, city, agreement     forms  what an operator may do
frame     around every page; who is turned away, and how      parts   tables the pages share        tiles  the map, drawn
html      text is escaped, markup only from `tag`             words   every sentence in Chinese and English, codes
```
Rules: only operators declared in `roam.yaml` see anything; an operator acts on their own cities only; every action has a
reason and comes from a form of ours (the session's word); no script, style or picture from elsewhere, none inline.
What is shown comes from `resolvers.operators.overseeing`; nothing is decided here.
"""

from .handler import Console

__all__ = ["Console"]
