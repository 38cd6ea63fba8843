"""Paths, globs, folders and file objects."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Union

from ._errors import InputError

PathLike = Union[str, "os.PathLike[str]"]
Source = Union[PathLike, BinaryIO, Iterable[PathLike]]


def paths_of(source: PathLike | Iterable[PathLike]) -> list[str]:
    """Return the files that a path, a glob, a folder or several of these stand for, sorted."""
    if not isinstance(source, (str, os.PathLike)):
        return [path for one in source for path in paths_of(one)]
    path = os.fspath(source)
    if os.path.isdir(path):
        files = [
            os.path.join(folder, name)
            for folder, _, names in os.walk(path)
            for name in names
            if not name.startswith(".")
        ]
        return _found(sorted(files), f"{path}: the folder has no files")
    if glob.has_magic(path) and not os.path.exists(path):
        files = [one for one in glob.glob(path, recursive=True) if os.path.isfile(one)]
        return _found(sorted(files), f"{path}: no file has such a name")
    return [path]


def _found(files: list[str], otherwise: str) -> list[str]:
    if not files:
        raise InputError(otherwise)
    return files


def opener_of(file: Any) -> tuple[Callable[[], Any], str]:
    """Return a function that gives a file object at its present place, and the name of the object.

    A file object that cannot seek can be read once.
    """
    name = str(getattr(file, "name", None) or getattr(file, "path", None) or "file object")
    is_seekable = bool(getattr(file, "seekable", lambda: False)())
    start = file.tell() if is_seekable else 0
    used = False

    def opener() -> Any:
        nonlocal used
        if is_seekable:
            file.seek(start)
        elif used:
            raise OSError(f"{name}: the file object cannot be read a second time")
        used = True
        return file

    return opener, name


def profile_texts(profile: PathLike | Iterable[PathLike] | None) -> list[str]:
    """Return the texts of profiles."""
    if profile is None:
        return []
    paths = [profile] if isinstance(profile, (str, os.PathLike)) else profile
    texts = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        except OSError as error:
            raise InputError(f"{path}: {error}", file=os.fspath(path)) from error
    return texts
