"""Rows about the rules of the flag, and about what events cost."""

import random

from trial import require, row

HEAD = "on,device,event,meter_point\n"
COMMISSION = ["whitelisted", "commissioned"]


def device(number):
    return "%016X" % number


def line(number, event, point="", day="2022-01-03"):
    return "%s,%s,%s,%s\n" % (day, device(number), event, point)


def flags(t, events, rules, timeout=120):
    """The flags of the points under a rule set, by point."""
    out = t.run("status", "flags", t.write("events.csv", HEAD + events), "--rules", rules, timeout=timeout).expect(0).out
    return {text.split()[0]: text.split()[1] for text in out.splitlines()}


def last(t, rules, *events):
    """The flag of one point after events of meters, `1 linked`; None where it is null."""
    point = "1234567810"
    text = ""
    for event in events:
        number, name = event.split()
        text += line(int(number), name, point if name in ("linked", "unlinked", "associated") else "")
    return flags(t, text, rules).get(point)


def expect(t, rules, flag, *events):
    found = last(t, rules, *events)
    require(found == flag, "%s: %s gives %s, expected %s" % (rules, ", ".join(events), found, flag))


def life(number, *events):
    return ["%d %s" % (number, event) for event in ("pending", *events)]


@row("13.7", "as-reported gives A in whichever order status and association come")
def as_reported(t):
    for status in ("whitelisted", "installed-not-commissioned"):
        for link in ("associated", "linked"):
            for order in ([status, link], [link, status]):
                expect(t, "legacy-as-run/as-reported", "A", *life(1, *order))
                expect(t, "legacy-as-run", None, *life(1, *order))
    # the same kind: install and leave, seen before the association
    expect(t, "legacy-as-defined/install-and-leave", "S", *life(1, "installed-not-commissioned", "associated"))


@row("13.12", "the last meter that leaves turns a flag to N")
def last_meter(t):
    for rules in ("requirements", "modification"):
        expect(t, rules, "N", *life(1, "linked", "installed-not-commissioned", "unlinked"))
        for status in ([], ["suspended"], ["recovery"], ["recovery", "recovered"], ["decommissioned"]):
            expect(t, rules, "N", *life(1, "linked", *COMMISSION, *status, "unlinked"))
        expect(t, rules, None, *life(1, "linked", "whitelisted", "unlinked"))


@row("13.12b", "meters that are pending, or were never commissioned, do not keep a flag")
def not_in_service(t):
    for rules in ("requirements", "modification"):
        served = life(1, "linked", *COMMISSION)
        for waiting in ([], ["whitelisted"], ["suspended"]):
            expect(t, rules, "N", *served, *life(2, "linked", *waiting), "1 decommissioned")
    never = life(1, "linked", "suspended")
    expect(t, "modification", "I", *never, *life(2, "linked", "installed-not-commissioned"))
    expect(t, "modification", "A", *life(1, "linked", *COMMISSION), *life(2, "linked", "installed-not-commissioned"))
    both = [*life(1, "linked", *COMMISSION), *life(2, "linked", "installed-not-commissioned")]
    expect(t, "modification/installed-first", "I", *both, "2 suspended", *life(3, "linked", "installed-not-commissioned"))


@row("13.12c", "a meter that is Commissioned again counts as Commissioned")
def restored(t):
    for before in (["suspended"], ["recovery", "recovered"]):
        expect(t, "requirements", "A", *life(1, "linked", *COMMISSION, *before, "restored"))
    expect(t, "requirements", "N", *life(1, "linked", *COMMISSION, "recovery"))
    expect(t, "requirements", "A", *life(1, *COMMISSION, "linked"))
    both = [*life(1, "linked", *COMMISSION), *life(2, "linked", "installed-not-commissioned")]
    expect(t, "requirements", "A", *both)
    expect(t, "requirements/any", "N", *both)


@row("13.12d", "decommissioned meters do not count in 'all' of legacy-as-defined")
def all_on_the_wall(t):
    two = [*life(1, "linked", *COMMISSION), *life(2, "linked", *COMMISSION)]
    expect(t, "legacy-as-defined", "S", *two, "1 suspended", "2 decommissioned")
    expect(t, "legacy-as-defined", "A", *two, "1 suspended")


def by_state(rules, meters, had_a_flag):
    """The flag as a function of the meters at a point, (status, ever commissioned), and of having had one."""
    statuses = [status for status, _ in meters]
    recovery = sum(status in ("recovery", "recovered") for status in statuses)
    in_service = sum(status == "commissioned" or (status == "suspended" and ever) for status, ever in meters)
    installed = "installed-not-commissioned" in statuses
    if rules.startswith("modification"):
        if in_service + recovery:
            return "I" if installed and rules.endswith("installed-first") else "A"
        return "I" if installed else "N" if had_a_flag else None
    if in_service:
        return "N" if installed and rules.endswith("any") else "A"
    out = installed or recovery or "decommissioned" in statuses
    return "N" if out or had_a_flag else None


def lives(generator):
    """What may happen to a meter, in its order: a status at a time, and its point."""
    events = generator.choice(
        [
            [],
            ["whitelisted"],
            ["installed-not-commissioned"],
            ["installed-not-commissioned", "suspended"],
            ["suspended", "installed-not-commissioned"],
            COMMISSION,
            COMMISSION + ["suspended"],
            COMMISSION + ["suspended", "restored"],
            COMMISSION + ["recovery"],
            COMMISSION + ["recovery", "recovered", "restored"],
            ["installed-not-commissioned", "commissioned", "recovery", "suspended"],
        ]
    )
    return events, generator.choice([[], [], ["decommissioned"] if events else []]), generator.random() < 0.3


def order(generator, meters):
    """One order of the events of meters."""
    queues = []
    for number, (events, end, leaves) in enumerate(meters):
        queue = list(events)
        queue.insert(generator.randrange(len(queue) + 1), "linked")
        queue += end
        if leaves:
            queue.insert(generator.randrange(queue.index("linked") + 1, len(queue) + 1), "unlinked")
        queues.append((number, ["pending"] + queue))
    events = []
    while any(queue for _, queue in queues):
        number, queue = generator.choice([one for one in queues if one[1]])
        events.append((number, queue.pop(0)))
    return events


def expected(rules, events):
    """The flag after events, and whether the point had one before the last."""
    meters, linked, flag, had = {}, set(), None, False
    for number, event in events:
        if event == "linked":
            linked.add(number)
        elif event == "unlinked":
            linked.discard(number)
        else:
            ever = meters.get(number, ("", False))[1] or event == "commissioned"
            meters[number] = ("commissioned" if event == "restored" else event, ever)
        had = flag is not None
        is_about = event == "unlinked" or number in linked
        if is_about:
            flag = by_state(rules, [meters[one] for one in linked], had)
    return flag, had


@row("13.12e", "requirements and modification are functions of state: the order of events plays no part")
def functions_of_state(t):
    generator = random.Random(17)
    cases = []
    for _ in range(400):
        meters = [lives(generator) for _ in range(generator.randrange(1, 4))]
        cases.append([order(generator, meters), order(generator, meters)])
    text, number = "", 0
    for case, orders in enumerate(cases):
        for which, events in enumerate(orders):
            point = "%010d" % (2 * case + which + 1)
            for meter, event in events:
                text += line(10 * number + meter, event, point if event in ("linked", "unlinked") else "")
            number += 1
    for rules in ("requirements", "requirements/any", "modification", "modification/installed-first"):
        found = flags(t, text, rules)
        same = 0
        for case, orders in enumerate(cases):
            got = [found.get(str(2 * case + which + 1)) for which in (0, 1)]
            right = [expected(rules, events) for events in orders]
            require(got == [flag for flag, _ in right], "%s: %s give %s, expected %s" % (rules, orders, got, right))
            if [flag is None for flag in got] == [False, False]:
                same += 1
                require(got[0] == got[1], "%s: %s give %s" % (rules, orders, got))
        require(same > 100, "%s: only %d pairs compared" % (rules, same))


@row("16.10", "a hundred thousand meters at one point")
def many_meters(t):
    many = 100_000
    point = "1234567810"
    text = "".join(line(n, "pending") + line(n, "associated", point) for n in range(many))
    text += "".join(line(n, "installed-not-commissioned") for n in range(0, many, 2))
    found = flags(t, text, "modification", timeout=100)
    require(found == {point: "I"}, "the flags are %s" % found)
    t.run("status", "why", point, "events.csv", timeout=100).expect(1, "%s  null" % point)


@row("16.10b", "one meter at many points, and many events of it")
def many_points(t):
    points = ["%010d" % n for n in range(1, 20_001)]
    text = line(1, "pending") + "".join(line(1, "linked", point) for point in points)
    text += "".join(line(1, event) for event in COMMISSION)
    text += "".join(line(1, event) for _ in range(10_000) for event in ("suspended", "restored"))
    run = t.run("status", "flags", t.write("events.csv", HEAD + text), timeout=100)
    run.expect(1, "line 103: linked of 00-00-00-00-00-00-00-01", "the device is linked to 100 meter points, which is the limit")
    require(len(run.out.splitlines()) == 100, "%d flags" % len(run.out.splitlines()))
