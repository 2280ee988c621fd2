"""How accounts are opened: tokens, OAuth grants, scopes, API versions that end."""
