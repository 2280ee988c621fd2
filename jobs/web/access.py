"""Who may come in and what they may do: passwords, sessions and the patience with wrong guesses. Knows no HTTP."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from hashlib import sha256
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import SecretStr

from syncer.moments import HOUR, MINUTE, Millis

#: A session ends so long after its last request.
_IDLE = 12 * HOUR
#: Wrong guesses from one address before it has to wait, and for how long.
_PATIENCE, _WAIT = 5, 15 * MINUTE
#: Sessions and addresses remembered; the oldest give way, so that strangers cannot fill the memory.
_SESSIONS, _ADDRESSES = 1_000, 10_000
_HASHED = "$argon2"
#: Bits of an IPv6 address that name a network.
_NETWORK = 64


class Role(StrEnum):
    """What somebody may do."""

    READER = "reader"
    #: May also decide: accept, reject, confirm.
    OPERATOR = "operator"


@dataclass(kw_only=True, slots=True)
class Session:
    """Somebody who came in."""

    role: Role
    #: What they call themselves; stands beside what they decide.
    name: str
    #: Stands in every form, so that no other site can send one.
    form_key: str
    seen_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Nobody comes in; `wait` is milliseconds until the next guess is looked at, 0 for at once."""

    wait: int = 0


@dataclass(kw_only=True, slots=True)
class _Guesses:
    count: int = 0
    until: int = 0


@dataclass(kw_only=True)
class Doorkeeper:
    """Knows the passwords' hashes and who is inside. Without passwords everybody on this machine is an operator."""

    hashes: Mapping[Role, str]
    clock: Callable[[], Millis]
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _sessions: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _guesses: OrderedDict[str, _Guesses] = field(default_factory=OrderedDict)
    #: One guess is hashed at a time: it costs memory and a core by design.
    _one: Lock = field(default_factory=Lock)
    #: Who waits for that takes none of the threads that everybody shares.
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "door"))

    @property
    def is_open(self) -> bool:
        """Whether there is no password to ask for."""
        return not self.hashes

    async def knock(self, password: str, address: str, *, name: str = "") -> str | Refused:
        """Return what `admit` returns, without blocking."""
        admit = partial(self.admit, password, address, name=name)
        return await asyncio.get_running_loop().run_in_executor(self._thread, admit)

    def admit(self, password: str, address: str, *, name: str = "") -> str | Refused:
        """Return the token of a new session, or why there is none. Blocks while the password is hashed."""
        address = _whose(address)
        with self._one:
            now = self.clock()
            guesses = self._guesses.get(address) or _Guesses()
            # Longer than it is, the wait is one of before the machine's clock was set back.
            if now < guesses.until <= now + _WAIT:
                return Refused(wait=guesses.until - now)
            role = self._role_of(password)
            if role is not None:
                self._guesses.pop(address, None)
                return self.begin(role, name)
            self._remember(address, guesses, now)
            return Refused(wait=max(0, guesses.until - now))

    def begin(self, role: Role, name: str = "") -> str:
        """Return the token of a new session; only its digest is kept."""
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = Session(
            role=role, name=name, form_key=secrets.token_urlsafe(24), seen_at=self.clock()
        )
        while len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def session(self, token: str, *, is_person: bool = True) -> Session | None:
        """Return the session of a token, or None where there is none any more.

        Its time begins anew, but not where a page that was left open refreshes itself.
        """
        key, now = _digest(token), self.clock()
        found = self._sessions.get(key)
        if found is None or now - found.seen_at > _IDLE:
            self._sessions.pop(key, None)
            return None
        if is_person:
            found.seen_at = now
            self._sessions.move_to_end(key)
        return found

    def end(self, token: str) -> None:
        """Forget a session."""
        self._sessions.pop(_digest(token), None)

    def _role_of(self, password: str) -> Role | None:
        """Return whose password it is; all are tried, so that time does not tell which was near."""
        fits = [role for role, kept in self.hashes.items() if self._fits(kept, password)]
        return max(fits, key=list(Role).index, default=None)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self.hasher.verify(kept, password)
        except VerifyMismatchError:
            return False

    def _remember(self, address: str, guesses: _Guesses, now: int) -> None:
        guesses.count += 1
        if guesses.count >= _PATIENCE:
            guesses.count, guesses.until = 0, now + _WAIT
        self._guesses[address] = guesses
        self._guesses.move_to_end(address)
        while len(self._guesses) > _ADDRESSES:
            self._guesses.popitem(last=False)


def doorkeeper(passwords: Mapping[Role, SecretStr | None], clock: Callable[[], Millis]) -> Doorkeeper:
    """Return a doorkeeper for passwords in clear or as argon2 hashes; unset ones open nothing."""
    hasher = PasswordHasher()
    said = {role: one.get_secret_value() for role, one in passwords.items() if one is not None}
    kept = {role: text if text.startswith(_HASHED) else hasher.hash(text) for role, text in said.items() if text}
    return Doorkeeper(hashes=kept, clock=clock, hasher=hasher)


def is_password(text: str) -> bool:
    """Return whether a text can serve: in clear with twelve characters or more, or a well-formed argon2 hash."""
    if not text.startswith(_HASHED):
        return len(text) >= _SHORTEST
    try:
        PasswordHasher().check_needs_rehash(text)
    except InvalidHashError:
        return False
    return True


#: Characters of a password in clear.
_SHORTEST = 12


def _whose(address: str) -> str:
    """Return what stands for whoever may use an address: of IPv6 everybody has at least a whole network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), _NETWORK), strict=False))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
