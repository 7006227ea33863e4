"""Personal names and phone numbers as they are shown: enough for their owner to recognise, not enough to use."""

import unicodedata

MASK = "*"
MAX_MASKS = 6  # a longer name shows no more of its length
# 常见复姓:掩码保留整个姓氏。 Two-character surnames are kept whole.
_COMPOUND_SURNAMES = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 长孙 宇文 轩辕 端木 独孤 南宫 呼延 申屠 "
    "太史 澹台 公冶 宗政 濮阳 淳于 单于 钟离 鲜于 闻人 赫连 万俟 西门 东郭 百里 拓跋 第五 公羊 闾丘 司空"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES.split())


def mask_name(name: str) -> str:
    """`邓小满` → `邓**`, `欧阳文静` → `欧阳**`; always at least one mask; empty stays empty."""
    letters = _letters(name.strip())
    if not letters:
        return ""
    surname = 2 if len(letters) > 2 and "".join(letters[:2]) in COMPOUND_SURNAMES else 1
    masks = min(max(len(letters) - surname, 1), MAX_MASKS)
    return "".join(letters[:surname]) + MASK * masks


def mask_phone(phone: str) -> str:
    """`19900000001` → `199****0001`; a number too short to keep seven digits shows its last two at most."""
    text = phone.strip()
    if len(text) >= 11:
        return text[:3] + MASK * (len(text) - 7) + text[-4:]
    return MASK * (len(text) - 2) + text[-2:] if len(text) > 4 else MASK * len(text)


def _letters(name: str) -> list[str]:
    """Characters as a reader counts them: a combining mark or a variation selector stays with its base."""
    letters: list[str] = []
    for character in name:
        if letters and (unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf")):
            letters[-1] += character
        else:
            letters.append(character)
    return letters
