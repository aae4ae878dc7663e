"""The trend rules once more, written down slowly and plainly from their description, to check the quick ones against.

Nothing here is shared with coach.core.trend, not even a number. Every quantity of every day is worked out anew from the
whole list of rows, every time it is needed. Only what was said and asked is kept, because it cannot be worked out.

A row is a dictionary: day, at (minutes after midnight), asked, texted, score, answers (a dictionary), codes (sign to
level). A decision is (day, action, level, rules), as `coach assess` lists them.
"""

from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Any

Row = dict[str, Any]
Entry = tuple[int, str, str | None, tuple[str, ...]]

ORDER = ["J3", "J2", "J1", "J0", "W", "P3", "P1", "P2", "G"]
ORDER += ["silence-urgent", "silence-48h", "silence-4", "silence-7d", "recovery"]
RANK = {"self_care": 0, "routine": 1, "urgent": 2, "emergency": 3}
ACTIONS = ["escalate", "recheck", "task", "recovery"]
TINY = 1e-9


def at_least(value: float, limit: float) -> bool:
    """A limit reached within a billionth is reached."""
    return value >= limit - TINY


# --- what was heard -------------------------------------------------------------------------------------------------


def score_of(row: Row) -> int | None:
    """Halves go up; outside 0 to 10 is no score."""
    told = row["score"]
    if told is None or told < 0 or told > 10:
        return None
    return int(told + 0.5)


def is_heard(row: Row) -> bool:
    """A score (a strange one, too), a text or an answer."""
    return row["texted"] or row["score"] is not None or any(a is not None for a in row["answers"].values())


def scores_of(rows: list[Row]) -> dict[int, int]:
    """The last score of each day."""
    found: dict[int, int] = {}
    for row in rows:
        score = score_of(row)
        if score is not None:
            found[row["day"]] = score
    return dict(sorted(found.items()))


def visits_of(rows: list[Row]) -> list[int]:
    """Days with an answer "yes, I was seen"."""
    return [row["day"] for row in rows if row["answers"].get("seen") == "yes"]


def until(rows: list[Row], day: int) -> list[Row]:
    """What belongs to days up to this one."""
    return [row for row in rows if row["day"] <= day]


def in_days(scores: dict[int, int], first: int, last: int) -> list[int]:
    """The scores of these days, both ends included."""
    return [score for day, score in scores.items() if first <= day <= last]


# --- quantities -----------------------------------------------------------------------------------------------------


def level_c(rows: list[Row], day: int) -> float | None:
    """C: the current level."""
    found = in_days(scores_of(until(rows, day)), day - 14, day)[-5:]
    return median(found) if len(found) >= 3 else None


def level_b(rows: list[Row], day: int) -> float | None:
    """B: the baseline."""
    scores = scores_of(until(rows, day))
    if not scores:
        return None
    first_day = min(scores)
    found = in_days(scores, first_day, first_day + 13)[:7]
    return median(found) if len(found) >= 5 else None


def visit_that_counts(rows: list[Row], day: int) -> int | None:
    """The last visit up to this day on which C was defined."""
    found = [v for v in visits_of(until(rows, day)) if level_c(rows, v) is not None]
    return found[-1] if found else None


def level_l(rows: list[Row], day: int) -> float | None:
    """L of this day; under five scores, that of the latest earlier scored day which had its own."""
    visit = visit_that_counts(rows, day) or 0
    scores = {d: s for d, s in scores_of(until(rows, day)).items() if d >= visit}
    for e in sorted({day, *scores}, reverse=True):
        found = in_days(scores, e - 28, e - 8)
        if len(found) >= 5:
            return median(found)
    return None


def level_ref(rows: list[Row], day: int) -> float | None:
    """Ref: the lower of baseline and recovered level; a visit replaces the baseline."""
    visit = visit_that_counts(rows, day)
    base = level_b(rows, day) if visit is None else level_c(rows, visit)
    known = [level for level in (base, level_l(rows, day)) if level is not None]
    return min(known) if known else None


def noise_s(rows: list[Row], day: int) -> float:
    """S: a person's own ups and downs."""
    found = in_days(scores_of(until(rows, day)), 0, day - 3)[-20:]
    if len(found) < 6:
        return 1.0
    squares = [(after - before) ** 2 for before, after in pairwise(found)]
    return sqrt(sum(squares) / (len(found) - 1) / 2)


def back(rows: list[Row], day: int, k: int) -> float | None:
    """C on the nearest scored day k to k + 3 days back on which it is defined."""
    for e in (day - k, day - k - 1, day - k - 2, day - k - 3):
        if e in scores_of(rows) and level_c(rows, e) is not None:
            return level_c(rows, e)
    return None


def need(rows: list[Row], day: int) -> float:
    """The rise that counts as a jump."""
    return min(5, max(3, 3 * noise_s(rows, day)))


def gap(rows: list[Row], day: int) -> float | None:
    """C - Ref."""
    c, ref = level_c(rows, day), level_ref(rows, day)
    return None if c is None or ref is None else c - ref


# --- rules ----------------------------------------------------------------------------------------------------------


def jump_family(rows: list[Row], day: int, *, walks: bool) -> tuple[str, str | None] | None:
    """The first line that holds: its rule, and its level (None: a question)."""
    scores = scores_of(rows)
    s, prior = scores[day], in_days(scores, day - 10, day - 1)
    if s == 10 and walks and (len(prior) < 3 or median(prior[-5:]) < 10):
        return "J3", "emergency" if len(prior) < 3 or median(prior[-5:]) <= 7 else "urgent"
    if len(prior) < 3:
        return ("J0", None) if s >= 8 else None
    rise, wanted = s - median(prior), need(rows, day)
    if s < max(prior) + 2:
        return None
    if at_least(rise, max(5, 4 * noise_s(rows, day))):
        return "J2", "urgent"
    if s >= 9 and median(prior) <= 6 and at_least(rise, wanted):
        return "J2", "urgent"
    if s >= 5 and at_least(rise, wanted):
        return "J1", None
    return None


def worse(rows: list[Row], day: int) -> bool:
    """The condition of W on one scored day, judged with what belongs to the days up to it."""
    rows = until(rows, day)
    c, ref, rise = level_c(rows, day), level_ref(rows, day), gap(rows, day)
    if c is None or ref is None or rise is None:
        return False
    last_three = list(scores_of(rows).values())[-3:]
    wide = at_least(rise, min(3.5, max(2, 2 * noise_s(rows, day))))
    return wide and c >= 4 and all(score >= ref + 1 for score in last_three)


def function_lost(rows: list[Row], day: int) -> bool:
    """Stairs got harder, or clearly fewer chair stands, at most six days ago."""
    stairs = [(r["day"], r["answers"]["stairs"]) for r in rows if r["answers"].get("stairs") is not None]
    if len(stairs) >= 2 and stairs[-1][1] > stairs[-2][1] and day - stairs[-1][0] <= 6:
        return True
    stands = [(r["day"], r["answers"]["chair_stands"]) for r in rows if r["answers"].get("chair_stands") is not None]
    if not stands or day - stands[-1][0] > 6:
        return False
    return max(count for _, count in stands[:2]) - stands[-1][1] >= 3


def new_serious_code(rows: list[Row], day: int) -> bool:
    """An urgent or emergency sign that was first so on days d-6 to d. A second fall is urgent, too."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        for code, level in levels_of(rows[:place], row).items():
            if level in {"urgent", "emergency"}:
                first.setdefault(code, row["day"])
    return any(day - 6 <= known <= day for known in first.values())


def rule_w(rows: list[Row], day: int) -> str | None:
    """W and its level."""
    days = list(scores_of(rows))
    if len(days) < 2 or not worse(rows, days[-1]) or not worse(rows, days[-2]):
        return None
    c, before = level_c(rows, day), back(rows, day, 7)
    assert c is not None
    fast = before is not None and at_least(c - before, max(3, min(4, 2 * noise_s(rows, day))))
    if fast or c >= 8 or function_lost(rows, day) or new_serious_code(rows, day):
        return "urgent"
    return "routine"


def rule_p3(rows: list[Row], day: int) -> str | None:
    """P3 and its level."""
    scores = scores_of(rows)
    if len(scores) < 3 or min(list(scores.values())[-3:]) < 8 or list(scores)[-3] < day - 4:
        return None
    visits = [v for v in visits_of(rows) if day - v <= 30]
    then, now = level_c(rows, visits[-1]) if visits else None, level_c(rows, day)
    if then is not None and now is not None and now <= then + 1:
        return "routine"
    return "urgent"


def lasting(rows: list[Row], day: int, *, window: int, least: int, span: int, high: int, k: int) -> str | None:
    """P1 or P2."""
    if day < window or any(day - v < 28 for v in visits_of(rows)):
        return None
    scores = {d: s for d, s in scores_of(rows).items() if day - window + 1 <= d <= day}
    if len(scores) < least or max(scores) - min(scores) + 1 < span:
        return None
    if sum(s >= high for s in scores.values()) / len(scores) < 0.75:
        return None
    c, before = level_c(rows, day), back(rows, day, k)
    if c is None:
        return None
    return None if before is not None and c <= before - 1 else "routine"


def standing_rules(rows: list[Row], day: int) -> list[tuple[str, str]]:
    """W, P3, P1 and P2, as far as they hold."""
    found = {
        "W": rule_w(rows, day),
        "P3": rule_p3(rows, day),
        "P1": lasting(rows, day, window=14, least=6, span=11, high=4, k=7),
        "P2": lasting(rows, day, window=28, least=10, span=24, high=2, k=14),
    }
    return [(rule, level) for rule, level in found.items() if level is not None]


def may_speak_again(rows: list[Row], rule: str, since: int, day: int) -> bool:
    """A latch goes when its state has passed."""
    scores = scores_of(rows)
    if rule == "W":
        days = list(scores)[-5:]
        gaps = [gap(until(rows, e), e) for e in days]
        return len(days) == 5 and all(g is not None and g <= 1 for g in gaps)
    high = {"P1": 4, "P2": 2, "P3": 8}[rule]
    found = in_days(scores, max(day - 6, since + 1), day)
    return len(found) >= 3 and sum(s >= high for s in found) / len(found) < 0.5


def better_run(rows: list[Row]) -> int:
    """On how many scored days running, up to the last, C was two or more below Ref (counted up to four)."""
    run = 0
    for e in list(scores_of(rows))[:-5:-1]:
        g = gap(until(rows, e), e)
        if g is None or g > -2:
            break
        run += 1
    return run


# --- signs in the text ----------------------------------------------------------------------------------------------


def levels_of(before: list[Row], row: Row) -> dict[str, str]:
    """Each sign of a row with its level; a second routine fall within 14 days, on another day, is urgent."""
    levels = {code: level for code, level in row["codes"].items() if level != "self_care"}
    falls = [r["day"] for r in before if r["codes"].get("fall_no_injury", "self_care") != "self_care"]
    if levels.get("fall_no_injury") == "routine" and falls and 0 < row["day"] - falls[-1] < 14:
        levels["fall_no_injury"] = "urgent"
    return levels


# --- waiting --------------------------------------------------------------------------------------------------------


def after_waking(moment: int, hours: int) -> int:
    """The minute at which so many waking hours (09:00 to 20:00) have passed, counted minute by minute."""
    left = hours * 60
    while left > 0:
        if 9 * 60 <= moment % 1440 < 20 * 60:
            left -= 1
        moment += 1
    return moment


# --- the whole record -----------------------------------------------------------------------------------------------


class Diary:
    """What was said and asked so far, for one person."""

    def __init__(self, *, walks: bool, alone: bool) -> None:
        self.walks, self.alone = walks, alone
        self.rows: list[Row] = []
        self.said: list[Entry] = []
        self.trend_messages: list[tuple[int, str]] = []  # day, highest level of its trend rules
        self.code_messages: list[tuple[str, str, int]] = []  # sign, level, minute
        self.latches: dict[str, tuple[str, int]] = {}
        self.asked: list[tuple[str, int]] = []
        self.question: dict[str, Any] | None = None
        self.worse_on: int | None = None
        self.urgent_due: int | None = None
        self.silence_told: int | None = None

    # - time

    def due(self, before: int) -> None:
        """What fell due strictly before this minute."""
        waiting = []
        if self.question is not None and self.question["due"] is not None:
            waiting.append((self.question["due"], "question"))
        if self.urgent_due is not None and self.silence_told is None:
            waiting.append((self.urgent_due, "silence"))
        for moment, what in sorted(waiting):
            if moment >= before:
                continue
            if what == "question" and self.question is not None:
                self.said.append((moment // 1440, "task", None, (self.question["rule"],)))
                self.question["due"] = None
            if what == "silence":
                self.said.append((moment // 1440, "task", None, ("silence-urgent",)))
                self.silence_told, self.urgent_due = moment // 1440, None

    def end_of(self, day: int, asked_today: list[Row]) -> None:
        """The end of a calendar day."""
        self.due((day + 1) * 1440)
        self.ladder(day, asked_today)
        if self.question is not None and day >= self.question["day"] + 2:
            self.question = None

    def ladder(self, day: int, all_rows: list[Row]) -> None:
        """The silence ladder."""
        heard_on = max([row["day"] for row in self.rows], default=0)
        missed = {
            row["day"]
            for row in all_rows
            if heard_on < row["day"] <= day and not is_heard(row) and row["asked"] in {None, "weakness"}
        }
        if day == heard_on or not missed or (self.silence_told is not None and self.silence_told != day):
            return
        rules = []
        if day >= heard_on + 2 and self.high_risk(day):
            rules.append("silence-48h")
        if len(missed) >= 4:
            rules.append("silence-4")
        if day >= heard_on + 7:
            rules.append("silence-7d")
        if rules:
            self.said.append((day, "task", None, tuple(rules)))
            self.silence_told = day

    def high_risk(self, day: int) -> bool:
        """Who is worrying after two days of silence."""
        scores = scores_of(self.rows)
        if scores:
            last = max(scores)
            c = level_c(self.rows, last)
            if (c is not None and c >= 7) or (self.alone and scores[last] >= 5):
                return True
        falls = [r["day"] for r in self.rows if {"fall_no_injury", "fall_serious"} & set(r["codes"])]
        falls += [r["day"] for r in self.rows if (r["answers"].get("falls") or 0) >= 1]
        if any(day - 14 <= fell <= day for fell in falls):
            return True
        question = self.question
        return question is not None and question["rule"] in {"J1", "J0"} and not question["answered"]

    # - one row

    def hear(self, row: Row) -> None:
        """One row on which something was heard, in the order laid down for it."""
        day, moment = row["day"], row["day"] * 1440 + row["at"]
        before = list(self.rows)
        self.urgent_due = self.silence_told = None
        codes = {c: lv for c, lv in levels_of(before, row).items() if not self.repeats(c, lv, moment)}
        self.code_messages += [(code, level, moment) for code, level in codes.items()]
        onset = row["answers"].get("onset")
        results: list[tuple[str, str]] = []
        if onset is not None and self.question is not None:
            results += self.answered(self.question, onset)
            onset = None
        self.rows.append(row)
        if row["answers"].get("seen") == "yes":
            self.latches = {}
        jump = None
        scored = score_of(row) is not None
        if scored:
            jump = jump_family(self.rows, day, walks=self.walks)
            results += self.meet_question(day, jump)
            results += self.jumped(day, jump, onset)
            results += standing_rules(self.rows, day)
        results += self.compared(day, row["answers"].get("trend"))
        level = self.send(day, moment, codes, results)
        if level not in {"urgent", "emergency"}:
            self.ask(day, moment, jump, row["answers"].get("trend"))
        if scored:
            self.recover(day)
            self.latches = {r: v for r, v in self.latches.items() if not may_speak_again(self.rows, r, v[1], day)}

    def repeats(self, code: str, level: str, moment: int) -> bool:
        """The same sign at this level or above: 14 days for routine, 24 hours for urgent, never for an emergency."""
        for known, told, when in self.code_messages:
            if known != code or RANK[told] < RANK[level]:
                continue
            if level == "routine" and moment // 1440 - when // 1440 < 14:
                return True
            if level == "urgent" and moment - when < 24 * 60:
                return True
        return False

    def answered(self, question: dict[str, Any], onset: str) -> list[tuple[str, str]]:
        """An answer to the open question."""
        if onset != "longer":
            self.question = None
            return [(question["rule"], "urgent")]
        if question["rule"] == "J0":
            self.question = None
            return [("J0", "routine")]
        question["answered"], question["due"] = True, None
        return []

    def meet_question(self, day: int, jump: tuple[str, str | None] | None) -> list[tuple[str, str]]:
        """A score while a question is open."""
        question = self.question
        if question is None or question["rule"] == "G":
            return []
        if day == question["day"]:
            if jump is None:
                self.question = None
            return []
        if question["rule"] == "J0":
            return []
        self.question = None
        still = at_least(scores_of(self.rows)[day] - question["base"], question["need"])
        return [("J1", "urgent")] if still else []

    def jumped(self, day: int, jump: tuple[str, str | None] | None, onset: str | None) -> list[tuple[str, str]]:
        """A jump that counts at once, or one whose own row says when it began."""
        if jump is None:
            return []
        rule, level = jump
        if level is not None:
            return [(rule, level)]
        if onset is None:
            return []
        self.asked.append((rule, day))
        if onset != "longer":
            return [(rule, "urgent")]
        if rule == "J0":
            return [(rule, "routine")]
        self.question = {"rule": rule, "day": day, "due": None, "answered": True, **self.measure(day)}
        return []

    def measure(self, day: int) -> dict[str, float]:
        """What a later score is compared with."""
        prior = in_days(scores_of(self.rows), day - 10, day - 1)
        return {"base": median(prior) if prior else 0, "need": need(self.rows, day)}

    def compared(self, day: int, answer: str | None) -> list[tuple[str, str]]:
        """Two successive answers "worse" at most 14 days apart; then it counts anew."""
        if answer is None:
            return []
        before, self.worse_on = self.worse_on, None
        if answer != "worse":
            return []
        if before is not None and day - before <= 14:
            return [("G", "routine")]
        self.worse_on = day
        return []

    def send(self, day: int, moment: int, codes: dict[str, str], results: list[tuple[str, str]]) -> str | None:
        """One message from all that holds and is not held back."""
        sent = [(rule, level) for rule, level in results if not self.held(day, rule, level)]
        levels = [*codes.values(), *(level for _, level in sent)]
        if sent:
            self.trend_messages.append((day, max((level for _, level in sent), key=RANK.__getitem__)))
            self.latches |= {rule: (level, day) for rule, level in sent if rule in {"W", "P1", "P2", "P3"}}
        if not levels:
            return None
        highest = max(levels, key=RANK.__getitem__)
        self.said.append((day, "escalate", highest, (*codes, *(rule for rule, _ in sent))))
        if highest in {"urgent", "emergency"}:
            self.question = None
        if highest == "urgent":
            self.urgent_due = after_waking(moment, 12)
        return highest

    def held(self, day: int, rule: str, level: str) -> bool:
        """Told already, or too soon after another message."""
        if rule in self.latches and RANK[level] <= RANK[self.latches[rule][0]]:
            return True
        if level == "routine":
            return any(day - x < 14 for x, _ in self.trend_messages)
        if level == "urgent" and rule in {"J3", "W", "P3"}:
            return any(day - x < 3 for x, told in self.trend_messages if told != "routine")
        return False

    def ask(self, day: int, moment: int, jump: tuple[str, str | None] | None, trend: str | None) -> None:
        """A new question; a jump comes before the comparison."""
        wanted = []
        if jump is not None and jump[1] is None:
            wanted.append(jump[0])
        if trend == "much_worse":
            wanted.append("G")
        again = {"J1": 1, "J0": 14, "G": 1}
        wanted = [r for r in wanted if all(day - q >= again[r] for rule, q in self.asked if rule == r)]
        if not wanted:
            return
        self.asked += [(rule, day) for rule in wanted]
        due = after_waking(moment, 4)
        self.question = {"rule": wanted[0], "day": day, "due": due, "answered": False, **self.measure(day)}
        self.said.append((day, "recheck", None, tuple(wanted)))

    def recover(self, day: int) -> None:
        """The good news."""
        notes = [when for when, action, _, _ in self.said if action == "recovery"]
        busy = any(when == day and action in {"escalate", "recheck"} for when, action, _, _ in self.said)
        if better_run(self.rows) == 3 and not busy and all(day - when >= 14 for when in notes):
            self.said.append((day, "recovery", None, ("recovery",)))


def listed(said: list[Entry]) -> list[Entry]:
    """One entry for each day, action and level, in the order laid down."""
    places: dict[tuple[int, str, str | None], set[str]] = {}
    for day, action, level, rules in said:
        places.setdefault((day, action, level), set()).update(rules)
    order = sorted(places, key=lambda p: (p[0], ACTIONS.index(p[1]), -RANK.get(p[2] or "", 0)))
    return [(*place, tuple(sorted(places[place], key=_name_order))) for place in order]


def _name_order(rule: str) -> tuple[int, str]:
    return (ORDER.index(rule), "") if rule in ORDER else (-1, rule)


def plain_decisions(rows: list[Row], *, walks: bool = True, alone: bool = False) -> list[Entry]:
    """Everything that is decided about one person."""
    diary = Diary(walks=walks, alone=alone)
    for day in range(1, max((row["day"] for row in rows), default=0) + 1):
        for row in rows:
            if row["day"] == day:
                diary.due(day * 1440 + row["at"])
                if is_heard(row):
                    diary.hear(row)
        diary.end_of(day, rows)
    return listed(diary.said)
