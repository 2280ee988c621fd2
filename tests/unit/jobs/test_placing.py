import pytest

from jobs.settings import load_settings
from syncer.errors import ConfigError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("SYNCER_CONFIG", "SYNCER_AGREEMENT", "SYNCER_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    return tmp_path


def problems() -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(need_accounts=False)
    return [str(one) for one in caught.value.problems]


@pytest.mark.parametrize("variable", ["SYNCER_CONFIG", "SYNCER_AGREEMENT"])
def test_a_named_file_that_is_not_there_is_a_problem_that_says_what_to_do(folder, monkeypatch, variable):
    monkeypatch.setenv(variable, "vertrg.yaml")
    (found,) = problems()
    assert found.startswith(f"{variable}: names vertrg.yaml, which is not there")
    assert "mend the path" in found


@pytest.mark.parametrize("variable", ["SYNCER_CONFIG", "SYNCER_AGREEMENT"])
def test_a_folder_that_is_not_there_is_a_problem_even_with_the_usual_name(folder, monkeypatch, variable):
    usual = {"SYNCER_CONFIG": "syncer.yaml", "SYNCER_AGREEMENT": "agreement.yaml"}[variable]
    monkeypatch.setenv(variable, str(folder / "etcc" / usual))
    (found,) = problems()
    assert "whose folder is not there" in found


def test_a_wrong_path_in_the_env_file_counts_as_well(folder):
    (folder / ".env").write_text("SYNCER_AGREEMENT=agrement.yaml\n", encoding="utf-8")
    (found,) = problems()
    assert "agrement.yaml" in found


def test_both_paths_and_the_faults_of_the_file_are_listed_at_once(folder, monkeypatch):
    (folder / "syncer.yaml").write_text("schedul: {}\n", encoding="utf-8")
    monkeypatch.setenv("SYNCER_AGREEMENT", "vertrag.yaml")
    assert [one.partition(":")[0] for one in problems()] == ["SYNCER_AGREEMENT", "syncer.yaml"]


def test_the_usual_names_may_be_absent_from_a_folder_that_is_there(folder, monkeypatch):
    monkeypatch.setenv("SYNCER_CONFIG", str(folder / "syncer.yaml"))
    monkeypatch.setenv("SYNCER_AGREEMENT", str(folder / "agreement.yaml"))
    assert load_settings(need_accounts=False).agreement_path == folder / "agreement.yaml"


def test_without_the_variables_absent_files_mean_defaults(folder):
    assert list(load_settings().accounts) == ["hubspot"]


def test_a_file_of_another_name_that_is_there_counts(folder, monkeypatch):
    (folder / "vertrag.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("SYNCER_AGREEMENT", "vertrag.yaml")
    assert load_settings().agreement_path.name == "vertrag.yaml"


def test_a_mistyped_variable_is_a_problem_with_the_one_that_was_meant(folder, monkeypatch):
    monkeypatch.setenv("SYNCER_AGREMENT", "vertrag.yaml")
    assert problems() == ["SYNCER_AGREMENT: no such variable (did you mean SYNCER_AGREEMENT?)"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("SYNCER_AGREEMENT_2", "accounts: {hubspot: {token_env: SYNCER_AGREEMENT_2}}\n"),
        ("SYNCER_NOTHING_LIKE_IT", "{}\n"),
    ],
)
def test_a_variable_that_the_file_names_or_that_is_like_no_other_is_left_alone(folder, monkeypatch, name, file):
    (folder / "syncer.yaml").write_text(file, encoding="utf-8")
    monkeypatch.setenv(name, "x")
    assert load_settings(need_accounts=False).accounts is not None


def test_a_variable_beside_the_one_it_is_like_is_left_alone(folder, monkeypatch):
    (folder / "agreement.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("SYNCER_AGREEMENTS", "x")
    monkeypatch.setenv("SYNCER_AGREEMENT", "agreement.yaml")
    assert load_settings().agreement_path.name == "agreement.yaml"
