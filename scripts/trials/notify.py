"""Rows about events, notifications and answers, and about updates that are applied."""

import os

from trial import require, row

D, D2 = "00-DB-12-34-56-78-90-A1", "00-DB-12-34-56-78-90-B2"
GAS, POWER = "1234567810", "1013044353630"
HEAD = "on,device,event,meter_point\n"
RUN = ["notify", "run", "r", "--out", ".", "--organisation-id", "42", "--now"]


def lines(*events, head=HEAD):
    """Events as csv, each `day event [point]` of the first meter."""
    text = head
    for event in events:
        day, what, *point = event.split()
        text += "%s,%s,%s,%s\n" % (day, D, what, "".join(point))
    return text


def commissioned(point, device=D, day="2022-01-05"):
    steps = "pending,", "associated," + point, "whitelisted,", "commissioned,"
    return HEAD + "".join("%s,%s,%s\n" % (day, device, step) for step in steps)


def take(t, text, name="events", code=0, options=()):
    return t.run("notify", "add", "r", t.write(name, text), *options).expect(code)


def on(t):
    t.run("notify", "switch", "r", "--gas", "on", "--electricity", "on").expect(0)


def run(t, now, *options, code=0, supplier="MRCY"):
    """A run whose updates have a supplier, unless their events have one or the run has none."""
    suppliers = ["--supplier", supplier] if supplier else []
    return t.run(*RUN, now, *suppliers, *options).expect(code)


def move(t, day, event, point=POWER):
    take(t, lines("%s %s %s" % (day, event, point)), name="event")


def moved(t):
    """An electricity point that is A in file 1, N in file 2 and A in file 3."""
    take(t, commissioned(POWER))
    on(t)
    run(t, "20220201093000")
    move(t, "2022-02-06", "unlinked")
    run(t, "20220207093000")
    move(t, "2022-02-08", "linked")
    run(t, "20220209093000")


def d0350(number):
    return "D0350-EELC-%010d.txt" % number


def d0351(t, *rejections, number=7):
    """A file of rejections, each `instruction reason`."""
    text = "ZHV|%010d|D0351001|P|EELC|Z|DCCO|20220310093000||||OPER|\n83H|1|\n" % number
    for own, rejection in enumerate(rejections, 1):
        instruction, reason = rejection.split()
        text += "84H|%d|DC11|%s|%s|20220310||||\n85H|%s|\n" % (own, instruction, POWER, reason)
    text += "ZPT|%010d|%d||1|20220310093000|\n" % (number, 2 * len(rejections) + 1)
    return t.write("d0351", text)


K = ("2022-01-01 pending", "2022-01-03 associated " + GAS, "2022-01-04 whitelisted", "2022-01-05 commissioned")
UNLINKED, LINKED = "2022-02-06 unlinked " + GAS, "2022-02-06 linked " + GAS


@row("13.1", "a file of events that is taken again changes nothing")
def same_file(t):
    take(t, lines(*K), name="k")
    on(t)
    take(t, lines(UNLINKED), name="u")
    take(t, lines(LINKED), name="l")
    run(t, "20220301093000")
    take(t, lines(UNLINKED), name="again").expect(0, "repeated")
    t.run("notify", "pending", "r").expect(0, absent=[GAS])
    t.run("notify", "history", "r", GAS).expect(0, "2022-02-06  A  sent in file 1")


@row("13.1b", "the same events with other line endings, as JSON, with more around them, change nothing")
def same_events(t):
    text = lines(*K, UNLINKED, LINKED)
    take(t, text, name="k")
    on(t)
    run(t, "20220301093000")
    for other in (
        text.replace("\n", "\r\n"),
        "".join(
            '{"on":"%s","device":"%s","event":"%s"%s}\n'
            % (e.split()[0], D, e.split()[1], ',"meter_point":"%s"' % GAS if GAS in e else "")
            for e in (*K, UNLINKED, LINKED)
        ),
    ):
        take(t, other).expect(0, "repeated events: 6")
    take(t, lines(UNLINKED, LINKED, "2022-02-07 unlinked " + GAS)).expect(0, "repeated events: 2, lines 2-3")
    t.run("notify", "pending", "r").expect(1, GAS + "  N  from 2022-02-07")


@row("13.1c", "the same event twice in one file happens twice, and is repeated twice")
def twice_in_a_file(t):
    take(t, lines(*K), name="k")
    on(t)
    take(t, lines(UNLINKED, LINKED, UNLINKED), name="day").expect(0, absent=["repeated"])
    t.run("notify", "pending", "r").expect(1, GAS + "  N  from 2022-02-06")
    take(t, lines(UNLINKED, LINKED, UNLINKED, LINKED)).expect(0, "repeated events: 3, lines 2-4")
    t.run("notify", "pending", "r").expect(1, GAS + "  A  from 2022-02-06")


@row("13.1d", "after A, N, A the new A with its new date is sent, and only the last state")
def pair(t):
    take(t, lines(*K), name="k")
    on(t)
    run(t, "20220201093000")
    take(t, lines(UNLINKED, "2022-02-08 linked " + GAS), name="u")
    run(t, "20220301093000")
    text = t.read("E45-000002.txt").decode()
    require("E451234567810A20220208\n" in text and "N20220206" not in text, text)
    t.run("notify", "history", "r", GAS).expect(
        0, "A  sent in file 1", "2022-02-06  N  not sent: superseded", "2022-02-08  A  sent in file 2"
    )


@row("13.2", "a rejection names one instruction of one file")
def instructions(t):
    moved(t)
    for number, flag in (1, "A"), (2, "N"), (3, "A"):
        text = t.read(d0350(number)).decode()
        require("\n82H|%d|DC01|%s|%s|" % (number, POWER, flag) in text, text)
    t.run("notify", "answers", "r", d0351(t, "1 55")).expect(1, "2022-01-05", "file 1", absent=["file 2", "  N  "])
    t.run("notify", "answers", "r", d0351(t, "9 3", number=8)).expect(1, "never sent: 1, lines 3")


@row("13.2b", "an ambiguous answer is reported with all candidates")
def ambiguous(t):
    take(t, lines(*K, UNLINKED), name="k")
    on(t)
    run(t, "20220301093000")
    take(t, lines(LINKED), name="l")
    run(t, "20220302093000")
    take(t, lines(UNLINKED, LINKED, UNLINKED), name="u")
    run(t, "20220303093000")
    answer = t.write("rj", "E46RJ%sN20220206\n" % GAS)
    t.run("notify", "answers", "r", answer).expect(1, "line 1", "ambiguous", "in file 1", "in file 3", absent=["file 2"])


@row("13.3", "the file sequence number goes on for each recipient")
def sequence(t):
    moved(t)
    take(t, commissioned("1213044353630", device=D2, day="2022-02-08"))
    run(t, "20220210093000")
    for name, number in (d0350(1), 1), (d0350(2), 2), (d0350(3), 3), ("D0350-LOND-0000000001.txt", 1):
        text = t.read(name).decode()
        require("\n81H|%d|\n" % number in text, text)


@row("13.4", "a foreign file is never overwritten")
def foreign(t):
    take(t, commissioned(GAS))
    take(t, commissioned(POWER, device=D2), name="second")
    for name in "E45-000001.txt", d0350(1):
        for make in (lambda path: t.write(name, "another\n"), os.mkdir, lambda path: os.symlink("nowhere", path)):
            make(t.path(name))
            run(t, "20220301093000", code=2).expect(2, name)
            others = {"E45-000001.txt", d0350(1)} - {name}
            require(not any(t.exists(other) for other in others), "another file is written")
            if os.path.isdir(t.path(name)):
                os.rmdir(t.path(name))
            else:
                require(os.path.islink(t.path(name)) or t.read(name) == b"another\n", "it is overwritten")
                os.remove(t.path(name))
    t.run("notify", "pending", "r").expect(1, GAS, POWER)
    run(t, "20220302093000")
    require(b"20220302093000" in t.read(d0350(1)), "planned by a run that was refused")
    # a file that has the planned bytes is not another one
    for name in "events", "second":
        t.run("notify", "add", "copy", name).expect(0)
    t.run("notify", "run", "copy", *RUN[3:], "20220302093000", "--supplier", "MRCY").expect(0, "E45-000001.txt", d0350(1))


@row("13.5", "a run refuses what the validator would refuse, naming flag and edition")
def edition(t):
    take(t, lines(*K[:3], "2022-01-05 installed-not-commissioned"), options=["--rules", "modification"])
    on(t)
    run(t, "20210101000000", code=2).expect(2, "I (", "pre-mp077", "E45-000001.txt")
    require(not t.exists("E45-000001.txt"), "written")
    t.run("notify", "pending", "r").expect(1, GAS)
    run(t, "20220301093000")
    t.run("check", "-q", "E45-000001.txt").expect(0)


@row("13.5b", "S is refused in a file of today")
def suspended(t):
    take(t, lines(*K, "2022-01-06 suspended"), options=["--rules", "legacy-as-defined"])
    run(t, "20220301093000", code=2).expect(2, "S (", "mp077")
    require(not t.exists("E45-000001.txt"), "written")


@row("13.6", "a mandatory item without a value is refused, and the supplier comes from event or option")
def supplier(t):
    take(t, commissioned(POWER))
    on(t)
    run(t, "20220201093000", code=2, supplier=None).expect(2, "no supplier", POWER)
    require(not t.exists(d0350(1)), "written")
    run(t, "20220201093000")
    require("|A|20220105|MRCY|\n" in t.read(d0350(1)).decode(), "no supplier")
    head = HEAD.replace("\n", ",supplier\n")
    take(t, head + "2022-02-06,%s,unlinked,%s,ABCD\n" % (D, POWER), name="u")
    run(t, "20220207093000", supplier=None)
    require("|N|20220206|ABCD|\n" in t.read(d0350(2)).decode(), "not the event's supplier")
    t.run("check", "-q", d0350(2)).expect(0)


@row("13.6b", "check reports an empty mandatory item")
def empty_item(t):
    profile = t.run("profile", "show", "d0350").out
    item = '{ name = "note", format = "CHAR(4)"%s },\n]'
    place = profile.rindex("]")
    text = (
        "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n"
        "82H|1|DC01|1013044353630|A|20220105|MRCY|x|\n82H|2|DC01|1013044353630|N|20220106|MRCY||\n"
        "ZPT|0000000001|3||1|20220301093000|\n"
    )
    t.write("profile.toml", profile[:place] + item % "" + profile[place + 1 :])
    report = t.check(text, "--profile", "profile.toml")
    require((report["code"], report["accepted"], report["totals"].get("empty-item")) == (1, 1, 1), report)
    t.write("profile.toml", profile[:place] + item % ", optional = true" + profile[place + 1 :])
    require(t.check(text, "--profile", "profile.toml")["code"] == 0, "not optional")
    for group, line in (b"82H|1|", b"82H||"), (b"|A|", b"||"), (b"|MRCY|", b"||"), (b"81H|1|", b"81H||"):
        good = b"ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n"
        good += b"82H|1|DC01|1013044353630|A|20220105|MRCY|\nZPT|0000000001|2||1|20220301093000|\n"
        report = t.check(good.replace(group, line))
        require(report["totals"] == {"empty-item": 1}, report)


def dxi(time, flag, number, point=GAS):
    return "A000000000042DXI20240628%s%06d\nE45%s%s20240603\nZ990000000001\n" % (time, number, point, flag)


@row("13.8", "of two files with headers the later one supersedes, in whichever order they come")
def corrected(t):
    noon, evening = t.write("noon", dxi("120000", "A", 7)), t.write("evening", dxi("180000", "N", 8))
    t.run("register", "apply", "s", noon).expect(0)
    t.run("register", "apply", "s", evening).expect(0, "1 corrected")
    t.run("register", "query", "s", GAS).expect(0, "  N  ")
    t.run("register", "history", "s", GAS).expect(0, "corrected", "noon", "evening")
    t.run("register", "apply", "o", evening).expect(0)
    t.run("register", "apply", "o", noon).expect(1, "1 conflicting")
    t.run("register", "query", "o", GAS).expect(0, "  N  ")
    t.run("register", "apply", "f", "--conflicts", "first", noon, evening).expect(1, "1 conflicting")
    t.run("register", "query", "f", GAS).expect(0, "  A  ")


@row("13.8b", "of two files of one second the generation number says which is later; bare files keep the first")
def generations(t):
    first, second = t.write("first", dxi("120000", "A", 9)), t.write("second", dxi("120000", "N", 10))
    for name, order in ("a", (first, second)), ("b", (second, first)):
        for file in order:
            t.run("register", "apply", name, file)
        t.run("register", "query", name, GAS).expect(0, "  N  ")
    bare = [t.write("bare" + flag, "E45%s%s20240603\n" % (GAS, flag)) for flag in "AN"]
    t.run("register", "apply", "c", *bare).expect(1, "1 conflicting")
    t.run("register", "query", "c", GAS).expect(0, "  A  ")


@row("13.9", "a point with wrong check digits is warned of")
def digits(t):
    take(t, commissioned("1234567890")).expect(0, "events: line 3: warning", "1234567890")
    take(t, commissioned("1013044353631", device=D2), name="e").expect(0, "e: line 3: warning", "should be 0")
    t.run("status", "flags", "events").expect(0, "line 3: warning")
    take(t, commissioned(GAS, device=D2.replace("B2", "C3")), name="good").expect(0, absent=["warning"])


@row("13.10", "every refused line is listed")
def refused(t):
    text = lines(*K) + "".join("2022-02-%02d,%s,nothing,\n" % (n % 28 + 1, D) for n in range(150))
    text += "2022-02-01,%s,restored,\n\"x\x1b\n" % D
    take(t, text, code=1, options=["--refused-to", "refused.csv"]).expect(1, "refused.csv", "and 52 more")
    rows = t.read("refused.csv").decode().splitlines()
    require(len(rows) == 153 and rows[0] == "line,reason,text", "%d rows" % len(rows))
    require(rows[1].startswith('6,"unknown event","2022-02-01,'), rows[1])
    require(rows[151].startswith("156,") and rows[152].startswith("157,") and rows[152].endswith('"""x\\x1B"'), rows[152])
    for command in ["flags"], ["why", GAS], ["compare"]:
        name = command[0] + ".csv"
        t.run("status", *command, "events", "--refused-to", name).expect(1)
        require(t.read(name) == t.read("refused.csv"), "%s lists other lines" % name)
    t.run("status", "flags", "events").expect(1, "--refused-to FILE lists all of them")


@row("13.11", "an AC after an RJ: both are kept, and a rejected update can be sent again")
def again(t):
    take(t, lines(*K), name="k")
    run(t, "20220201093000")
    run(t, "20220202093000", "--again", GAS, code=2).expect(2, "not rejected")
    rejected, accepted = (t.write(name, "E46%s%sA20220105\n" % (name, GAS)) for name in ("RJ", "AC"))
    t.run("notify", "answers", "r", rejected).expect(1, "rejected by gas, file 1")
    t.run("notify", "answers", "r", accepted).expect(1, "rejected by gas, file 1; then accepted")
    run(t, "20220203093000", "--again", GAS).expect(0, "file 2 for gas, updates: 1")
    require("E45%sA20220105\n" % GAS in t.read("E45-000002.txt").decode(), "not sent again")
    t.run("notify", "history", "r", GAS).expect(0, "sent in file 1: rejected by gas; then accepted", "sent in file 2")
    t.run("notify", "answers", "r").expect(0, "sent again in file 2")
    header = "A000000000042DXR20220204093000000001\n%sZ990000000001\n"
    t.run("notify", "answers", "r", t.write("AC2", header % ("E46AC%sA20220105\n" % GAS))).expect(0)
    t.run("notify", "history", "r", GAS).expect(0, "sent in file 2: accepted by gas")


@row("13.11b", "a rejected electricity update is sent again under new numbers")
def again_electricity(t):
    moved(t)
    t.run("notify", "answers", "r", d0351(t, "3 48")).expect(1, "file 3, instruction 3: 48")
    run(t, "20220212093000", "--again", POWER)
    text = t.read(d0350(4)).decode()
    require("\n81H|4|\n82H|4|DC01|%s|A|20220208|MRCY|\n" % POWER in text, text)
    t.run("notify", "answers", "r", d0351(t, "4 47", number=8)).expect(
        1, "file 3, instruction 3: 48; sent again in file 4", "file 4, instruction 4: 47"
    )
