"""What links of two kinds may be called."""

from starlette.responses import Response

from connectors.sandbox.answers import invalid, nothing, reply
from connectors.sandbox.api.associations import pair_of
from connectors.sandbox.calls import Call
from connectors.sandbox.links import LinkType
from connectors.sandbox.values import text
from connectors.sandbox.views import Record


def labels(call: Call) -> Response:
    """Answer every type that links of two kinds may carry."""
    pair = pair_of(call)
    return reply({"results": [_label(held) for held in call.portal.links.types(pair.from_.name, pair.to.name)]})


def create_label(call: Call) -> Response:
    """Add a custom label, with its twin for the other direction."""
    pair, body = pair_of(call), call.body()
    label = text(body.get("label"))
    if not label:
        raise invalid("Some required fields were not set: [label]")
    names = (pair.from_.name, pair.to.name)
    inverse, name = text(body.get("inverseLabel")), text(body.get("name"))
    forward, back = call.portal.links.add_label(*names, label=label, inverse=inverse, name=name)
    call.portal.touch_labels(pair.from_.name, pair.to.name)
    return reply({"results": [_label(forward), _label(back)]})


def rename_label(call: Call) -> Response:
    """Change the text of a custom label."""
    pair, body = pair_of(call), call.body()
    number = int(text(body.get("associationTypeId")) or 0)
    if not call.portal.links.relabel(pair.from_.name, pair.to.name, number, text(body.get("label")) or ""):
        raise invalid(f"Association type {number} does not exist")
    call.portal.touch_labels(pair.from_.name, pair.to.name)
    return nothing()


def delete_label(call: Call) -> Response:
    """Remove a custom label."""
    pair = pair_of(call)
    call.portal.links.drop_label(pair.from_.name, pair.to.name, int(call.part("type_id")))
    call.portal.touch_labels(pair.from_.name, pair.to.name)
    return nothing()


def _label(held: LinkType) -> Record:
    return {"category": held.category, "typeId": held.id, "label": held.label}
