"""Rows about what a file may end with."""

from trial import A, R, R2, Z, row


@row("2.0", "the common file is accepted")
def common(t):
    t.run("check", "-q", "u.dxi").expect(0)
    t.run("check", "-q", "bad.dxi").expect(1)
    report = t.check(A + R + R2 + Z)
    assert (report["code"], report["records"], report["accepted"]) == (0, 2, 2), report
