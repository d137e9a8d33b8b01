"""Which server, and who one is there."""

from collections.abc import Awaitable, Callable

from state.bodies import Body
from state.core import SERVER, SIGN_IN, TABS, Core
from state.outbox import VISITOR, Outbox
from state.problems import ApiError, Problem
from state.steps import SIGN_IN as FROM_THE_START
from state.steps import SIGNED_IN, is_plain, server_address


class Accounts:
    """Choosing a server, signing in and out, and coming back after a session has ended."""

    usage: Body | None  # what the account has used

    def __init__(self, core: Core, outbox: Outbox) -> None:
        self._core, self._outbox = core, outbox
        core.on_expired = self.expired
        self.step = FROM_THE_START
        self.problem: Problem | None = None
        self.wrong_server = False
        self.is_busy = False
        self.has_expired = False
        self.usage = None

    # --- the server ---

    @property
    def is_plain(self) -> bool:
        """Whether what is sent to the server can be read on the way."""
        return is_plain(self._core.address)

    async def use_server(self, typed: str) -> bool:
        """Ask the address who it is, and use it from now on when it is a Plant Community."""
        core, address = self._core, server_address(typed)
        self.wrong_server, self.problem, self.is_busy = not address, None, bool(address)
        core.tell()
        if not address:
            return False
        client = await core.open_server(address)
        try:
            about = await client.about()
        except ApiError as error:
            await client.close()
            is_other = error.problem.code in {"not-found", "internal-error"}
            self.wrong_server, self.problem = is_other, None if is_other else error.problem
            return False
        finally:
            self.is_busy = False
            core.tell()
        if core.client:
            await core.client.close()
        if address != core.address:
            core.belongs_to(None)
        core.client, core.address, core.about, core.is_reached = client, address, about, True
        core.store.keep_fact("address", address)
        core.store.keep_fact("about", about)
        await self.look()
        return True

    async def look(self) -> None:
        """Ask the server who one is; without network it is who it was."""
        core = self._core
        client = core.access_client()
        try:
            core.about = await client.about()
            core.store.keep_fact("about", core.about)
            core.me = await client.me() if client.token else None
            core.is_reached = True
        except ApiError as error:
            await core.heard(error.problem)
            if error.problem.code == "unauthorized":
                return
        else:
            core.belongs_to(str(core.me["id"]) if core.me else VISITOR)
        self._outbox.belong_to(core.person or VISITOR)
        core.tell()

    async def read_usage(self) -> None:
        """What the account has used, for its page."""
        if self._core.me is None:
            return
        try:
            self.usage = await self._core.access_client().usage()
        except ApiError as error:
            await self._core.heard(error.problem)
        self._core.tell()

    # --- signing in and out ---

    async def sign_in(self, email: str, password: str) -> None:
        """With address and password; `step` says what comes next."""
        client = self._core.access_client()
        await self._take(lambda: client.sign_in(email.strip(), password))

    async def give_code(self, code: str) -> None:
        """The code of the second factor, or of the mail."""
        client = self._core.access_client()
        call = client.verify_email if self.step == "verify-email" else client.give_code
        await self._take(lambda: call(code.strip()))

    async def _take(self, action: Callable[[], Awaitable[str]]) -> None:
        core, client = self._core, self._core.access_client()
        self.is_busy, self.problem = True, None
        core.tell()
        try:
            self.step = await action()
        except ApiError as error:
            self.problem = error.problem
            core.is_reached = error.problem.code != "unreachable"
        finally:
            self.is_busy = False
        if self.step == SIGNED_IN:
            await core.safe.set(f"token {core.address}", client.token)
            await self._came_in()
        core.tell()

    async def _came_in(self) -> None:
        """Go on where one was."""
        core = self._core
        self.step, self.has_expired = FROM_THE_START, False
        await self.look()
        target, core.come_back_to = core.come_back_to or core.tab, ""
        core.back_to(target)

    def ask_to_sign_in(self, then: str = "") -> None:
        """Show the page for it, and remember where to go on."""
        core = self._core
        self.step, self.problem = FROM_THE_START, None
        if core.client is None:
            core.go(SERVER)  # first of all: where
        elif core.route != SIGN_IN:
            core.come_back_to = then or core.route
            core.go(SIGN_IN)

    def start_again(self) -> None:
        """From the first step."""
        self.step, self.problem = FROM_THE_START, None
        self._core.access_client().token = ""
        self._core.tell()

    async def expired(self) -> None:
        """The session has ended: sign in again, and go on."""
        core = self._core
        core.access_client().token = ""
        await core.safe.remove(f"token {core.address}")
        self.has_expired = True
        core.me = None
        self.ask_to_sign_in()

    async def sign_out(self) -> None:
        """Nothing of this person stays on the phone, but the questions that wait: these are sent when they are back."""
        core = self._core
        try:
            await core.access_client().sign_out()
        except ApiError as error:
            core.is_reached = error.problem.code != "unreachable"  # the server ends the session by itself one day
        await core.safe.remove(f"token {core.address}")
        core.me, self.usage = None, None
        core.store.forget_copies()
        core.belongs_to(VISITOR)
        self._outbox.belong_to(VISITOR)
        core.path = [TABS[-1]]
        core.tell()
