#!/usr/bin/env python3
"""Checks the words of comments, docs, help and messages against docs/design.md, names of types, and links of pages.

    words.py [--list KIND]

Counts, over the Rust files below crates/: doc comments that open with a headless clause ("What a check ..."),
home-made idioms in comments, names of types that are defined more than once, and comment lines over 100 columns.
Over the Markdown files it counts the idioms. A count above its limit in LIMITS is an error; `--list KIND` prints
each place. The limits only ever go down. A relative link of a Markdown file that leads nowhere is an error.
"""

import argparse
import collections
import os
import re
import subprocess
import sys

LIMITS = {
    "openings": 0.5,  # per cent of doc comments
    "idioms": 1.2,  # in a thousand words of comments
    "prose": 0.5,  # idioms in a thousand words of Markdown files
    "names": 5.0,  # per cent of type names
    "columns": 17,  # comment lines
    "links": 0,  # relative links of Markdown files to missing files or headings
}
OPENING = re.compile(r"(What|How|Whether|Where|Which|Who|By|Why)\b")
IDIOM = re.compile(
    r"\b(told|said of|held against|stands|asked|what became of|became of|nobody|is none|in hand|mends?|mended|owed"
    r"|parted|lets go|perfect|papers)\b",
    re.IGNORECASE,
)
TYPE = re.compile(r"^(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type) ([A-Z]\w*)", re.MULTILINE)
COMMENT = re.compile(r"\s*//([/!]?) ?(.*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# common names, one in each crate
HABITUAL = {"Error", "ErrorKind", "Result", "Args"}


def tracked(*places):
    listed = subprocess.run(["git", "ls-files", "-z", *places], check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and os.path.exists(name)]


def lines(name):
    with open(name, encoding="utf-8") as file:
        return file.read().split("\n")


def pages():
    """Returns the Markdown files, except parts of generated pages, which have links as seen from docs/."""
    return [name for name in tracked("*.md") if "/src/" not in name]


def is_library(name):
    return "/src/" in name and not name.endswith("/tests.rs") and "/tests/" not in name


class Count:
    """The places of one kind, and the total number of items examined."""

    def __init__(self):
        self.places, self.all = [], 0

    def per(self, size):
        return size * len(self.places) / max(1, self.all)


def anchors(text):
    """Returns the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)", FENCED.sub("", text), re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def broken_links():
    for name in pages():
        for target in LINK.findall(FENCED.sub("", "\n".join(lines(name)))):
            if re.match(r"\w+:", target):
                continue
            path, _, anchor = target.partition("#")
            path = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if not os.path.exists(path):
                yield "%s: %s" % (name, target)
            elif anchor and path.endswith(".md") and anchor not in anchors("\n".join(lines(path))):
                yield "%s: %s" % (name, target)


def measure():
    openings, idioms, prose, names, columns, links = (Count() for _ in range(6))
    types = collections.defaultdict(list)
    for name in tracked("crates/*.rs"):
        inside = False
        text = lines(name)
        for number, line in enumerate(text, 1):
            comment = COMMENT.match(line)
            if not comment:
                inside = False
                continue
            is_doc, words = comment.groups()
            place = "%s:%d: %s" % (name, number, words)
            idioms.all += len(words.split())
            idioms.places += [place] * len(IDIOM.findall(words))
            if len(line) > 100:
                columns.places.append(place)
            if is_doc and not inside and words:
                openings.all += 1
                if OPENING.match(words):
                    openings.places.append(place)
            inside = bool(is_doc)
        if is_library(name):
            for found in TYPE.findall("\n".join(text).split("#[cfg(test)]\nmod")[0]):
                types[found].append(name)
    for name in pages():
        # the glossary of the design lists the words to avoid
        if name == "docs/design.md":
            continue
        for number, line in enumerate(lines(name), 1):
            prose.all += len(line.split())
            prose.places += ["%s:%d: %s" % (name, number, line)] * len(IDIOM.findall(line))
    types = {found: places for found, places in types.items() if found not in HABITUAL}
    names.all = len(types)
    names.places = ["%s: %s" % (found, " ".join(places)) for found, places in sorted(types.items()) if len(places) > 1]
    links.places = list(broken_links())
    counts = {"openings": openings, "idioms": idioms, "prose": prose, "names": names, "columns": columns}
    return counts | {"links": links}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--list", choices=LIMITS, metavar="KIND", help="print each place: " + ", ".join(LIMITS))
    given = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    counts = measure()
    if given.list:
        print("\n".join(counts[given.list].places))
        return
    figures = {
        "openings": ("% of doc comments open with a headless clause", counts["openings"].per(100)),
        "idioms": ("idioms in a thousand words of comments", counts["idioms"].per(1000)),
        "prose": ("idioms in a thousand words of docs", counts["prose"].per(1000)),
        "names": ("% of type names are defined more than once", counts["names"].per(100)),
        "columns": ("comment lines are over 100 columns", len(counts["columns"].places)),
        "links": ("relative links of Markdown files lead nowhere", len(counts["links"].places)),
    }
    for kind, (words, figure) in figures.items():
        print("%-9s %6.1f %s (limit %s)" % (kind, figure, words, LIMITS[kind]))
    exceeded = [kind for kind, (_, figure) in figures.items() if figure > LIMITS[kind]]
    for kind in exceeded:
        print("the limit of %s is exceeded: scripts/words.py --list %s" % (kind, kind))
    sys.exit(bool(exceeded))


if __name__ == "__main__":
    main()
