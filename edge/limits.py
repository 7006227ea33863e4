"""How much one client may ask for at once. Every number is enforced before a city is called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request; the defaults hold every operation of `web/operations/` with room to spare."""

    max_body_bytes: int = 1 << 20
    max_json_depth: int = 64
    """Nesting of arrays and objects in a request body."""
    max_json_containers: int = 20_000
    """Opening brackets in a request body, counted before it is read: a megabyte of `[],` becomes 340 000 lists."""
    max_document_bytes: int = 64 * 1024
    """Length of the GraphQL text: a pure-Python lexer reads about 5 MB a second."""
    max_tokens: int = 4_000
    max_depth: int = 16
    """Fields below one another, fragments opened; `__schema` and `__type` count as leaves (a rule of their own)."""
    max_nesting: int = 40
    """Selection sets inside one another, inline fragments and spreads included."""
    max_fragments: int = 100
    max_selections: int = 1_000
    """Selections as written: the merge rule of validation compares them in pairs."""
    max_repeats: int = 100
    """Fields written again under the same name in the same selection set, inline fragments opened."""
    max_aliases: int = 100
    max_aliases_per_field: int = 30
    max_root_fields: int = 30
    max_cost: int = 10_000
    assumed_list_size: int = 10
    """Rows expected of a list that has no `first`."""
    max_validation_errors: int = 10
    max_cached_documents: int = 1_000
    max_cached_document_bytes: int = 16 * 1024
    """A longer text is prepared anew each time, so that the cache has a bound in bytes as well."""
    introspection: bool = True
    max_socket_message_bytes: int = 256 * 1024
    max_operations_per_socket: int = 100
    socket_init_seconds: float = 10.0
    keep_alive_seconds: float = 12.0
    """Pause after which an idle event stream sends a comment, so that proxies keep it open."""
    allowed_origins: tuple[str, ...] = ()
    """Other origins whose pages may open a WebSocket; a page of the gateway's own origin always may."""
