"""The published schema and the page of tables say what the model says."""

import json

from fabstack.formats.schema import describe, overview, schema, table_schema
from fabstack.model import columns_of, sections, tables


def test_the_page_of_tables_is_up_to_date(project):
    page = project / "docs" / "reference" / "tables.md"
    assert page.read_text(encoding="utf-8") == describe(), (
        "renew with: python -m fabstack.formats.schema > docs/reference/tables.md"
    )


def test_every_column_of_every_table_is_described():
    properties = schema()["properties"]
    assert list(properties) == [*sections(), *tables()]
    for name, row_class in {**sections(), **tables()}.items():
        described = properties[name].get("items", properties[name])["properties"]
        for column in columns_of(row_class):
            assert described[column.name]["description"] == column.doc
            assert described[column.name].get("unit", "") == column.unit


def test_the_schema_is_stable_json():
    text = json.dumps(schema(), allow_nan=False)
    assert text == json.dumps(json.loads(text))
    assert text == json.dumps(schema(), allow_nan=False)


def test_a_column_carries_type_unit_default_choices_bounds_and_reference():
    steps = table_schema("steps")["items"]["properties"]
    assert steps["rework_percent"] == {
        "description": "of visits that go back",
        "type": ["number", "string"],
        "unit": "percent",
        "default": 0.0,
        "minimum": 0,
        "exclusiveMaximum": 100,
    }
    assert steps["basis"]["enum"] == ["lot", "carrier", "batch"]
    assert steps["tool_group"]["refers_to"] == ["tool_groups"]
    assert table_schema("steps")["key"] == ["route", "step"]
    groups = table_schema("tool_groups")["items"]["properties"]
    assert groups["dispatch"]["type"] == ["string", "null"]
    assert groups["tool_choice"]["enum"] == ["random", "longest-free", "least-used"]


def test_required_columns_are_required():
    assert table_schema("programme")["required"] == ["name", "start", "end"]
    assert schema()["required"] == ["programme"]


def test_the_overview_names_every_table():
    lines = overview().splitlines()
    assert {line.split()[0] for line in lines if line} >= {*sections(), *tables()}
