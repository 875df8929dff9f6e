"""Invented names as Harrow's families have them, by Faker's lists and by lists of our own. None is a real child's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property

from faker import Factory, Generator

FEMALE, MALE = "F", "M"

# Locale, share of families. Faker's romanised Indian list fits Harrow best; so_SO and ur_PK do not exist.
_LOCALES = (
    ("en_GB", 26),
    ("en_IN", 18),
    ("ro_RO", 8),
    ("en_PK", 7),
    ("pl_PL", 5),
    ("ga_IE", 3),
    ("pt_PT", 2),
    ("tr_TR", 2),
    ("hu_HU", 1),
    ("en_NG", 2),
    ("en_KE", 2),
    ("sw", 1),
)
_OWN = (
    ("gujarati", 12),
    ("tamil", 6),
    ("somali", 6),
    ("afghan", 5),
    ("albanian", 3),
    ("sinhala", 2),
    ("nepali", 2),
)
# Forenames for girls, forenames for boys, surnames; one hand-made list for each community that Faker serves badly.
_LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "gujarati": (
        ("Asha", "Diya", "Kavya", "Riya", "Hetal", "Mira", "Nisha", "Jhanvi", "Krisha", "Bhavya", "Dhruvi", "Heer"),
        ("Dev", "Harsh", "Jay", "Kishan", "Meet", "Nirav", "Parth", "Rohan", "Smit", "Vivaan", "Yash", "Dhruv"),
        ("Patel", "Patel", "Patel", "Shah", "Shah", "Mehta", "Desai", "Joshi", "Lakhani", "Gohil", "Vaghela"),
    ),
    "tamil": (
        ("Abirami", "Kavitha", "Nila", "Priya", "Sahana", "Thulasi", "Yalini", "Vaishnavi"),
        ("Aravind", "Kavin", "Nitharsan", "Pranavan", "Sivakumar", "Tharun", "Vithuran", "Karthik"),
        ("Sivakumar", "Rajendran", "Selvaratnam", "Kumaran", "Yogeswaran", "Mahendran", "Nadarajah", "T."),
    ),
    "somali": (
        ("Ayaan", "Hodan", "Ifrah", "Sagal", "Sumaya", "Ubah", "Zamzam", "Hibo"),
        ("Abdirahman", "Abdullahi", "Guled", "Liban", "Mahad", "Sharmarke", "Yusuf", "Zakariye"),
        ("Mohamed Ali", "Ahmed Hassan", "Warsame Farah", "Abdi Nur", "Hussein Omar", "Osman Jama", "Ismail Dahir"),
    ),
    "afghan": (
        ("Farzana", "Laila", "Maryam", "Nargis", "Parwana", "Setara", "Shabnam", "Zohra"),
        ("Ahmad", "Farhad", "Hamid", "Idris", "Jawad", "Mustafa", "Omid", "Zabihullah"),
        ("Ahmadi", "Karimi", "Noorzai", "Popal", "Rahimi", "Safi", "Stanikzai", "Wardak", "Mohammadzai"),
    ),
    "albanian": (
        ("Albulena", "Arjeta", "Besa", "Drita", "Elira", "Flutura", "Mimoza", "Zanë"),
        ("Arbër", "Besnik", "Driton", "Ermal", "Fatos", "Gëzim", "Ilir", "Luan"),
        ("Hoxha", "Krasniqi", "Gashi", "Çela", "Dedëj", "Berisha", "Shehu", "Përmeti"),
    ),
    "sinhala": (
        ("Dinithi", "Hiruni", "Nethmi", "Sanduni", "Tharushi", "Yasodha"),
        ("Chamod", "Dulaj", "Isuru", "Kavindu", "Nipun", "Sahan"),
        ("Wickramasinghe Arachchige", "Jayawardene", "Ranasinghe", "Kulathunga Mudiyanselage", "Gunasekara"),
    ),
    "nepali": (
        ("Aarati", "Binita", "Kabita", "Manisha", "Sabina", "Sarita"),
        ("Bibek", "Dipesh", "Kiran", "Prakash", "Roshan", "Suman"),
        ("Gurung", "Thapa", "Shrestha", "Rai", "Tamang", "Magar", "Khadka", "Limbu"),
    ),
}
# Faker's Romanian surnames are few and mostly without marks.
_EXTRA_SURNAMES = {"ro_RO": ("Ștefănescu", "Țurcanu", "Bălan", "Pîrvu", "Rățoi", "Mureșan", "Gheorghiță", "Lăcătuș")}
_COMMUNITIES = _LOCALES + _OWN


@dataclass(frozen=True)
class Family:
    """What the members of one family share."""

    community: str
    surname: str


class NameMaker:
    """Make families and forenames, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(seed)
        self._generators: dict[str, Generator] = {}

    @cached_property
    def _weights(self) -> list[int]:
        return [share for _, share in _COMMUNITIES]

    def family(self, community: str | None = None) -> Family:
        """Return a family, of any community unless one is named."""
        if community is None:
            community = self._random.choices(_COMMUNITIES, self._weights)[0][0]
        return Family(community, self._surname(community))

    def forename(self, family: Family, sex: str) -> str:
        """Return a forename that fits the family; ``sex`` is F or M."""
        own = _LISTS.get(family.community)
        if own is not None:
            return self._random.choice(own[0] if sex == FEMALE else own[1])
        generator = self._generator(family.community)
        return str(generator.format("first_name_female" if sex == FEMALE else "first_name_male"))

    def _surname(self, community: str) -> str:
        own = _LISTS.get(community)
        if own is not None:
            return self._random.choice(own[2])
        extra = _EXTRA_SURNAMES.get(community)
        if extra is not None and self._random.random() < 0.4:
            return self._random.choice(extra)
        return str(self._generator(community).format("last_name"))

    def _generator(self, community: str) -> Generator:
        generator = self._generators.get(community)
        if generator is None:
            generator = Factory.create(community, providers=["faker.providers.person"])
            generator.seed_instance(self._seed)
            self._generators[community] = generator
        return generator
