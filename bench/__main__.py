"""Runs every benchmark: `python -m bench`."""

from importlib import import_module

BENCHMARKS = ("backfill", "store", "scoring", "derive_pure", "derive", "kpis", "web_pages", "pace")


def main() -> None:
    """Print the figures of every benchmark, one after the other."""
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
