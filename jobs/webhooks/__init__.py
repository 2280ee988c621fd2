"""What the CRM tells us by itself: kept, drained into rounds, subscribed to."""
