"""The page that asks for the token: one form, no script."""

from __future__ import annotations

from urllib.parse import quote

from fabstack.report.html import element
from fabstack.report.theme import Scheme, css_variables

_STYLE = """
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);
color:var(--ink);font:16px/1.5 system-ui,sans-serif}
form{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:28px 30px;
width:min(360px,88vw)}
h1{font-size:1.3rem;margin:0 0 6px}p{color:var(--muted);font-size:.9rem;margin:0 0 16px}
.wrong{color:var(--fails)}label{font-size:.86rem;color:var(--muted)}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:9px 12px;border-radius:8px;
border:1px solid var(--grey);background:var(--ground);color:var(--ink);margin-top:6px}
button{background:var(--accent);border-color:var(--accent);color:var(--card);margin-top:14px;
cursor:pointer;font-weight:600}
"""


def login_page(target: str, wrong: str = "") -> str:
    """The form; after the right token the browser goes on to `target`."""
    light, dark = (css_variables(scheme) for scheme in (Scheme.LIGHT, Scheme.DARK))
    scheme = f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    field = element(
        "input", type="password", name="token", id="token", required=True, autofocus=True
    )
    form = element(
        "form",
        element("h1", "fabstack"),
        element("p", "This server was opened beyond its own machine and needs its token."),
        element("p", wrong, class_="wrong", role="alert") if wrong else None,
        element("label", "Token", for_="token"),
        field,
        element("button", "Go in", type="submit"),
        method="post",
        action=f"/login?next={quote(target, safe='')}",
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "fabstack: token"),
        element("style", scheme + _STYLE),
    )
    body = element("body", element("main", form))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}"
