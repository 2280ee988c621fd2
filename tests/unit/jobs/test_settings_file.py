import pytest

from jobs.settings import load_settings
from jobs.wording.sentences import spoken
from syncer.errors import ConfigError

FAULTS = """\
accounts:
  hubspot:
    tier: gold
    token_env: pat-na1-secret
    token: abc
    limits: {share: 7, shar: 1}
    streams: contacts
    write_back: perhaps
    fields:
      contacts:
        seniority: {form: [x], as: slug}
      contact: {}
  Bad Name: {}
schedule:
  sync_every: fast
  measure_evry: 3
  overlap: 0
schedul: {}
"""
MORE_FAULTS = """\
accounts:
  Hub: {connector: other}
  hubspot:
    limits: {search_share: much, daily_share: 0}
    versions: {default: 2026}
    backfill: always
    base_url: http://crm.example
    write_back: {proposals: yes, people: [a]}
    webhooks: {secret_env: [], allow_v1: perhaps}
    oauth: {redirect_url: "ftp://x"}
engine: spread
schedule: {sync_every: 0.5, reconcile_hour: 24, backup_folder: 3}
digest: {email: {to: [], sender: "Anna <a@b.example>"}, slack: true}
retention: {web_events: 0}
"""
EXPECTED = [
    (3, "accounts.hubspot.tier", "'professional'"),
    (4, "accounts.hubspot.token_env", "name of an environment variable"),
    (5, "accounts.hubspot.token", "did you mean token_env? allowed: auth, backfill, base_url, connector, fields"),
    (6, "accounts.hubspot.limits.share", "should be at most 1"),
    (6, "accounts.hubspot.limits.shar", "did you mean share? allowed: daily_share, search_share, share"),
    (7, "accounts.hubspot.streams", "a list"),
    (8, "accounts.hubspot.write_back", "true or false"),
    (11, "accounts.hubspot.fields.contacts.seniority.from", "is missing"),
    (11, "accounts.hubspot.fields.contacts.seniority.form", "did you mean from? allowed: as, from"),
    (12, "accounts.hubspot.fields.contact", "did you mean contacts? allowed: companies, contacts, deals"),
    (13, "accounts.Bad Name", "begins with a letter"),
    (15, "schedule.sync_every", "a whole number"),
    (
        16,
        "schedule.measure_evry",
        "did you mean measure_every? allowed: backup_folder, backup_hour, backup_keep, idle_every, journal_every",
    ),
    (17, "schedule.overlap", "should be at least 1"),
    (18, "schedul", "did you mean schedule? allowed: accounts, digest, engine, retention, schedule"),
]


@pytest.fixture
def faults_of(tmp_path, monkeypatch):
    def call(text: str):
        path = tmp_path / "syncer.yaml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SYNCER_CONFIG", str(path))
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
        with pytest.raises(ConfigError) as caught:
            load_settings()
        return caught.value.problems

    return call


def test_every_fault_of_the_file_is_listed_at_once_with_its_line_and_what_is_allowed(faults_of):
    found = faults_of(FAULTS)
    assert [(one.line, one.key) for one in found] == [(line, key) for line, key, _ in EXPECTED]
    for one, (_, _, said) in zip(found, EXPECTED, strict=True):
        assert said in str(one)


@pytest.mark.parametrize(("text", "count"), [(FAULTS, 15), (MORE_FAULTS, 20)])
def test_every_fault_of_the_file_is_said_in_german(faults_of, text, count):
    found = faults_of(text)
    assert len(found) == count
    assert [one.message for one in found if spoken(one.message, "de") == one.message] == []
    assert [one.hint for one in found if one.hint and spoken(one.hint, "de") == one.hint] == []


@pytest.mark.parametrize("address", ["http://crm.example", "crm.example", "https://u:geheim@crm.example", "''"])
def test_an_address_of_the_file_that_cannot_be_used_is_said_to_stand_there(faults_of, address):
    (found,) = faults_of(f"accounts:\n  second:\n    base_url: {address}\n")
    assert (found.line, found.key) == (3, "accounts.second.base_url")
    assert "http:// to this machine" in str(found)
    assert "geheim" not in str(found)


def test_a_token_in_the_file_is_not_repeated_in_the_message(faults_of):
    assert "pat-na1-secret" not in "\n".join(map(str, faults_of(FAULTS)))


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("accounts: []\n", 1, "accounts"),
        ("accounts:\n  hubspot:\n", 2, "accounts.hubspot"),
        ("schedule: 3\n", 1, "schedule"),
        ("accounts:\n  a:\n    fields: {contacts: [x]}\n", 3, "accounts.a.fields.contacts"),
    ],
)
def test_a_section_that_is_none_is_asked_for_keys(faults_of, text, line, key):
    (found,) = faults_of(text)
    assert (found.line, found.key) == (line, key)
    assert "section" in found.message


@pytest.mark.parametrize(
    ("said", "switches"),
    [
        ("true", (True, "none", False)),
        ("false", (False, "none", False)),
        ("{handover: task}", (True, "task", False)),
        ("{handover: note, proposals: task}", (True, "note", True)),
        ("{}", (True, "none", False)),
    ],
)
def test_what_is_written_is_switched_at_once_or_one_by_one(tmp_path, monkeypatch, said, switches):
    (tmp_path / "syncer.yaml").write_text(f"accounts: {{hubspot: {{write_back: {said}}}}}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCER_CONFIG", raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    found = load_settings().accounts["hubspot"]
    assert (found.write_back, found.handover, found.proposals) == switches


def test_returns_and_escalation_are_switched_and_people_are_named(tmp_path, monkeypatch):
    said = "{resumes: task, escalations: task, people: {team_lead: lead@own.example, ceo: '73'}}"
    (tmp_path / "syncer.yaml").write_text(f"accounts: {{hubspot: {{write_back: {said}}}}}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCER_CONFIG", raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    found = load_settings().accounts["hubspot"]
    assert (found.resumes, found.escalations, found.handover) == (True, True, "none")
    assert found.people == {"team_lead": "lead@own.example", "ceo": "73"}


def test_a_switch_that_is_none_is_told_with_those_there_are(faults_of):
    (found,) = faults_of("accounts:\n  hubspot:\n    write_back: {handver: task}\n")
    assert (found.line, found.key) == (3, "accounts.hubspot.write_back.handver")
    assert "did you mean handover? allowed: escalations, handover, people, proposals, resumes" in str(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "syncer.yaml:1: is empty (write: section: ..., or delete the file"),
        ("# all\n# of it\n", "is empty"),
        ("accounts:\n\thubspot: {}\n", "syncer.yaml:2: is no YAML: a tab indents this line (YAML wants spaces"),
        ("schedule: {}\naccounts: \x07\n", "syncer.yaml:2: is no YAML: a character that may not stand here (take out"),
        ("digest: {email: {to: [x], sender: a@b.example}}\n", "digest.email.to[0]: should be an e-mail address"),
        ("accounts: {hubspot: {base_url: 3}}\n", "accounts.hubspot.base_url: should be text"),
    ],
)
def test_a_broken_file_is_told_in_words_that_help(faults_of, text, said):
    assert any(said in str(one) for one in faults_of(text))


def test_a_folder_in_its_place_is_told(tmp_path, monkeypatch):
    (tmp_path / "syncer.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCER_CONFIG", raising=False)
    with pytest.raises(ConfigError, match="a folder has its name"):
        load_settings()
