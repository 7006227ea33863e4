"""`roam gateway`: a federation gateway for anyone's subgraphs.  `roam plan`: what it would ask for a query, and why so."""

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands to the `roam` application."""
    app.command("gateway")(gateway)
    app.command("plan")(plan)


def gateway(
    supergraph: Annotated[Path | None, typer.Option(help="A composed supergraph (join spec).")] = None,
    subgraphs: Annotated[
        Path | None, typer.Option(help='A JSON file of [{"name", "url", "sdl"}], composed here.')
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")] = 4000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    timeout: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one request, its subgraph calls included.")
    ] = 30.0,
    label: Annotated[list[str] | None, typer.Option(help="An @override label that is on; may be repeated.")] = None,
    forward: Annotated[
        list[str] | None, typer.Option(help="A request header that subgraphs get as well; may be repeated.")
    ] = None,
    show_messages: Annotated[bool, typer.Option(help="Pass subgraphs' own error messages on.")] = False,
    line: Annotated[
        str, typer.Option(help="How subgraphs are asked: direct (own connections) or aiohttp (the reference).")
    ] = "direct",
) -> None:
    """Serves a supergraph on /graphql and / (subscriptions as server-sent events), health on /healthz. 把超图作为网关提供。"""
    import uvicorn

    from edge.server import server_config, settle_memory
    from supergateway import application, load_subgraphs, load_supergraph
    from supergateway.gateway import Settings
    from supergateway.sources import SourceError, check_addresses
    from supergateway.subgraph import LINES

    if (supergraph is None) == (subgraphs is None):
        _stop("Give either --supergraph FILE or --subgraphs FILE.")
    if line not in LINES:
        _stop(f"--line is one of {', '.join(LINES)}.")
    try:
        source = load_supergraph(supergraph) if supergraph is not None else load_subgraphs(subgraphs or Path())
        check_addresses(source)
    except SourceError as problem:
        _stop(str(problem))
    settings = Settings(
        timeout_seconds=timeout,
        labels=tuple(label or ()),
        forward=tuple(name.lower() for name in forward or ()),
        show_messages=show_messages,
        line=line,
    )
    with _listener(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        typer.echo(f"http://{address}:{listener.getsockname()[1]}/graphql answers for {_count(source.urls)}.", err=True)
        config = server_config(application(source, settings), host, port)
        config.load()
        settle_memory()
        with suppress(KeyboardInterrupt):  # uvicorn has stopped in order by then
            uvicorn.Server(config).run(sockets=[listener])


def plan(
    supergraph: Annotated[Path, typer.Argument(help="A composed supergraph (join spec).")],
    query: Annotated[Path, typer.Argument(help="A file with the query; - reads standard input.")],
    operation: Annotated[str | None, typer.Option(help="The operation's name, when there are several.")] = None,
    variables: Annotated[
        str, typer.Option(help="Variables as JSON: those of @skip and @include choose the plan.")
    ] = "{}",
    label: Annotated[list[str] | None, typer.Option(help="An @override label that is on; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The plan as JSON.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Write the plan as an SVG to this file, too.")] = None,
) -> None:
    """Prints the query plan of an operation. 打印一个操作的查询计划。"""
    from supergateway.explain import as_text, planned
    from supergateway.picture import picture as drawn
    from supergateway.sources import SourceError

    try:
        found = planned(supergraph, _read(query), operation, variables, tuple(label or ()))
        if picture is not None:
            picture.write_text(drawn(found), "utf-8")
    except SourceError as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{picture} cannot be written: {problem.strerror}")
    print(as_text(found, as_json=as_json))  # noqa: T201


def _listener(host: str, port: int) -> socket.socket:
    """Bound before anything else starts: uvicorn would say in its log what belongs on the terminal."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror as problem:
        _stop(f"Cannot listen on {host}:{port}: {problem.strerror}.")
    except OSError as problem:
        _stop(f"Cannot listen on {host}:{port}: {os.strerror(problem.errno or 0)}.")


def _count(urls: Mapping[str, str]) -> str:
    return f"{len(urls)} subgraph{'' if len(urls) == 1 else 's'}: {', '.join(urls)}"


def _read(query: Path) -> str:
    try:
        return sys.stdin.read() if str(query) == "-" else query.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        _stop(f"{query} cannot be read: {problem}")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
