"""The frame of every page: title, what is to be known at once, the four tabs."""

from collections.abc import Callable

import flet as ft

from parts import drawing as draw
from parts.device import Device
from parts.look import GAP, WIDTH_MAX
from screens.account import ServerForm, SignInForm, account_screen
from screens.camera import CameraScreen
from screens.guides import guide_screen, guides_screen
from screens.identify import identify_screen
from screens.plant import plant_screen
from screens.plants import plants_screen
from state.core import CAMERA, SERVER, SIGN_IN, TABS
from state.phone import Phone

type Drawing = Callable[[], list[ft.Control | None]]

TAB_ICONS = (
    (ft.Icons.PHOTO_CAMERA_OUTLINED, ft.Icons.PHOTO_CAMERA, "app.identify"),
    (ft.Icons.LOCAL_FLORIST_OUTLINED, ft.Icons.LOCAL_FLORIST, "app.plants"),
    (ft.Icons.MENU_BOOK_OUTLINED, ft.Icons.MENU_BOOK, "app.guides"),
    (ft.Icons.PERSON_OUTLINE, ft.Icons.PERSON, "app.account"),
)


@ft.component
def App(phone: Phone, device: Device) -> list[ft.View]:  # noqa: N802 - Flet's components are named as classes
    """All pages that lie above each other; drawn anew after each change of the state."""
    _version, redraw = ft.use_state(0)

    def listen() -> object:
        return phone.core.listen(lambda: redraw(lambda version: version + 1))

    ft.use_effect(listen, [])
    return [_view(phone, device, route, is_first=at == 0) for at, route in enumerate(phone.core.path)]


def _view(phone: Phone, device: Device, route: str, *, is_first: bool) -> ft.View:
    is_camera = route == CAMERA
    body: list[ft.Control | None] = [*_banners(phone), *_page(phone, device, route)]
    shown = [each for each in body if each is not None]
    inner = ft.Column(shown, spacing=GAP, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, expand=is_camera)
    return ft.View(
        route=route,
        key=f"view-{route}",
        appbar=_bar(phone, is_first=is_first),
        navigation_bar=_tabs(phone) if is_first else None,
        controls=[ft.SafeArea(_centred(phone, device, inner), expand=is_camera)],
        scroll=None if is_camera else ft.ScrollMode.AUTO,
        bgcolor=ft.Colors.SURFACE,
        padding=ft.Padding.symmetric(horizontal=16, vertical=12),
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _centred(phone: Phone, device: Device, inner: ft.Control) -> ft.Control:
    """On a tablet the text is no wider than one reads with ease."""
    del phone
    width = device.page.width or 0
    return ft.Container(inner, width=WIDTH_MAX) if width > WIDTH_MAX else inner


def _bar(phone: Phone, *, is_first: bool) -> ft.AppBar:
    back = draw.doing(phone, phone.back)
    leading = draw.icon_button("back", ft.Icons.ARROW_BACK, phone.core.words("own.back"), back)
    return ft.AppBar(
        title=ft.Text("Plant Community", size=20),
        leading=None if is_first else leading,
        automatically_imply_leading=False,
        center_title=False,
        bgcolor=ft.Colors.SURFACE,
    )


def _tabs(phone: Phone) -> ft.NavigationBar:
    words = phone.core.words
    signed_out = phone.core.me is None

    async def choose(event: ft.Event[ft.NavigationBar]) -> None:
        phone.core.run(phone.go(TABS[int(event.data or 0)]))

    labels = [words("app.signIn") if key == "app.account" and signed_out else words(key) for *_icons, key in TAB_ICONS]
    return ft.NavigationBar(
        destinations=[
            ft.NavigationBarDestination(icon=icon, selected_icon=chosen, label=label)
            for (icon, chosen, _key), label in zip(TAB_ICONS, labels, strict=True)
        ],
        selected_index=TABS.index(phone.core.tab),
        on_change=choose,
        bgcolor=ft.Colors.SURFACE_CONTAINER,
    )


def _banners(phone: Phone) -> list[ft.Control | None]:
    words, core = phone.core.words, phone.core
    is_away = core.client is not None and not (core.is_online and core.is_reached)
    return [
        draw.notice(f"{words('app.demo')} {words('app.demoWhy')}", "demo") if (core.about or {}).get("demo") else None,
        draw.notice(words("app.offline"), "offline") if is_away else None,
    ]


def _page(phone: Phone, device: Device, route: str) -> list[ft.Control | None]:
    if route.startswith("/plants/"):
        return plant_screen(phone, device, route.removeprefix("/plants/"))
    if route.startswith("/care/"):
        return guide_screen(phone, device, route.removeprefix("/care/"))
    pages: dict[str, Drawing] = {
        "/plants": lambda: plants_screen(phone),
        "/care": lambda: guides_screen(phone),
        "/account": lambda: account_screen(phone, device),
        SIGN_IN: lambda: [draw.keyed(SignInForm, "sign-in-form", phone)],
        SERVER: lambda: [draw.keyed(ServerForm, "server-form", phone)],
        CAMERA: lambda: [draw.keyed(CameraScreen, "camera-screen", phone, device)],
    }
    return pages.get(route, lambda: identify_screen(phone, device))()
