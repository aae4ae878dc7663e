"""`coach read` at the terminal and in a pipe: answers, complaints, explanations and scores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coach.cli.app import app
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem
from coach.cli.progress import with_progress

ROOT = Path(__file__).parents[2]
GOOD = '{"id": "g", "text": "7", "asked": "weakness"}'
HEAVY = ("sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "twilio", "apscheduler")


def run(*arguments: str, given: str | bytes = "") -> Result:
    """The command with this on stdin."""
    return CliRunner().invoke(app, ["read", *arguments], input=given)


def python(code: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Code in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=given, capture_output=True, text=True, check=False, timeout=60
    )


def test_every_line_is_answered_in_its_order() -> None:
    """Blank lines are passed over; the last line needs no end."""
    lines = [json.dumps({"id": str(n), "text": f"{n}", "asked": "weakness"}) for n in range(3)]
    done = run(given="\n\n".join(lines))
    assert done.exit_code == 0
    assert [json.loads(line)["weakness"] for line in done.stdout.splitlines()] == [0, 1, 2]


def test_bad_lines_are_named_and_the_others_are_answered() -> None:
    """No JSON, no object, an unknown field, no UTF-8, too long: five complaints by number, two answers, status 1."""
    bad = [b"no json", b"[1]", b'{"text": "hi", "colour": 1}', b'{"text": "se\xf1ora"}', b'{"text": "' + b"a" * 2**20]
    done = run(given=b"\n".join([GOOD.encode(), *bad, GOOD.encode()]))
    assert done.exit_code == WORK_FOUND_PROBLEMS
    assert done.stdout.count('"weakness": 7') == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [f"line {n}" for n in range(2, 7)]
    assert "hi" not in done.stderr.split()


def test_who_writes_one_line_and_waits_gets_the_answer() -> None:
    """A program may hold a conversation through the pipe."""
    command = [sys.executable, "-c", "from coach.cli import main; main()", "read"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for score in (3, 8):
            reader.stdin.write(json.dumps({"text": str(score), "asked": "weakness"}) + "\n")
            reader.stdin.flush()
            assert json.loads(reader.stdout.readline())["weakness"] == score
        reader.stdin.close()
        assert reader.wait(timeout=30) == 0


def test_reading_imports_no_database_no_web_and_no_carrier() -> None:
    """A command pays only for what it uses itself, so that the first answer comes fast."""
    code = (
        "import sys; sys.argv = ['coach', 'read']\nfrom coach.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    done = python(code + f"print(sorted({set(HEAVY)} & sys.modules.keys()))", given=GOOD + "\n")
    assert done.stderr == ""
    answer, imported = done.stdout.splitlines()
    assert json.loads(answer)["weakness"] == 7
    assert imported == "[]"


def test_the_command_line_itself_imports_no_command() -> None:
    """Every command waits until it is named."""
    done = python("import sys, coach.cli; print(*sorted(m for m in sys.modules if m.startswith('coach.')))")
    assert done.stdout.split() == ["coach.cli", "coach.cli.app", "coach.cli.lazy", "coach.cli.problems"]


def test_a_text_is_explained_for_a_person() -> None:
    """Fever, for somebody on chemotherapy."""
    done = run("--explain", "I have a fever", "--asked", "trend", "--profile", "medicines=chemo baseline=4")
    assert done.exit_code == 0
    assert "The open question asked for: trend." in done.stdout
    assert "Known of the person: Chemotherapy; usual weakness 4." in done.stdout
    assert "\n  emergency\n" in done.stdout
    assert "routine by fever: temperature or chills" in done.stdout


def test_the_language_of_the_person_counts_unless_another_is_given() -> None:
    """As `coach check --profile` takes it."""
    assert "language is Spanish" in run("--explain", "me caí", "--profile", "language=es").stdout
    assert "language is English" in run("--explain", "me caí", "--profile", "language=es", "--language", "en").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--asked", "weakness"), "--asked, --language, --channel and --profile belong to --explain; add it."),
        (("--explain", "a", "--score", "b"), "--explain and --score do different things; leave one of them out."),
        (("--explain", "a", "--profile", "smokes"), "“smokes” is not understood; write key=value with a key of: "),
        (("--explain", "a", "--profile", "baseline=11"), "baseline is “11”; write a whole number from 0 to 10."),
        (("--explain", "a", "--profile", "baseline=1 baseline=2"), "baseline is given twice; leave one of them out."),
        (("--score", "nowhere.jsonl"), "nowhere.jsonl cannot be read (No such file or directory); check the path."),
    ],
)
def test_a_wrong_use_is_told_in_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    """With the exit status of a wrong use."""
    problem = run(*arguments).exception
    assert isinstance(problem, Problem)
    assert str(problem).startswith(sentence)
    assert problem.status == WRONG_USE


def labelled(text: str, intent: str) -> str:
    """A labelled line that calls for nothing."""
    return json.dumps({"id": text, "text": text, "expect": {"intent": intent, "disposition": "self_care"}})


def test_a_labelled_file_is_scored(tmp_path: Path) -> None:
    """A miss of the reader is no failure of the command."""
    file = tmp_path / "labelled.jsonl"
    file.write_text(labelled("thanks", "thanks") + "\n" + labelled("STOP", "thanks") + "\n", encoding="utf-8")
    done = run("--score", str(file))
    assert done.exit_code == 0
    assert "opt-out false             50.0%" in done.stdout
    assert "STOP: STOP\n    intent: expected thanks, read stop\n" in done.stdout


def test_a_bad_label_is_named_and_the_others_are_scored(tmp_path: Path) -> None:
    """By the number of its line; the status says that the file needs mending."""
    file = tmp_path / "labelled.jsonl"
    file.write_text(f"{labelled('thanks', 'thanks')}\n\n{labelled('hello', 'greeting')}\n", encoding="utf-8")
    done = run("--score", str(file))
    assert done.exit_code == WORK_FOUND_PROBLEMS
    assert done.stderr.startswith("line 3: expect.intent is wrong; write ")
    assert "intent right             100.0%" in done.stdout


def test_a_file_without_any_good_line_has_no_figures(tmp_path: Path) -> None:
    """Nothing read is not everything right."""
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    problem = run("--score", str(tmp_path / "empty.jsonl")).exception
    assert isinstance(problem, Problem)
    assert str(problem).endswith("empty.jsonl has no labelled line that can be scored.")
    assert problem.status == WORK_FOUND_PROBLEMS


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """A log is no terminal; every item passes."""
    assert list(with_progress(iter("abc"), 3, "Reading")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
