"""The profile facts staff can record, with the plain words that forms show for each code.

The codes are those of coach.core.model.Profile and of the triage data; the words are for coordinators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together on a form."""

    title: str
    facts: Mapping[str, str]  # code to label


NONE = "none"
"""Says that somebody was asked and has none of the list; without any mark in it a list was not asked."""

CONDITIONS: tuple[FactGroup, ...] = (
    FactGroup("Asked", {NONE: "Asked, and none of these"}),
    FactGroup(
        "Heart, vessels and kidneys",
        {
            "heart_failure": "Heart failure",
            "coronary": "Coronary heart disease",
            "atrial_fibrillation": "Atrial fibrillation",
            "pad": "Narrowed leg arteries (PAD)",
            "venous_insufficiency": "Weak leg veins",
            "past_clot": "A blood clot in the past",
            "ckd": "Chronic kidney disease",
            "dialysis": "Dialysis",
            "high_blood_pressure": "High blood pressure",
        },
    ),
    FactGroup(
        "Nerves and muscles",
        {
            "ms": "Multiple sclerosis",
            "myasthenia": "Myasthenia gravis",
            "neuropathy": "Nerve damage in the feet or legs",
            "disc_or_stenosis": "Slipped disc or narrow spinal canal",
            "mecfs": "ME/CFS",
            "long_covid": "Long COVID with crashes after effort",
            "fibromyalgia": "Fibromyalgia",
            "cognitive_impairment": "Memory or thinking problems",
            "carer": "A carer helps with the texts",
        },
    ),
    FactGroup(
        "Bones, joints and walking",
        {
            "arthritis": "Arthritis",
            "osteoporosis": "Osteoporosis",
            "foot_brace": "Wears a foot or leg brace",
            "falls_risk": "Fell in the last year, or unsteady",
            "non_ambulatory": "Does not walk",
        },
    ),
    FactGroup(
        "Other",
        {
            "diabetes": "Diabetes",
            "thyroid": "Thyroid disease",
            "cancer": "Cancer",
            "anaemia": "Anaemia",
            "hyponatraemia": "Low sodium",
            "parathyroid": "Parathyroid disease",
            "malabsorption": "Stomach or gut surgery, or food not taken up well",
            "pregnant": "Pregnant, or gave birth in the last 6 weeks",
            "surgery_12wk": "Surgery in the last 12 weeks",
            "recent_infection": "Infection or vaccine in the last 6 weeks",
        },
    ),
    FactGroup(
        "This weakness",
        {
            "began_suddenly": "Began suddenly",
            "not_seen": "No clinician has looked at it yet",
        },
    ),
    FactGroup(
        "Daily life",
        {
            "smoker": "Smokes",
            "alcohol": "Drinks alcohol every day",
            "vegan": "Eats no meat, fish, eggs or milk",
            "low_sun": "Hardly gets out in the sun",
            "heavy_periods": "Heavy periods",
            "endurance": "Trains or works long and hard, with much sweat",
        },
    ),
)

MEDICINES: tuple[FactGroup, ...] = (
    FactGroup("Asked", {NONE: "Asked, and none of these"}),
    FactGroup(
        "Heart, blood pressure and blood",
        {
            "statin": "Statin (cholesterol)",
            "diuretic": "Water tablet",
            "acei_arb": "Blood-pressure tablet ending in -pril or -sartan",
            "beta_blocker": "Beta blocker (ending in -olol)",
            "bp_medicine_new": "Blood-pressure tablet started lately",
            "digoxin": "Digoxin",
            "anticoagulant": "Blood thinner",
            "potassium_sparing": "Potassium-sparing tablet (such as spironolactone)",
            "potassium_tablets": "Potassium tablets",
            "iron": "Iron tablets",
        },
    ),
    FactGroup(
        "Diabetes",
        {
            "insulin_sulfonylurea": "Insulin, or a tablet that can cause low sugar",
            "metformin": "Metformin",
            "sglt2": "SGLT2 tablet (ending in -gliflozin)",
        },
    ),
    FactGroup(
        "Other",
        {
            "steroid": "Steroid (such as prednisone)",
            "chemo": "Chemotherapy",
            "ppi": "Stomach-acid tablet (ending in -prazole)",
            "nsaid": "Painkiller such as ibuprofen or naproxen",
            "fluoroquinolone": "Antibiotic ending in -floxacin",
            "trimethoprim": "Antibiotic with trimethoprim",
            "ssri": "Antidepressant such as sertraline",
            "seizure_medicine": "Medicine against seizures",
        },
    ),
)

FLUID_LIMIT = "fluid_limit"
"""Recorded by its own yes/no question; also a condition code, so that rules can name it."""

WALKING_AIDS: Mapping[str, str] = {
    "none": "None",
    "cane": "Cane or stick",
    "crutches": "Crutches",
    "walker": "Walker or rollator",
    "wheelchair": "Wheelchair",
}


def labels(groups: tuple[FactGroup, ...]) -> dict[str, str]:
    """All codes of the groups with their words."""
    return {code: label for group in groups for code, label in group.facts.items()}


CONDITION_LABELS: Mapping[str, str] = labels(CONDITIONS) | {FLUID_LIMIT: "Limit on fluids"}
MEDICINE_LABELS: Mapping[str, str] = labels(MEDICINES)


def fact_in_words(code: str) -> str:
    """The words for a condition or medicine code; an unknown code is shown as it is, without underscores."""
    return CONDITION_LABELS.get(code) or MEDICINE_LABELS.get(code) or code.replace("_", " ")
