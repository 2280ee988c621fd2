"""How to talk to one outside system. Knows HTTP; knows no funnel rule."""
