"""All SQL of the project: tables, migrations' entry, and one file a table group. Values go in and come out."""
