#!/usr/bin/env python3
"""Compares `flagflow check` with the oracle on random files.

    differential.py --flagflow PATH [--fuel gas|electricity|both] [--seed N] [--rounds N] [--alone] [--limit] [--save DIR]

A round is one run of the program with random options over one or more random
files. The exit code and the reports are compared, all but `message`,
`expected` and `source` (their presence and kind are checked). The first few differences are made
small and printed; exit 1 if there was one.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import check_oracle as oracle  # noqa: E402
import common  # noqa: E402
import electricity  # noqa: E402
import electricity_samples  # noqa: E402

# ------------------------------------------------------------- random content

BODIES = [0, 0, 5, 1234, 12345, 123456, 1234567, 12345678, 12345678, 11111119, 23456789, 34567890, 99999999]
FLAGS = [b"A"] * 6 + [b"N"] * 4 + [b"I", b"S", b"W", b"X", b"a", b" "]
DATES = [b"20220101"] * 6 + [b"20211104", b"20211105", b"20220102", b"20220301", b"20220302", b"20240229",
         b"00000229", b"99991231", b"00010101", b"18991230", b"19000101", b"19700101", b"19491231", b"19500101",
         b"21991231", b"22000101", b"20230229", b"19000229", b"20000229", b"00000000", b"20221301", b"2022-1-1", b"20220431"]
CREATED = [b"20220301"] * 5 + [b"20211104", b"20211105", b"20240229", b"00000101", b"99991231", b"19700101", b"20220230", b"        "]
TIMES = [b"093000"] * 4 + [b"000000", b"235959", b"240000", b"236000", b"000060", b"00000x"]
TYPES = [b"DXI"] * 6 + [b"DXR", b"dxi", b"   ", b"A\\B"]
TAGS = [b"A00", b"E45", b"E46", b"Z99", b"S72", b"e45", b"E4", b"", b"ABC"]
BYTES = b'AENISWXRJC0123456789",,""\r\n\n \x00\x7f\x80\xff\xc3\xa9\xef\xbb\xbf\t\\|/-+.eazDXIZ'
SNIPPETS = [b"\r\n", b"\n\n", b"\n", b"\r", b'"', b'""', b",", b",,", b"E45", b"E46", b"A00", b"Z99", b"\xef\xbb\xbf",
            b"\xc3\xa9", b"0000000000", b'"E45",', b'"Z99",', b"A", b"20220101"]


CLEAN = {"flags": [b"A", b"A", b"N"], "dates": [b"20220101", b"20220101", b"20211110"], "bodies": [1234, 12345678, 11111119],
         "outcomes": [b"AC", b"RJ"], "wrong": 0.0}
WILD = {"flags": FLAGS, "dates": DATES, "bodies": BODIES, "outcomes": [b"AC", b"RJ", b"AC", b"RJ", b"ac", b"XX"], "wrong": 0.1}


def a_point(rng, mood):
    body = rng.choice(mood["bodies"])
    digits = oracle.check_digits(body)
    if rng.random() < mood["wrong"]:
        digits = rng.randrange(100)
    return body * 100 + digits


def a_record(rng, tag, mood):
    """The values of one record's fields after the tag."""
    update = [b"%010d" % a_point(rng, mood), rng.choice(mood["flags"]), rng.choice(mood["dates"])]
    if tag == b"E46":
        return [rng.choice(mood["outcomes"])] + update
    if tag == b"A00":
        return [b"%010d" % rng.choice([0, 12345, 9999999999]), rng.choice(TYPES), rng.choice(CREATED), rng.choice(TIMES),
                b"%06d" % rng.choice([0, 42, 999999])]
    if tag == b"Z99":
        return [b"%010d" % rng.randrange(8)]
    return update


def write_record(rng, layout, tag, values, style, wrong=0.0):
    if layout == "fixed":
        return tag + b"".join(values)
    cells = []
    for place, value in enumerate([tag] + values):
        is_text = not value.isdigit()
        if value.isdigit() and len(value) in (6, 10) and (style == "writer" or rng.random() < 0.7):
            value = value.lstrip(b"0") or b"0"
        if not is_text and rng.random() < wrong / 3:
            value = rng.choice([b"", b"0" + value, b"00000000000", b"12345678901", b"1"])
        quoted = is_text or place == 0
        if style == "free" and rng.random() < 0.4:
            quoted = not quoted
        cells.append(b'"' + value + b'"' if quoted else value)
    if rng.random() < wrong / 5:
        cells.append(b"")
    return b",".join(cells)


def a_file(rng):
    layout = rng.choice(["fixed", "uklink"])
    tag = rng.choice([b"E45", b"E45", b"E46"])
    style = rng.choice(["writer", "free"])
    mood = rng.choice([CLEAN, CLEAN, WILD])
    end = rng.choice([b"\n", b"\n", b"\r\n"])
    count = rng.choice([0, 1, 2, 3, 4, 6, 10])
    lines = []
    if rng.random() < 0.7:
        values = a_record(rng, b"A00", mood)
        if mood is CLEAN or rng.random() < 0.5:
            values[1:4] = [b"DXI", b"20220301", b"093000"]
        lines.append(write_record(rng, layout, b"A00", values, style))
    for _ in range(count):
        this = rng.choice(TAGS) if rng.random() < (0.01 if mood is CLEAN else 0.05) else tag
        lines.append(write_record(rng, layout, this, a_record(rng, this, mood), style, mood["wrong"]))
    if rng.random() < 0.7:
        declared = count if rng.random() < 0.9 else rng.randrange(8)
        lines.append(write_record(rng, layout, b"Z99", [b"%010d" % declared], style))
    if rng.random() < 0.004:  # around the default --max-line
        place = rng.randrange(len(lines) + 1)
        start = lines[place] if place < len(lines) else b"E45"
        lines[place : place + 1] = [start + rng.choice([b"9", b"x", b","]) * (65536 + rng.randrange(-2, 3) - len(start))]
    if rng.random() < 0.004 and lines:  # larger than any buffer
        lines[1:-1] = [write_record(rng, layout, tag, a_record(rng, tag, mood), style) for _ in range(rng.randrange(3000, 9000))]
    data = b"".join(line + end for line in lines)
    return mutate(rng, data) if rng.random() < (0.6 if mood is CLEAN else 0.8) else data


# ------------------------------------------------- random content, electricity

DISTRIBUTORS = [b"10"] * 8 + [b"12", b"23", b"24", b"38", b"39", b"09", b"00", b"99"]
POINTS = [b"1234567890", b"0000000001", b"0000000000", b"9999999999"]
PARTICIPANTS = [b"EELC"] * 6 + [b"LOND", b"YELG", b"INDP", b"EEL", b"eelc", b""]
STAMPS = [b"20220301093000"] * 5 + [b"20240229235959", b"20220229000000", b"20220301240000", b"20220301006000", b"20220301000060",
          b"20220301", b"", b"2022030109300", b"00000229000000", b"99991231235959"]
E_SNIPPETS = [b"|", b"||", b"|\n", b"\n", b"\r\n", b"\n\n", b"\r", b"81H|1|\n", b"83H|2|\n", b"749|1|\n", b"82H|", b"84H|", b"85H|1|\n", b"85H1   \n",
              b"357|", b"ZPT|", b"ZPT", b"ZHV|", b"ZHF", b"81H", b"85H", b" ", b"\xef\xbb\xbf", b"\xc3\xa9", b"0", b"A", b"20220101", b"D0351", b"D0172",
              b"1013044353630", b"| |", b"|  \n", b"| | |\n", b"|| \t\n", b"|\t\n", b"\x01", b"MRCY|"]
E_BYTES = b"ANISWXQ0123456789||||\r\n\n  \x00\x7f\x80\xff\xc3\xa9ZHVFPTDC\t\\.eaz\x1f\x01"
SUPPLIERS = [b"MRCY"] * 5 + [b"A1B2", b"mrcy", b"MRC", b"M", b"MR Y", b" RCY", b"    ", b" ", b"", b"ZZ-1", b"M\tCY", b"MRCYX", b"\xc3\xa9", b"\x7f"]
REASONS = [b"1", b"3", b"23", b"38", b"47", b"48", b"55", b"56", b"58", b"62", b"9", b"ZZ-9", b"a b", b" 1", b"47 ", b"", b"    ", b"12345", b"4\x7f", b"\xe9"]


def a_core(rng, mood):
    body = (b"10" if mood is CLEAN else rng.choice(DISTRIBUTORS)) + rng.choice(POINTS[:2] if mood is CLEAN else POINTS)
    core = body + b"%d" % electricity.check_digit(body)
    if rng.random() < mood["wrong"]:
        core = rng.choice([core[:12] + b"%d" % rng.randrange(10), core[:12], core + b"0", b"", core[:5] + b"x" + core[6:], b" " + core[1:]])
    return core


def an_item(rng, name, most, flow, state, mood):
    """One item's value: as it should be, or (in a wild mood) something near it."""
    profile = electricity.PROFILES[flow]
    odd = rng.random() < mood["wrong"]
    right = {
        "file_identifier": state["identifier"],
        "flow_and_version": profile.flow_and_version,
        "from_role": profile.from_role,
        "to_role": profile.to_role,
        "from_participant": b"DCCO" if flow == "d0350" else b"EELC",
        "to_participant": b"EELC" if flow == "d0350" else b"DCCO",
        "supplier_id": b"MRCY",
        "rejection_reason_code": rng.choice(REASONS[:12]),
        "answered_file_identifier": rng.choice([b"0000475656", b"1", b"A1"]),
        "created": b"20220301093000",
        "completed": b"20220301093100",
        "test_flag": b"OPER",
        "instruction_type": profile.instruction_type,
        "file_sequence_number": b"%d" % rng.choice([0, 1, 2, 3, 41, 42, 42, 42, 43, 999999999999]),
        "incoming_instruction_number": b"%d" % rng.choice([1, 7, 999999999999]),
        "received": b"%d" % state["received"],
        "accepted": b"%d" % state["accepted"],
        "rejected": b"%d" % (state["received"] - state["accepted"]),
        "instruction_number": b"%d" % state["instruction"],
        "group_count": b"%d" % state["groups"],
        "flow_count": b"%d" % state["flows"],
    }
    near = {
        "file_identifier": [b"", b"1", b"01", state["identifier"] + b" ", b" 1", b"0" + state["identifier"]],
        "flow_and_version": [b"D0350002", b"D0351", b"D0010", b"D0172001", b"D010", b"D0350", b"D0351002", b"d0351001", b"D0010002", b"", b"D0350001 ", b"D03510011"],
        "from_role": [b"D", b"", b"z", b"ZZ", b" ", b"P"],
        "to_role": [b"D", b"", b"p", b"PP", b" ", b"Z"],
        "from_participant": PARTICIPANTS,
        "to_participant": PARTICIPANTS,
        "created": STAMPS,
        "completed": STAMPS,
        "test_flag": [b"TR01", b"", b"oper", b"OPERA", b"    "],
        "instruction_type": [b"DC11", b"DC01", b"DC90", b"", b"    ", b"DC1", b"dc01", b"DC011", b"DC\x001", b"DC0\t"],
        "supplier_id": SUPPLIERS,
        "rejection_reason_code": REASONS,
        "answered_file_identifier": [b"", b" ", b"DCC_1", b"A" * 11, b"A 1", b"\x01"],
    }
    optional = flow == "d0351" and name in ("mpan_core", "dcc_service_flag", "effective_from_date", "supplier_id")
    if optional and rng.random() < 0.3:
        return b""
    if name == "mpan_core":
        return a_core(rng, mood)
    if name == "dcc_service_flag":
        return rng.choice(mood["flags"] + ([b"", b"AA"] if odd else []))
    if name in ("effective_from_date", "deemed_received_date"):
        return rng.choice(mood["dates"] + ([b"", b"2022010", b"202201011"] if odd else []))
    if odd and name in near:
        return rng.choice(near[name])
    if odd and name in right:  # a number
        value = right[name]
        return rng.choice([b"", b"0" + value, value + b"0", b"-1", b"x", b" ", b"%d" % rng.randrange(12), b"999999999999", b"0000000000001", b"99999", b"000001"])
    if name in right:
        return right[name]
    return rng.choice([b"", b"", b"x", b"a b", b"x" * most, b"x" * (most + (1 if odd else 0))])


def a_line(rng, layout, code, shape, flow, state, mood):
    values = [an_item(rng, name, most, flow, state, mood) for name, most, _ in shape]
    if layout == "zhf":
        cells = []
        for (name, most, kind), value in zip(shape, values):
            if rng.random() < mood["wrong"] / 5:
                kind = rng.choice(["text", "number"])
            if not value:  # nothing: spaces
                kind = "text"
            value = value.rjust(most, b"0") if kind == "number" else value.ljust(most)
            cells.append(value[:most] if rng.random() < 0.9 else value)
        return code + b"".join(cells)
    if rng.random() < mood["wrong"] / 4:
        values.insert(rng.randrange(len(values) + 1), b"")
    if rng.random() < mood["wrong"] / 4:
        del values[rng.randrange(len(values))]
    if code in (b"ZHV", b"ZPT") and rng.random() < 0.1:
        values += [rng.choice([b"", b"more", b"\xe9"]) for _ in range(rng.randrange(1, 4))]
    line = b"|".join([code] + values) + (b"|" if rng.random() > mood["wrong"] / 4 else b"")
    if rng.random() < 0.02:
        line += rng.choice([b" ", b"  ", b"\t", b" | |", b"|| |", b" |  ", b"\t|", b"|| ", b" |x|"])
    return line


def electricity_lines(rng, layout, flow, mood, state):
    """The lines between header and trailer: a group of level 1, records, their reasons."""
    profile = electricity.PROFILES[flow]
    shapes = {b"ZHV" if layout == "zhv" else b"ZHF": electricity.HEADER, b"ZPT": electricity.TRAILER}
    for other in electricity.PROFILES.values():
        shapes.update(other.shapes)

    def line(code):
        return a_line(rng, layout, code, shapes[code], flow, state, mood)

    lines = [line(profile.top_code)] if rng.random() < 0.97 else []
    count = rng.choice([0, 1, 1, 2, 3, 4, 6, 10])
    if rng.random() < 0.004:
        count = rng.randrange(1500, 4000)
    damage = 0.01 if mood is CLEAN else 0.06
    for _ in range(count):
        state["received"] = rng.choice([0, 1, 3, 99999])
        state["accepted"] = rng.randrange(state["received"] + 1)
        if rng.random() < damage:
            state["accepted"] = rng.randrange(5)
        if rng.random() < damage:
            lines.append(line(profile.top_code))
        if rng.random() < damage:
            lines.append(rng.choice([b"026|1|", b"82h", b"|", b" ", b"E451234567810A20220101", b"X02|1|"]))
        lines.append(line(rng.choice(sorted(shapes)) if rng.random() < damage else profile.record_code))
        if flow == "d0351":
            for _ in range(rng.choice([1, 1, 1, 2, 3]) if rng.random() > damage else rng.choice([0, 0, 20])):
                lines.append(line(b"85H"))
        state["instruction"] += rng.choice([1] * 15 + [0, -1, 2, 7])
        state["instruction"] = max(0, state["instruction"])
    for _ in range(rng.choice([1, 1, 2, 3]) if lines and rng.random() < damage * 6 else 0):
        damage_groups(rng, lines, line, sorted(shapes))
    return lines


def damage_groups(rng, lines, line, codes):
    """Takes a line out, doubles one, swaps two, moves one, puts another group's in its place or before it."""
    kind = rng.randrange(6)
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if kind == 0 and len(lines) > 1:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines.insert(other, lines.pop(at))
    elif kind == 4:
        lines[at] = line(rng.choice(codes))
    else:
        lines.insert(at, line(rng.choice(codes)))


def an_electricity_file(rng):
    layout = rng.choice(["zhv", "zhv", "zhf"])
    flow = rng.choice(["d0350", "d0350", "d0351", "d0351", "d0172"])
    mood = rng.choice([CLEAN, CLEAN, WILD])
    end = rng.choice([b"\n", b"\n", b"\r\n"])
    profile = electricity.PROFILES[flow]
    header_code = b"ZHV" if layout == "zhv" else b"ZHF"
    state = {"identifier": rng.choice([b"0000475656"] * 6 + [b"1", b"007a", b"", b"DCC_1"]), "instruction": rng.choice([0, 1, 8, 98]),
             "groups": 0, "flows": 0, "received": 0, "accepted": 0}
    body = electricity_lines(rng, layout, flow, mood, state)
    lines = [a_line(rng, layout, header_code, electricity.HEADER, flow, state, mood)] if rng.random() < 0.95 else []
    lines += body
    if rng.random() < 0.93:
        codes = [electricity.code_of(text, layout) for text in body]
        state["groups"] = len([text for text in body if text.strip(b" \t")]) + (rng.randrange(-2, 3) if rng.random() < 0.1 else 0)
        state["flows"] = codes.count(profile.top_code) + (rng.randrange(-1, 3) if rng.random() < 0.1 else 0)
        state["groups"], state["flows"] = max(0, state["groups"]), max(0, state["flows"])
        lines.append(a_line(rng, layout, b"ZPT", electricity.TRAILER, flow, state, mood))
    if rng.random() < 0.004 and lines:  # around the default --max-line
        place = rng.randrange(len(lines))
        lines[place] += rng.choice([b"9", b"x", b"|"]) * (65536 + rng.randrange(-2, 3) - len(lines[place]))
    data = b"".join(x + end for x in lines)
    return mutate(rng, data) if rng.random() < (0.5 if mood is CLEAN else 0.7) else data


def mutate(rng, data):
    is_electricity = data[:40].lstrip(b"\xef\xbb\xbf\r\n")[:1] in (b"Z", b"8", b"7", b"3")
    some_bytes, snippets = (E_BYTES, E_SNIPPETS) if is_electricity else (BYTES, SNIPPETS)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5, 10])):
        kind = rng.randrange(18)
        at = rng.randrange(len(data)) if data else 0
        if kind <= 2 and data:  # another byte
            data = data[:at] + bytes([rng.choice(some_bytes)]) + data[at + 1 :]
        elif kind == 3:  # any byte at all
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        elif kind == 4:
            data = data[:at] + data[at + rng.choice([1, 1, 1, 2, 5, 30]) :]
        elif kind == 5:
            data = data[:at] + rng.choice(snippets) + data[at:]
        elif kind == 6 and len(data) > 1:  # two neighbours swapped
            at = rng.randrange(len(data) - 1)
            data = data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]
        elif kind == 7:  # lines moved, doubled, taken out
            lines = data.splitlines(keepends=True) if rng.random() < 0.1 else data.split(b"\n")
            glue = b"\n" if data.split(b"\n") == lines else b""
            if lines:
                line = rng.choice(lines)
                if rng.random() < 0.4:
                    lines.remove(line)
                if rng.random() < 0.7:
                    lines.insert(rng.randrange(len(lines) + 1), line)
            data = glue.join(lines)
        elif kind == 8:  # one line ending changed
            ends = [i for i in range(len(data)) if data[i] == 10]
            if ends:
                at = rng.choice(ends)
                if data[at - 1 : at] == b"\r":
                    data = data[: at - 1] + rng.choice([b"", b"\r"]) + data[at:]
                else:
                    data = data[:at] + b"\r" + data[at:]
        elif kind == 9:
            data = data[: -rng.choice([1, 1, 2, 3, 10])]
        elif kind == 10:
            data = b"\xef\xbb\xbf" + data
        elif kind == 11:
            data = rng.choice([b"\n", b"\r\n", b"\n\n", b"\r"]) + data
        elif kind == 12:
            data = data + rng.choice([b"\n", b"\r\n", b"\r", b"\n\r\n", b"x", b"\x1a", (an_electricity_file if is_electricity else a_file)(rng) if rng.random() < 0.3 else b" "])
        elif kind == 13:  # a quote or a comma (or a pipe) somewhere
            mark = b"|" if is_electricity else rng.choice([b'"', b","])
            data = data[:at] + mark + data[at + rng.randrange(2) :]
        elif kind == 14:  # padding, or nearly
            if rng.random() < 0.3:
                data = data[:-1]
            data += rng.choice([b"\x1a", b"\x1a\n", b"\x1a\r\n", b"\x1a\x1a", b"\0", b"\0" * rng.randrange(1, 600), b"\x1a\0\0", b"\0\x1a",
                                b"\0\n", b"\x1a\n\0", b"\x1a\n\n", b" \x1a", b"\x1a\r"])
        elif kind == 15:  # a line of white space, or nearly
            starts = [0] + [i + 1 for i in range(len(data)) if data[i] == 10]
            at = rng.choice(starts)
            data = data[:at] + rng.choice([b" ", b"\t", b"   ", b" \t ", b" \x0b", b"\xa0", b" " * 60]) + rng.choice([b"\n", b"\r\n", b""]) + data[at:]
        elif kind == 16:  # a second file behind the first, of any flow
            second = rng.choice([data, a_file(rng), an_electricity_file(rng)]) if len(data) < 10000 else b"A00"
            data += rng.choice([b"", b"", b"\n", b"\xef\xbb\xbf", b"x\n"]) + second
        elif kind == 17:  # a SUB or a NUL at the end of a line
            ends = [i for i in range(len(data)) if data[i] == 10]
            if ends:
                at = rng.choice(ends)
                data = data[:at] + rng.choice([b"\x1a", b"\0"]) + data[at:]
    return data


def some_options(rng, fuel):
    """Groups of arguments (a group is an option with its value)."""
    others = common.ELECTRICITY_RULES if fuel == "gas" else common.GAS_RULES
    rules = [rule for rule in oracle.SEVERITY if rule not in others]
    groups = []
    if rng.random() < 0.25:
        groups.append(["--edition", rng.choice(["auto", "pre-mp077", "mp077", "any"])])
    if rng.random() < 0.2:
        groups.append(["--flow", rng.choice(oracle.GAS_FLOWS if fuel == "gas" else electricity.FLOWS)])
    if rng.random() < 0.15:
        groups.append(["--layout", rng.choice(["fixed", "uklink"] if fuel == "gas" else ["zhv", "zhf"])])
    if rng.random() < 0.25:
        groups.append(["--as-of", rng.choice(["2022-01-01", "20220101", "2021-11-04", "99991231", "0000-02-29"])])
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2, 4])):
        groups.append(["--ignore", rng.choice(rules)])
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2, 4])):
        groups.append(["--severity", rng.choice(rules) + "=" + rng.choice(["error", "warning", "note"])])
    if rng.random() < 0.25:
        groups.append(["--max-samples", rng.choice(["0", "1", "2", "3"])])
    if rng.random() < 0.2:
        groups.append(["--max-line", rng.choice(["16", "21", "22", "23", "24", "29", "35", "36", "40", "45", "52", "57", "60", "61", "64"])])
    if rng.random() < 0.2:
        groups.append(["--mask"])
    if rng.random() < 0.3:
        groups.append(["--fail-on", rng.choice(["error", "warning", "note"])])
    if rng.random() < 0.1:
        groups.append(["--no-cross-record"])
    rng.shuffle(groups)
    return groups


def some_previous(rng, content, folder, fuel):
    """Arguments that make the content follow something: another file, itself, something near it, or a number."""
    if rng.random() < 0.3:
        number = rng.choice(["0", "1", "41", "42", "43", "999999", "1000000", "000000000041", "0000475656", "007a", "999999999999"])
        return ["--after", number]
    previous = content
    for number in (b"000042", b",42", b"|42", b"0000475656"):
        if rng.random() < 0.5:
            width = len(number)
            digits = number.lstrip(b",|")
            near = b"%0*d" % (len(digits), max(0, int(digits) + rng.randrange(-3, 4)))
            previous = previous.replace(number, number[: width - len(digits)] + near)
    if rng.random() < 0.3:
        previous = mutate(rng, previous)
    if rng.random() < 0.1:
        previous = (a_file if fuel == "gas" else an_electricity_file)(rng)
    path = os.path.join(folder, "previous.txt")
    with open(path, "wb") as file:
        file.write(previous)
    return ["--previous", path]


def out_of_scope(data, groups):
    """Returns true for bytes that begin like gzip, and for a file of one fuel with a flow of the other: both are unspecified."""
    if data.startswith(b"\x1f\x8b"):
        return True
    options, _ = oracle.parse_arguments(flat([group for group in groups if group[0] != "--previous"]))
    lines = common.split_lines(data)
    common.take_padding(lines, options.max_line)
    with_text = [line for line in lines if not common.is_blank(line, options.max_line)]
    if not with_text or not options.flow:
        return False
    return options.flow not in oracle.LAYOUTS[oracle.recognise(with_text[0], options)]


# ----------------------------------------------------------------- comparison


def flat(groups):
    return [word for group in groups for word in group]


def plain(report):
    """A report without its free wording, whose presence is checked on the way."""
    for finding in report["findings"]:
        if set(finding) != {"rule", "severity", "line", "record", "offset", "column", "length", "field", "value", "message", "expected", "source"}:
            return {"keys of a finding": sorted(finding)}
        wording = (finding.pop("message"), finding.pop("expected"), finding.pop("source"))
        if not isinstance(wording[0], str) or any(w is not None and not isinstance(w, str) for w in wording[1:]):
            return {"wording": wording}
    report["file"] = ""
    return report


def wanted(data, groups):
    """(exit code, report or None) by the oracle."""
    try:
        options, _ = oracle.parse_arguments(flat(groups))
        report = oracle.check(data, options)
    except oracle.CannotCheck:
        return 2, None
    return (1 if oracle.fails(report, options) else 0), plain(report)


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, contents, groups, packed=False, stdin=False):
        """(exit code, [report or None of each content])."""
        names = []
        for number, content in enumerate(contents):
            names.append(os.path.join(self.folder, "%d.txt" % number))
            with open(names[-1], "wb") as file:
                file.write(gzip.compress(content, mtime=0) if packed else content)
        command = [self.path, "check", "--format", "json"] + flat(groups)
        if stdin:
            names = ["-"]
            with open(os.path.join(self.folder, "0.txt"), "rb") as file:
                done = subprocess.run(command + names, stdin=file, capture_output=True, timeout=120)
        else:
            done = subprocess.run(command + names, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        reports, lines = {}, done.stdout.split(b"\n")
        problem = None
        if lines.pop() != b"":
            problem = "the output does not end with a line end"
        order = []
        for line in lines:
            try:
                pairs = json.loads(line, object_pairs_hook=list)
                report = json.loads(line)
                order.append(names.index(report["file"]))
                if [key for key, _ in pairs] != KEYS:
                    problem = "keys: %s" % [key for key, _ in pairs]
                # no profile is given, and the reference implementation has no such option
                if report.pop("policy", None) is not None:
                    problem = "a policy: %r" % line[:300]
                name = report["file"]
                reports[name] = plain(report)
            except (ValueError, KeyError, TypeError) as error:
                problem = "not a report: %r (%s)" % (line[:300], error)
        if order != sorted(order) or len(set(order)) != len(order):
            problem = "reports in the order %s" % order
        if problem:
            return problem, [None] * len(names)
        if done.returncode not in (0, 1, 2):
            return "exit %d: %s" % (done.returncode, done.stderr[-500:]), [None] * len(names)
        return done.returncode, [reports.get(name) for name in names]


KEYS = ["schema", "file", "flow", "layout", "envelope", "file_type", "edition", "profile", "policy", "records", "accepted", "rejected", "flags",
        "totals", "ignored", "findings", "truncated"]


def combined(codes):
    return max(codes)  # 2 wins over 1 wins over 0


def smaller(data, groups, differs, patience=1500):
    """A smaller input and fewer options that still differ."""
    tries = 0

    def still(candidate, options):
        nonlocal tries
        tries += 1
        return tries <= patience and not out_of_scope(candidate, options) and differs(candidate, options)

    progress = True
    while progress and tries < patience:
        progress = False
        for group in list(groups):
            fewer = [g for g in groups if g is not group]
            if still(data, fewer):
                groups, progress = fewer, True
        for split in ("lines", "bytes"):
            parts = data.split(b"\n") if split == "lines" else [data[i : i + 1] for i in range(len(data))]
            parts = [p + b"\n" for p in parts[:-1]] + parts[-1:] if split == "lines" else parts
            size = max(1, len(parts) // 2)
            while size:
                at = 0
                while at < len(parts) and tries < patience:
                    fewer = parts[:at] + parts[at + size :]
                    if still(b"".join(fewer), groups):
                        parts, progress = fewer, True
                    else:
                        at += size
                size //= 2
            data = b"".join(parts)
    return data, groups


def show(data, groups, program, how, out):
    code, report = wanted(data, groups)
    got_code, got = program.run([data], groups, **how)
    shown = repr(data) if len(data) < 5000 else repr(data[:2500]) + " ... %d bytes" % len(data)
    print("---- difference\nargs: %s %s\nbytes: %s" % (" ".join(flat(groups)), how or "", shown), file=out)
    print("exit: oracle %s, flagflow %s" % (code, got_code), file=out)
    if got[0] != report:
        if report and got[0]:
            for key in KEYS:
                if key != "findings" and report.get(key) != got[0].get(key):
                    print("%s: oracle %r, flagflow %r" % (key, report.get(key), got[0].get(key)), file=out)
            ours, theirs = report["findings"], got[0].get("findings", [])
            for finding in ours:
                if finding not in theirs:
                    print("oracle only:   %s" % json.dumps(finding), file=out)
            for finding in theirs:
                if finding not in ours:
                    print("flagflow only: %s" % json.dumps(finding), file=out)
        print("oracle:   %s\nflagflow: %s" % (json.dumps(report)[:6000], json.dumps(got[0])[:6000]), file=out)
    out.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flagflow", required=True)
    parser.add_argument("--fuel", choices=["gas", "electricity", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--alone", action="store_true", help="one file a round, often with a previous one")
    parser.add_argument("--limit", action="store_true", help="files of about 99,999 instructions first")
    parser.add_argument("--save", metavar="DIR", help="keep the small inputs that differ there")
    parser.add_argument("--stop-after", type=int, default=5, metavar="N", help="differences to show (default 5)")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    files = shown = 0
    codes_seen, rules_seen = {0: 0, 1: 0, 2: 0}, {}
    with tempfile.TemporaryDirectory() as folder:
        program = Program(given.flagflow, folder)
        for make, count in ((electricity_samples.instructions, 99999), (electricity_samples.instructions, 100001), (electricity_samples.fixed_instructions, 100000)) if given.limit else ():
            data = make(count)
            code, reports = program.run([data], [])
            if (code, reports[0]) != wanted(data, []):
                shown += 1
                show(data, [], program, {}, sys.stdout)
        for round_number in range(given.rounds):
            fuel = rng.choice(["gas", "electricity"]) if given.fuel == "both" else given.fuel
            groups = some_options(rng, fuel)
            contents = [(a_file if fuel == "gas" else an_electricity_file)(rng) for _ in range(1 if given.alone else rng.choice([1, 1, 3, 40, 80]))]
            contents = [content for content in contents if not out_of_scope(content, groups)]
            if not contents:
                continue
            if len(contents) == 1 and rng.random() < 0.6:
                groups.append(some_previous(rng, contents[0], folder, fuel))
            how = {}
            if rng.random() < 0.05:
                how["packed"] = True
            if len(contents) == 1 and rng.random() < 0.3:
                how["stdin"] = True
            expected = [wanted(content, groups) for content in contents]
            files += len(contents)
            for code, report in expected:
                codes_seen[code] += 1
                for rule, number in (report["totals"] if report else {}).items():
                    rules_seen[rule] = rules_seen.get(rule, 0) + number
            code, reports = program.run(contents, groups, **how)
            if code == combined([c for c, _ in expected]) and reports == [r for _, r in expected]:
                continue

            def differs(content, options):
                got_code, got = program.run([content], options, **how)
                return (got_code, got[0]) != wanted(content, options)

            found = False
            for content in contents:
                if differs(content, groups):
                    found = True
                    shown += 1
                    content, fewer = smaller(content, groups, differs)
                    print("round %d" % round_number)
                    show(content, fewer, program, how, sys.stdout)
                    if given.save:
                        os.makedirs(given.save, exist_ok=True)
                        name = "seed%d-round%d-%d" % (given.seed, round_number, shown)
                        with open(os.path.join(given.save, name + ".txt"), "wb") as file:
                            file.write(content)
                        with open(os.path.join(given.save, name + ".args"), "w") as file:
                            json.dump(flat(fewer), file)
                    break
            if not found:
                shown += 1
                print("round %d: %d files together differ, none alone: exit %s, oracle %s; args %s"
                      % (round_number, len(contents), code, [c for c, _ in expected], flat(groups)))
            if shown >= given.stop_after:
                break
    print("%d files, %d differences; oracle's exits %s; findings by rule %s"
          % (files, shown, codes_seen, json.dumps(dict(sorted(rules_seen.items())))))
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
