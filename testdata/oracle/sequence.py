"""Sequences of files: numbers that repeat, skip or go back, and the same records again.

Both oracles call `finish` at the end of a file. It makes the file's issue (for comparison with the
next file) and returns the rules that the file breaks after the previous one. Gas files are numbered
by GENERATION_NUMBER, electricity files by J0330; an electricity file has an identifier as well, which
no later file of its series has.
"""

HIGHEST_GENERATION = 999999
LONGEST = 12  # digits of any number
KEPT = 256  # of a line past the limit: flagflow's own choice


class Issue:
    """The identity of a file among those of its sender. None: cannot be read."""

    def __init__(self, series=None, number=None, records=None, highest=None, identifier=None):
        self.series = series
        self.number = number  # an int, or the text of --after
        self.records = records  # the lines; None if only a number is known
        self.highest = highest  # the last number before they begin again; None if only a number is known
        self.identifier = identifier


def told(text):
    """The issue of --after NUMBER."""
    number = text.encode()
    if not 1 <= len(number) <= LONGEST or not is_graphic(number):
        raise ValueError(text)
    return Issue(number=number)


def is_graphic(text):
    return all(0x21 <= byte <= 0x7E for byte in text)


def content(lines, max_line):
    """The lines, of a long one only its beginning and its length."""
    return [(line.text[:KEPT] if len(line.text) > max_line else line.text, len(line.text)) for line in lines]


def step(before, number, highest):
    """The rule that `number` breaks after `before`, or None."""
    if isinstance(before, bytes):
        before = int(before) if before.isdigit() else None
    if before is None or number is None or before > highest:
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
    """The rules that a file breaks after the previous one, and whether each is about its identifier."""
    is_other = previous.series is not None and issue.series is not None and previous.series != issue.series
    is_other = is_other or (previous.highest is not None and previous.highest != issue.highest)
    rule = "sequence-unknown" if is_other else step(previous.number, issue.number, issue.highest)
    is_identifier = (
        not is_other
        and rule != "sequence-repeated"
        and previous.identifier is not None
        and previous.identifier == issue.identifier
    )
    rules = [("sequence-repeated", True)] if is_identifier else [(rule, False)] if rule else []
    if issue.records and issue.records == previous.records:
        rules.append(("same-content", False))
    return rules


def finish(options, issue):
    """Stores the issue for the next file, and returns the rules that this one breaks."""
    options.issue = issue
    return judge(options.previous, issue) if options.previous else []
