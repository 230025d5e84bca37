"""From a business to its site: facts, arranged, and neutral phrases. Nothing is invented."""

from typing import get_args

from ai.business import Business, Language
from ai.website import sections
from ai.website.errors import UnknownLanguage
from ai.website.look import choose
from ai.website.pages import plan
from ai.website.questions import questions
from ai.website.spec import Content, Page, SiteSpec
from ai.website.texts import clean
from ai.website.trades import trade_for
from ai.website.view import View
from ai.website.vocabulary import vocabulary

LANGUAGES: tuple[Language, ...] = get_args(Language)


def compose(
    business: Business, *, theme: str | None = None, name: str | None = None, language: str | None = None
) -> SiteSpec:
    """A site of one to five pages that says what the business said, and no more.

    `theme`, `name` and `language` win over what the business holds. Raises `UnknownTheme` and `UnknownLanguage`.
    """
    chosen = known_language(language) if language else business.language
    known = business.model_copy(update={"language": chosen, "name": clean(name or business.name, 120) or None})
    return SiteSpec(content=_content(known), look=choose(known, theme), wanted=sorted(set(known.features)))


def known_language(code: str) -> Language:
    """A language code, or the start of a locale such as "pt-BR", as a language a site can be written in."""
    short = code.strip().lower().replace("_", "-").partition("-")[0]
    for language in LANGUAGES:
        if language == short:
            return language
    raise UnknownLanguage(f"A site can be written in {', '.join(LANGUAGES)}; not in {clean(code, 20)!r}.")


def _content(business: Business) -> Content:
    view = View(business, trade_for(business.trade, business.trade_words), vocabulary(business.language))
    content = _without_pages(view)
    return content.model_copy(update={"pages": plan(content, business.features, view)})


def _without_pages(view: View) -> Content:
    sparse = not (view.business.offer or view.business.hours or view.business.people or view.business.since)
    return Content(
        language=view.business.language,
        trade=view.trade.key,
        label=view.label,
        name=view.business.name,
        description=view.description,
        since=view.business.since,
        hero=sections.hero(view),
        about=sections.about(view),
        offer=sections.offer(view),
        gallery=sections.gallery(view, sparse=sparse),
        hours=sections.hours(view),
        find_us=sections.find_us(view),
        contact=sections.contact(view),
        booking=sections.booking(view),
        voices=sections.voices(view),
        questions=questions(view),
        footer=view.words.ui["made"],
        pages=[Page(name="index", title="", sections=[])],
    )
