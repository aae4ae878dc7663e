"""Fetching TwiML: from the address a call was given or has come to, and from the fallback when that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coach.sandbox import twiml
from coach.sandbox.courier import Reply
from coach.sandbox.desk import Desk
from coach.sandbox.parts import Parts
from coach.sandbox.script import Script, call_fields
from coach.sandbox.signing import Fields
from coach.sandbox.twiml import TwimlError, Verb

MAXIMUM_DOCUMENTS = 200
"""A call that fetches more documents than this runs in a circle and is ended."""
APOLOGY = "We are sorry, an application error has occurred. Goodbye."


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for a document; `last` when nobody is asked any more if it fails."""

    method: str
    url: str | None
    fields: Fields = ()
    last: bool = False


class Documents:
    """Puts the document a call is to follow on the desk."""

    def __init__(self, parts: Parts, desk: Desk, run: Callable[[str], None], end: Callable[[str, str], None]) -> None:
        """`run` follows a script; `end` brings a call to a final status."""
        self._account = parts.account
        self._state = parts.state
        self._courier = parts.courier
        self._desk = desk
        self._run = run
        self._end = end

    def open(self, sid: str) -> None:
        """Begin what the account gave the call."""
        call = self._desk.live(sid)
        if call is None:
            return
        if call.url is None:
            self._load(sid, call.twiml or "", Asked("", None), call.errand)
        else:
            self.fetch(sid, Asked(call.method, call.url))

    def fetch(self, sid: str, asked: Asked) -> None:
        """Ask for a document and follow it. An answer that comes after a redirect or the end is thrown away."""
        call = self._desk.live(sid)
        if call is None:
            return
        self._state.change_call(sid, listening=frozenset())
        self._desk.put(sid, gather=None, digits="")
        fields = (*call_fields(self._account, call, call.status), *asked.fields)
        reply = self._courier.send(sid, asked.method or "POST", asked.url or "", fields)
        now = self._desk.live(sid)
        if now is None or now.errand != call.errand:
            return
        if reply.ok:
            self._load(sid, reply.body, asked, call.errand)
        else:
            self._fail(sid, _failure_code(reply), asked)

    def _load(self, sid: str, document: str, asked: Asked, errand: str) -> None:
        try:
            verbs = twiml.parse(document)
        except TwimlError as error:
            self._fail(sid, error.code, asked)
            return
        if self._desk.documents(sid) >= MAXIMUM_DOCUMENTS:
            self._fail(sid, 12400, Asked("", asked.url, last=True))
        elif verbs and verbs[0].name == "Reject" and self._is_ringing(sid):
            self._end(sid, _rejection(verbs[0]))
        else:
            self._desk.begin(sid, Script(verbs, asked.url, errand=errand))
            self._run(sid)

    def _fail(self, sid: str, code: int, asked: Asked) -> None:
        self._desk.note(sid, f"The script could not be run (error {code}).")
        call = self._desk.live(sid)
        if call is not None and call.fallback_url and not asked.last:
            self._desk.note(sid, "The fallback address is asked.")
            fields = (("ErrorCode", str(code)), ("ErrorUrl", asked.url or ""))
            self.fetch(sid, Asked(call.fallback_method, call.fallback_url, fields, last=True))
            return
        self._desk.tell(sid, APOLOGY, "en-US")
        self._end(sid, "completed" if call is not None and call.started else "failed")

    def _is_ringing(self, sid: str) -> bool:
        call = self._desk.live(sid)
        return call is not None and call.status == "ringing"


def _rejection(verb: Verb) -> str:
    return "busy" if verb.get("reason") == "busy" else "no-answer"


def _failure_code(reply: Reply) -> int:
    return 11205 if reply.failure == "connect" else 11200
