"""Renders pages: one frame around all of them, one language and one account a page, both kept in every link."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from jobs.web.assets import asset
from jobs.web.cards import labelled
from jobs.web.refusals import refusal
from jobs.web.words import page_word
from jobs.wording.terms import term
from jobs.wording.words import LANGUAGES, Language

#: Pages of the menu: path → key of its name.
MENU: Mapping[str, str] = {
    "/": "menu_overview",
    "/handovers": "menu_handovers",
    "/contacts": "menu_contacts",
    "/deals": "menu_deals",
    "/forecast": "menu_forecast",
    "/money": "menu_money",
    "/score": "menu_score",
    "/figures": "menu_figures",
    "/quality": "menu_quality",
    "/sync": "menu_sync",
}

#: Of an address: what `link` adds itself, and what is said once.
_NOT_KEPT = frozenset({"lang", "account", "done"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What every page is asked for."""

    lang: Language
    #: None where there is no account yet.
    account: str | None
    accounts: Sequence[str]


class Pages:
    """The templates, filled."""

    def __init__(self, accounts: Callable[[], Sequence[str]], *, is_open: bool) -> None:
        self._environment = Environment(
            loader=PackageLoader("jobs.web"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["word"] = page_word
        self._environment.filters["term"] = term
        self._environment.filters["refusal"] = refusal
        self._environment.filters["labelled"] = labelled
        self._environment.globals["asset"] = asset
        #: Returns the names of the accounts.
        self.accounts = accounts
        self._is_open = is_open

    def asking(self, request: Request) -> Asking:
        """Return language and account of a request: what it names, else the browser's and the first."""
        names = self.accounts()
        named = request.query_params.get("account")
        chosen = named if named in names else next(iter(names), None)
        return Asking(lang=language_of(request), account=chosen, accounts=names)

    def page(self, request: Request, template: str, asking: Asking, **values: object) -> HTMLResponse:
        """Return a page within the frame: menu, account, language, and the session's form key."""
        session = request.state.session

        def link(path: str, /, **query: object) -> str:
            return linked(path, asking, query)

        return self._render(
            template,
            asking.lang,
            link=link,
            menu=MENU,
            here=request.url.path,
            query={name: value for name, value in request.query_params.items() if name not in _NOT_KEPT},
            asking=asking,
            form_key=session.form_key,
            role=session.role,
            is_open=self._is_open,
            **values,
        )

    def bare(self, request: Request, template: str, **values: object) -> HTMLResponse:
        """Return a page without the frame."""
        return self._render(template, language_of(request), **values)

    def _render(self, template: str, lang: Language, **values: object) -> HTMLResponse:
        other = next(one for one in LANGUAGES if one != lang)
        text = self._environment.get_template(template).render(
            lang=lang, other=other, w=lambda key: page_word(key, lang), **values
        )
        return HTMLResponse(text)


def linked(path: str, asking: Asking, query: Mapping[str, object]) -> str:
    """Return a link that keeps the language and, where there are several, the account."""
    kept: dict[str, object] = {"account": asking.account} if len(asking.accounts) > 1 else {}
    wanted = {"lang": asking.lang, **kept, **query}
    return f"{path}?{urlencode({name: value for name, value in wanted.items() if value not in {None, ''}})}"


def language_of(request: Request) -> Language:
    """Return the language that is asked for, else the browser's, else English."""
    asked = request.query_params.get("lang")
    preferred = request.headers.get("accept-language", "")[:2]
    return next((one for text in (asked, preferred) for one in LANGUAGES if one == text), "en")
