"""Staff accounts: who may sign in, for how long, and how often one may guess."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from coach.adapters.database.staff import AccountError, Accounts, Staff
from coach.adapters.database.tables import staff, staff_session
from coach.adapters.passwords import Passwords
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock
from tests.passwords import QUICK

GOOD = "legs carry us far"
WRONG = "arms carry us far"


@pytest.fixture
def accounts(engine: Engine, clock: StoppedClock) -> Accounts:
    """Tom is a coordinator."""
    opened = Accounts(engine, clock, QUICK)
    opened.add("tom", "Tom Okafor", "coordinator", GOOD)
    return opened


def test_the_right_password_opens_a_session(accounts: Accounts) -> None:
    """Also when the name is typed with a capital."""
    token = accounts.sign_in(" Tom ", GOOD)
    assert token is not None
    assert accounts.staff_of(token) == Staff(1, "tom", "Tom Okafor", "coordinator")


def test_wrong_passwords_and_unknown_names_open_nothing(accounts: Accounts, scene: Scene) -> None:
    """And leave no session behind."""
    assert accounts.sign_in("tom", WRONG) is None
    assert accounts.sign_in("nobody", GOOD) is None
    assert scene.rows(staff_session) == []


def test_tables_hold_neither_password_nor_token(accounts: Accounts, scene: Scene) -> None:
    """A stolen copy of the database signs nobody in."""
    token = accounts.sign_in("tom", GOOD)
    kept = repr(scene.rows(staff)) + repr(scene.rows(staff_session))
    assert token is not None
    assert GOOD not in kept
    assert token not in kept
    assert "$argon2id$" in kept


def test_a_made_up_token_is_nobodys(accounts: Accounts) -> None:
    """Empty, wrong, or the hash itself."""
    assert [accounts.staff_of(token) for token in ("", "guess", "0" * 64)] == [None, None, None]


def test_five_failures_shut_the_account_for_half_an_hour(accounts: Accounts, clock: StoppedClock) -> None:
    """Even the right password must wait."""
    for _ in range(5):
        assert accounts.sign_in("tom", WRONG) is None
    assert accounts.sign_in("tom", GOOD) is None
    clock.advance(minutes=29, seconds=59)
    assert accounts.sign_in("tom", GOOD) is None
    clock.advance(seconds=1)
    assert accounts.sign_in("tom", GOOD) is not None


def test_tries_while_shut_do_not_lengthen_the_wait(accounts: Accounts, clock: StoppedClock) -> None:
    """Else a stranger could keep Tom out for ever with a knock every half hour."""
    for _ in range(5):
        accounts.sign_in("tom", WRONG)
    clock.advance(minutes=20)
    accounts.sign_in("tom", WRONG)
    clock.advance(minutes=10)
    assert accounts.sign_in("tom", GOOD) is not None


def test_after_the_rest_there_are_five_tries_again(accounts: Accounts, clock: StoppedClock) -> None:
    """One slip more must not shut the account again."""
    for _ in range(5):
        accounts.sign_in("tom", WRONG)
    clock.advance(minutes=30)
    assert accounts.sign_in("tom", WRONG) is None
    assert accounts.sign_in("tom", GOOD) is not None


def test_a_success_forgets_the_failures_before_it(accounts: Accounts) -> None:
    """Four slips a day are human."""
    for _ in range(3):
        for _ in range(4):
            accounts.sign_in("tom", WRONG)
        assert accounts.sign_in("tom", GOOD) is not None


def test_the_lock_is_one_accounts_own(accounts: Accounts) -> None:
    """Ines signs in while Tom waits."""
    accounts.add("ines", "Ines Prado", "coordinator", GOOD)
    for _ in range(5):
        accounts.sign_in("tom", WRONG)
    assert accounts.sign_in("ines", GOOD) is not None


def test_many_guesses_at_once_get_no_more_than_five(accounts: Accounts, scene: Scene) -> None:
    """A try is counted before the password is looked at."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: accounts.sign_in("tom", WRONG), range(8)))
    assert found == [None] * 8
    assert scene.column(staff, "failures") == [5]
    assert accounts.sign_in("tom", GOOD) is None


def test_a_session_ends_after_thirty_idle_minutes(accounts: Accounts, clock: StoppedClock, scene: Scene) -> None:
    """Use keeps it open."""
    token = accounts.sign_in("tom", GOOD) or ""
    for _ in range(3):
        clock.advance(minutes=29)
        assert accounts.staff_of(token) is not None
    clock.advance(minutes=30)
    assert accounts.staff_of(token) is None
    assert scene.rows(staff_session) == []


def test_a_session_ends_after_twelve_hours(accounts: Accounts, clock: StoppedClock) -> None:
    """However busy it is."""
    token = accounts.sign_in("tom", GOOD) or ""
    for _ in range(12 * 3 - 1):
        clock.advance(minutes=20)
        assert accounts.staff_of(token) is not None
    clock.advance(minutes=20)
    assert accounts.staff_of(token) is None


def test_signing_out_ends_one_session(accounts: Accounts) -> None:
    """The other browser stays signed in."""
    here, there = accounts.sign_in("tom", GOOD) or "", accounts.sign_in("tom", GOOD) or ""
    accounts.sign_out(here)
    assert accounts.staff_of(here) is None
    assert accounts.staff_of(there) is not None


def test_a_disabled_account_is_out_at_once(accounts: Accounts) -> None:
    """Its sessions end, and it opens no new one."""
    token = accounts.sign_in("tom", GOOD) or ""
    accounts.disable("tom")
    assert accounts.staff_of(token) is None
    assert accounts.sign_in("tom", GOOD) is None


def test_a_new_password_ends_sessions_and_lifts_the_lock(accounts: Accounts) -> None:
    """The old one is worth nothing."""
    token = accounts.sign_in("tom", GOOD) or ""
    for _ in range(5):
        accounts.sign_in("tom", WRONG)
    accounts.set_password("tom", "stairs are for climbing")
    assert accounts.staff_of(token) is None
    assert accounts.sign_in("tom", GOOD) is None
    assert accounts.sign_in("tom", "stairs are for climbing") is not None


def test_accounts_are_listed_by_name(accounts: Accounts, clock: StoppedClock) -> None:
    """With what is needed to look after them."""
    accounts.add("Ines", "Ines Prado", "admin", GOOD)
    accounts.disable("tom")
    found = [(a.staff.username, a.staff.role, a.active, a.created_at) for a in accounts.list()]
    assert found == [("ines", "admin", True, clock()), ("tom", "coordinator", False, clock())]


def test_what_cannot_be_done_is_said_in_a_sentence(accounts: Accounts) -> None:
    """Taken names, short passwords, unknown accounts."""
    with pytest.raises(AccountError, match="already an account named tom"):
        accounts.add("TOM", "Tom Two", "coordinator", GOOD)
    with pytest.raises(AccountError, match="at least 15 characters"):
        accounts.add("ines", "Ines", "coordinator", "fourteen chars")
    with pytest.raises(AccountError, match="no account named sam"):
        accounts.disable("sam")


def test_a_password_hash_knows_its_password_only() -> None:
    """And with nothing stored the answer is no."""
    passwords = Passwords()
    stored = passwords.hash(GOOD)
    assert passwords.verify(stored, GOOD)
    assert not passwords.verify(stored, WRONG)
    assert not passwords.verify(None, GOOD)
    assert not passwords.verify(None, "an account that does not exist")
    assert not passwords.verify("not a hash", GOOD)
    assert stored != passwords.hash(GOOD)


def test_passwords_cost_an_attacker_64_megabytes_a_guess() -> None:
    """RFC 9106, second recommendation."""
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in Passwords().hash(GOOD)


def test_a_weaker_hash_is_renewed_when_its_owner_signs_in(accounts: Accounts, scene: Scene) -> None:
    """Nobody need think of it."""
    weak = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)).hash(GOOD)
    with scene.engine.begin() as connection:
        connection.execute(staff.update().values(password_hash=weak))
    assert accounts.sign_in("tom", GOOD) is not None
    (stored,) = scene.column(staff, "password_hash")
    assert not QUICK.needs_rehash(stored)
    assert accounts.sign_in("tom", GOOD) is not None
