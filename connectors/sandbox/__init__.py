"""An embedded CRM that speaks HubSpot's API with HubSpot's habits: for demos, rehearsals and tests."""
