"""The figures of the last measuring as gauges, each under the name that docs/kpis.md gives it."""

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from jobs.web.figure_rows import segment_of
from syncer.kpis.catalogue import Row, catalogue
from syncer.store.values import KpiRow


def figure_gauges(kept: Mapping[str, Sequence[KpiRow]]) -> Iterator[Metric]:
    """Yield a family for every figure that is known, of the rows that each account's last measuring kept."""
    known: dict[object, list[tuple[str, KpiRow]]] = {}
    for account, rows in kept.items():
        for row in rows:
            if row["value"] is not None:
                known.setdefault(row["id"], []).append((account, row))
    for declared in (row for one in catalogue().values() for row in one.rows.values()):
        if declared.id in known:
            yield _gauge(declared, known[declared.id])


def _gauge(declared: Row, rows: Sequence[tuple[str, KpiRow]]) -> Metric:
    parts = sorted({part for _, row in rows for part in segment_of(row)})
    money = ("currency",) if declared.unit == "money" else ()
    gauge = GaugeMetricFamily(declared.metric, declared.names["en"], labels=("account", *parts, *money))
    for account, row in rows:
        segment, value = segment_of(row), row["value"]
        told = (account, *(segment.get(part) or "" for part in parts), *(str(row["unit"]) for _ in money))
        gauge.add_metric(told, float(value) if isinstance(value, int | float) else float("nan"))
    return gauge
