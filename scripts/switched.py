"""Many mutants in one build, each behind a switch that an environment variable turns.

What mutants.py takes for whatever can be written so: building is what asking a mutant costs, and here it is done
once. Functions return something else if their switch is on, operators and literals are calls that look at it. What
cannot be written so (constants, patterns, types) is found by the compiler: a mutant at whose place it complains is
taken out again, and is left to a build of its own.
"""
import json
import re
from collections import defaultdict
from typing import NamedTuple

SWITCH = "FLAGFLOW_MUTANT"  # the number of the mutant that is on
REACHED = "FLAGFLOW_REACHED"  # a file that the numbers of the mutants are added to that a run came past

MODULE = r"""
#[doc(hidden)]
#[allow(warnings, clippy::all)]
pub(crate) mod __m {
    use std::sync::{OnceLock, atomic::{AtomicBool, Ordering::Relaxed}};
    static ACTIVE: OnceLock<(u32, Option<std::path::PathBuf>)> = OnceLock::new();
    static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
    pub(crate) fn on(number: u32) -> bool {
        let (active, reached) = ACTIVE.get_or_init(|| (
            std::env::var("SWITCH").ok().and_then(|s| s.parse().ok()).unwrap_or(0),
            std::env::var_os("REACHED").map(Into::into),
        ));
        if let Some(path) = reached && !SEEN[number as usize].load(Relaxed) {
            SEEN[number as usize].store(true, Relaxed);
            let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
            use std::io::Write as _;
            if let Ok(mut file) = file { let _ = file.write_all(format!("{number}\n").as_bytes()); }
        }
        *active == number
    }
    pub(crate) fn pick<T>(number: u32, other: T, own: T) -> T { if on(number) { other } else { own } }
    pub(crate) fn not<T: std::ops::Not<Output = T>>(number: u32, x: T) -> T { if on(number) { x } else { !x } }
    fn chosen(own: &'static str, others: &[(u32, &'static str)]) -> &'static str {
        let mut op = own;
        for (number, other) in others { if on(*number) { op = *other } }
        op
    }
    pub(crate) fn and(own: &'static str, others: &[(u32, &'static str)], a: bool, b: impl FnOnce() -> bool) -> bool {
        if chosen(own, others) == "&&" { a && b() } else { a || b() }
    }
    pub(crate) fn eq<A: PartialEq<B> + ?Sized, B: ?Sized>(own: &'static str, others: &[(u32, &'static str)], a: &A, b: &B) -> bool {
        if chosen(own, others) == "==" { a == b } else { a != b }
    }
    pub(crate) fn cmp<A: PartialOrd<B> + ?Sized, B: ?Sized>(own: &'static str, others: &[(u32, &'static str)], a: &A, b: &B) -> bool {
        match chosen(own, others) { "<" => a < b, "<=" => a <= b, ">" => a > b, ">=" => a >= b, "==" => a == b, _ => a != b }
    }
    pub(crate) trait Int: Copy { fn apply(op: &str, a: Self, b: Self) -> Self; fn shift(op: &str, a: Self, b: u32) -> Self; }
    macro_rules! int { ($($t:ty)*) => { $(impl Int for $t {
        fn apply(op: &str, a: Self, b: Self) -> Self { match op.trim_end_matches('=') {
            "+" => a + b, "-" => a - b, "*" => a * b, "/" => a / b, "%" => a % b, "&" => a & b, "|" => a | b, _ => a ^ b,
        } }
        fn shift(op: &str, a: Self, b: u32) -> Self { if op.starts_with("<<") { a << b } else { a >> b } }
    })* } }
    int! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }
    pub(crate) fn arith<T: Int>(own: &'static str, others: &[(u32, &'static str)], a: T, b: T) -> T { T::apply(chosen(own, others), a, b) }
    pub(crate) fn shift<T: Int>(own: &'static str, others: &[(u32, &'static str)], a: T, b: impl TryInto<u32>) -> T {
        T::shift(chosen(own, others), a, b.try_into().ok().unwrap())
    }
    pub(crate) fn arith_assign<T: Int>(own: &'static str, others: &[(u32, &'static str)], a: &mut T, b: T) { *a = T::apply(chosen(own, others), *a, b) }
}
"""

BINARY = {
    "*": 11, "/": 11, "%": 11, "+": 10, "-": 10, "<<": 9, ">>": 9, "&": 8, "^": 7, "|": 6,
    "==": 5, "!=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "&&": 4, "||": 3, "..": 2, "..=": 2,
    "=": 1, "+=": 1, "-=": 1, "*=": 1, "/=": 1, "%=": 1, "&=": 1, "|=": 1, "^=": 1, "<<=": 1, ">>=": 1,
}  # fmt: skip
LEXER = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|\s+)
    |(?P<word>b?r(?P<hash>\#*)".*?"(?P=hash)|b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\x[0-9a-fA-F]{2}|\\u\{[^}]*\}|\\.)'|'\w+|[A-Za-z_]\w*|\d\w*(?:\.\d\w*)?)
    |(?P<mark><<=|>>=|\.\.=|\.\.|::|->|=>|==|!=|<=|>=|&&|\|\||[-+*/%&|^]=|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
STOPS = {"return", "if", "while", "match", "in", "let", "else", "break", "move", "for", "loop"}
OPENING, CLOSING = "([{", ")]}"


OTHER_TYPE = {"E0277", "E0308", "E0423", "E0425", "E0433"}


class Token(NamedTuple):
    text: str
    start: int
    end: int


class Edit(NamedTuple):
    """Text before a place and behind another one, and what stands instead of something between the two."""

    start: int
    end: int
    before: str
    behind: str
    middle: tuple[int, int, str] | None
    numbers: tuple[int, ...]


def lexed(source):
    return [Token(t[0], t.start(), t.end()) for t in LEXER.finditer(source) if t.lastgroup != "skip"]


class Source:
    """The tokens of a file, and for each the bracket that belongs to it."""

    def __init__(self, text):
        self.text, self.tokens = text, lexed(text)
        self.partner, self.bars = {}, set()
        self.at = {token.start: i for i, token in enumerate(self.tokens)}
        self.pair()

    def pair(self):
        opened = []
        for i, token in enumerate(self.tokens):
            before = self.tokens[i - 1].text if i else ";"
            if token.text in OPENING:
                opened.append(i)
            elif token.text in CLOSING and opened:
                self.partner[i] = opened.pop()
                self.partner[self.partner[i]] = i
            elif token.text == "<" and before == "::":
                self.generic(i)
            elif token.text in ("|", "||") and (before in OPENING or before in BINARY or before in STOPS or before in (",", ";", "=>")):
                self.bars.add(i)  # a closure's
                if token.text == "|":
                    depth = 0
                    for j in range(i + 1, len(self.tokens)):
                        text = self.tokens[j].text
                        depth += (text in OPENING) - (text in CLOSING)
                        if text == "|" and depth == 0:
                            self.bars.add(j)
                            break

    def generic(self, i):
        depth = 0
        for j in range(i, min(i + 60, len(self.tokens))):
            text = self.tokens[j].text
            depth += (text == "<") - (text == ">") - 2 * (text == ">>")
            if depth <= 0:
                self.partner[i], self.partner[j] = j, i
                return

    def is_unary(self, i):
        before = self.tokens[i - 1].text if i else ";"
        return before in OPENING or before in BINARY or before in STOPS or before in (",", ";", "=>", "as", "!") or i - 1 in self.bars

    def left(self, i, strength):
        """The first token of what stands before an operator."""
        first = i
        while first > 0:
            j = first - 1
            token = self.tokens[j].text
            if token == "}" and first == i and j in self.partner:
                return None
            if (token in CLOSING and token != "}" or token in (">", ">>")) and j in self.partner:
                first = self.partner[j]
                continue
            if token in OPENING or token in CLOSING or token in (",", ";", "=>", ":", "->", "#") or token in STOPS or j in self.bars:
                break
            if token in BINARY and not self.is_unary(j) and BINARY[token] < strength:
                break
            if token == "=":
                break
            first = j
        return first if first < i else None

    def right(self, i, strength):
        """The last token of what stands behind an operator."""
        last, j = i, i + 1
        while j < len(self.tokens):
            token = self.tokens[j].text
            if token in OPENING:
                if token == "{" or j not in self.partner:
                    break
                last = self.partner[j]
            elif token == "<" and j in self.partner:
                last = self.partner[j]
            elif token in CLOSING or token in (",", ";", "=>", "else") or token in STOPS:
                break
            elif token in BINARY and not self.is_unary(j) and j not in self.bars and BINARY[token] <= strength:
                break
            else:
                last = j
            j = last + 1
        return last if last > i else None

    def operand(self, i):
        """The last token of the operand of an operator before it."""
        return self.right(i, 12)

    def arrow(self, start, end):
        """The arrow of a match arm, and the `if` of its guard."""
        i, guard = self.at[start], None
        while self.tokens[i].start < end:
            text = self.tokens[i].text
            if text in OPENING:
                i = self.partner[i]
            elif text == "=>":
                return i, guard
            elif text == "if":
                guard = i
            i += 1
        return None, None


def others_of(group):
    return "&[" + ", ".join('(%d, "%s")' % (number, m.replacement.strip()) for number, m in group) + "]"


def binary(source, group):
    mutant = group[0][1]
    own = source.text[mutant.start : mutant.end]
    i = source.at.get(mutant.start)
    strength = BINARY.get(own)
    if i is None or strength is None or own in ("=", "<<=", ">>="):
        return None
    first, last = source.left(i, strength), source.right(i, strength)
    if first is None or last is None:
        return None
    start, end = source.tokens[first].start, source.tokens[last].end
    words = {token.text for token in source.tokens[first : last + 1]}
    if "let" in words:
        return None
    call, between, ref = "arith", "), (", ""
    if own in ("&&", "||"):
        call, between = "and", "), || ("
    elif own in ("==", "!="):
        call, between, ref = "eq", "), &(", "&"
    elif strength == 5:
        call, between, ref = "cmp", "), &(", "&"
    elif own in ("<<", ">>"):
        call = "shift"
    elif strength == 1:
        call, ref = "arith_assign", "&mut "
    before = 'crate::__m::%s("%s", %s, %s(' % (call, own, others_of(group), ref)
    return Edit(start, end, before, "))", (mutant.start, mutant.end, between), numbers_of(group))


def numbers_of(group):
    return tuple(number for number, _ in group)


def edits_of(source, group, kind):
    """What makes a group of mutants of one place switchable; nothing where it cannot be written."""
    mutant = group[0][1]
    start, end = mutant.start, mutant.end
    if kind == "FnValue":
        for number, m in group:
            if m.replacement.startswith("::std::iter::"):
                continue  # of another type than the rest of an `impl Iterator`
            yield Edit(start, start, "if crate::__m::on(%d) { return %s; } " % (number, m.replacement), "", None, (number,))
    elif kind == "MatchArmGuard":
        branches = "".join("if crate::__m::on(%d) { %s } else " % (number, m.replacement) for number, m in group)
        yield Edit(start, end, "(" + branches + "{ ", " })", None, numbers_of(group))
    elif kind == "MatchArm":
        arrow, guard = source.arrow(start, end)
        if arrow is None:
            return
        at = source.tokens[arrow].start
        number = group[0][0]
        if guard is None:
            yield Edit(at, at, "if !crate::__m::on(%d) " % number, "", None, (number,))
        else:
            yield Edit(source.tokens[guard + 1].start, at, "!crate::__m::on(%d) && (" % number, ") ", None, (number,))
    elif kind == "UnaryOperator":
        i = source.at.get(start)
        last = source.operand(i) if i is not None else None
        if last is not None and source.text[start:end].strip() == "!":
            number = group[0][0]
            yield Edit(start, source.tokens[last].end, "crate::__m::not(%d, (" % number, "))", (start, end, ""), (number,))
    elif kind == "BinaryOperator":
        if edit := binary(source, group):
            yield edit
    elif kind == "literal":
        calls = "".join("crate::__m::pick(%d, %s, " % (number, m.replacement) for number, m in group)
        yield Edit(start, end, calls, ")" * len(group), None, numbers_of(group))


def applied(text, edits):
    """A file with edits, and where in it the edits of each mutant stand."""
    pieces = []  # (place, order, text, numbers)
    for i, edit in enumerate(edits):
        size = edit.end - edit.start
        order = 2 if size else 1  # what stands before a whole body or arrow is outside of any expression
        pieces.append(((edit.start, order, -size, i), edit.start, edit.start, edit.before, edit.numbers))
        pieces.append(((edit.end, 0, size, -i), edit.end, edit.end, edit.behind, edit.numbers))
        if edit.middle:
            first, last, instead = edit.middle
            pieces.append(((first, 3, 0, i), first, last, instead, edit.numbers))
    out, at, length, spans = [], 0, 0, []
    for _, first, last, piece, numbers in sorted(pieces):
        out.append(text[at:first])
        length += len(text[at:first].encode())
        spans += [(length, length + len(piece.encode()), number) for number in numbers]
        out.append(piece)
        length += len(piece.encode())
        at = max(at, last)
    out.append(text[at:])
    return "".join(out), spans


class Switched:
    """The mutants of a crate that can be switched, in a tree; what cannot stays out."""

    def __init__(self, tree, crate, mutants, check):
        self.tree, self.check = tree, check
        self.root = "crates/%s/src/lib.rs" % crate
        self.mutants = dict(enumerate(mutants, 1))
        self.unviable = set()  # what a function cannot return by itself either
        groups = defaultdict(list)
        for number, m in self.mutants.items():
            groups[m.file, m.start, m.end, m.genre].append((number, m))
        self.sources = {file: (tree / file).read_text() for file in {m.file for m in mutants} | {self.root}}
        parsed = {file: Source(text) for file, text in self.sources.items()}
        self.edits = defaultdict(list)
        for (file, _, _, genre), group in groups.items():
            self.edits[file] += edits_of(parsed[file], group, genre)

    def write(self):
        """Puts all edits into the tree, and says where they stand."""
        spans = {}
        for file, text in self.sources.items():
            changed, spans[file] = applied(text, self.edits[file])
            if file == self.root:
                module = MODULE.replace("COUNT", str(len(self.mutants) + 1))
                changed += module.replace('"SWITCH"', '"%s"' % SWITCH).replace('"REACHED"', '"%s"' % REACHED)
            (self.tree / file).write_text(changed)
        return spans

    def restore(self):
        for file, text in self.sources.items():
            (self.tree / file).write_text(text)

    def settle(self):
        """Takes out what does not build, until the rest does; the numbers of those that are in."""
        for turn in range(40):
            spans = self.write()
            errors = self.check()
            if not errors:
                return {number for edits in self.edits.values() for edit in edits for number in edit.numbers}
            bad = self.at_fault(errors, spans)
            print("switches: turn %d, %d errors, %d taken out" % (turn + 1, len(errors), len(bad)), flush=True)
            if not bad:
                print(errors[0].get("rendered", ""), flush=True)
                return set()
            for file, edits in self.edits.items():
                self.edits[file] = [e for e in edits if not bad & set(e.numbers)]
        return set()

    def at_fault(self, errors, spans):
        """The mutants at whose places, or failing that on whose lines, the compiler complains."""
        bad = set()
        for error in errors:
            places = [(p["file_name"], p["byte_start"], p["byte_end"], p["line_start"], p["line_end"], p["is_primary"])
                      for p in origins(error)]
            exact = {n for f, a, b, _, _, primary in places if primary
                     for s, e, n in spans.get(f, []) if s < b and a < e or s <= a < e}
            near = set()
            if not exact:
                for file, _, _, first, last, _ in places:
                    near |= self.on_lines(file, first, last, spans)
            bad |= exact or near or self.before(places, spans)
            if (error.get("code") or {}).get("code") in OTHER_TYPE:
                self.unviable |= {n for n in exact if self.mutants[n].genre == "FnValue"}
        return bad

    @staticmethod
    def before(places, spans):
        """The last mutant before a place of an error."""
        file, start = places[0][:2]
        return {n for s, _, n in spans.get(file, []) if s <= start and s == max(t for t, _, _ in spans[file] if t <= start)}

    def on_lines(self, file, first, last, spans):
        if file not in spans:
            return set()
        lines = (self.tree / file).read_bytes().split(b"\n")
        start = sum(len(line) + 1 for line in lines[: first - 1])
        end = sum(len(line) + 1 for line in lines[:last])
        return {n for s, e, n in spans[file] if s < end and start < e}


def origins(error):
    """The places of an error and of what it says more."""
    yield from error["spans"]
    for child in error.get("children", []):
        yield from child["spans"]


def compiler_errors(output):
    """What cargo's JSON messages have of errors."""
    messages = (json.loads(line) for line in output.splitlines() if line.startswith("{"))
    found = (m["message"] for m in messages if m.get("reason") == "compiler-message")
    return [m for m in found if m["level"] == "error" and m["spans"]]
