"""The kind `transcribe` without a service around it."""

import pytest

from ai.errors import AiError, ModelFailed
from ai.transcript import Segment
from jobs.errors import AttemptError, Permanent, Transient
from jobs.kinds import transcribe


def kinds_of(error: type[AiError]) -> list[type[AiError]]:
    return [kind for own in error.__subclasses__() for kind in (own, *kinds_of(own))]


@pytest.mark.parametrize("error", kinds_of(AiError), ids=lambda error: error.__name__)
def test_what_goes_wrong_with_speech_has_a_code_and_its_own_sentence(error):
    with pytest.raises(AttemptError) as caught, transcribe._as_job_errors():
        raise error("A sentence.")
    assert (caught.value.code != "internal", caught.value.message) == (True, "A sentence.")


def test_a_model_that_failed_may_not_fail_again():
    with pytest.raises(Transient) as caught, transcribe._as_job_errors():
        raise ModelFailed("The model failed at this recording: too large.")
    assert caught.value.code == "model_failed"
    assert not isinstance(caught.value, Permanent)


@pytest.mark.parametrize(
    ("language", "whole"), [("en", "今天 很好"), (None, "今天 很好"), ("zh", "今天很好"), ("ja", "今天很好")]
)
def test_segments_are_joined_as_their_language_is_written(language, whole):
    segments = [Segment(0, 0, 1, text, None, 0, 0) for text in ("今天", "很好")]
    assert transcribe._text(segments, language) == whole
