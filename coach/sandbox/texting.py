"""Texts in both directions: what is accepted, refused, delivered and called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coach.sandbox import twiml
from coach.sandbox.account import API_VERSION
from coach.sandbox.courier import Reply
from coach.sandbox.delivery import Delivery
from coach.sandbox.numbers import is_number, place_fields
from coach.sandbox.optout import BlockList, Keyword, OptOutHandling
from coach.sandbox.parts import Parts
from coach.sandbox.problems import invalid
from coach.sandbox.records import Line, Message
from coach.sandbox.segments import MAXIMUM_CHARACTERS, segments
from coach.sandbox.signing import Fields


@dataclass(frozen=True, slots=True)
class Order:
    """A request to send a text; empty strings are parameters that were not given."""

    recipient: str
    body: str
    sender: str = ""
    service_sid: str = ""
    callback: str = ""


class Texting:
    """The message side of the network."""

    def __init__(self, parts: Parts, delivery: Delivery, opt_out: OptOutHandling) -> None:
        """Nobody is blocked at first."""
        self._account = parts.account
        self._state = parts.state
        self._ledger = parts.ledger
        self._courier = parts.courier
        self._delivery = delivery
        self._opt_out = opt_out
        self.blocks = BlockList()

    def accept(self, order: Order) -> Message:
        """Take a message for sending, or raise Problem. It leaves when `delivery.release` is called."""
        try:
            self._check(order)
        except Exception as problem:
            code = str(getattr(problem, "code", ""))
            self._ledger.add("refused", "", order.sender or order.service_sid, order.recipient, order.body, code)
            raise
        status = "accepted" if order.service_sid else "queued"
        message = self._new("outbound-api", order.sender or None, order.recipient, order.body, status)
        message = self._state.add_message(
            replace(message, service_sid=order.service_sid or None, callback=order.callback or None)
        )
        sender = order.sender or order.service_sid
        self._ledger.add("message", message.sid, sender, order.recipient, order.body, order.callback)
        self._delivery.hold(message)
        return message

    def from_phone(self, phone: str, body: str, line: Line) -> Message:
        """Carry a text typed on `phone` to `line`; returns when the webhook has been answered or has failed."""
        message = self._new("inbound", phone, line.number, body, "received")
        message = self._state.add_message(replace(message, service_sid=self._account.service_sid, sent=message.created))
        self._ledger.add("text", message.sid, phone, line.number, body)
        keyword = self._opt_out.keyword(body)
        if keyword is not None:
            self._handle(keyword, message)
        if line.sms_url is None:
            return message
        reply = self._courier.send(message.sid, line.sms_method, line.sms_url, self._fields(message, keyword))
        self._state.change_message(message.sid, answered=reply.answered)
        self._send_replies(message, reply)
        return self._state.message(message.sid) or message

    def _check(self, order: Order) -> None:
        if not order.recipient:
            raise invalid(21604, "A 'To' phone number is required.")
        if not is_number(order.recipient):
            raise invalid(21211, f"Invalid 'To' Phone Number: {order.recipient}")
        self._check_sender(order)
        if not order.body:
            raise invalid(21602, "Message body is required.")
        if len(order.body) > MAXIMUM_CHARACTERS:
            raise invalid(21617, "The concatenated message body exceeds the 1600 character limit")
        if self.blocks.blocks(self._scope(order.sender), order.recipient):
            raise invalid(21610, "Attempt to send to unsubscribed recipient")

    def _check_sender(self, order: Order) -> None:
        if order.service_sid and order.service_sid != self._account.service_sid:
            raise invalid(21701, "The Messaging Service does not exist.")
        if not order.sender and not order.service_sid:
            raise invalid(21603, "A 'From' phone number is required.")
        if order.sender and self._state.line(order.sender) is None:
            raise invalid(21606, f"The 'From' phone number {order.sender} is not a valid sender of this account.")

    def _scope(self, sender: str) -> str:
        """Opt-out holds for the whole messaging service where there is one."""
        return self._account.service_sid or sender

    def _new(self, direction: str, sender: str | None, recipient: str, body: str, status: str) -> Message:
        now = self._state.now()
        sid = self._state.new_id("SM")
        return Message(sid, direction, sender, recipient, body, status, segments(body), created=now, updated=now)

    def _handle(self, keyword: Keyword, text: Message) -> None:
        phone, line = text.sender or "", text.recipient
        replies = self.blocks.apply(keyword, self._scope(line), phone)
        if keyword is not Keyword.HELP:
            self._ledger.add("blocked" if keyword is Keyword.STOP else "unblocked", text.sid, line, phone)
        if replies:
            reply = self._new("outbound-reply", line, phone, self._opt_out.replies[keyword], "delivered")
            self._state.add_message(replace(reply, sent=reply.created, service_sid=self._account.service_sid))
            self._ledger.add("auto-reply", reply.sid, line, phone, reply.body, keyword.value)

    def _send_replies(self, text: Message, reply: Reply) -> None:
        for body in self._bodies(text, reply):
            answer = self._new("outbound-reply", text.recipient, text.sender or "", body, "queued")
            if self.blocks.blocks(self._scope(text.recipient), text.sender or ""):
                self._ledger.add("refused", answer.sid, text.recipient, text.sender or "", body, "21610")
                continue
            self._state.add_message(answer)
            self._ledger.add("message", answer.sid, text.recipient, text.sender or "", body)
            self._delivery.hold(answer)
            self._delivery.release(answer.sid)

    def _bodies(self, text: Message, reply: Reply) -> Sequence[str]:
        """Return the texts an answer asks to send: `<Message>` in TwiML, or a plain text as it is."""
        if not reply.ok or not reply.body.strip():
            return ()
        if reply.content_type.startswith("text/plain"):
            return (reply.body.strip(),)
        try:
            return twiml.texts(twiml.parse(reply.body))
        except twiml.TwimlError as error:
            self._ledger.add("refused", text.sid, text.sender, text.recipient, detail=str(error.code))
            return ()

    def _fields(self, text: Message, keyword: Keyword | None) -> Fields:
        phone = text.sender or ""
        fields = [
            ("ToCountry", place_fields("To", text.recipient)[3][1]),
            *place_fields("To", text.recipient)[:3],
            *place_fields("From", phone),
            ("MessageSid", text.sid),
            ("SmsMessageSid", text.sid),
            ("SmsSid", text.sid),
            ("SmsStatus", "received"),
            ("AccountSid", self._account.sid),
            ("From", phone),
            ("To", text.recipient),
            ("Body", text.body),
            ("NumSegments", str(text.segments)),
            ("NumMedia", "0"),
            ("ApiVersion", API_VERSION),
        ]
        if self._account.service_sid:
            fields.append(("MessagingServiceSid", self._account.service_sid))
        if keyword is not None and self._opt_out.names_type:
            fields.append(("OptOutType", keyword.value))
        return tuple(fields)
