"""Paths of a plan: where a group's objects are."""

from .plan import Only, Path


def whole(path: Path) -> Path:
    """The path of a whole level: which types are sent is said by the representations."""
    return path[:-1] if path and isinstance(path[-1], Only) else path


def widened(path: Path, other: Path) -> Path:
    """A path that leads to the objects of both; they differ in types only."""
    if path == other:
        return path
    keys = [step for step in path if not isinstance(step, Only)]
    types, others = _types(path), _types(other)
    steps: list[str | Only] = []
    for index in range(len(keys) + 1):
        here, there = types.get(index), others.get(index)
        if here is not None and there is not None:
            steps.append(Only(tuple(sorted({*here, *there}))))
        if index < len(keys):
            steps.append(keys[index])
    return tuple(steps)


def _types(path: Path) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    index = 0
    for step in path:
        if isinstance(step, Only):
            found[index] = step.types
        else:
            index += 1
    return found
