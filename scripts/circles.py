#!/usr/bin/env python3
"""Prints the circles of imports among the files of each crate, and exits with 1 if there are too many.

    circles.py [--all] [--most N] [CRATE ...]

An import is a path of `crate::`, `super::` or `self::` outside tests. A module that uses its own
children is not part of a circle: only imports of siblings and upwards count. `--all` also prints each
import of a circle.
"""

import argparse
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crates")
TESTS = re.compile(r"(?ms)^#\[cfg\((?:all\()?test\b.*?\)\]\s*(?:#\[[^\n]*\]\s*)*(?:pub(?:\([^)]*\))? )?mod \w+ \{.*?^\}")
COMMENT = re.compile(r"//[^\n]*")
STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def modules(crate):
    """Returns the files of a crate by module path: () for lib.rs, ("a", "b") for a/b.rs."""
    src = os.path.join(ROOT, crate, "src")
    found = {}
    for folder, _, names in os.walk(src):
        for name in names:
            if not name.endswith(".rs") or name == "tests.rs":
                continue
            path = os.path.join(folder, name)
            parts = os.path.relpath(path, src)[:-3].split(os.sep)
            if parts[-1] in ("lib", "main", "mod"):
                parts.pop()
            found[tuple(parts)] = path
    return found


def expand(path):
    """Splits `a::{b, c::{d, e}}` into its single paths."""
    match = re.match(r"([^{]*)\{(.*)\}$", path, re.S)
    if not match:
        return [path.split(" as ")[0].strip()]
    head, body = match.groups()
    items, depth, item = [], 0, ""
    for char in body:
        if char == "," and depth == 0:
            items.append(item)
            item = ""
            continue
        depth += (char == "{") - (char == "}")
        item += char
    items.append(item)
    return [head.strip() + tail for item in items if item.strip() for tail in expand(item.strip())]


def imports(text, module, files):
    """Returns the modules whose names a file uses."""
    text = TESTS.sub("", text)
    text = STRING.sub('""', COMMENT.sub("", text))
    paths = [path for use in re.findall(r"\buse ([^;]+);", text) for path in expand(use)]
    paths += re.findall(r"\b((?:crate|super|self)(?:::\w+)+)", text)
    used = set()
    for path in paths:
        parts = path.split("::")
        base = list(module)
        if parts[0] == "crate":
            base = []
        elif parts[0] == "super":
            while parts and parts[0] == "super":
                base = base[:-1]
                parts = parts[1:]
            parts = ["super", *parts]
        elif parts[0] != "self":
            if tuple([*module, parts[0]]) not in files:
                continue
            parts = ["self", *parts]
        target = tuple(base)
        for part in parts[1:]:
            if tuple([*target, part]) not in files:
                break
            target = (*target, part)
        # a name that lib.rs only re-exports is not one of lib.rs
        if target != module and target:
            used.add(target)
    return used


def circles(graph):
    """Returns the strongly connected parts of more than one module, after Tarjan."""
    index, low, stack, on, parts = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on.add(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = set()
            while True:
                other = stack.pop()
                on.discard(other)
                part.add(other)
                if other == node:
                    break
            if len(part) > 1:
                parts.append(part)

    sys.setrecursionlimit(10_000)
    for node in sorted(graph):
        if node not in index:
            visit(node)
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print each import of a circle")
    parser.add_argument("--most", type=int, default=0, metavar="N", help="allow so many circles (default 0)")
    parser.add_argument("crates", nargs="*", metavar="CRATE")
    args = parser.parse_args()
    found = 0
    for crate in args.crates or sorted(os.listdir(ROOT)):
        files = modules(crate)
        graph = {}
        for module, path in files.items():
            with open(path, encoding="utf-8") as file:
                used = imports(file.read(), module, files)
            graph[module] = {other for other in used if other in files and other[: len(module)] != module}
        for part in circles(graph):
            found += 1
            names = sorted("::".join(module) for module in part)
            print(f"{crate}: {len(part)} files import each other: {', '.join(names)}")
            if args.all:
                for module in sorted(part):
                    for other in sorted(graph[module] & part):
                        print(f"    {'::'.join(module)} -> {'::'.join(other)}")
    print(f"{found} circles")
    return 1 if found > args.most else 0


if __name__ == "__main__":
    sys.exit(main())
