"""Sequences of files: numbers that repeat, skip or go back, and the same records again.

Both oracles call `finish` at the end of a file. It makes the file's issue (for comparison with the
next file) and returns the rules that the file breaks after the previous one.
"""

HIGHEST_GENERATION = 999999
KEPT = 256  # of a line past the limit: flagflow's own choice


class Issue:
    """The identity of a file among those of its sender. None: cannot be read."""

    def __init__(self, series=None, number=None, records=None, envelope=None):
        self.series = series
        self.number = number  # an int (gas) or bytes (electricity, or from --after)
        self.records = records  # the lines; None if only a number is known
        self.envelope = envelope


def told(text):
    """The issue of --after NUMBER."""
    number = text.encode()
    if not 1 <= len(number) <= 10 or not is_graphic(number):
        raise ValueError(text)
    return Issue(number=number)


def is_graphic(text):
    return all(0x21 <= byte <= 0x7E for byte in text)


def content(lines, max_line):
    """The lines, of a long one only its beginning and its length."""
    return [(line.text[:KEPT] if len(line.text) > max_line else line.text, len(line.text)) for line in lines]


def as_number(text):
    return int(text) if text.isdigit() and len(text) <= 10 else None


def step(before, number):
    """The rule that `number` breaks after `before`, or None."""
    if isinstance(number, int):
        highest = HIGHEST_GENERATION
        if isinstance(before, bytes):
            before = as_number(before)
            if before is None or before > highest:
                return "sequence-unknown"
    else:
        if isinstance(before, int):
            return "sequence-unknown"
        if before == number:
            return "sequence-repeated"
        highest = 10 ** len(before) - 1
        before, number = as_number(before), as_number(number)
        if before is None or number is None or before == number:
            return "sequence-unknown"
    if number == before:
        return "sequence-repeated"
    if number == before + 1:
        return None
    if number > before:
        return "sequence-skipped"
    if before == highest and number in (0, 1):
        return "sequence-wrapped"
    return "sequence-backwards"


def judge(previous, issue):
    """The rules that a file breaks after the previous one."""
    other = previous.series is not None and issue.series is not None and previous.series != issue.series
    if other or previous.number is None or issue.number is None:
        rules = ["sequence-unknown"]
    else:
        rule = step(previous.number, issue.number)
        rules = [rule] if rule else []
    if issue.records and issue.records == previous.records:
        rules.append("same-content")
    return rules


def finish(options, issue):
    """Stores the issue for the next file, and returns the rules that this one breaks."""
    options.issue = issue
    return judge(options.previous, issue) if options.previous else []
