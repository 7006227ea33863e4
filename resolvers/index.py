"""The gateway's own search index: what the cities list and announce, found by Chinese, English, and pinyin.

Built once for a snapshot; notices are indexed as they are fetched. Chinese is matched by pairs of characters through an
inverted index, letters (English words, pinyin, pinyin initials) by substring. Scores are between 0 and 1 and comparable
across kinds: 1 = the whole name, then a prefix, a part, most of the pairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pypinyin import lazy_pinyin

from channels.declared.providers import Provider
from channels.deployment.snapshot import Channel
from resolvers.fixed import Item
from resolvers.listing import Listing

MAX_QUERY = 64
MAX_SPELLED = 10_000
EXACT, PREFIX, PART, SPELLED, ELSEWHERE = 1.0, 0.9, 0.8, 0.7, 0.5
LEAST_SHARE = 0.5  # of the query's character pairs that a text must hold to be a hit at all


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found: `title` counts in full, `body` for half."""

    key: str
    title: str
    body: str = ""
    english: str = ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """An entry made ready for matching: lower case, with its pinyin."""

    entry: Entry
    title: str
    body: str
    letters: tuple[str, ...]


def normal(text: str) -> str:
    """Lower case, without spaces around."""
    return text.strip().lower()


@lru_cache(MAX_SPELLED)
def spelled(entry: Entry) -> Spelling:
    """Pinyin in full (`shuifei`), its initials (`sf`), and the English words. Costs 0.2 ms, so a notice is spelled once."""
    syllables = lazy_pinyin(entry.title, errors="ignore")
    letters = ("".join(syllables), "".join(s[0] for s in syllables), normal(entry.english))
    return Spelling(entry, normal(entry.title), normal(entry.body), tuple(part for part in letters if part))


def pairs(text: str) -> list[str]:
    """The character pairs of a text; the character itself where there is only one."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]


def score(query: str, spelling: Spelling) -> float:
    """How well an entry answers a normalised query; 0 = not at all."""
    if query == spelling.title:
        return EXACT
    if spelling.title.startswith(query):
        return PREFIX
    if query in spelling.title:
        return PART
    if query.isascii():
        return letters_score(query, spelling)
    share = sum(pair in spelling.title for pair in pairs(query)) / len(pairs(query))
    if share >= LEAST_SHARE:
        return round(share * SPELLED, 3)
    return ELSEWHERE if query in spelling.body else 0.0


def letters_score(query: str, spelling: Spelling) -> float:
    """Latin letters: pinyin or English, whole or in part; initials only from their beginning."""
    joined = query.replace(" ", "").replace("'", "")
    for text in spelling.letters:
        if joined == text or query == text:
            return SPELLED + 0.15
        if text.startswith(joined) or any(word.startswith(query) for word in text.split()):
            return SPELLED
        if len(joined) > 2 and (joined in text or query in text):
            return SPELLED - 0.1
    return ELSEWHERE if query in spelling.body else 0.0


def highlight(query: str, text: str) -> str | None:
    """The text with the part that matched between 【】; None where no part of it did."""
    start = text.lower().find(normal(query))
    end = start + len(normal(query))
    return f"{text[:start]}【{text[start:end]}】{text[end:]}" if start >= 0 else None


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Entries with an inverted index over the characters of their titles and bodies."""

    spellings: Sequence[Spelling]
    holding: Mapping[str, Sequence[int]] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "SearchIndex":
        spellings = [spelled(entry) for entry in entries]
        holding: dict[str, list[int]] = defaultdict(list)
        for number, spelling in enumerate(spellings):
            for character in dict.fromkeys(spelling.title + spelling.body):
                holding[character].append(number)
        return cls(spellings, dict(holding))

    def find(self, text: str) -> list[tuple[float, Entry]]:
        """The hits, best first; entries of equal score keep their order."""
        query = normal(text)[:MAX_QUERY]
        if not query:
            return []
        found = [(score(query, self.spellings[n]), n) for n in self.candidates(query)]
        hits = sorted((hit for hit in found if hit[0]), key=lambda hit: (-hit[0], hit[1]))
        return [(points, self.spellings[number].entry) for points, number in hits]

    def candidates(self, query: str) -> Iterable[int]:
        """The entries worth a look: all for Latin letters, else those that hold any character of the query."""
        if query.isascii():
            return range(len(self.spellings))
        return sorted({number for character in query for number in self.holding.get(character, ())})


def catalogue_index(listing: Listing) -> SearchIndex:
    """One entry for each service that a city lists: its name everywhere, and the departments that provide it."""
    return SearchIndex.of(entry_of(listing.items[code], offering) for code, offering in listing.offering.items())


def entry_of(item: Item, offering: Sequence[tuple[Channel, Provider]]) -> Entry:
    texts = dict.fromkeys(text for _, p in offering for text in (p.name.zh, p.department, p.name.en) if text)
    return Entry(item.code, item.name.zh, " ".join(texts), " ".join(filter(None, (item.name.en, item.code))))
