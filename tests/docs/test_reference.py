"""The generated pages of the reference are those that the code would write today."""

from fabstack.cli.reference import command_reference


def test_the_reference_of_the_commands_is_up_to_date(project):
    page = project / "docs" / "reference" / "commands.md"
    assert page.read_text(encoding="utf-8") == command_reference(), (
        "renew with: python -m fabstack.cli.reference > docs/reference/commands.md"
    )
