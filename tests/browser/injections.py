"""Forty ways to try to break out of text, most with a canary that calls `alert`, and businesses full of them."""

from ai.business import Business, Contacts, Hours, Item, Place, Price, Style

INJECTIONS: tuple[str, ...] = (
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:alert(1)",
    "//evil.example/x",
    "https://user:pass@evil.example",
    "https://evil.example\\@good.example",
    '" onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus tabindex=1 x='",
    "` onclick=alert(1) `",
    "{{ 7*7 }}{{ cycler.__init__.__globals__ }}",
    "{% for x in range(9999999) %}x{% endfor %}",
    "${alert(1)}#{alert(1)}",
    "<!--<script>alert(1)</script>-->",
    "]]><script>alert(1)</script>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "}body{display:none}/*",
    "url(https://evil.example/x.png);}@import 'https://evil.example'",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;script&#62;",
    "\u202e</h1>\u2028\u2029\x00\ufeff<plaintext>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
)


def poisoned(text: str) -> Business:
    """The same text in every field that takes text."""
    return Business(
        name=text,
        trade=text,
        trade_words=text,
        tagline=text,
        place=Place(city=text, street=text, region=text),
        offer=[Item(name=text, note=text, price=Price(amount=3, currency=text, unit=text, at_least=True))],
        hours=[Hours(days=["mon"], opens=text, closes=text)],
        contacts=Contacts(phone=text, email=text, website=text, social={text: text, "instagram": text}),
        style=Style(colors=[text], adjectives=[text]),
        features=["contact_form", "map", "gallery", "menu", "booking", "faq", "about", "hours", "testimonials"],
        people=[text],
        since=2001,
    )
