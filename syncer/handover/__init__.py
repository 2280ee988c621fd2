"""The hand-over to sales: to whom it goes, until when, what the card says, and how it is told once. Pure decisions."""
