"""Plays a script of a conversation and writes down what came of it, so that a nurse can read it.

A script is a text file. The lines that begin with one of these marks are read; all others are written by the player:

    # words                                what the file shows
    @ person: Ruth Ames, en, lives alone   who takes part since Monday 2 March 2026, in New York; “by call”,
                                           “born 1950”, “born unknown” or “PIN 48213” if wanted
    @ status: invited                      unless they take part already
    @ has: statin, diabetes                conditions and medicines
    @ programme runs                       prompts come as well
    @ on call: ana first, ben second, cy backup
    @ away: ana, 3 Mar to 5 Mar, ben covers
    @ with phones and dashboard            the whole service plays, not its core alone
    > Mon 2 Mar 10:00 Ruth: words          somebody writes; staff by their first name too
    > Mon 2 Mar 10:04 Ana does: takes case 1
    ~ Tue 3 Mar 12:00                      time passes

What staff do in the dashboard: takes, passes on, spoke about, closes as an outcome, opens again because. With phones
and dashboard the lines go through webhooks, pages and tables, and there is more to do:

    > Mon 2 Mar 10:04 Ana does: picks up   also hangs up, presses 1, says words; and so does the person
    > Mon 2 Mar 10:04 Ruth does: rings     she calls the coach; so may anybody; also: is silent, says ~0.4 words
    > Mon 2 Mar 10:04 Ana does: opens the link
    > Mon 2 Mar 10:04 Ruth's phone: takes no texts

From then on a phone takes texts, takes no texts, takes texts without a receipt, is answered by a machine or
a fax machine, is busy, or rings until it stops. A figure after ~ is how surely words were recognised.

Written are: `<` texts and pages (`…` where a prompt goes on; links are left out), what a call says and what a page of
the dashboard shows, `-` what became of a text or call, `=` steps of cases, `!` tasks for coordinators.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Protocol

from coach.core.rota import OnCall, Rota
from tests.transcripts.core_alone import core_alone
from tests.transcripts.scribe import Scribe
from tests.transcripts.scripts import Line, NotAScript, Scene, Script, read
from tests.transcripts.whole_service import whole_service

__all__ = ["NotAScript", "Stage", "play"]

_MINUTE = timedelta(minutes=1)
_PHONE = "'s phone"


class Stage(Protocol):
    """Where a script is played: the core alone, or the whole service."""

    rota: Rota
    scribe: Scribe

    @property
    def now(self) -> datetime:
        """The time on it."""

    def begins(self) -> None:
        """Start the programme."""

    def at(self, moment: datetime) -> Any:
        """Let time pass."""

    def says(self, body: str) -> Any:
        """Let the person write, a minute later."""

    def texts(self, staff: OnCall, said: str) -> None:
        """Let somebody on call write."""

    def does(self, who: str, said: str) -> None:
        """Let somebody act, in the dashboard or on the phone."""

    def turns(self, who: str, what: str) -> None:
        """Change how a phone takes texts and calls."""


def play(script: str, database_url: str) -> str:
    """The same script with everything that came of it. The database must be empty; with phones it is written to."""
    known = read(script)
    with _stage(known.scene, database_url) as stage:
        return _played(known, stage)


def _played(known: Script, stage: Stage) -> str:
    if known.scene.programme_runs:
        stage.begins()
    for line in known.lines:
        _act(stage, known.scene, line)
    return "\n".join((*known.kept, "", *stage.scribe.lines)) + "\n"


def _stage(scene: Scene, database_url: str) -> AbstractContextManager[Stage]:
    if scene.with_phones:
        return whole_service(scene, database_url)
    return nullcontext(core_alone(scene))


def _act(stage: Stage, scene: Scene, line: Line) -> None:
    if line.at < stage.now:
        raise NotAScript(f"this was before: {line.words}")
    who, _, said = line.words.partition(": ")
    writes = scene.person.name.startswith(who)
    stage.at(line.at - _MINUTE if writes and line.words else line.at)
    stage.scribe.write(line.mark, line.at, line.words)
    if line.words:
        _somebody(stage, who, said, writes=writes)


def _somebody(stage: Stage, who: str, said: str, *, writes: bool) -> None:
    staff = stage.rota.named(who.lower())
    if who.endswith(" does"):
        stage.does(who.removesuffix(" does"), said)
    elif who.endswith(_PHONE):
        stage.turns(who.removesuffix(_PHONE), said)
    elif staff is not None:
        stage.texts(staff, said)
    elif writes:
        stage.says(said)
    else:
        raise NotAScript(f"nobody is named {who}")
