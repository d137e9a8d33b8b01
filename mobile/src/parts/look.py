"""Colours and sizes. The colours are the web app's (`web/src/styles/base.css`); a test holds the two together."""

import flet as ft

GAP = 12
TOUCH = 48  # the least height of what is touched, in logical pixels
PICTURE = 132
WIDTH_MAX = 640

LIGHT = {
    "paper": "#f7f5ee", "card": "#ffffff", "ink": "#1d261f", "soft": "#56625a", "line": "#d8d8c9", "edge": "#7d8878",
    "leaf": "#2c6b3f", "on-leaf": "#ffffff", "wash": "#e7f0e2", "sun": "#fff1cc", "on-sun": "#4d3700", "rust": "#a32c17",
}  # fmt: skip
DARK = {
    "paper": "#121713", "card": "#1b221d", "ink": "#eaf0e8", "soft": "#a9b5aa", "line": "#323c34", "edge": "#78857a",
    "leaf": "#8fcf8f", "on-leaf": "#0f1f12", "wash": "#233328", "sun": "#3b3013", "on-sun": "#ffe6a6", "rust": "#ff9c86",
}  # fmt: skip


def theme(colours: dict[str, str]) -> ft.Theme:
    """Flutter's theme of these colours."""
    return ft.Theme(
        visual_density=ft.VisualDensity.STANDARD,  # as large as on a phone, in a browser as well
        color_scheme=ft.ColorScheme(
            primary=colours["leaf"],
            on_primary=colours["on-leaf"],
            primary_container=colours["wash"],
            on_primary_container=colours["ink"],
            secondary=colours["leaf"],
            on_secondary=colours["on-leaf"],
            secondary_container=colours["wash"],
            on_secondary_container=colours["ink"],
            tertiary_container=colours["sun"],
            on_tertiary_container=colours["on-sun"],
            error=colours["rust"],
            on_error=colours["paper"],
            surface=colours["paper"],
            on_surface=colours["ink"],
            on_surface_variant=colours["soft"],
            outline=colours["edge"],
            outline_variant=colours["line"],
            surface_container=colours["card"],
            surface_container_high=colours["card"],
            surface_container_highest=colours["wash"],
            surface_container_low=colours["card"],
            surface_container_lowest=colours["card"],
            surface_tint=colours["card"],
        ),
    )


MODES = {"system": ft.ThemeMode.SYSTEM, "light": ft.ThemeMode.LIGHT, "dark": ft.ThemeMode.DARK}
