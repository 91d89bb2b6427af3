"""What commands share: options, tables, and how errors are told."""
