"""Tables of texts: CSV with any usual delimiter, JSON lines, JSON arrays; rows that cannot be used are told."""

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aoede.errors import InputError
from aoede.formats.table import Columns, Table, from_bytes


def csv(text: str, /, **wanted: object) -> Table:
    return from_bytes(text.encode(), is_json=False, columns=Columns(**wanted))  # type: ignore[arg-type]


def lines(text: str, /, **wanted: object) -> Table:
    return from_bytes(text.encode(), is_json=True, columns=Columns(**wanted))  # type: ignore[arg-type]


def test_rows_have_their_text_their_labels_and_their_line() -> None:
    table = csv('Artist,song,Text\nABBA,Mia,"one, two\nthe ""three"""\nX,Y,plain\n')
    assert [(row.text, dict(row.labels), row.line) for row in table.rows] == [
        ('one, two\nthe "three"', {"artist": "ABBA"}, 2),
        ("plain", {"artist": "X"}, 4),
    ]
    assert table.faults == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_line_ends_are_found_out(delimiter: str, end: str) -> None:
    rows = ["text", "author"], ['"la, la; la|la"', "A"], ["plain", "B"]
    table = csv(end.join(delimiter.join(row) for row in rows) + end)
    assert [(row.text, row.labels["author"], row.line) for row in table.rows] == [
        ("la, la; la|la", "A", 2),
        ("plain", "B", 3),
    ]


def test_a_table_of_one_column_needs_no_delimiter() -> None:
    assert [row.text for row in csv("lyrics\nla, la, la\nso; what\n").rows] == ["la, la, la", "so; what"]


def test_ragged_rows_are_told_by_their_number_and_passed_over() -> None:
    table = csv('text,author,tune\na,b,c\n"x\ny",b,c\nla, la,b,c\nonly\n,b,c\n')
    assert [row.text for row in table.rows] == ["a", "x\ny"]
    assert table.faults == (
        "row 4 (line 5) has 4 fields, the header 3",
        "row 5 (line 6) has 1 field, the header 3",
        "row 6 (line 7) has an empty text",
    )


def test_rows_are_counted_as_a_spreadsheet_does_with_the_blank_ones() -> None:
    assert csv("text,author\n\n,A\n\n\nx,B\n").faults == ("row 3 has an empty text",)
    assert csv('text,author\n"a\nb",A\n\n,B\n').faults == ("row 4 (line 5) has an empty text",)


def test_a_quote_that_is_never_closed_spoils_its_own_row_only() -> None:
    table = csv('text,author\n"open,A\nfine,B\n"quoted, too",C\n')
    assert [(row.text, row.labels["author"]) for row in table.rows][1:] == [
        ("fine", "B"),
        ("quoted, too", "C"),
    ]


def test_of_hundreds_of_faults_the_number_comes_first_and_then_the_first_rows() -> None:
    told = (
        "300 rows were passed over: row 2 has 1 field, the header 2, row 3 has 1 field, the header 2, "
        "row 4 has 1 field, the header 2, row 5 has 1 field, the header 2, ..."
    )
    table = csv("text,author\n" + "ragged\n" * 300 + "good,A\0\n")
    assert len(table.rows) == 1 and table.faults == (told, "1 control character dropped")
    with pytest.raises(
        InputError, match="no row of this table can be used: 300 rows were passed over: row 2"
    ):
        csv("text,author\n" + "ragged\n" * 300)


def test_columns_are_chosen_by_name_whatever_their_case() -> None:
    table = csv("Singer,WORDS,Text\nA,la,x\n", text="words", labels=("SINGER",))
    assert [(row.text, dict(row.labels)) for row in table.rows] == [("la", {"singer": "A"})]
    assert dict(csv("text,artist\nx,A\n", labels=()).rows[0].labels) == {}
    with pytest.raises(InputError, match="no column 'words'; it has text, artist"):
        csv("text,artist\nx,A\n", text="words")
    with pytest.raises(InputError, match="no column 'tune'; it has text, artist"):
        csv("text,artist\nx,A\n", labels=("tune",))
    with pytest.raises(
        InputError, match=r"no column of a usual name for the text; it has a, b\n.*--text-column"
    ):
        csv("a,b\n1,2\n")


def test_a_header_may_be_empty_in_places_or_name_a_column_twice() -> None:
    table = csv("text,,Text,,author\na,b,c,d,e\n")
    assert (table.rows[0].text, dict(table.rows[0].labels)) == ("a", {"author": "e"})
    assert table.faults == ("the header names 'Text' twice; the first counts",)


@pytest.mark.parametrize("empty", ["", "\n\n", "text,author\n", "text\n", "[]", "text,author\n,A\n"])
def test_a_table_without_a_text_is_an_error(empty: str) -> None:
    with pytest.raises(InputError, match=r"no row|no column"):
        csv(empty)
    with pytest.raises(InputError, match="no row"):
        lines(empty)


def test_json_lines_keep_numbers_as_labels_and_tell_what_is_no_text() -> None:
    table = lines(
        '{"text":"a","artist":3,"genre":null,"style":1.50}\n\n{"text":5}\nnope\n[1]\n{"x":1}\n'
        '{"text":["l1","l2"],"artist":true}\n{"text":"\\ud800x"}\n'
    )
    assert [(row.text, dict(row.labels), row.line) for row in table.rows] == [
        ("a", {"artist": "3", "style": "1.50"}, 1),
        ("l1\nl2", {"artist": "true"}, 7),
        ("\ufffdx", {}, 8),
    ]
    assert table.faults == (
        "row 3 has a 'text' that is no text",
        "row 4 is no JSON (Expecting value at character 1)",
        "row 5 is no JSON object",
        "row 6 has no 'text'",
    )


def test_a_json_array_and_a_single_object_are_tables_too() -> None:
    rows = [{"lyrics": "a\r\nb"}, {"lyrics": "c"}]
    assert [(row.text, row.line) for row in lines(json.dumps(rows, indent=1)).rows] == [("a\nb", 2), ("c", 5)]
    assert lines('{"poem":\n"x"}').rows[0].text == "x"
    cut = lines('[{"text": "a"},\n{"text": oops}]')
    assert len(cut.rows) == 1 and cut.faults == ("row 2 is no JSON; what comes after it is lost",)


def test_any_encoding_is_read_and_control_characters_are_counted() -> None:
    data = "text,author\n昨夜雨疏风骤，浓睡不消残酒。,李清照\n"
    for encoding in ("utf-16", "gb18030", "utf-8-sig"):
        assert from_bytes(data.encode(encoding), is_json=False).rows[0].labels["author"] == "李清照"
    assert csv("text,author\na\0b,A\n").faults == ("1 control character dropped",)


def test_a_table_is_read_up_to_a_number_of_rows_and_says_so() -> None:
    table = from_bytes(b"text,a\n" + b"x,y\n" * 50, is_json=False, max_rows=20)
    assert len(table.rows) == 20 and table.faults == ("what comes after 20 rows is not read",)


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8"), max_size=20), st.text('ab",\n', max_size=8)),
        min_size=1,
    )
)
@settings(max_examples=100)
def test_what_a_csv_writer_writes_is_read_again(rows: list[tuple[str, str]]) -> None:
    import csv as writer
    import io

    from aoede.formats.text import normal_form

    sheet = io.StringIO(newline="")
    out = writer.writer(sheet, quoting=writer.QUOTE_ALL)
    out.writerows([("text", "author"), *rows])
    wanted = [normal_form(text)[0].strip("\n") for text, _ in rows]
    wanted = [text for text in wanted if text.strip()]
    try:
        found = from_bytes(sheet.getvalue().encode(), is_json=False)
    except InputError:
        assert not wanted or "\0" in sheet.getvalue() or any(ord(c) < 32 for c in sheet.getvalue())
        return
    assert [row.text for row in found.rows] == wanted


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=200)
def test_any_bytes_are_a_table_or_an_error_for_the_person(data: bytes, is_json: bool) -> None:
    for head in (b"", b"text,author\n", b'[{"text":"a"},', b'{"text":"a"}\n'):
        with contextlib.suppress(InputError):
            assert from_bytes(head + data, is_json=is_json).rows


@pytest.mark.parametrize(
    "data",
    [
        b'text,a\n"' + b'a,"" ' * 400_000 + b'",x\n',
        b"text,a\n" + b"a" * 10_000_000 + b",x\n",
        b",".join(b"c%d" % i for i in range(100_000)) + b"\n1\n",
        b"," * 2_000_000,
        b'"' * 2_000_000,
        b',"""x' * 400_000,
        b'"\n' * 200_000,
        b"[" * 2_000_000,
        b'{"a":' * 400_000,
        b'{"text":"a","artist":' + b"9" * 2_000_000 + b"}",
    ],
    ids=["quoted", "field", "columns", "commas", "quotes", "odd", "open", "deep", "deeper", "number"],
)
def test_hostile_tables_take_linear_time(data: bytes) -> None:
    begun = time.process_time()
    for is_json in (False, True):
        with contextlib.suppress(InputError):
            from_bytes(data, is_json=is_json)
    assert time.process_time() - begun < 4
