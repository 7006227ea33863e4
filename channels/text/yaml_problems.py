"""What the YAML parser says when it is lost, in both languages.

The parser speaks English, of its own inner workings; the sentences that operators meet are known here, and one that is not
known is shown as it is.
"""

from __future__ import annotations

import re
from typing import Final

_KNOWN: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = tuple(
    (re.compile(pattern), zh, en)
    for pattern, zh, en in (
        (
            r"mapping values are not allowed here",
            "这里不该有冒号:上一行没写完,或缩进不对",
            "a colon that does not belong here: the line above is not finished, or the indentation is wrong",
        ),
        (
            r"could not find expected ':'",
            "这一行或上一行的键后面没有冒号",
            "no colon after the key of this line or of the one above",
        ),
        (
            r"parsing a flow mapping .*",
            "大括号 { } 里少了逗号、冒号或右括号",
            "a comma, a colon or the closing bracket is missing between `{` and `}`",
        ),
        (
            r"parsing a flow (?:sequence|node) .*",
            "方括号 [ ] 里少了逗号或右括号",
            "a comma or the closing bracket is missing between `[` and `]`",
        ),
        (r"parsing a block mapping .*", "与上面的行对不齐,或多了内容", "not in line with what is above, or more than belongs here"),
        (
            r"parsing a block collection .*",
            "列表项与上面的行对不齐",
            "an item of a list that is not in line with the others",
        ),
        (r"scanning a (?:quoted|double-quoted|single-quoted) scalar .*", "引号没有闭合,或里面有不认识的 \\ 写法", "a quote that is not closed, or an unknown `\\` in it"),
        (
            r"scanning a block scalar .*",
            "`|` 和 `>` 后面要换行,内容写在下面的行",
            "after `|` or `>` the text begins on the next line",
        ),
        (r"found character '?(.+?)'? that cannot start any token", r"值不能以 \1 开头:加上英文引号", r"a value cannot begin with \1: put it into quotes"),
        (
            r"expected '<document start>'.*",
            "与上面的内容对不上:缩进不对,或不是 YAML",
            "does not go with what is above: the indentation is wrong, or this is not YAML",
        ),
    )
)  # fmt: skip


def told(problem: str) -> dict[str, str]:
    """Return: the parser's sentence as `zh` and `en`."""
    for pattern, zh, en in _KNOWN:
        if (found := pattern.search(problem)) is not None:
            return {"zh": found.expand(zh) if found.groups() else zh, "en": found.expand(en) if found.groups() else en}
    return {"zh": problem, "en": problem}
