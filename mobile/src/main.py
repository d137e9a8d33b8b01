"""The app: `flet build` packs it for a phone, `make mobile` shows it in a browser."""

import os

import flet as ft

from client import HttpClient
from parts.device import Device
from parts.look import DARK, LIGHT, MODES, theme
from screens.app import App
from state.phone import Phone
from state.words import first_known


async def main(page: ft.Page) -> None:
    """Begin for one person."""
    page.title = "Plant Community"
    page.theme, page.dark_theme = theme(LIGHT), theme(DARK)
    device = Device(page)
    phone = Phone(
        await device.folder(),
        device.keychain,
        HttpClient,
        language=first_known([os.environ.get("LANG", "")]),
        suggested=os.environ.get("PLANT_COMMUNITY_SERVER", ""),
    )
    _follow(page, phone)
    _follow_colours(page, phone)
    page.render_views(App, phone, device)
    await phone.start(page.route or "/")


def _follow_colours(page: ft.Page, phone: Phone) -> None:
    """What the person chose reaches the page."""

    def look() -> None:
        if page.theme_mode != MODES[phone.core.look]:
            page.theme_mode = MODES[phone.core.look]
            page.update()

    look()
    phone.core.listen(look)


def _follow(page: ft.Page, phone: Phone) -> None:
    """What the phone says reaches the state."""

    async def close() -> None:
        await phone.close()

    async def go(event: ft.RouteChangeEvent) -> None:
        if event.route not in {phone.core.route, ""}:
            phone.core.open(event.route)
            await phone.show(phone.core.route)

    def back() -> None:
        phone.core.run(phone.back())

    async def connected(event: ft.ConnectivityChangeEvent) -> None:
        is_online = any(each != ft.ConnectivityType.NONE for each in event.connectivity)
        phone.core.run(phone.asking.connected(is_online=is_online))

    def speak(event: ft.LocaleChangeEvent) -> None:
        if phone.core.store.fact("language") is None:
            phone.core.language = first_known([each.language_code or "" for each in event.locales])
            phone.core.tell()

    page.on_close, page.on_view_pop, page.on_route_change, page.on_locale_change = close, back, go, speak
    if not page.web:
        ft.Connectivity(on_change=connected)  # in a browser it is the server of the app that has the network


if __name__ == "__main__":
    ft.run(main, no_cdn=True)
