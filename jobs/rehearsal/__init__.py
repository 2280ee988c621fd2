"""The sandbox CRM: generated, loaded, copied from an account, demonstrated."""
