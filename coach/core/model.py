"""The nouns of the coach as plain frozen values: no clock, disk, network or framework.

Times are aware UTC datetimes unless a name says `local`; a `day` is the participant's local calendar date.
Terms are those of docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum, StrEnum


class Language(StrEnum):
    """A language the coach speaks; both are always understood."""

    EN = "en"
    ES = "es"


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    VOICE = "voice"


class Status(StrEnum):
    """Where a number stands with the programme. Only `active` people are prompted."""

    STRANGER = "stranger"  # wrote to us without being enrolled
    INVITED = "invited"  # got the one invitation, has not answered Y
    ACTIVE = "active"
    PAUSED = "paused"
    OPTED_OUT = "opted_out"
    WRONG_PERSON = "wrong_person"
    ON_CALL = "on_call"  # a number of staff, paged about cases; never a participant

    @property
    def has_left(self) -> bool:
        """Whether nothing may be sent any more but answers to what they write."""
        return self in (Status.OPTED_OUT, Status.WRONG_PERSON)

    @property
    def talks(self) -> bool:
        """Whether they take part, prompted or for now not."""
        return self in (Status.ACTIVE, Status.PAUSED)


class Disposition(StrEnum):
    """What a text calls for (telephone-triage term), ordered by `rank`."""

    SELF_CARE = "self_care"
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for self-care up to 3 for emergency."""
        return _RANK[self]

    @property
    def is_serious(self) -> bool:
        """Whether it calls for care today or at once."""
        return self.rank >= Disposition.URGENT.rank


_RANK = {d: i for i, d in enumerate(Disposition)}


class Asked(StrEnum):
    """What an open question asks; `nothing` when none is open."""

    WEAKNESS = "weakness"
    ONSET = "onset"
    TREND = "trend"
    HYDRATION = "hydration"
    EXERCISE = "exercise"
    FALLS = "falls"
    STAIRS = "stairs"
    CHAIR_STANDS = "chair_stands"
    SEEN = "seen"
    SAFE = "safe"
    REACHED = "reached"  # ours: did somebody from the team call you
    JOIN = "join"
    IDENTITY = "identity"
    NOTHING = "nothing"
    ZONE = "zone"  # ours: which time zone, asked once after enrolment by text
    RED_FLAG = "red_flag"  # ours: the yes/no list of warning signs, in calls and before the first exercise
    SIDE_EFFECTS = "side_effects"  # ours: yes or no to a new medicine or a side effect
    SYMPTOM = "symptom"  # ours: yes or no to one sign, which the check-in names in `about`
    PROFILE = "profile"  # ours: a question about the person, which the check-in names in `about`
    CHANGE = "change"  # ours: what to change, and then to what
    SARC_F_CARRY = "sarc_f_carry"  # ours, as the next four: the questions of SARC-F
    SARC_F_WALK = "sarc_f_walk"
    SARC_F_RISE = "sarc_f_rise"
    SARC_F_CLIMB = "sarc_f_climb"
    SARC_F_FALLS = "sarc_f_falls"  # within a year, not within the week as `falls`


SARC_F_ITEMS = (Asked.SARC_F_CARRY, Asked.SARC_F_WALK, Asked.SARC_F_RISE, Asked.SARC_F_CLIMB, Asked.SARC_F_FALLS)
"""The five questions of SARC-F on daily tasks, each answered 0, 1 or 2; only all of them together say something."""


class Intent(StrEnum):
    """What a person wants with a text."""

    ANSWER = "answer"
    REPORT = "report"
    QUESTION = "question"
    STOP = "stop"
    START = "start"
    HELP = "help"
    PAUSE = "pause"
    RESUME = "resume"
    LESS = "less"
    MORE = "more"
    CHANGE = "change"
    HUMAN = "human"
    WRONG_PERSON = "wrong_person"
    THANKS = "thanks"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Weeks:
    """Programme weeks, both ends included; week 1 begins on the first day."""

    first: int
    last: int

    def __contains__(self, week: int) -> bool:
        return self.first <= week <= self.last


class Onset(StrEnum):
    """When something began, as the person told it."""

    TODAY = "today"
    THIS_WEEK = "this_week"
    LONGER = "longer"


class TrendAnswer(StrEnum):
    """The weekly "compared with last week" answer."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    MUCH_WORSE = "much_worse"


class Density(StrEnum):
    """How many of the programme's prompts a person wants; check-ins come at every density."""

    LESS = "less"
    USUAL = "usual"
    MORE = "more"

    @property
    def rank(self) -> int:
        """0 for less up to 2 for more."""
        return _DENSITY_RANK[self]


_DENSITY_RANK = {density: place for place, density in enumerate(Density)}


class Lane(IntEnum):
    """Sending priority; the lower number goes first."""

    EMERGENCY = 0
    URGENT = 1
    PAGE = 2
    REPLY = 3
    PROMPT = 4

    @property
    def must_arrive(self) -> bool:
        """Whether a person must hear of a message that is lost; such messages never wait for the send rate."""
        return self <= Lane.PAGE


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts that change a level or block a text. None means not known, and not known counts as the careful side."""

    conditions: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    baseline: int | None = None
    lives_alone: bool | None = None
    age: int | None = None
    sex: str | None = None
    walking_aid: str | None = None
    fluid_limit: bool | None = None
    clinician_phone: str | None = None
    untold: frozenset[str] = frozenset()  # conditions and medicines asked of the person themselves and not told yet

    def has(self, *facts: str) -> bool:
        """True when any of the facts is among the conditions or medicines."""
        return any(fact in self.conditions or fact in self.medicines for fact in facts)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The person's local night: no prompt from `start` until `end` (which may lie on the next day)."""

    start: time = time(20, 0)
    end: time = time(9, 0)


FIRST_PROGRAMME = "legs-12-weeks"
"""What people begin with; what they may go on with is named in the programme itself."""


@dataclass(frozen=True, slots=True)
class Participant:
    """The enrolled person, or a number on the way to it."""

    id: int
    phone: str  # E.164
    status: Status
    language: Language
    country: str  # ISO 3166 alpha-2: which emergency number to name
    name: str = ""
    zone: str | None = None  # IANA; None until the person told us, and then nothing is scheduled
    quiet: QuietHours = QuietHours()
    channel: Channel = Channel.SMS
    programme: str = FIRST_PROGRAMME
    enrolled_on: date | None = None  # the trend rules' day 1, local date
    programme_on: date | None = None  # day 1 of a later programme; None: the enrolment day
    density: Density = Density.USUAL
    ask_at: time | None = None  # local hour of check-ins; None: the programme's own
    profile: Profile = Profile()
    birth_year: int | None = None  # asked at the start of a call
    call_pin: str | None = field(default=None, repr=False)  # 4 to 8 digits, asked instead of the year
    no_voicemail: bool = False  # nothing is ever said to their answering machine

    @property
    def can_be_identified(self) -> bool:
        """Whether a call can make sure that it is them before it says anything about their health."""
        return self.birth_year is not None or self.call_pin is not None

    @property
    def is_called(self) -> bool:
        """Whether they are asked by call. Whoever a call cannot be sure of is asked by text, whatever they chose."""
        return self.channel is Channel.VOICE and self.can_be_identified


BODY_SHOWN = 10_000
"""Characters of a text that people are shown; a longer one is read whole."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One text, or one answer in a call, as the carrier delivered it."""

    carrier_id: str  # MessageSid, or CallSid and step; unique for ever
    sender: str
    recipient: str
    body: str
    received_at: datetime
    channel: Channel = Channel.SMS
    opt_out_type: str | None = None  # STOP, START or HELP when the carrier has already answered
    media: int = 0
    confidence: float | None = None  # speech recognition, 0 to 1


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One claimed outbox row, ready to be posted under its attempt."""

    outbox_id: int
    attempt_id: str
    participant_id: int
    recipient: str
    body: str
    lane: Lane
    channel: Channel
    begun_at: datetime  # when this attempt began
    expires_at: datetime
    tries: int = 1  # this attempt included


@dataclass(frozen=True, slots=True)
class Finding:
    """A sign found in a text, with the words that showed it and the rule that found it."""

    code: str
    start: int
    end: int
    rule: str
    cue: str | None = None  # the negating words, when the sign is denied


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text was read as. `signs` and `denied` carry their evidence; use the code properties for the ids."""

    intent: Intent
    weakness: int | None = None
    trend: TrendAnswer | None = None
    yes: bool | None = None
    amount: float | None = None
    onset: Onset | None = None
    signs: tuple[Finding, ...] = ()
    denied: tuple[Finding, ...] = ()
    topic: str | None = None
    hypothetical: tuple[Finding, ...] = ()  # signs asked about, past, or of other people: no sign of this person
    idioms: tuple[Finding, ...] = ()  # words of a sign that are only a way of speaking
    hinted: tuple[Finding, ...] = ()  # wording that is often harmless, found and not believed
    facts: frozenset[str] = (
        frozenset()
    )  # qualities of the signs for triage, such as "left_on_standing"; see triage data
    raised: Reason | None = None  # the level that the second reader is sure of, above that of the signs
    ask: Asked | None = None  # the one question whose answer the level depends on, when the text left it open

    @property
    def codes(self) -> tuple[str, ...]:
        """Sorted codes of the signs present."""
        return tuple(sorted({f.code for f in self.signs}))

    @property
    def denied_codes(self) -> tuple[str, ...]:
        """Sorted codes the person says they do not have."""
        return tuple(sorted({f.code for f in self.denied}))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an assessment has its level: a code, combination or rule id, and one plain clause."""

    rule: str
    level: Disposition
    because: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """A disposition with its reasons, highest first."""

    disposition: Disposition
    reasons: tuple[Reason, ...] = ()
    now: bool = False  # urgent-now: same level, wording says go now


class Kind(StrEnum):
    """What an observation is about."""

    HEARD = "heard"  # anything at all was received
    WEAKNESS = "weakness"  # 0 to 10
    SIGN = "sign"
    DENIED = "denied"
    TREND = "trend"
    ONSET = "onset"
    SEEN = "seen"  # yes, booked or not_yet
    CUPS = "cups"
    MOVES = "moves"  # times or minutes, as the prompt asked
    FALLS = "falls"
    STAIRS = "stairs"  # 0 to 3
    CHAIR_STANDS = "chair_stands"
    SARC_F = "sarc_f"  # 0 to 2, to the question in `asked`
    SARC_F_POINTS = "sarc_f_points"  # 0 to 10, over all five
    DONE = "done"  # 1: did what a prompt asked for, 0: did not
    SCREENED = "screened"  # said no to the list of warning signs


@dataclass(frozen=True, slots=True)
class Observation:
    """One dated fact about a participant."""

    kind: Kind
    at: datetime
    day: date
    code: str | None = None
    value: float | None = None
    asked: Asked = Asked.NOTHING


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A question put to a participant; open until answered, replaced or out of date."""

    id: int
    asked: Asked
    opened_at: datetime
    day: date
    scheduled: bool = True  # False for follow-up questions
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    base: float | None = None  # J1: the pre-jump median it will be confirmed against
    need: float | None = None  # J1: the rise that confirms
    about: str | None = None  # the sign that a yes shows, or the fact that is asked for


class EscalationState(StrEnum):
    """The life of a case. What happens within a state, such as a page, is a `CaseStep`."""

    RAISED = "raised"  # nobody has it
    ACKNOWLEDGED = "acknowledged"  # somebody has it and has not spoken with the person yet
    CONTACTED = "contacted"  # somebody spoke with the person
    CLOSED = "closed"


class CaseStepKind(StrEnum):
    """What happened to a case, in the words of its append-only trail."""

    RAISED = "raised"
    TOLD = "told"  # a text to the person about this case was queued
    NOT_DELIVERED = "not_delivered"  # a message to the person about it did not arrive, or not in time; its template
    UNREACHED = "unreached"  # so nothing about it has reached them: whoever is paged hears so
    PAGED = "paged"  # a page to somebody on call was queued
    PAGE_FAILED = "page_failed"  # a page could not be delivered, or not in time
    ACKNOWLEDGED = "acknowledged"
    PASSED = "passed"  # whoever had it, or was asked to take it, gave it on
    PROMISED = "promised"  # the person was told by when somebody plans to phone
    CONTACTED = "contacted"
    FOLLOWED_UP = "followed_up"  # the person was asked what came of it
    ANSWERED = "answered"  # and said so
    SILENT = "silent"  # and did not
    LEVEL = "level"  # the level changed
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One line of the trail of a case."""

    kind: CaseStepKind
    at: datetime
    staff: str | None = None
    to: int | None = None  # participant id of the ON_CALL row that a page went to
    channel: Channel | None = None
    note: str = ""
    outbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A case that must reach an outcome."""

    id: int
    participant_id: int
    level: Disposition
    rules: tuple[str, ...]
    because: str
    quote: str
    raised_at: datetime
    state: EscalationState = EscalationState.RAISED
    owner: str | None = None
    outcome: str | None = None
    caused_at: datetime | None = None  # when the reply behind it came in; None: as long ago as it was raised
    rules_version: str = ""  # of the handbook that raised it
    steps: tuple[CaseStep, ...] = ()  # oldest first
    contact_by: datetime | None = None  # what the person is promised; None while nobody has it
    clock: datetime = field(init=False, repr=False, compare=False)
    """The moment every delay of the policy counts from: the last reopening, else the reply that caused it."""

    def __post_init__(self) -> None:
        """Work out the clock once: every rule asks for it, and trails grow long."""
        reopened = (step.at for step in reversed(self.steps) if step.kind is CaseStepKind.REOPENED)
        object.__setattr__(self, "clock", next(reopened, self.caused_at or self.raised_at))

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its outcome."""
        return self.state is not EscalationState.CLOSED


class TimerKind(StrEnum):
    """What time will cause."""

    PROMPT = "prompt"  # one slot of the programme
    REMIND = "remind"  # the one reminder of an unanswered check-in
    RESUME = "resume"  # the end of a pause
    INVITE = "invite"  # the invitation of somebody whom staff enrolled
    ZONE_UNANSWERED = "zone_unanswered"
    ONBOARDING = "onboarding"  # the open question on joining once more, or its end
    PROGRAMME_END = "programme_end"
    CASE = "case"  # look at all open cases of the person now; `coach.core.paging`
    FOLLOW = "follow"  # one step of asking after a case
    TREND = "trend"  # a moment at which the rules on scores decide by time alone
    HELD = "held"  # a question before the full text was not answered
    CALL_BACK = "call_back"  # they asked in a call to be called later


OF_CASES = frozenset({TimerKind.CASE})
"""Timers about staff, not about the person: they outlast STOP and a wrong number."""

OF_THE_PERSON = tuple(kind for kind in TimerKind if kind not in OF_CASES)
"""Timers that end when the person leaves."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that time will cause for one participant, once per `key`."""

    id: int
    participant_id: int
    kind: str  # a TimerKind, unless an older version set it
    key: str
    due_at: datetime
    payload: Mapping[str, str] = field(default_factory=dict)


class Fate(StrEnum):
    """What became of a message, as far as the carrier told."""

    UNKNOWN = "unknown"
    NOT_DELIVERED = "not_delivered"
    DELIVERED = "delivered"
    NO_ANSWER = "no_answer"  # a call that nobody took
    MACHINE = "machine"  # a call that an answering machine took
    HUNG_UP = "hung_up"  # a call that a person ended without a word or key
    TALKED = "talked"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was queued earlier, as far as choosing the next one needs it."""

    template: str
    lane: Lane
    at: datetime
    channel: Channel = Channel.SMS
    fate: Fate = Fate.UNKNOWN
    confirmed: bool = False  # the carrier says that it is on the phone, not only on its way


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A text that this person must not get today, and the rule that stopped it."""

    template: str
    gate: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that is known of one participant when a decision is made."""

    participant: Participant
    check_ins: tuple[CheckIn, ...] = ()  # oldest first
    observations: tuple[Observation, ...] = ()  # oldest first
    escalations: tuple[Escalation, ...] = ()  # open ones and those of the last 35 days, oldest first
    sent: tuple[Sent, ...] = ()  # last 35 days and before that the last of each prompt, oldest first
    hot_days: frozenset[date] = frozenset()  # local dates with a heat alert where the person lives

    @property
    def open_check_in(self) -> CheckIn | None:
        """The question that the next text answers: the newest one still open."""
        still_open = [c for c in self.check_ins if c.closed_at is None]
        return still_open[-1] if still_open else None
