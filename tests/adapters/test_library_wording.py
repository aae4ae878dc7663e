"""Rules of wording: every one of them bites, in English, in Spanish and in the Spanish of Spain, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.adapters.library.lint import lint
from tests.adapters.small_content import small_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small content that has nothing to mend; each test writes its own file into it."""
    return small_folder(tmp_path_factory.mktemp("content"))


def found_for(folder: Path, kind: str, *lines: str) -> list[str]:
    """What is told of one text with these lines."""
    entry = f'kind = "{kind}"\n[[text]]\nid = "zz.text"\nversion = "1"\ngroups = ["hydration"]\n' + "\n".join(lines)
    (folder / "templates" / "zz.toml").write_text(f"{entry}\n", encoding="utf-8")
    return [str(problem) for problem in lint(folder)]


def english(words: str) -> tuple[str, str]:
    """A text whose English is to be tried."""
    return (f'en = "{words}"', 'es = "Hola."')


def spanish(words: str) -> tuple[str, str]:
    """A text whose Spanish is to be tried."""
    return ('en = "Hi."', f'es = "{words}"')


def of_spain(words: str) -> tuple[str, str, str]:
    """A text whose wording for Spain is to be tried."""
    return ('en = "Hi."', 'es = "Hola."', f'es-ES = "{words}"')


BREAKS = {
    "the languages name different values": ("reply", ('en = "Hello {org}."', 'es = "Hola."'), "in one language only"),
    "a value nobody knows": ("reply", ('en = "Hi {nmae}."', 'es = "Hola {nmae}."'), "{nmae} is not known"),
    "a brace alone": ("reply", ('en = "Hi {org."', 'es = "Hola {org."'), "A brace stands alone"),
    "a prompt of three parts": ("prompt", english("Go on. " * 50), "It takes 3 parts"),
    "Spanish that accents make too long": ("prompt", spanish("Más sol. " * 16), "It takes 3 parts at its longest (“á”"),
    "English outside the plain alphabet": ("reply", english("Caf\u00e1."), "outside the plain SMS alphabet"),
    "curly quotes": ("reply", english("Don\u2019t wait."), "curly quotes"),
    "an emoji": ("reply", spanish("Hola \U0001f600."), "an emoji"),
    "a long first sentence": ("alarm", english("Please " + "do " * 25 + "call."), "must stand alone"),
    "a link": ("reply", english("Hi. See www.legs.org."), "a link leads away"),
    "a link without its beginning": ("reply", spanish("Vea piernas.com hoy."), "a link leads away"),
    "a promise": ("alarm", english("Call now. Help is coming."), "“help is coming”"),
    "a promise in Spanish": ("reply", spanish("La ayuda va en camino."), "“la ayuda va en camino”"),
    "a soothing": ("reply", english("You are fine."), "“you are fine”"),
    "a disease": ("reply", english("It is a blood clot."), "“blood clot”"),
    "a disease of one's own": ("reply", english("Now that you have diabetes, rest."), "“you have diabetes”"),
    "a disease in Spanish": ("reply", spanish("Cuide su diabetes."), "“su diabetes”"),
    "a change of medicine": ("reply", english("Stop taking it."), "Rule D3"),
    "a dose that is left out": ("reply", english("Skip one dose."), "“Skip one dose”"),
    "a dose that is halved": ("reply", spanish("Baje la dosis hoy."), "“Baje la dosis”"),
    "an amount of a vitamin": ("reply", english("Have 800 IU a day."), "“800 IU”"),
    "an amount in milligrams": ("reply", spanish("Tome 400 mg."), "“400 mg”"),
    "a number of pills": ("reply", english("Have 2 pills."), "“2 pills”"),
    "odds": ("reply", english("It is so for 1 in 10."), "“1 in 10”"),
    "odds in Spanish": ("reply", spanish("Le pasa a uno de cada diez."), "“uno de cada”"),
    "a share": ("reply", english("Some 20% of us."), "“20%”"),
    "words too hard to read": (
        "reply",
        english("Immediate medical evaluation is necessary considering progressive deterioration."),
        "It asks for school grade",
    ),
    "Spanish too hard to read": (
        "reply",
        spanish("La evaluación especializada inmediata resulta indispensable considerando su deterioro progresivo."),
        "at least 70 is wanted",
    ),
    "spoken words too hard to read": (
        "voice",
        english("Immediate medical evaluation is necessary considering progressive deterioration."),
        "It asks for school grade",
    ),
    "a word the carrier acts on": ("reply", english("Reply YES to go on."), "The carrier acts on the word YES"),
    "the same in small letters": ("reply", english("Please reply end."), "The carrier acts on the word END"),
    "Spain: another value": ("reply", of_spain("Hola {org}."), "stands in one of es and es-ES only"),
    "Spain: too long": ("prompt", of_spain("Más sol. " * 16), "es-ES: It takes 3 parts"),
    "Spain: too hard": (
        "reply",
        of_spain("La evaluación especializada inmediata resulta indispensable considerando su deterioro progresivo."),
        "es-ES: It reads at",
    ),
    "Spain: a promise": ("reply", of_spain("La ayuda va en camino."), "es-ES: “la ayuda va en camino”"),
    "Spain: a carrier's word": ("reply", of_spain("Responda END."), "es-ES: The carrier acts on the word END"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_bad_wording_is_told_of(folder: Path, name: str) -> None:
    """With its file, line and id, and nothing else is."""
    kind, lines, said = BREAKS[name]
    found = found_for(folder, kind, *lines)
    assert any(said in one for one in found), found
    assert all(one.startswith("zz.toml, line 3, zz.text: ") for one in found)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("alarm", ('en = "Call {em} now. Lie down."', 'es = "Llame al {em} ahora. No se mueva."')),
        ("reply", english("If your sugar is 100 mg/dL or less, eat first.")),
        ("reply", english("Never skip a dose on your own.")),
        ("reply", spanish("No deje su medicina. Pida cita.")),
        ("reply", english("Have 15 grams of sugar. 4 sugar tablets will do.")),
        ("reply", spanish("Sirven 4 pastillas de glucosa. Luego, coma algo.")),
        (
            "reply",
            ('carrier_words = ["STOP"]', 'en = "Reply STOP to end."', 'es = "Mande ALTO y ya no le escribo."'),
        ),
        ("prompt", spanish(("Mañana, ¿qué tal? " * 16).strip())),
        ("reply", ('en = "Sit."', 'es = "Use la silla."', 'es-ES = "Coja la silla."')),
    ],
)
def test_a_good_wording_passes(folder: Path, kind: str, lines: tuple[str, ...]) -> None:
    """The rules do not bite without a reason."""
    assert found_for(folder, kind, *lines) == []
