"""What the outer world may throw at the coach: each a clear answer, nothing lost, no traceback to a person."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from coach.sandbox.signing import signature as signature_of
from tests.town import Town, open_town, until

LINE, STRANGER = "+12025550100", "+12025550161"
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all of it: whatever comes in must leave it standing."""
    with open_town(tmp_path_factory.mktemp("town"), NOW) as opened:
        yield opened


def form(town: Town, **fields: str) -> dict[str, str]:
    """An inbound text as Twilio posts it."""
    usual = {
        "MessageSid": "SM" + "a" * 32, "AccountSid": town.network.account.sid, "From": STRANGER, "To": LINE,
        "Body": "hello", "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    return {**usual, **fields}


def post(town: Town, fields: dict[str, str], *, signature: str | None = "right") -> httpx.Response:
    """Post a form to the webhook, signed as Twilio would unless told otherwise."""
    address = f"{town.address}/twilio/sms"
    if signature == "right":
        signature = signature_of(address, fields.items(), town.network.account.token)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"X-Twilio-Signature": signature} if signature is not None else {}
    return town.web.post("/twilio/sms", content=urlencode(fields), headers=headers)


def stored(town: Town) -> list[tuple[Any, ...]]:
    """Every received text, as it was kept."""
    with sqlite3.connect(town.database) as database:
        rows = database.execute("SELECT carrier_id, body, decided_at FROM inbound ORDER BY id").fetchall()
    database.close()
    return rows


@pytest.mark.parametrize("signature", [None, "", "forged", "A" * 28])
def test_a_text_that_the_carrier_did_not_sign_changes_nothing(town: Town, signature: str | None) -> None:
    """Missing, empty or forged: 403 and nothing stored."""
    before = stored(town)
    assert post(town, form(town, MessageSid="SM" + "f" * 32), signature=signature).status_code == httpx.codes.FORBIDDEN
    assert stored(town) == before


def test_a_signature_for_other_words_is_refused(town: Town) -> None:
    """A captured signature does not fit another body."""
    fields = form(town, MessageSid="SM" + "e" * 32)
    good = signature_of(f"{town.address}/twilio/sms", fields.items(), town.network.account.token)
    assert post(town, {**fields, "Body": "STOP"}, signature=good).status_code == httpx.codes.FORBIDDEN


def test_a_replayed_text_is_dealt_with_once(town: Town) -> None:
    """The same MessageSid again changes nothing, however often and whenever."""
    fields = form(town, MessageSid="SM" + "b" * 32, Body="I fell and can't get up", From="+12025550162")
    for _ in range(3):
        assert post(town, fields).status_code == httpx.codes.OK
    phone = town.phone("+12025550162")
    assert phone.gets(0)[0].startswith("Call 911 now")
    assert [row[0] for row in stored(town)].count("SM" + "b" * 32) == 1
    assert len(phone.received()) == 1


ODD = {
    "empty": "",
    "blank": "   \n ",
    "nul": "7\x00",
    "emoji": "🦵😵‍💫👍🏽",
    "right to left": "\u202e7 olleh",
    "stacked accents": "e" + "\u0301" * 200,
    "very long": "la " * 33_000,
    "markup": "<script>alert(1)</script>",
    "formula": "=HYPERLINK(1)",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_is_kept_and_decided(town: Town, name: str) -> None:
    """Every body is stored, read and dealt with; none breaks the service."""
    sid = "SM" + f"{list(ODD).index(name):032x}"
    assert post(town, form(town, MessageSid=sid, Body=ODD[name])).status_code == httpx.codes.OK
    until(lambda: any(row[0] == sid and row[2] for row in stored(town)), "the decision")


def test_an_emergency_at_the_end_of_a_very_long_text_is_found(town: Town) -> None:
    """Nothing graver than a long text is lost in it."""
    number = "+12025550163"
    body = "blah " * 20_000 + "and now I can't breathe"
    assert post(town, form(town, MessageSid="SM" + "c" * 32, Body=body, From=number)).status_code == httpx.codes.OK
    assert town.phone(number).gets(0)[0].startswith("Call 911 now")


def test_lone_surrogates_are_kept_visible(town: Town) -> None:
    """Bytes that are no text are refused or kept, never a server error."""
    fields = form(town, MessageSid="SM" + "d" * 32)
    content = urlencode(fields).replace("Body=hello", "Body=%ED%A0%80hurts")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "x" * 28}
    answer = town.web.post("/twilio/sms", content=content, headers=headers)
    assert answer.status_code == httpx.codes.FORBIDDEN


def test_an_unknown_number_is_told_how_to_join(town: Town) -> None:
    """One neutral text, no health word."""
    phone = town.phone("+12025550164")
    answer = phone.says_and_gets("hola quien es")
    assert "LEGS" in answer[0]
    assert "weak" not in answer[0].lower()


def test_an_unknown_time_zone_is_named_in_the_form(town: Town) -> None:
    """The field says what is wrong; what was typed is kept."""
    fields = {"phone": "+12025550165", "name": "Zoe", "language": "en", "zone": "Mars/Olympus", "country": "US"}
    with town.signed_in() as coordinator:
        answer = coordinator.post("/people/new", data=fields)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Mars/Olympus" in answer.text
    assert "Traceback" not in answer.text


def coach(*arguments: str, folder: Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder of its own."""
    command = [sys.executable, "-c", "from coach.cli import main; main()", *arguments]
    kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
    return subprocess.run(
        command, cwd=folder, env=kept, input=given, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_csv_with_broken_rows_enrols_nobody(tmp_path: Path) -> None:
    """Every bad cell is named with its row; the good rows wait until all are right."""
    coach("db", "upgrade", folder=tmp_path)
    (tmp_path / "people.csv").write_text(
        "phone,name,language,zone\n"
        "212 555 2368,Ruth,en,America/New_York\n"
        "12,Marcus,en,America/Chicago\n"
        "212 555 2369,Zoe,fr,Mars/Olympus\n",
        encoding="utf-8",
    )
    done = coach("people", "import", "people.csv", folder=tmp_path)
    assert done.returncode == 1
    assert "row 3, phone" in done.stderr
    assert "row 4, zone" in done.stderr
    assert "Traceback" not in done.stderr
    assert coach("people", "list", folder=tmp_path).stdout == ""


def test_a_database_that_is_away_is_said_in_one_sentence(tmp_path: Path) -> None:
    """No traceback at start."""
    address = f"sqlite:///{tmp_path}/no/such/folder/coach.db"
    done = coach("people", "list", folder=tmp_path, COACH_DATABASE_URL=address)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.strip() == (
        "The database cannot be reached or opened; check COACH_DATABASE_URL, and that it is running."
    )


def test_a_database_that_can_only_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    """It answers, so looking at the address would not help."""
    coach("db", "upgrade", folder=tmp_path)
    address = f"sqlite:///file:{tmp_path}/coach.db?mode=ro&uri=true"
    done = coach("people", "add", "+12125552368", "--language", "en", folder=tmp_path, COACH_DATABASE_URL=address)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "The database can only be read; let the account that runs coach write the file and its folder."
    )


def test_settings_that_are_missing_are_all_named_at_once(tmp_path: Path) -> None:
    """Serving without Twilio's credentials says what to set, with exit status 2."""
    done = coach("serve", folder=tmp_path)
    assert done.returncode == 2
    for name in ("COACH_TWILIO_ACCOUNT_SID", "COACH_TWILIO_AUTH_TOKEN", "COACH_SECRET_KEY", "COACH_ENCRYPTION_KEYS"):
        assert name in done.stderr


def test_a_line_that_is_no_json_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    """`coach read` goes on, and ends with status 1."""
    good = '{"id": "1", "text": "7", "asked": "weakness", "language": "en", "channel": "sms"}'
    done = coach("read", folder=tmp_path, given=f"{good}\nnot json\n{good}\n")
    assert done.returncode == 1
    assert done.stdout.count('"weakness": 7') == 2
    assert "line 2" in done.stderr
