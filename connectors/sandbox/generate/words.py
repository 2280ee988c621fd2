"""Word lists for made-up people and companies, German and English. Every domain ends in a reserved name."""

from functools import lru_cache

FIRST_NAMES_DE = (
    "Anna", "Lena", "Katrin", "Sabine", "Julia", "Heike", "Petra", "Miriam", "Franziska", "Jana", "Ulrike", "Birgit",
    "Thomas", "Stefan", "Michael", "Jürgen", "Björn", "Matthias", "Florian", "Tobias", "Sören", "Holger", "Uwe", "Jörg",
    "Reto", "Urs", "Beat", "Regula", "Vreni", "Gernot", "Leopold", "Elfriede", "Mehmet", "Ayşe", "Agnieszka", "Dragan",
)  # fmt: skip
FIRST_NAMES_EN = (
    "Emily", "Olivia", "Grace", "Hannah", "Priya", "Chloe", "Sarah", "Megan", "Zoë", "Aoife", "Rachel", "Naomi",
    "James", "Oliver", "Daniel", "Liam", "Ravi", "Connor", "Ethan", "Samuel", "Marcus", "Niall", "Gareth", "Wei",
)  # fmt: skip
LAST_NAMES_DE = (
    "Müller", "Schröder", "Großmann", "Weiß", "Bergmann", "Köhler", "Vogt", "Lindner", "Haas", "Jäger", "Pfeiffer",
    "Brandt", "Seidel", "Kühn", "Ziegler", "Arnold", "Böhm", "Winter", "Thiele", "Hübner", "Nowak", "Yilmaz",
    "Kowalski", "Zürcher", "Bürgi", "Ammann", "Hofstetter", "Egli", "Gruber", "Pichler", "Steiner", "Wimmer",
    "Moosbrugger", "von der Heide", "Müller-Lüdenscheidt", "Sørensen",
)  # fmt: skip
LAST_NAMES_EN = (
    "Carter", "Hughes", "O'Brien", "Whitfield", "Patel", "Morgan", "Ellis", "Fraser", "Bennett", "Sharma", "Walsh",
    "Doyle", "Harding", "Nguyen", "MacLeod", "Price", "Turner", "Holloway", "Reid", "Ashworth",
)  # fmt: skip

COMPANY_STEMS = (
    "Alpen", "Nord", "Rhein", "Main", "Isar", "Elbe", "Donau", "Bodensee", "Schwarzwald", "Hanse", "Weser", "Jura",
    "Säntis", "Tauern", "Ruhr", "Spree", "Lausitz", "Harz", "Eifel", "Neckar", "Aare", "Enns", "Förde", "Heide",
    "Silber", "Falken", "Adler", "Linden", "Eichen", "Berg", "Stern", "Kron", "Blau", "Grün", "Mittel", "Hoch",
)  # fmt: skip
COMPANY_TRADES = (
    "Maschinenbau", "Präzisionstechnik", "Antriebe", "Sensorik", "Logistik", "Software", "Systeme", "Werkzeuge",
    "Kunststoffe", "Verpackung", "Medizintechnik", "Energie", "Elektronik", "Automation", "Hydraulik", "Feinmechanik",
    "Bau", "Lebensmittel", "Chemie", "Consulting", "Analytics", "Robotics", "Services", "Handel",
)  # fmt: skip
#: Legal forms by country.
LEGAL_FORMS = {
    "DE": ("GmbH", "GmbH & Co. KG", "AG", "SE", "KG"),
    "AT": ("GmbH", "AG", "GesmbH"),
    "CH": ("AG", "GmbH", "SA"),
    "GB": ("Ltd", "plc"),
    "NL": ("B.V.", "N.V."),
    "FR": ("SAS", "SA"),
    "US": ("Inc.", "LLC"),
    "PL": ("Sp. z o.o.",),
}
#: How people and forms spell a country.
COUNTRY_NAMES = {
    "DE": ("Germany", "Deutschland", "DE"),
    "AT": ("Austria", "Österreich"),
    "CH": ("Switzerland", "Schweiz"),
    "GB": ("United Kingdom", "UK"),
    "NL": ("Netherlands",),
    "FR": ("France",),
    "US": ("United States", "USA"),
    "PL": ("Poland",),
}
CITIES = {
    "DE": ("Hamburg", "München", "Köln", "Leipzig", "Stuttgart", "Bielefeld", "Nürnberg"),
    "AT": ("Wien", "Linz", "Graz"),
    "CH": ("Zürich", "Bern", "St. Gallen"),
    "GB": ("Leeds", "Bristol"),
    "NL": ("Utrecht",),
    "FR": ("Lyon",),
    "US": ("Denver", "Columbus"),
    "PL": ("Poznań",),
}
#: The CRM's own industry values, with the trades that lead to them.
INDUSTRIES = (
    "MACHINERY", "MECHANICAL_OR_INDUSTRIAL_ENGINEERING", "AUTOMOTIVE", "ELECTRICAL_ELECTRONIC_MANUFACTURING",
    "LOGISTICS_AND_SUPPLY_CHAIN", "COMPUTER_SOFTWARE", "INFORMATION_TECHNOLOGY_AND_SERVICES", "MEDICAL_DEVICES",
    "CHEMICALS", "PACKAGING_AND_CONTAINERS", "CONSTRUCTION", "FOOD_BEVERAGES", "MANAGEMENT_CONSULTING", "RETAIL",
)  # fmt: skip
#: Head counts: lower and upper bound, weight.
SIZES = ((1, 4, 6), (5, 50, 24), (51, 200, 32), (201, 500, 20), (501, 2000, 12), (2001, 18000, 6))

#: Job title German, English, seniority, department.
JOBS = (
    ("Geschäftsführer", "Managing Director", "c", "management"),
    ("Leiter IT", "Head of IT", "head", "it"),
    ("CIO", "CIO", "c", "it"),
    ("IT-Administrator", "Systems Administrator", "specialist", "it"),
    ("Leiterin Einkauf", "Head of Procurement", "head", "purchasing"),
    ("Strategischer Einkäufer", "Buyer", "specialist", "purchasing"),
    ("Produktionsleiter", "Director of Operations", "director", "operations"),
    ("Werkleiterin", "Plant Manager", "head", "operations"),
    ("Fertigungsplaner", "Production Planner", "specialist", "operations"),
    ("Kaufmännische Leitung", "VP Finance", "vp", "finance"),
    ("Controllerin", "Controller", "manager", "finance"),
    ("Vertriebsleiter", "VP Sales", "vp", "sales"),
    ("Marketing Managerin", "Marketing Manager", "manager", "marketing"),
    ("Qualitätsmanager", "Quality Manager", "manager", "quality"),
    ("Projektleiterin Digitalisierung", "Digital Transformation Lead", "manager", "it"),
    ("Assistenz der Geschäftsleitung", "Executive Assistant", "specialist", "management"),
)
STUDENT_JOBS = ("Werkstudentin", "Student Maschinenbau", "PhD Student", "Masterandin")
PRODUCTS = ("Syncline Basis", "Syncline Pro", "Syncline Enterprise", "Wartung Plus", "Schulungspaket")

#: First name, last name, team index.
SELLERS = (
    ("Nina", "Falk", 0), ("Jonas", "Reuter", 0), ("Carla", "Wendt", 0), ("Owen", "Marsh", 0),
    ("Lukas", "Brunner", 1), ("Eva", "Tanner", 1), ("Dietmar", "Kranz", 1), ("Sophie", "Lang", 1),
)  # fmt: skip
TEAMS = ("Neukunden Nord", "Bestandskunden Süd")

_FOLDS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ş": "s", "ø": "o", "ë": "e", "ń": "n", "é": "e"})


@lru_cache(maxsize=8_192)
def slug(text: str) -> str:
    """Return text as it stands in a domain or address: lower case ASCII letters, digits and single hyphens."""
    folded = text.lower().translate(_FOLDS)
    parts = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in folded).split()
    return "-".join(parts)
