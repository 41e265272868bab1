import pytest

from scripts.tools.cli_reference import PAGE, page


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "run: python -m scripts.tools.cli_reference"


@pytest.mark.usefixtures("probes")
def test_each_command_and_each_command_of_a_group_has_a_section():
    text = page()
    assert "## srq fine\n\n```\nUsage: srq fine [OPTIONS]\n\n  Says so.\n" in text
    assert "--count <int>" in text
    assert "## srq group\n" in text
    assert "## srq group inner\n" in text
