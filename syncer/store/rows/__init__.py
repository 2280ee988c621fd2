"""How rows are made and read: encoding, refusing, superseding, marking, paging."""
