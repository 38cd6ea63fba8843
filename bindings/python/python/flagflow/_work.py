"""Conversions, generated files and comparisons."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from typing import TypedDict

from . import _native
from ._input import PathLike, profile_texts

Conversion = TypedDict(
    "Conversion",
    {
        "from": str,
        "to": str,
        "records": int,
        "written": int,
        "refused": int,
        "file_faults": int,
        "complete": bool,
        "published": bool,
        "reasons": dict[str, int],
        "refusals": list[str],
        "ignored": list[str],
        "header_values_unused": bool,
    },
)
Conversion.__doc__ = """The report of a conversion. ``published`` is true if the output was written,
``header_values_unused`` if header values were given and the output has no header."""


class Difference(TypedDict):
    """The result of a comparison. ``differences`` has a list for each column."""

    same: int
    left_out: int
    complete: bool
    differences: dict[str, list[str | None]]


def convert(
    source: PathLike,
    output: PathLike,
    *,
    to: str | None = None,
    from_: str | None = None,
    envelope: str | None = None,
    edition: str | None = None,
    map_flags: Mapping[str, str] | None = None,
    skip_invalid: bool = False,
    mask: bool = False,
    sheet: str | None = None,
    profile: PathLike | Iterable[PathLike] | None = None,
    supplier: str | None = None,
    delimiter: str | None = None,
    columns: Mapping[str, str] | None = None,
    organisation_id: int | None = None,
    file_type: str | None = None,
    creation_date: datetime.date | str | None = None,
    creation_time: datetime.time | str | None = None,
    generation_number: int | None = None,
    file_id: str | None = None,
    from_participant: str | None = None,
    to_participant: str | None = None,
    created: datetime.datetime | str | None = None,
    completed: datetime.datetime | str | None = None,
    test_flag: str | None = None,
) -> Conversion:
    """Convert a file to another format. The output appears whole or not at all.

    Header values replace those of the source. A table has none, so they are needed for an output
    with a header: zhv and zhf always have one, fixed and uklink with ``envelope="add"``.

    Parameters
    ----------
    source, output : path
        The files.
    to, from_ : str, optional
        The formats: fixed, uklink, zhv, zhf, csv, jsonl, parquet, arrow or xlsx; by the ending of
        the name or by the content if they are left out.
    envelope : {"keep", "add", "drop"}, optional
        The treatment of header and trailer.
    edition : {"pre-mp077", "mp077", "any"}, optional
        Refuses records with a flag of another edition.
    map_flags : mapping of str to str, optional
        Flags to change into others.
    skip_invalid : bool
        Writes the good records although there are bad ones.
    mask : bool
        Hides meter points in the report.
    sheet : str, optional
        The sheet of a workbook that is read; the first one by default.
    profile : path or iterable of paths, optional
        The profile of an electricity file.
    supplier : str, optional
        The supplier of updates (D0350) in a table without one.
    delimiter : {"comma", "semicolon", "tab"}, optional
        The delimiter between the cells of a csv table.
    columns : mapping of str to str, optional
        The names of columns that are called something else, as in
        ``{"meter_point_reference": "MPRN"}``.
    organisation_id, generation_number : int, optional
        ORGANISATION_ID and GENERATION_NUMBER of a gas header.
    file_type : str, optional
        FILE_TYPE of a gas header, three characters; DXI by default.
    creation_date, creation_time : datetime.date, datetime.time or str, optional
        CREATION_DATE and CREATION_TIME of a gas header.
    file_id : str, optional
        The file identifier of an electricity header, with its zeros.
    from_participant, to_participant : str, optional
        The participants of an electricity header; DCCO by default on the side of the DCC.
    created, completed : datetime.datetime or str, optional
        The creation time of an electricity file, and its completion time in the trailer, by default
        the creation time. Written as given, without regard to a time zone.
    test_flag : str, optional
        The test data flag of an electricity header; OPER by default.

    Returns
    -------
    dict
        The report. A refused conversion is not an exception: ``published`` is False.
    """
    return _native.convert(
        os.fspath(source),
        os.fspath(output),
        to=to,
        from_=from_,
        envelope=envelope,
        edition=edition,
        map_flags=list((map_flags or {}).items()),
        skip_invalid=skip_invalid,
        mask=mask,
        sheet=sheet,
        profiles=profile_texts(profile),
        supplier=supplier,
        delimiter=delimiter,
        columns=list((columns or {}).items()),
        header_values=_texts(
            organisation_id=organisation_id,
            file_type=file_type,
            creation_date=creation_date,
            creation_time=creation_time,
            generation_number=generation_number,
            file_id=file_id,
            from_participant=from_participant,
            to_participant=to_participant,
            created=created,
            completed=completed,
            test_flag=test_flag,
        ),
    )


def _texts(**values: object) -> list[tuple[str, str]]:
    """Return the values that are given, as text."""
    return [(name, _text(value)) for name, value in values.items() if value is not None]


def _text(value: object) -> str:
    """Return a value as text, a time in whole seconds."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S")
    return str(value)


def generate(
    output: PathLike,
    *,
    flow: str,
    records: int,
    seed: int = 0,
    layout: str | None = None,
    edition: str | None = None,
    envelope: bool = False,
    invalid: float = 0.0,
) -> tuple[int, int]:
    """Generate a file of invented records from a seed.

    Parameters
    ----------
    output : path
        The file.
    flow : str
        ``e45``, ``e46``, ``d0350``, ``d0351`` or ``d0172``.
    records : int
        The number of records.
    seed : int
        The seed: the same one gives the same bytes.
    layout, edition : str, optional
        The layout of the lines and the edition of the flags.
    envelope : bool
        Writes a header and a trailer around gas records.
    invalid : float
        The share of records with a fault, from 0 to 1.

    Returns
    -------
    tuple of int
        The numbers of records and bytes.
    """
    return _native.generate(
        os.fspath(output),
        flow=flow,
        records=records,
        seed=seed,
        layout=layout,
        edition=edition,
        envelope=envelope,
        invalid=invalid,
    )


def diff(old: PathLike, new: PathLike, *, edition: str | None = None) -> Difference:
    """Compare two files meter point by meter point, or answer by answer.

    Parameters
    ----------
    old, new : path
        The files, of one fuel.
    edition : str, optional
        The edition of the flags.

    Returns
    -------
    dict
        ``differences`` has the columns ``meter_point``, ``change``, ``old_flag``, ``new_flag``,
        ``old_effective_from`` and ``new_effective_from``, each a list: ``pandas.DataFrame`` and
        ``polars.DataFrame`` take it. Two D0351 have ``incoming_instruction_number`` and two D0172
        ``answered_file_identifier`` and ``instruction_number`` for the meter point, and all items
        of both sides. All differences are in memory.
    """
    return _native.diff(os.fspath(old), os.fspath(new), edition=edition)
