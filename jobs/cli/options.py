"""Options that several commands share."""

from typing import Annotated

import typer

AccountOption = Annotated[str | None, typer.Option("--account", help="One account; all of them when left out.")]
StreamOption = Annotated[
    list[str] | None, typer.Option("--stream", help="One stream (contacts, deals, calls, …); repeatable.")
]
KindOption = Annotated[
    list[str] | None,
    typer.Option("--stream", "--kind", help="One kind of record (contacts, deals, calls, …); repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Business time: a date (end of that day) or an ISO moment.")
]
KnownAtOption = Annotated[str | None, typer.Option("--known-at", help="Knowledge time: what we had recorded by then.")]
LangOption = Annotated[str, typer.Option("--lang", help="en or de.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Accept a plan that changes an unusual share of the CRM.")]
