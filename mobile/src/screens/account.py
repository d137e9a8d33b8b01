"""Which server, who one is there, and how the app looks and speaks."""

import flet as ft

from parts import drawing as draw
from parts.device import Device
from state.core import LOOKS, SERVER
from state.formats import day, number, read_moment
from state.phone import Phone
from state.problems import field_errors
from state.steps import SECOND_FACTOR, VERIFY_EMAIL
from state.words import LANGUAGES


def account_screen(phone: Phone, device: Device) -> list[ft.Control | None]:
    """The last tab."""
    words, core = phone.core.words, phone.core

    async def forget() -> None:
        await phone.forget_kept()

    return [
        draw.title(words("account.account")),
        _person(phone, device),
        _server(phone),
        draw.block(draw.heading(words("app.language")), language_chips(phone)),
        draw.block(draw.heading(words("own.look")), _look_chips(phone)),
        draw.block(
            draw.heading(words("own.kept")),
            draw.note(words("own.kept_why")),
            draw.row(draw.quiet("forget", words("own.forget"), draw.doing(phone, forget))),
            draw.said(core.said, "account-said"),
        ),
        draw.note(words("app.neverEat")),
        draw.note(words("app.credits")),
    ]


def _person(phone: Phone, device: Device) -> ft.Control:
    words, core = phone.core.words, phone.core
    me = core.me

    async def sign_in() -> None:
        phone.accounts.ask_to_sign_in("/account")

    async def manage() -> None:
        await device.open_web(f"{core.address}/account")

    async def sign_up() -> None:
        await device.open_web(f"{core.address}/account/sign-up")

    if me is None:
        return draw.block(
            ft.Text(words("account.welcome")),
            draw.row(draw.primary("to-sign-in", words("account.signIn"), sign_in)),
            draw.row(draw.quiet("sign-up", words("account.signUp"), draw.doing(phone, sign_up)))
            if (core.about or {}).get("sign_up")
            else None,
        )
    on = words("account.secondFactorOn" if me["second_factor"] else "account.secondFactorOff")
    pairs = [
        (words("account.email"), me["email"]),
        (words("account.secondFactorFact"), on),
        (words("account.since"), day(read_moment(me["joined_at"]), words.language)),
        *_use(phone),
    ]
    return draw.block(
        draw.facts(pairs),
        draw.quiet("manage", words("own.web_account"), draw.doing(phone, manage)),
        draw.row(draw.plain("sign-out", words("account.signOut"), draw.doing(phone, phone.sign_out))),
    )


def _use(phone: Phone) -> list[tuple[str, str]]:
    words, usage = phone.core.words, phone.accounts.usage
    if not usage:
        return []
    totals = usage["totals"]
    return [
        (words(f"account.{word}"), number(totals[name], words.language))
        for word, name in (("identifications", "identifications"), ("creditsUsed", "credits_used"))
        if name in totals
    ]


def _server(phone: Phone) -> ft.Control:
    words, core = phone.core.words, phone.core
    about = core.about or {}

    async def change() -> None:
        core.go(SERVER)

    return draw.block(
        draw.heading(words("own.server")),
        draw.marked("server", ft.Text(core.address)),
        draw.note(words("own.server_is", name=about["name"], version=about["version"])) if about else None,
        draw.notice(words("own.server_plain"), "plain") if phone.accounts.is_plain else None,
        draw.row(draw.plain("change-server", words("own.change"), change)),
    )


def language_chips(phone: Phone) -> ft.Control:
    """The languages, each in its own."""

    def chip(code: str, name: str) -> ft.Control:
        async def choose() -> None:
            phone.core.choose_language(code)

        is_chosen = phone.core.language == code
        return draw.marked(
            f"language-{code}",
            ft.Chip(label=ft.Text(name), selected=is_chosen, on_select=choose, bgcolor=ft.Colors.SURFACE_CONTAINER),
        )

    return draw.row(*[chip(code, name) for code, name in LANGUAGES.items()])


def _look_chips(phone: Phone) -> ft.Control:
    words = phone.core.words

    def chip(look: str) -> ft.Control:
        async def choose() -> None:
            phone.core.choose_look(look)

        is_chosen = phone.core.look == look
        label = ft.Text(words(f"own.look_{look}"))
        return draw.marked(
            f"look-{look}",
            ft.Chip(label=label, selected=is_chosen, on_select=choose, bgcolor=ft.Colors.SURFACE_CONTAINER),
        )

    return draw.row(*[chip(look) for look in LOOKS])


@ft.component
def ServerForm(phone: Phone) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """Where the server is; it is asked who it is before it is used."""
    words, accounts = phone.core.words, phone.accounts
    typed, type_ = ft.use_state(phone.core.address or phone.suggested)

    async def use() -> None:
        await phone.use_server(typed)

    wrong = words("own.server_wrong") if accounts.wrong_server else None
    box = ft.TextField(
        label=words("own.server_address"),
        value=typed,
        hint_text=words("own.server_hint"),
        error=wrong,
        keyboard_type=ft.KeyboardType.URL,
        autocorrect=False,
        on_change=lambda event: type_(event.control.value or ""),
        on_submit=draw.doing(phone, use),
    )
    return draw.column(
        draw.title(words("own.server")),
        ft.Text(words("own.server_why")),
        draw.marked("server-address", box),
        draw.primary("use-server", words("own.server_use"), draw.doing(phone, use), disabled=accounts.is_busy),
        draw.said(words("own.server_checking") if accounts.is_busy else "", "checking"),
        draw.problem_notice(accounts.problem, words) if accounts.problem else None,
        draw.heading(words("app.language")),
        language_chips(phone),
    )


@ft.component
def SignInForm(phone: Phone) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """Address and password, then the code of the second factor or of the mail. What is typed is kept nowhere."""
    words, accounts = phone.core.words, phone.accounts
    email, type_email = ft.use_state("")
    password, type_password = ft.use_state("")
    code, type_code = ft.use_state("")
    errors = field_errors(accounts.problem, words)
    is_code = accounts.step in {SECOND_FACTOR, VERIFY_EMAIL}

    async def sign_in() -> None:
        await phone.sign_in(email, password)

    async def confirm() -> None:
        await phone.give_code(code)

    async def start_again() -> None:
        accounts.start_again()

    busy = accounts.is_busy
    if is_code:
        is_mail = accounts.step == VERIFY_EMAIL
        return draw.column(
            draw.title(words("account.checkMail" if is_mail else "account.secondFactor"), "second-factor"),
            ft.Text(words("account.checkMailWhy" if is_mail else "account.secondFactorWhy")),
            draw.field(
                "code",
                words("account.mailCode" if is_mail else "account.code"),
                code,
                type_code,
                autofocus=True,
                error=errors.get("code") or errors.get("key"),
                autofill_hints=ft.AutofillHint.ONE_TIME_CODE,
                on_submit=draw.doing(phone, confirm),
            ),
            draw.primary("confirm", words("account.confirmCode"), draw.doing(phone, confirm), disabled=busy),
            draw.quiet("start-again", words("account.startAgain"), start_again),
            draw.problem_notice(accounts.problem, words) if accounts.problem and not errors else None,
        )
    return draw.column(
        draw.title(words("account.signIn")),
        draw.notice(words("own.signed_out"), "expired") if accounts.has_expired else None,
        draw.note(phone.core.address),
        draw.field(
            "email",
            words("account.email"),
            email,
            type_email,
            keyboard_type=ft.KeyboardType.EMAIL,
            autocorrect=False,
            autofill_hints=ft.AutofillHint.USERNAME,
            error=errors.get("email"),
        ),
        draw.field(
            "password",
            words("account.password"),
            password,
            type_password,
            password=True,
            can_reveal_password=True,
            autofill_hints=ft.AutofillHint.PASSWORD,
            error=errors.get("password") or errors.get(""),
            on_submit=draw.doing(phone, sign_in),
        ),
        draw.primary(
            "sign-in", words("account.signIn"), draw.doing(phone, sign_in), disabled=busy or not (email and password)
        ),
        draw.problem_notice(accounts.problem, words) if accounts.problem and not errors else None,
    )
