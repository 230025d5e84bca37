"""Make a website from a voice note."""

from uuid import UUID

from pydantic import Field

from jobs.kind import Flow, FlowKind
from jobs.kinds.website import Website, Wishes


class VoiceWebsiteInput(Wishes):
    """A spoken brief; the rest as for `website`."""

    file: UUID = Field(description="The id of an uploaded sound or video file.")


class VoiceWebsite(Website):
    """The site, and what was heard."""

    transcript: str


def expand(request: VoiceWebsiteInput) -> Flow:
    flow = Flow()
    heard = flow.step("transcribe", "transcribe", {"file": str(request.file)})
    wishes = request.model_dump(mode="json", exclude_unset=True, exclude={"file"})
    site = flow.step("website", "website", {"prompt": heard.output("/text"), **wishes})
    flow.output = {name: site.output(f"/{name}") for name in Website.model_fields}
    flow.output["transcript"] = heard.output("/text")
    return flow


kind = FlowKind("voice_website", VoiceWebsiteInput, VoiceWebsite, expand)
