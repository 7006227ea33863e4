"""The plain GraphQL schema of the sandbox's Mianyang, written as SDL, and the functions that answer it.

No federation and no Strawberry here: one of the two GraphQL cities is built on graphql-core alone. Refusals carry
`extensions.code`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from graphql import GraphQLError, GraphQLResolveInfo, build_schema

from sandbox.mianyang import records
from sandbox.mianyang.records import Record
from sandbox.pages import issue_ticket
from sandbox.standing import CONFLICT, LINKED, SUSPENDED, bind_again, standing
from sandbox.store import Body, KeyReused
from sandbox.world import World

SCHEMA = build_schema("""
"整数,毫秒时间戳。 A whole number, wider than Int: epoch milliseconds."
scalar Long
type Query {
  "公积金账户"
  gjj(userId: ID!): [Gjj!]!
  "三家公司的账单"
  bills(userId: ID!, skip: Int!, take: Int!): BillPage!
  "停水、停气、停电、公交公告"
  notices(skip: Int!, take: Int!): NoticePage!
  "请求的下落"
  request(userId: ID!, operation: String!, requestId: String!): Request!
}
type Mutation {
  bind(userId: ID!, requestId: String!): Bind!
  open(userId: ID!, item: String!, link: String!, requestId: String!): Entry!
}
type Gjj { zt: String! dwmc: String ye: String! ycje: String jzny: String }
type BillPage { total: Int! rows: [Bill!]! }
type Bill { id: ID! company: String! type: String! amountFen: Int! due: String! paid: Boolean! meterNo: String! month: String! }
type NoticePage { total: Int! rows: [Notice!]! }
type Notice { id: ID! cat: String! title: String! body: String area: String at: Long! from: Long to: Long link: String }
type Bind { zt: String! at: Long }
type Entry { url: String! expires: Long! }
type Request { zt: String! bind: Bind open: Entry }
""")
Info = GraphQLResolveInfo[None]
MAX_TAKE = 100
MAX_CALLS, CALLS_WITHIN = 2000, timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Platform:
    """The open platform behind the schema: GraphQL's root value, one method per root field."""

    world: World
    opened_at: datetime
    recent: deque[datetime] = field(default_factory=deque)

    def gjj(self, _: Info, *, userId: str) -> list[Record]:  # noqa: N803 - the schema's name
        return records.fund(self._citizen(userId))

    def bills(self, _: Info, *, userId: str, skip: int, take: int) -> Record:  # noqa: N803
        return _page(records.bills(self._citizen(userId)), skip, take)

    def notices(self, _: Info, *, skip: int, take: int) -> Record:
        return _page(records.notices(self.opened_at), skip, take)

    def request(self, _: Info, *, userId: str, operation: str, requestId: str) -> Body:  # noqa: N803
        """What became of a mutation (bind, open) under a requestId."""
        answer = self.world.store.answered(operation, f"{userId} {requestId}")
        return {"zt": "无此请求"} if answer is None else {"zt": "已办", operation: answer}

    def bind(self, _: Info, *, userId: str, requestId: str) -> Body:  # noqa: N803
        return self._once("bind", userId, requestId, [], lambda: self._bind(userId))

    def open(self, _: Info, *, userId: str, item: str, link: str, requestId: str) -> Body:  # noqa: N803
        citizen = self._citizen(userId)

        def act() -> Body:
            url, expires_at = issue_ticket(self.world, citizen, item, link)
            return {"url": url, "expires": int(expires_at.timestamp()) * 1000}

        return self._once("open", userId, requestId, [item, link], act)

    def throttle(self) -> None:
        """Count this call.  Raises a THROTTLED refusal."""
        now = self.world.now()
        while self.recent and self.recent[0] <= now - CALLS_WITHIN:
            self.recent.popleft()
        if len(self.recent) >= MAX_CALLS:
            raise refusal("THROTTLED", "调用过于频繁 too many calls")
        self.recent.append(now)

    def _citizen(self, user_id: str) -> str:
        citizen = self.world.store.citizen(user_id)
        if citizen is None or standing(self.world.store, citizen) == CONFLICT:
            raise refusal("UNBOUND", "该用户未绑定 this user is not bound")
        match standing(self.world.store, citizen):
            case "NEEDS_REAUTH":
                raise refusal("REAUTH", "账户需重新验证 the account must be verified anew")
            case "SUSPENDED":
                raise refusal("HELD", "账户已停用 the account is suspended")
        return citizen

    def _bind(self, user_id: str) -> Body:
        known = self.world.store.acquaintance(user_id)
        citizen = known[0] if known else f"u-{user_id}"
        told = bind_again(self.world.store, citizen)
        if told != LINKED:
            return {"zt": "已停用" if told == SUSPENDED else "冲突", "at": None}
        at = self.world.store.bind(user_id, citizen, self.world.now().replace(microsecond=0).isoformat())
        return {"zt": "已绑定", "at": int(datetime.fromisoformat(at).timestamp() * 1000)}

    def _once(self, operation: str, user_id: str, number: str, content: list[str], act: Callable[[], Body]) -> Body:
        own_number = f"{user_id} {number}"  # two citizens may choose the same requestId
        try:
            return self.world.store.once(operation, own_number, content, act)
        except KeyReused:
            raise refusal("KEY_REUSED", "requestId 已用于其他内容 used with other content") from None


def refusal(code: str, message: str) -> GraphQLError:
    """An error that a caller can act on; never names a citizen."""
    return GraphQLError(message, extensions={"code": code})


def _page(rows: list[Record], skip: int, take: int) -> Record:
    if skip < 0 or not 0 < take <= MAX_TAKE:
        raise refusal("BAD_PAGE", f"skip must be 0 or more and take 1 to {MAX_TAKE}")
    return {"total": len(rows), "rows": rows[skip : skip + take]}
