"""HTML mails become the lines that they show, with what is quoted told apart."""

import pytest

from aoede.formats.mail import Mail
from aoede.formats.mail_html import text_of_html
from tests.mails import MAX_SECONDS, mail_of, seconds

CHINESE = "昨天的会议很好，我们明天下午三点再谈一次，可以吗？"


def html_mail(page: str) -> Mail:
    return mail_of(page, "Content-Type: text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div>one</div><div>two</div><div><br></div><div>three</div>", "one\ntwo\n\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p class=MsoNormal>one<o:p></o:p></p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("<ul><li>one<li>two</ul>three", "- one\n- two\nthree"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<head><title>T</title><style>p {x:y}</style></head><script>var a = '<p>';</script>x", "x"),
        ("<STYLE>a</STYLE><!-- <p>hidden</p> --><![if x]>x<![endif]>", "x"),
        (
            "a &amp; b &lt;c&gt; &#20320;&#x597d;&nbsp;! &unknown; &#99999999999;",
            "a & b <c> 你好 ! &unknown; \ufffd",
        ),
        ("<pre>  a\n    b</pre>", "  a\n    b"),
        ("a  \n b\t<b> c</b> <i>d</i>", "a b c d"),
        ('<a title="a > b" href=x>link</a> <img alt="no"> 1 < 2 <3', "link 1 < 2 <3"),
        ("<div style='Display: none'>preheader</div>shown", "shown"),
        ("shown<br>-- <br><div class='gmail_signature'>Anna</div>", "shown"),
        ('shown<div id="AppleMailSignature">Sent from my iPhone</div>', "shown"),
        ("text <b>never closed", "text never closed"),
        ("text <a href='never closed", "text"),
        ("text <!-- never closed", "text"),
        ('a <font color="red>b</font> <p>c', "a b\n\nc"),
    ],
)
def test_html_becomes_the_lines_that_it_shows(page: str, text: str) -> None:
    assert html_mail(page).text == text


@pytest.mark.parametrize(
    ("page", "text", "quoted"),
    [
        (
            '<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, Jan 1, 2024 at 10:00 Bob '
            "&lt;bob@example.org&gt; wrote:<br></div><blockquote class=gmail_quote>Shall we?</blockquote></div>",
            "Yes.",
            ("Shall we?",),
        ),
        (
            "<div class=gmail_quote>On Mon, Jan 1, 2024 Bob wrote:<blockquote>One?</blockquote>First."
            "<blockquote>Two?</blockquote>Second.</div>",
            "First.\n\nSecond.",
            ("One?\n\nTwo?",),
        ),
        ("Yes.<div class='gmail_quote'>only old words</div>", "Yes.", ("only old words",)),
        ("Yes.<div class=yahoo_quoted>On Monday<br>old</div>", "Yes.", ("On Monday\nold",)),
        (
            "<div>Yes.</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>From:</b> Bob<br><b>Sent:</b> "
            "Monday<br><b>To:</b> Anna<br><b>Subject:</b> x<br></div><div>Shall we?</div>",
            "Yes.",
            ("Shall we?",),
        ),
        (
            "<p class=MsoNormal>Yes.<o:p></o:p></p><div style='border-top:solid'><p class=MsoNormal><b>From:</b> Bob "
            "[mailto:bob@example.org]<br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> RE: x</p></div>"
            "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Shall we?</p>",
            "Yes.",
            ("Shall we?",),
        ),
        (
            "<div>好的。</div><div>------------------&nbsp;原始邮件&nbsp;------------------</div>"
            '<div style="background:#efefef"><div><b>发件人:</b>&nbsp;"张三"&lt;z@qq.com&gt;;</div><div><b>发送时间:'
            "</b>&nbsp;2024年1月2日(星期二) 上午10:00</div><div><b>收件人:</b>&nbsp;李四</div><div><b>主题:</b>"
            "&nbsp;x</div></div><div>明天来吗？</div>",
            "好的。",
            ("明天来吗？",),
        ),
        (
            "a<blockquote>b<blockquote>c<blockquote>d</blockquote></blockquote></blockquote>",
            "a",
            ("d", "c", "b"),
        ),
        (
            "Up.<blockquote type=cite><div>Why?</div></blockquote><div>Because.</div>",
            "Up.\n\nBecause.",
            ("Why?",),
        ),
    ],
)
def test_what_html_quotes_is_told_from_what_is_new(page: str, text: str, quoted: tuple[str, ...]) -> None:
    found = html_mail(page)
    assert (found.text, found.quoted) == (text, quoted)


def test_the_encoding_that_a_page_names_counts_where_the_mail_names_none() -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>{CHINESE}'.encode(
        "gb18030"
    )
    assert mail_of(page, "Content-Type: text/html").text == CHINESE


@pytest.mark.parametrize(
    "unit",
    [
        *("<a ", "<!--", "<", "<a x='", "</", "<script>", "<style", "<div>", "</blockquote>", "<p>", "<br>", "<td>"),
        *("&#9", "&amp;", "<pre>\n", '=">< a ', '<a ="><a "', "<div class=gmail_quote>", "<![CDATA[", "<blockquote>"),
    ],
)  # fmt: skip
def test_a_megabyte_of_html_that_means_harm_is_read_in_time(unit: str) -> None:
    page = "<a " + unit * (1_000_000 // len(unit))
    assert seconds(lambda: text_of_html(page)) < MAX_SECONDS
