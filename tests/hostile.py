"""Words that become code or markup in a page that does not watch out, and how it shows that they did not."""

from playwright.sync_api import Page

# All of them say `pwned=1` or ask something; each takes another way in.
PAYLOADS = (
    "<script>pwned=1</script>",
    "<img src=x onerror=pwned=1>",
    '"><svg onload=pwned=1>',
    "'><iframe srcdoc='<script>parent.pwned=1</script>'>",
    "javascript:pwned=1",
    "</title><script>pwned=1</script>",
    "<a href=javascript:pwned=1>x</a>",
    "${pwned=1}{{pwned=1}}",
    "<details open ontoggle=pwned=1>",
    "\\u003cscript\\u003epwned=1",
    "<style>*{display:none}</style>",
    "&lt;img src=x onerror=pwned=1&gt;",
    "<ScRiPt>pwned=1</sCrIpT>",
    "<script>alert(1)</script>",
    "<svg><script>pwned=1</script></svg>",
    "<svg/onload=alert(1)>",
    "<body onload=pwned=1>",
    "<input autofocus onfocus=pwned=1>",
    "<video src=x onerror=pwned=1>",
    "<audio src onloadstart=pwned=1>",
    "<math><mi xlink:href=javascript:pwned=1>x",
    "<object data=javascript:pwned=1>",
    "<embed src=javascript:pwned=1>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x</button></form>",
    '" onmouseover="pwned=1" x="',
    "' autofocus onfocus='pwned=1' x='",
    "` onclick=`pwned=1",
    "--><script>pwned=1</script><!--",
    "]]><script>pwned=1</script>",
    "</textarea><script>pwned=1</script>",
    "</script><script>pwned=1</script>",
    "<template><img src=x onerror=pwned=1></template>",
    "<noscript><p title='</noscript><img src=x onerror=pwned=1>'>",
    "constructor.constructor('pwned=1')()",
    "__proto__[pwned]=1",
    "%3Cscript%3Epwned=1%3C/script%3E",
    "<marquee onstart=pwned=1>歌</marquee>",
)
assert len(PAYLOADS) == len(set(PAYLOADS)) == 40

MADE = (
    "script:not([src]), iframe, img[src=x], style, object, embed, base, template, noscript p, math, marquee, video, "
    "meta[http-equiv], link[href*=evil], form[action], [onerror], [onload], [ontoggle], [onfocus], [onmouseover], "
    "[onclick], [onstart], [onloadstart], a[href^=javascript]"
)


def check_harmless(page: Page, *texts: str) -> None:
    """Nothing ran, nothing became markup, and the texts are there as they are, or as one line."""
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("({}).pwned") is None
    assert page.locator(MADE).evaluate_all("all => all.map(each => each.outerHTML)") == []
    seen = page.evaluate(
        "document.body.textContent + [...document.querySelectorAll('input, textarea')].map(each => each.value).join()"
    )
    assert [text for text in texts if text not in seen] == []
