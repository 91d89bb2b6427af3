"""The archive as a file: opening, tables, upgrades, copies, damage."""
