"""The shape of a JSON value, and how two shapes differ."""

from collections.abc import Iterator, Mapping

Shape = object


def differences(recorded: object, ours: object, path: str = "") -> Iterator[str]:
    """Yield every place where our value has other keys or types than the recorded one.

    An item of a list stands for all of them; null fits any type; the values of `properties` are compared elsewhere.
    """
    if recorded is None or ours is None:
        return
    if isinstance(recorded, Mapping) and isinstance(ours, Mapping):
        yield from _of_objects(recorded, ours, path)
    elif isinstance(recorded, list) and isinstance(ours, list):
        yield from _of_lists(recorded, ours, path)
    elif _kind(recorded) != _kind(ours):
        yield f"{path}: {_kind(recorded)} recorded, {_kind(ours)} answered"


def _of_objects(recorded: Mapping[str, object], ours: Mapping[str, object], path: str) -> Iterator[str]:
    if path.endswith(".properties"):
        yield from (f"{path}.{name}: no text" for name, value in ours.items() if not isinstance(value, str | None))
        return
    if path.endswith((".metadata", ".propertiesWithHistory")):
        for value in ours.values():
            yield from differences(next(iter(recorded.values())), value, f"{path}.*")
        return
    for name in recorded.keys() - ours.keys():
        yield f"{path}.{name}: missing"
    for name in ours.keys() - recorded.keys():
        yield f"{path}.{name}: not recorded"
    for name in recorded.keys() & ours.keys():
        yield from differences(recorded[name], ours[name], f"{path}.{name}")


def _of_lists(recorded: list[object], ours: list[object], path: str) -> Iterator[str]:
    if not recorded or not ours:
        return
    if all(isinstance(item, Mapping) for item in (*recorded, *ours)):
        known = [item for item in recorded if isinstance(item, Mapping)]
        for item in ours:
            best = min((list(differences(one, item, f"{path}[]")) for one in known), key=len)
            yield from best
    else:
        yield from differences(recorded[0], ours[0], f"{path}[]")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__
