"""`res3d code issuer|delegate|issue|split|merge|replace|recode|retire|approve|refuse|applications`: the register."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from .common import JsonOption, Opened, WorkspaceOption, opened_workspace, read_day
from .output import print_facts, print_json, print_line, print_table
from .views import keep_up_after_commit

if TYPE_CHECKING:
    from kg.ledger import Changes
    from kg.register import Application
    from kg.register.applications import Kind, Wish

Result = TypeVar("Result")

_WAIT_S = 60.0
"""So long a step waits for other writers: many clerks issue codes at the same time."""

_Issuer = Annotated[str | None, typer.Option("--issuer", help="The office; else the issuer of the workspace.")]
_Actor = Annotated[str | None, typer.Option("--actor", help="Who does it; else the name that is logged in.")]
_Date = Annotated[str | None, typer.Option("--date", help="When it takes effect, YYYY-MM-DD; else today.")]
_Scheme = Annotated[str, typer.Option("--scheme", "-s", help="Scheme of the codes.")]
_Prefix = Annotated[str | None, typer.Option("--prefix", help="Where the new codes are numbered.")]
_Legal = Annotated[str | None, typer.Option("--legal-reference", help="The business or deed that it rests on.")]
_Note = Annotated[str | None, typer.Option("--note", help="What else there is to say.")]
_Apply = Annotated[bool, typer.Option("--apply", help="Only file it: another one approves (`res3d code approve`).")]
_Move = Annotated[
    list[str] | None,
    typer.Option("--move", help="CODE=N: what is below goes to the Nth new code; CODE=0: it is retired, too."),
]
_Codes = Annotated[list[str], typer.Argument(help="The codes that end.", show_default=False)]
_Id = Annotated[str, typer.Argument(help="The application.", show_default=False)]


def issuer(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A short name.", show_default=False)],
    title_en: Annotated[str, typer.Option("--title-en", help="Its name in English.")],
    title_zh: Annotated[str, typer.Option("--title-zh", help="Its name in Chinese.")] = "",
    across_features: Annotated[
        bool, typer.Option("--across-features", help="Parcel numbers count over all feature codes of a sub-district.")
    ] = False,
    four_eyes: Annotated[bool, typer.Option("--four-eyes", help="Who applied may not approve.")] = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter an office that issues codes, or change what is known of it."""
    from kg.register import Issuer, write_issuer

    entered = Issuer(id_, title_zh or title_en, title_en, across_features, four_eyes)
    with opened_workspace(workspace) as opened:
        _commit(opened, actor, f"issuer {id_}", lambda changes: write_issuer(changes, entered))
    _show_facts(asdict(entered), as_json=as_json)


def delegate(
    issuer: Annotated[str, typer.Argument(help="The office.", show_default=False)],
    scheme: Annotated[str, typer.Argument(help="The scheme.", show_default=False)],
    prefix: Annotated[str, typer.Argument(help="What its codes begin with.", show_default=False)],
    first: Annotated[int | None, typer.Option("--first", help="First number of the series `prefix`.")] = None,
    last: Annotated[int | None, typer.Option("--last", help="Last number.")] = None,
    giver: Annotated[str | None, typer.Option("--giver", help="The office that gives away a part of its own.")] = None,
    valid_from: Annotated[str | None, typer.Option("--from", help="From this day on, YYYY-MM-DD.")] = None,
    valid_to: Annotated[str | None, typer.Option("--to", help="Until before this day.")] = None,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an office hand out the codes that begin with a prefix, or some numbers of a series."""
    from kg.register import Delegation
    from kg.register import delegate as write

    days = [None if day is None else read_day(day, name) for day, name in ((valid_from, "--from"), (valid_to, "--to"))]
    given = Delegation(issuer, scheme, prefix, first, last, giver, *days)
    with opened_workspace(workspace) as opened:
        _commit(opened, actor, f"delegation to {issuer}", lambda changes: write(changes, given))
    _show_facts(asdict(given), as_json=as_json)


def issue(
    application: Annotated[str | None, typer.Argument(help="An approved application.", show_default=False)] = None,
    prefix: _Prefix = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many new codes.")] = 1,
    scheme: _Scheme = "cn.bdcdyh",
    class_: Annotated[str | None, typer.Option("--class", help="Class of the things; else the scheme tells.")] = None,
    entity: Annotated[str | None, typer.Option("--entity", help="The thing, if it is here.")] = None,
    issuer: _Issuer = None,
    date: _Date = None,
    legal_reference: _Legal = None,
    note: _Note = None,
    only_apply: _Apply = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Issue an approved application, or new codes of a series in one go (apply, approve, issue)."""
    from kg.register import Wish
    from kg.register import issue as put_in_force

    if application is None:
        wish = Wish("issue", scheme, prefix, count, (), class_, entity, legal_reference)
        _act(workspace, issuer, actor, date, note, wish, only_apply=only_apply, as_json=as_json)
        return
    effect = None if date is None else read_day(date, "--date")

    def work(opened: Opened, changes: Changes) -> Application:
        return put_in_force(changes, opened.schema, application, effect)

    _step(workspace, actor, application, as_json, work)


def split(
    code: Annotated[str, typer.Argument(help="The code that ends.", show_default=False)],
    into: Annotated[int, typer.Option("--into", min=2, help="How many come of it.")] = 2,
    prefix: _Prefix = None,
    move: _Move = None,
    scheme: _Scheme = "cn.bdcdyh",
    issuer: _Issuer = None,
    date: _Date = None,
    legal_reference: _Legal = None,
    note: _Note = None,
    only_apply: _Apply = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """One thing becomes several: its code is retired, each of them gets a new one."""
    _end("split", [code], into, prefix, move, scheme, issuer, date, legal_reference, note, only_apply, actor, workspace,
         as_json)  # fmt: skip


def merge(
    codes: _Codes,
    prefix: _Prefix = None,
    move: _Move = None,
    scheme: _Scheme = "cn.bdcdyh",
    issuer: _Issuer = None,
    date: _Date = None,
    legal_reference: _Legal = None,
    note: _Note = None,
    only_apply: _Apply = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Several things become one: their codes are retired, it gets a new one."""
    _end("merge", codes, 1, prefix, move, scheme, issuer, date, legal_reference, note, only_apply, actor, workspace,
         as_json)  # fmt: skip


def replace(
    code: Annotated[str, typer.Argument(help="The code that ends.", show_default=False)],
    same_thing: Annotated[
        bool, typer.Option("--same-thing", help="The thing stays and only its code changes (such as its feature code).")
    ] = False,
    prefix: _Prefix = None,
    move: _Move = None,
    scheme: _Scheme = "cn.bdcdyh",
    issuer: _Issuer = None,
    date: _Date = None,
    legal_reference: _Legal = None,
    note: _Note = None,
    only_apply: _Apply = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """One thing takes the place of another (a moved boundary), or gets another code (--same-thing)."""
    kind: Kind = "recode" if same_thing else "replace"
    _end(kind, [code], 1, prefix, move, scheme, issuer, date, legal_reference, note, only_apply, actor, workspace,
         as_json)  # fmt: skip


def retire(
    codes: _Codes,
    move: _Move = None,
    scheme: _Scheme = "cn.bdcdyh",
    issuer: _Issuer = None,
    date: _Date = None,
    legal_reference: _Legal = None,
    note: _Note = None,
    only_apply: _Apply = False,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Things that are no more: their codes are retired without successor, with all that is below them."""
    _end("retire", codes, 0, None, move, scheme, issuer, date, legal_reference, note, only_apply, actor, workspace,
         as_json)  # fmt: skip


def approve(id_: _Id, actor: _Actor = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Approve an application: its codes are allotted, as proposed ones."""
    from kg.register import approve as allot

    _step(workspace, actor, id_, as_json, lambda opened, changes: allot(changes, opened.schema, id_, _who(actor)))


def refuse(
    id_: _Id,
    note: Annotated[str, typer.Option("--note", help="Why.")],
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse an application; codes that it was allotted are never handed out again."""
    from kg.register import refuse as turn_down

    _step(workspace, actor, id_, as_json, lambda _, changes: turn_down(changes, id_, note))


def applications(
    state: Annotated[
        str | None, typer.Option("--state", help="applied, approved, issued or refused; else all of them.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The applications, oldest first."""
    from kg.register import applications as read

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = read(snapshot, state)
    if as_json:
        print_json({"applications": [asdict(each) for each in found]})
        return
    rows = [
        (each.id, each.wish.kind, each.state, each.applicant, each.date, ", ".join(each.wish.predecessors),
         _few(each.codes))
        for each in found
    ]  # fmt: skip
    print_table(("application", "asks for", "state", "by", "date", "ends", "new codes"), rows)


def cases(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Codes that several things bear at one time: each is a case to decide."""
    from kg.register import cases as read

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = read(snapshot)
    if as_json:
        print_json({"cases": [asdict(each) for each in found]})
        return
    rows = [
        (each.kind, each.scheme, each.code, claim.entity, f"{claim.source}/{claim.key}", claim.valid_from)
        for each in found
        for claim in each.claims
    ]
    print_table(("case", "scheme", "code", "borne by", "says the record", "from"), rows)


def decide(
    code: Annotated[str, typer.Argument(help="The code.", show_default=False)],
    keep: Annotated[str, typer.Option("--keep", help="The id of the thing that it names.")],
    same_thing: Annotated[
        bool, typer.Option("--same-thing", help="All that bear it are one thing: the other ids lead to this one.")
    ] = False,
    scheme: _Scheme = "cn.bdcdyh",
    note: _Note = None,
    date: _Date = None,
    actor: _Actor = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide which thing a code names; for the others it ends - or all of them are one thing."""
    from kg.register import decide as settle
    from kg.register import unite
    from kg.resolve.resolver import today_in_utc

    effect = today_in_utc() if date is None else read_day(date, "--date")
    with opened_workspace(workspace) as opened:
        reason = f"register: {scheme} {code} names {keep}" + (f": {note}" if note else "")
        if same_thing:
            merged = _commit(opened, actor, reason, lambda changes: unite(changes, scheme, code, keep, reason))
            if as_json:
                print_json({"united": list(merged), "into": keep})
            else:
                print_line(f"{', '.join(merged)} and {keep} are one thing; its id is {keep}.")
            keep_up_after_commit(opened)
            return
        ended = _commit(opened, actor, reason, lambda changes: settle(changes, scheme, code, keep, effect))
        if as_json:
            print_json({"ended": [asdict(claim) for claim in ended]})
        else:
            print_line(f"{scheme} {code} names {keep}; it ended for {len(ended)} other claims.")
        keep_up_after_commit(opened)


COMMANDS = (issuer, delegate, issue, split, merge, replace, retire, approve, refuse, applications, cases, decide)


def _end(
    kind: Kind, codes: list[str], count: int, prefix: str | None, move: list[str] | None, scheme: str,
    issuer: str | None, date: str | None, legal_reference: str | None, note: str | None, only_apply: bool,
    actor: str | None, workspace: WorkspaceOption, as_json: bool,
) -> None:  # fmt: skip
    from kg.register import Wish

    wish = Wish(kind, scheme, prefix, count, tuple(codes), None, None, legal_reference, _moves(move or []))
    _act(workspace, issuer, actor, date, note, wish, only_apply=only_apply, as_json=as_json)


def _act(
    workspace: WorkspaceOption, issuer: str | None, actor: str | None, date: str | None, note: str | None, wish: Wish,
    *, only_apply: bool, as_json: bool,
) -> None:  # fmt: skip
    """File an application and, unless another one is to approve it, see it through in the same changeset."""
    from kg.register import apply
    from kg.register import approve as allot
    from kg.register import issue as put_in_force
    from kg.resolve.resolver import today_in_utc

    effect = today_in_utc() if date is None else read_day(date, "--date")

    def work(opened: Opened, changes: Changes) -> Application:
        filed = apply(changes, opened.schema, issuer or opened.workspace.issuer, wish, effect, note)
        if only_apply:
            return filed
        allot(changes, opened.schema, filed.id, _who(actor))
        return put_in_force(changes, opened.schema, filed.id)

    _step(workspace, actor, wish.kind, as_json, work)


def _step(
    workspace: WorkspaceOption, actor: str | None, what: str, as_json: bool,
    work: Callable[[Opened, Changes], Application],
) -> None:  # fmt: skip
    with opened_workspace(workspace) as opened:
        done = _commit(opened, actor, f"register: {what}", lambda changes: work(opened, changes))
        _show(done, as_json=as_json)
        if done.codes or done.wish.predecessors:
            keep_up_after_commit(opened)


def _commit(opened: Opened, actor: str | None, reason: str, work: Callable[[Changes], Result]) -> Result:
    with opened.ledger.writing(_who(actor), reason, wait_s=_WAIT_S) as changes:
        return work(changes)


def _who(actor: str | None) -> str:
    return actor or getpass.getuser()


def _moves(given: list[str]) -> dict[str, int]:
    moves = {}
    for text in given:
        code, _, place = text.rpartition("=")
        if not code or not place.isascii() or not place.isdigit():
            raise typer.BadParameter(f"{text!r}: expected CODE=N", param_hint="--move")
        moves[code] = int(place)
    return moves


def _few(codes: tuple[str, ...]) -> str:
    return ", ".join(codes[:3]) + (f" ... ({len(codes)})" if len(codes) > 3 else "")


def _show(done: Application, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    wish = done.wish
    facts = [
        ("application", done.id), ("asks for", wish.kind), ("state", done.state), ("issuer", done.issuer),
        ("date", done.date), ("legal reference", wish.legal_reference), ("ended", ", ".join(wish.predecessors) or None),
        ("note", done.note),
    ]  # fmt: skip
    print_facts((name, value) for name, value in facts if value is not None)
    for code in done.codes:
        print_line(code)


def _show_facts(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_facts((name, value) for name, value in facts.items() if value is not None)
