"""What the phone can do for the app, behind calls that never raise: a phone that cannot says so."""

import asyncio
import contextlib
import os
import secrets as random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import flet as ft
from flet_geolocator import Geolocator, GeolocatorConfiguration, GeolocatorPermissionStatus, GeolocatorPositionAccuracy
from flet_permission_handler import Permission, PermissionHandler, PermissionStatus
from flet_secure_storage import SecureStorage

PHOTO_NAMES = ["jpg", "jpeg", "png", "webp", "avif", "heic", "heif"]
# A method that the platform does not have comes back as RuntimeError, one that takes too long as TimeoutError.
CANNOT = (RuntimeError, TimeoutError, ft.FletUnsupportedPlatformException)


class PageGoneError(RuntimeError):
    """The page that was asked is gone; another one has taken its place, and knows nothing of the question."""


class Link:
    """The way to a page that may be loaded anew while it is asked, as one in a browser may; for what the app waits for."""

    def __init__(self, page: ft.Page) -> None:
        self._anew = asyncio.Event()
        page.on_connect = self._connected

    def _connected(self) -> None:
        self._anew.set()
        self._anew = asyncio.Event()

    async def ask[T](self, question: Coroutine[Any, Any, T]) -> T:
        """What the page answers. Raises PageGoneError; Flet itself would wait for ever."""
        asked, anew = asyncio.create_task(question), asyncio.create_task(self._anew.wait())
        try:
            await asyncio.wait({asked, anew}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise PageGoneError
            return asked.result()
        finally:
            asked.cancel()
            anew.cancel()


class Keychain:
    """The phone's keychain. In a browser it is only obscured: whoever holds the browser can read it. `ports.Secrets`."""

    def __init__(self, storage: SecureStorage, link: Link) -> None:
        self._storage, self._link = storage, link

    async def get(self, name: str) -> str | None:
        """What is kept under the name."""
        kept: str | None = await self._ask(lambda: self._storage.get(name))
        return kept

    async def set(self, name: str, value: str) -> None:
        """Keep it."""
        await self._ask(lambda: self._storage.set(name, value))

    async def remove(self, name: str) -> None:
        """Forget it."""
        await self._ask(lambda: self._storage.remove(name))

    async def _ask[T](self, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        while True:
            with contextlib.suppress(PageGoneError):
                return await self._link.ask(question())


class Device:
    """Camera roll, place, sharing, links. One for each page, since Flet's services belong to one."""

    def __init__(self, page: ft.Page) -> None:
        self.page = page
        self._link = Link(page)
        self.keychain = Keychain(SecureStorage(), self._link)
        self._picker, self._place, self._share = ft.FilePicker(), Geolocator(), ft.Share()
        self._clipboard, self._launcher = ft.Clipboard(), ft.UrlLauncher()
        self._permissions = None if page.web else PermissionHandler()  # a browser asks by itself

    async def folder(self) -> Path:
        """Where this person's things are kept: on a phone the app's own folder, in a browser one for each browser."""
        base = Path(os.environ.get("FLET_APP_STORAGE_DATA") or Path.home() / ".plant-community-mobile")
        if not self.page.web:
            return base / "phone"
        name = await self.keychain.get("folder")
        if not name or not name.isalnum():
            name = random.token_hex(16)
            await self.keychain.set("folder", name)
        return base / name

    async def pick_photos(self) -> list[bytes]:
        """Photos from the gallery; none when the person changes their mind."""
        try:
            files = await self._picker.pick_files(
                allow_multiple=True, with_data=True, file_type=ft.FilePickerFileType.IMAGE
            )
        except CANNOT:
            return []
        return [file.bytes or b"" for file in files or []]

    async def allow_camera(self) -> bool:
        """Whether the person lets the app use the camera; asks when nobody has."""
        if self._permissions is None:
            return True
        try:
            return bool(await self._permissions.request(Permission.CAMERA) == PermissionStatus.GRANTED)
        except CANNOT:
            return False

    async def find_place(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, roughly; None when the phone does not tell."""
        denied = {GeolocatorPermissionStatus.DENIED, GeolocatorPermissionStatus.DENIED_FOREVER}
        rough = GeolocatorConfiguration(accuracy=GeolocatorPositionAccuracy.LOW)
        try:
            if await self._link.ask(self._place.request_permission()) in denied:
                return None
            position = await self._link.ask(self._place.get_current_position(rough))
        except CANNOT:
            return None
        if position.latitude is None or position.longitude is None:
            return None
        return position.latitude, position.longitude

    async def share(self, text: str) -> str:
        """Give the text to another app: "shared", "copied" where there is no such way, or "" when neither works."""
        with contextlib.suppress(*CANNOT):
            result = await self._share.share_text(text)
            if result.status != ft.ShareResultStatus.UNAVAILABLE:
                return "shared"
        with contextlib.suppress(*CANNOT):
            await self._clipboard.set(text)
            return "copied"
        return ""

    async def open_web(self, address: str) -> None:
        """Open it in the phone's browser."""
        with contextlib.suppress(*CANNOT):
            await self._launcher.launch_url(address)
