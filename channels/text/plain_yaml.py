"""The YAML that operators really write, read ten times faster than a full parser reads it.

Block maps and lists, flow collections, quoted and plain scalars on one line, `|` texts, comments.  Whatever goes beyond
that, every mistake among it, is Unusual: then `positions` asks the full parser, whose answer is the one that counts.
Where both read a text they give the same tree to the last column; tests/channels/test_plain_yaml.py holds them together.
"""

from __future__ import annotations

import re
from sys import intern

from channels.text.diagnostics import Place
from channels.text.scalars import Text
from channels.text.tree import Entry, ListNode, MapNode, Node, ScalarNode

DEEPEST = 40
_FOREIGN = re.compile(
    "[\x00-\x08\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064：\U00010000-\U0010ffff]"
)
_FIRST = r"(?:[^\s,\[\]{}#&*!|>'\"%@`?:\-“‘＂＇]|-(?=[^\s,\[\]{}\-]))"
_KEY = re.compile(rf"(?P<text>\"[^\"\\\n]*\"|'[^'\n]*'|{_FIRST}[^\s:,\[\]{{}}#]*):(?= |\n|\Z)")
_PLAIN = re.compile(rf"{_FIRST}(?:[^\s:#]|:(?=[^\s])|(?<=[^\s])#|[ ](?=[^\s#]))*")
_FLOW_PLAIN = re.compile(rf"{_FIRST}(?:[^\s:#,\[\]{{}}]|:(?=[^\s,\[\]{{}}])|(?<=[^\s])#|[ ](?=[^\s#,\[\]{{}}:]))*")
_DOUBLE = re.compile(r'"((?:[^"\\\n]|\\[nrt"\\/])*)"')
_SINGLE = re.compile(r"'((?:[^'\n]|'')*)'")
_REST = re.compile(r"[ ]*(?:(?<= )#[^\n]*)?(?:\n|\Z)")
_SKIP = re.compile(r"(?:[ ]*(?:#[^\n]*)?\n)*(?P<indent>[ ]*)")
_GAP = re.compile(r"(?:[ \n]|(?<=[ \n])#[^\n]*)*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}


class Unusual(Exception):
    """The text goes beyond the usual, or is wrong: the full parser must read it."""


def read(path: str, text: str) -> Node:
    """Return: the tree.  Raises: Unusual."""
    text = text.replace("\r\n", "\n")
    if _FOREIGN.search(text):
        raise Unusual
    return _Reader(path, text).document()


class _Reader:
    """One pass over the text.  `at`: the offset; `line`, `start`: the number and the offset of its line."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.at, self.line, self.start, self.depth = 0, 1, 0, 0
        self.words: dict[str, Text] = {}  # plain words, keys above all, come again and again

    def document(self) -> Node:
        column = self.next_line()
        if column is None or self.text.startswith(("---", "..."), self.at):
            raise Unusual
        node = self.block(column)
        if self.at < len(self.text):
            raise Unusual
        return node

    def move(self, at: int) -> None:
        """Go on to an offset, counting lines."""
        if (breaks := self.text.count("\n", self.at, at)) > 0:
            self.line += breaks
            self.start = self.text.rindex("\n", self.at, at) + 1
        self.at = at

    def next_line(self) -> int | None:
        """From a line's start to the next content: its column, or None at the end."""
        found = _SKIP.match(self.text, self.at)
        assert found is not None  # noqa: S101  (it matches the empty text)
        at = found.end()
        if at >= len(self.text) or (self.text[at] == "#" and "\n" not in self.text[at:]):
            self.move(len(self.text))
            return None
        self.move(at)
        return at - self.start

    def place(self, width: int = 1) -> Place:
        return Place(self.path, self.line, self.at - self.start + 1, width or 1)

    def end_line(self) -> None:
        """Only a comment may follow on this line."""
        found = _REST.match(self.text, self.at)
        if found is None:
            raise Unusual
        self.move(found.end())

    def back(self) -> None:
        """To the start of the line, so that the next content is looked at anew."""
        if self.at < len(self.text):
            self.at = self.start

    def block(self, column: int) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unusual
        node = self.items(column) if self.is_item() else self.entries(column)
        self.depth -= 1
        return node

    def is_item(self) -> bool:
        return self.text.startswith(("- ", "-\n"), self.at)

    def entries(self, column: int) -> MapNode:
        entries: dict[str, Entry] = {}
        place = self.place()
        while True:
            found = _KEY.match(self.text, self.at)
            if found is None or len(found[0]) > 1000 or found[0].startswith("<<"):
                raise Unusual
            key, where = _key(found["text"]), self.place(len(found["text"]))
            if key in entries:
                raise Unusual
            self.at = found.end()
            entries[intern(str(key))] = Entry(key, where, self.value(column))
            if self.next_line() is None or (indent := self.at - self.start) < column:
                self.back()
                return MapNode(entries, place)
            if indent > column or self.is_item():
                if indent == column:
                    self.back()
                    return MapNode(entries, place)
                raise Unusual

    def items(self, column: int) -> ListNode:
        items: list[Node] = []
        place = self.place()
        while True:
            self.at += 1
            if self.spaces() == 0 or self.text[self.at : self.at + 1] in ("", "\n", "#", "-"):
                raise Unusual
            if _KEY.match(self.text, self.at):
                items.append(self.block(self.at - self.start))
            else:
                items.append(self.inline(column))
            if self.next_line() is None or self.at - self.start != column or not self.is_item():
                if self.at < len(self.text) and self.at - self.start > column:
                    raise Unusual
                self.back()
                return ListNode(tuple(items), place)

    def spaces(self) -> int:
        """Skip spaces on this line: how many."""
        begin = self.at
        while self.text.startswith(" ", self.at):
            self.at += 1
        return self.at - begin

    def value(self, column: int) -> Node:
        """What stands after a key's colon, on this line or below."""
        empty = ScalarNode(Text("", plain=True), self.place())
        self.spaces()
        if self.at < len(self.text) and self.text[self.at] not in "\n#":
            return self.inline(column)
        self.end_line()
        indent = self.next_line()
        if indent is not None and (indent > column or (indent == column and self.is_item())):
            return self.block(indent) if indent == column or self.opens() else _unusual()
        self.back()
        return empty

    def opens(self) -> bool:
        """Whether a map or a list begins here; a value on a line of its own is left to the full parser."""
        return self.is_item() or _KEY.match(self.text, self.at) is not None

    def inline(self, column: int) -> Node:
        char = self.text[self.at]
        if char == "|":
            return self.literal(column)
        node = self.flow() if char in "{[" else self.scalar(_PLAIN)
        self.end_line()
        return node

    def scalar(self, plain: re.Pattern[str]) -> ScalarNode:
        char = self.text[self.at]
        if char == '"':
            found = _DOUBLE.match(self.text, self.at)
            made = Text(_ESCAPE.sub(lambda one: _ESCAPES[one[1]], found[1])) if found else None
        elif char == "'":
            found = _SINGLE.match(self.text, self.at)
            made = Text(found[1].replace("''", "'")) if found else None
        else:
            found = plain.match(self.text, self.at)
            made = self.word(found[0]) if found else None
        if found is None or made is None:
            raise Unusual
        node = ScalarNode(made, self.place(len(found[0])))
        self.at = found.end()
        return node

    def word(self, text: str) -> Text:
        """An unquoted text; the same one for the same word."""
        made = self.words.get(text)
        if made is None:
            made = self.words[text] = Text(text, plain=True)
        return made

    def literal(self, column: int) -> ScalarNode:
        """A `|` text: the lines that are indented deeper than the key, one line break at its end."""
        place = self.place()
        self.at += 1
        self.end_line()
        begin, lines, indent = self.at, [], 0
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end if end >= 0 else len(self.text)]
            if line.strip(" "):
                deep = len(line) - len(line.lstrip(" "))
                indent = indent or deep
                if deep < indent:
                    break
            elif not indent or len(line) > indent:
                raise Unusual
            lines.append(line[indent:])
            self.move(end + 1 if end >= 0 else len(self.text))
        if indent <= column or begin == self.at:
            raise Unusual
        text = "\n".join(lines).rstrip("\n")
        return ScalarNode(Text(text + ("\n" if self.text[self.at - 1] == "\n" else "")), place, indent + 1)

    def gap(self) -> str:
        """Skip blanks, breaks and comments inside of brackets: the next character."""
        if (char := self.text[self.at : self.at + 1]) not in " \n#":
            return char
        if char == " " and (char := self.text[self.at + 1 : self.at + 2]) not in " \n#":
            self.at += 1
            return char
        found = _GAP.match(self.text, self.at)
        assert found is not None  # noqa: S101  (it matches the empty text)
        self.move(found.end())
        return self.text[self.at : self.at + 1]

    def flow(self) -> Node:
        char = self.text[self.at : self.at + 1]
        if char not in ("{", "["):
            return self.scalar(_FLOW_PLAIN) if char else _unusual()
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unusual
        node = self.flow_map() if char == "{" else self.flow_list()
        self.depth -= 1
        return node

    def flow_list(self) -> ListNode:
        place, items = self.place(), []
        self.at += 1
        while self.gap() != "]":
            items.append(self.flow())
            if not self.separated("]"):
                break
        self.at += 1
        return ListNode(tuple(items), place)

    def flow_map(self) -> MapNode:
        place, entries = self.place(), {}
        self.at += 1
        while self.gap() != "}":
            if self.text[self.at : self.at + 1] in ("", "{", "["):
                raise Unusual
            key = self.scalar(_FLOW_PLAIN)
            name = intern(str(key.text))
            if name in entries or name == "<<" or not self.text.startswith((": ", ":\n"), self.at):
                raise Unusual
            self.at += 1
            if self.gap() in (",", "}"):
                raise Unusual
            entries[name] = Entry(key.text, key.place, self.flow())
            if not self.separated("}"):
                break
        self.at += 1
        return MapNode(entries, place)

    def separated(self, end: str) -> bool:
        """Whether a comma follows; else the closing bracket must."""
        char = self.gap()
        if char == ",":
            self.at += 1
            return True
        if char != end:
            raise Unusual
        return False


def _key(written: str) -> Text:
    quoted = written[0] in "\"'"
    return Text(written[1:-1] if quoted else written, plain=not quoted)


def _unusual() -> Node:
    raise Unusual
