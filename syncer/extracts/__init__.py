"""What the files of `syncer tables` hold, in words: tables, columns, types, units. Queries are the store's."""
