"""The camera: one touch is one photo, which goes into the form."""

import contextlib

import flet as ft
from flet_camera import Camera, CameraLensDirection, ResolutionPreset

from parts import drawing as draw
from parts.device import CANNOT, Device
from state.phone import Phone


@ft.component
def CameraScreen(phone: Phone, device: Device) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """The preview, the shutter, and a way out where there is no camera."""
    words, asking = phone.core.words, phone.asking
    camera, _ = ft.use_state(Camera)
    state, note_state = ft.use_state("opening")

    async def open_() -> None:
        note_state("ready" if await _open(device, camera) else "none")

    ft.use_effect(open_, [])

    async def release() -> None:
        note_state("taking")
        content = b""
        with contextlib.suppress(*CANNOT):
            content = await camera.take_picture()
        note_state("ready")
        if content:
            await asking.add([content])
            phone.core.back()

    shutter = ft.FloatingActionButton(
        icon=ft.Icon(ft.Icons.CAMERA, semantics_label=words("own.release")),
        on_click=draw.doing(phone, release),
        disabled=state != "ready",
        shape=ft.CircleBorder(),
    )
    if state == "none":
        return draw.column(draw.notice(words("own.no_camera"), "no-camera"))
    return ft.Column(
        [
            ft.Container(Preview(camera), expand=True),
            ft.Row([draw.marked("shutter", shutter)], alignment=ft.MainAxisAlignment.CENTER),
        ],
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=True,
    )


@ft.memo  # type: ignore[untyped-decorator] # Flet gives it no types
@ft.component
def Preview(camera: Camera) -> ft.Control:  # noqa: N802 - Flet's components are named as classes
    """Drawn once: a control that is drawn again below a new parent can no longer be called (Flet 1.0.5)."""
    return ft.Container(camera, border_radius=14, clip_behavior=ft.ClipBehavior.ANTI_ALIAS)


async def _open(device: Device, camera: Camera) -> bool:
    """Open the camera at the back. 1080 lines are enough: the server looks at 1500 pixels."""
    try:
        if not await device.allow_camera():
            return False
        found = await camera.get_available_cameras()
        if not found:
            return False
        back = next((each for each in found if each.lens_direction == CameraLensDirection.BACK), found[0])
        await camera.initialize(back, ResolutionPreset.VERY_HIGH, enable_audio=False)
    except CANNOT:
        return False
    return True
