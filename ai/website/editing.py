"""Changes by the owner: a JSON merge patch (RFC 7396), kept, so that edits outlive a new look or composition."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from ai.business import Business, Style
from ai.website.compose import compose
from ai.website.errors import BadEdit
from ai.website.look import restyle
from ai.website.spec import SiteSpec

OWN = frozenset({"content", "look"})  # what an owner may change


def edit(spec: SiteSpec, patch: Mapping[str, JsonValue]) -> SiteSpec:
    """The site with a merge patch of `content` and `look` applied and remembered. Raises `BadEdit`."""
    if strange := set(patch) - OWN:
        raise BadEdit(f"A site has content and look to edit, not {', '.join(sorted(strange))[:80]}.")
    edits = _merged(spec.edits, patch)
    whole = _merged(spec.model_dump(mode="json", exclude={"edits"}), patch)
    try:
        return SiteSpec.model_validate({**_object(whole), "edits": edits})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadEdit(f"{where}: {first['msg']}.") from None


def redesign(spec: SiteSpec, *, theme: str | None = None, style: Style | None = None) -> SiteSpec:
    """Another look and the same words. Without a theme and a style: the next theme. Raises `UnknownTheme`."""
    look = restyle(spec.look, style or Style(), theme)
    return spec.model_copy(update={"look": look, "edits": _without_look(spec.edits)})


def recompose(spec: SiteSpec, business: Business) -> SiteSpec:
    """A site from facts that changed, in the look it has, with the owner's edits on top."""
    fresh = compose(business, language=spec.content.language).model_copy(update={"look": spec.look})
    return edit(fresh, spec.edits)


def _merged(target: JsonValue, patch: JsonValue | Mapping[str, JsonValue]) -> JsonValue:
    """RFC 7396; a null stays, so that the edit that removed a section can be told again."""
    if not isinstance(patch, Mapping):
        return patch
    kept = _object(target)
    return {**kept, **{key: _merged(kept.get(key), value) for key, value in patch.items()}}


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _without_look(edits: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in edits.items() if key != "look"}
