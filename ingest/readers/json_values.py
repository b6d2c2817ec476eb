"""Values of parsed JSON, which may be anything: looked at where they are used."""

from typing import Any, TypeGuard

JsonObject = dict[str, Any]  # as parsed; what is in it is looked at where it is used


def list_of(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def member_of(value: object, name: str) -> JsonObject:
    """The member of an object if both are objects, else an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(value: object) -> str | None:
    """The value if it is text, else None."""
    return value if isinstance(value, str) else None


def is_index(value: object, count: int) -> TypeGuard[int]:
    """Whether the value is a position in a list of so many members."""
    return type(value) is int and 0 <= value < count
