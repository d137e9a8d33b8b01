"""`plant-community`: serve, identify, circuits, quota, doctor, backup, media, settings, simulator, and Django's own commands under `manage`."""

import argparse
import os
import sys
from collections.abc import Sequence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plant_community_backend.settings")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["manage"]:
        return manage(given[1:])
    options = parser().parse_args(given)
    return int(options.run(options))


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="plant-community", description="A photo goes in, an honest answer comes out.")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_identify(commands)
    _add_simulator(commands)
    _add_circuits(commands)
    _add_api_versions(commands)
    _add_backup(commands)
    _add_doctor(commands)
    openapi = commands.add_parser("openapi", help="write or check docs/openapi.json")
    openapi.add_argument("--write", action="store_true", help="write it anew; without this it is checked")
    openapi.add_argument("--check", action="store_true", help="exit 1 when it is not what the code says (the default)")
    openapi.set_defaults(run=run_openapi)
    settings = commands.add_parser("settings", help="write or check docs/guides/configuration.md")
    settings.add_argument("--write", action="store_true", help="write it anew; without this it is checked")
    settings.add_argument("--check", action="store_true", help="exit 1 when it is not what the code says (the default)")
    settings.set_defaults(run=run_settings)
    manage_parser = commands.add_parser(
        "manage", help="Django's own commands, such as `manage migrate`", add_help=False
    )
    manage_parser.set_defaults(run=lambda _options: manage([]))
    return top


type Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - the only name it has


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="migrate the database, then serve until SIGTERM")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port (default: the PORT setting, 8000)")
    serve.add_argument("--workers", type=int, help="processes (default: the WEB_CONCURRENCY setting, 1)")
    serve.set_defaults(run=run_serve)


def _add_identify(commands: Commands) -> None:
    identify = commands.add_parser(
        "identify",
        help="identify the plant on one to five photos",
        epilog="Exit codes: 0 identified, 2 not a plant or unsure, 3 bad input, 4 no service available.",
    )
    identify.add_argument("photos", nargs="*", metavar="PHOTO", help="one to five photos of the same plant")
    identify.add_argument(
        "--organ",
        action="append",
        default=[],
        help="what a photo shows, in their order: leaf, flower, fruit, bark, habit, other, auto",
    )
    identify.add_argument(
        "--health", action="store_true", help="assess the plant's health too (one more Plant.id credit)"
    )
    identify.add_argument("--language", default="en", help="of common names (default en)")
    identify.add_argument("--latitude", type=float, help="degrees; rounded to 0.1 before use")
    identify.add_argument("--longitude", type=float, help="degrees; rounded to 0.1 before use")
    identify.add_argument("--json", action="store_true", help="print the answer as JSON, as the API sends it")
    identify.add_argument("--sample", action="store_true", help="draw a sample leaf and identify that")
    identify.set_defaults(run=run_identify)


def _add_simulator(commands: Commands) -> None:
    simulator = commands.add_parser("simulator", help="serve both providers' APIs with simulated answers")
    simulator.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    simulator.add_argument("--port", type=int, default=8900, help="port (default 8900)")
    simulator.add_argument("--latency", choices=["realistic", "0"], default="realistic", help="how long answers take")
    simulator.set_defaults(run=run_simulator)


def _add_circuits(commands: Commands) -> None:
    circuits = commands.add_parser(
        "circuits",
        help="see and order the circuits of the whole cluster (needs REDIS_URL)",
        epilog="open: let no call out until `close`. close: take an order back. reset: close the circuit and end a pause.",
    )
    circuits.add_argument("order", choices=["list", "open", "close", "reset"])
    circuits.add_argument("provider", nargs="?", choices=["plant_id", "plantnet"], help="which one (default: both)")
    circuits.add_argument("--json", action="store_true", help="print JSON")
    circuits.set_defaults(run=run_circuits)
    quota = commands.add_parser("quota", help="what is used and left of each provider's allowance")
    quota.add_argument("--json", action="store_true", help="print JSON")
    quota.set_defaults(run=run_quota)


def _add_api_versions(commands: Commands) -> None:
    versions = commands.add_parser("api-versions", help="how much each version of the API is used, and by whom")
    versions.add_argument(
        "--days", type=int, default=30, help="how many days to look back, today included (default 30)"
    )
    versions.add_argument("--version", default="legacy", help="whose clients to list (default legacy)")
    versions.add_argument("--json", action="store_true", help="print JSON")
    versions.set_defaults(run=run_api_versions)


def _add_backup(commands: Commands) -> None:
    backup = commands.add_parser("backup", help="create, verify, restore and list backups of database and photos")
    orders = backup.add_subparsers(dest="order", required=True, metavar="ORDER")
    create = orders.add_parser("create", help="one file with all rows and photos; the server may run meanwhile")
    create.add_argument("--to", dest="folder", metavar="FOLDER", help="where (default: backups in DATA_DIR)")
    verify = orders.add_parser(
        "verify", help="read a backup to its end and compare every sum; exit 1 when it is damaged"
    )
    verify.add_argument("file", metavar="FILE")
    restore = orders.add_parser("restore", help="put a backup of this or an earlier version into an empty server")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--into-empty", action="store_true", help="refuse when there are rows of people, or photos")
    restore.add_argument(
        "--force-with-name",
        metavar="NAME",
        help="replace what is there; NAME is the database's, to show that you mean it",
    )
    listed = orders.add_parser("list", help="the backups in a folder")
    listed.add_argument("--in", dest="folder", metavar="FOLDER", help="which (default: backups in DATA_DIR)")
    backup.set_defaults(run=run_backup)
    media = commands.add_parser("media", help="compare the files of photos and pictures with the rows that name them")
    checks = media.add_subparsers(dest="order", required=True, metavar="ORDER")
    check = checks.add_parser("check", help="exit 1 when they differ")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument("--delete-orphans", action="store_true", help="delete files without a row, older than a day")
    media.set_defaults(run=run_media)


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="look at settings, keys, database, store, folders and backups, and say what to fix",
        epilog="Exit codes: 0 nothing worse than info, 1 warnings, 2 errors. Spends nothing.",
    )
    doctor.add_argument("--only", action="append", default=[], metavar="CHECK", help="this check; can be repeated")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(run=run_doctor)


def manage(arguments: Sequence[str]) -> int:
    """Run one of Django's commands."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - only this command needs it

    execute_from_command_line(["plant-community manage", *arguments])
    return 0


def run_serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM."""
    from plant_community_backend.serving import serve  # noqa: PLC0415 - loads the settings, which may end the program

    return serve(host=options.host, port=options.port, workers=options.workers, greet=_offer_first_admin)


def _offer_first_admin(address: str) -> None:
    from apps.users.first_admin import offer  # noqa: PLC0415 - needs Django set up

    offer(address)


def run_identify(options: argparse.Namespace) -> int:
    """Identify photos."""
    from plant_community_backend.terminal import identify  # noqa: PLC0415 - as above

    return identify(options)


def run_simulator(options: argparse.Namespace) -> int:
    """Serve simulated providers until SIGTERM."""
    from plant_simulator import SimulatorConfig, serve  # noqa: PLC0415 - the other commands start faster without it

    serve(options.host, options.port, SimulatorConfig() if options.latency == "0" else SimulatorConfig.realistic())
    return 0


def run_circuits(options: argparse.Namespace) -> int:
    """See or order circuits."""
    from plant_community_backend.operating import circuits  # noqa: PLC0415 - as above

    return circuits(options)


def run_quota(options: argparse.Namespace) -> int:
    """See the quota."""
    from plant_community_backend.operating import quota  # noqa: PLC0415 - as above

    return quota(options)


def run_api_versions(options: argparse.Namespace) -> int:
    """See who uses which version."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from apps.api_versions.command import api_versions  # noqa: PLC0415 - needs Django set up
    from plant_community_backend.serving import prepare_database  # noqa: PLC0415 - as above

    prepare_database()
    return api_versions(options)


def run_doctor(options: argparse.Namespace) -> int:
    """Say what to fix; nothing is migrated or mended."""
    import logging  # noqa: PLC0415 - as above

    import django  # noqa: PLC0415 - as above

    django.setup()
    logging.getLogger().setLevel(logging.ERROR)  # the terminal is for the findings
    from apps.operations.command import doctor  # noqa: PLC0415 - needs Django set up

    return doctor(options)


def run_backup(options: argparse.Namespace) -> int:
    """Create, verify, restore or list backups; the database is not migrated before."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from apps.safekeeping.command import backup  # noqa: PLC0415 - needs Django set up

    return backup(options)


def run_media(options: argparse.Namespace) -> int:
    """Compare files and rows."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from apps.safekeeping.command import media  # noqa: PLC0415 - needs Django set up

    return media(options)


def run_openapi(options: argparse.Namespace) -> int:
    """Write or check the OpenAPI document."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from plant_community_backend import openapi  # noqa: PLC0415 - needs Django set up

    if options.write:
        openapi.write()
        return 0
    if openapi.is_current():
        return 0
    sys.stderr.write("docs/openapi.json is not what the code says: run `make openapi` and look at the difference.\n")
    return 1


def run_settings(options: argparse.Namespace) -> int:
    """Write or check the guide to the settings; needs none of them."""
    from plant_community_backend import settings_guide  # noqa: PLC0415 - the other commands start faster without it

    if options.write:
        settings_guide.write()
        return 0
    if settings_guide.is_current():
        return 0
    sys.stderr.write("docs/guides/configuration.md is not what settings.py says: run `make settings`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
