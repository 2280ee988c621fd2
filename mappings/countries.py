"""Country names as people type them into a CRM, in English and German, to ISO 3166 codes."""

from functools import lru_cache

_NAMES: dict[str, tuple[str, ...]] = {
    "DE": ("germany", "deutschland", "bundesrepublik deutschland", "federal republic of germany", "ger", "deu"),
    "AT": ("austria", "österreich", "oesterreich", "aut"),
    "CH": ("switzerland", "schweiz", "suisse", "svizzera", "che"),
    "LI": ("liechtenstein",),
    "FR": ("france", "frankreich"),
    "IT": ("italy", "italien", "italia"),
    "ES": ("spain", "spanien", "españa"),
    "PT": ("portugal",),
    "NL": ("netherlands", "the netherlands", "niederlande", "holland"),
    "BE": ("belgium", "belgien"),
    "LU": ("luxembourg", "luxemburg"),
    "GB": ("united kingdom", "uk", "great britain", "england", "vereinigtes königreich", "großbritannien"),
    "IE": ("ireland", "irland"),
    "DK": ("denmark", "dänemark"),
    "SE": ("sweden", "schweden"),
    "NO": ("norway", "norwegen"),
    "FI": ("finland", "finnland"),
    "PL": ("poland", "polen", "polska"),
    "CZ": ("czech republic", "czechia", "tschechien", "tschechische republik"),
    "SK": ("slovakia", "slowakei"),
    "HU": ("hungary", "ungarn"),
    "SI": ("slovenia", "slowenien"),
    "HR": ("croatia", "kroatien"),
    "RO": ("romania", "rumänien"),
    "BG": ("bulgaria", "bulgarien"),
    "GR": ("greece", "griechenland"),
    "TR": ("turkey", "türkei", "türkiye"),
    "US": ("united states", "united states of america", "usa", "u.s.", "vereinigte staaten"),
    "CA": ("canada", "kanada"),
    "MX": ("mexico", "mexiko"),
    "BR": ("brazil", "brasilien", "brasil"),
    "AU": ("australia", "australien"),
    "NZ": ("new zealand", "neuseeland"),
    "JP": ("japan",),
    "CN": ("china", "people's republic of china"),
    "KR": ("korea", "south korea", "südkorea"),
    "IN": ("india", "indien"),
    "IL": ("israel",),
    "AE": ("united arab emirates", "vereinigte arabische emirate"),
    "JO": ("jordan", "jordanien"),
    "KE": ("kenya", "kenia"),
    "PA": ("panama",),
    "PH": ("philippines", "philipines", "philippinen"),
    "ZA": ("south africa", "südafrika"),
}

_CODES = {name: code for code, names in _NAMES.items() for name in names}
_CODE_LENGTH = 2


@lru_cache(1_024)
def iso_country(text: str) -> str:
    """Return the two-letter code where the name is known, else the text trimmed: unknown stays visible."""
    name = text.strip()
    if len(name) == _CODE_LENGTH and name.isalpha() and name.lower() not in _CODES:
        return name.upper()
    return _CODES.get(name.lower(), name)
