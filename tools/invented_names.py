"""Draw the invented names that the program ships: ``python -m tools.invented_names`` writes resources/names/drawn.json.

Faker's lists are large and change with its releases, and an officer's computer needs neither; so the names are drawn
once, with the same seed, and kept as data. The lists of communities that Faker serves badly are hand-made and stand in
``resources/names/own.json``.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

from faker import Factory

TARGET = Path(__file__).resolve().parent.parent / "resources" / "names" / "drawn.json"
SEED = 310
FORENAMES, SURNAMES = 250, 400
# Faker's locale and the share of families. Its romanised Indian list fits Harrow best; so_SO and ur_PK do not exist.
SHARES = {
    "en_GB": 26,
    "en_IN": 18,
    "ro_RO": 8,
    "en_PK": 7,
    "pl_PL": 5,
    "ga_IE": 3,
    "pt_PT": 2,
    "tr_TR": 2,
    "hu_HU": 1,
    "en_NG": 2,
    "en_KE": 2,
    "sw": 1,
}
# Faker's Romanian surnames are few and mostly without marks, so four in ten are of this list.
MARKED = ("Ștefănescu", "Țurcanu", "Bălan", "Pîrvu", "Rățoi", "Mureșan", "Gheorghiță", "Lăcătuș")
MARKED_IN_TEN = {"ro_RO": 4}


def draw(locale: str) -> dict[str, object]:
    """Return the names of one locale; a frequent name stands as often as it was drawn."""
    maker = Factory.create(locale, providers=["faker.providers.person"])
    maker.seed_instance(SEED)

    def names(kind: str, number: int) -> list[str]:
        return sorted(unicodedata.normalize("NFC", str(maker.format(kind)).strip()) for _ in range(number))

    marked = SURNAMES * MARKED_IN_TEN.get(locale, 0) // 10
    return {
        "share": SHARES[locale],
        "girls": names("first_name_female", FORENAMES),
        "boys": names("first_name_male", FORENAMES),
        "surnames": sorted(
            [*names("last_name", SURNAMES - marked), *(MARKED[number % len(MARKED)] for number in range(marked))]
        ),
    }


def main() -> int:
    """Write the file; return 0."""
    drawn = {locale: draw(locale) for locale in SHARES}
    TARGET.parent.mkdir(exist_ok=True)
    rows = (f" {json.dumps(name)}: {json.dumps(lists, ensure_ascii=False)}" for name, lists in drawn.items())
    TARGET.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
