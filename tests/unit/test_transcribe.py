"""The kind `transcribe` without a service around it."""

import pytest

from ai.errors import AiError, ModelFailed
from jobs.errors import AttemptError, Permanent, Transient
from jobs.kinds import transcribe


def kinds_of(error: type[AiError]) -> set[type[AiError]]:
    return {error}.union(*map(kinds_of, error.__subclasses__()))


@pytest.mark.parametrize("error", kinds_of(AiError) - {AiError}, ids=lambda error: error.__name__)
def test_what_goes_wrong_with_speech_has_a_code_and_its_own_sentence(error):
    with pytest.raises(AttemptError) as caught, transcribe._as_job_errors():
        raise error("A sentence.")
    assert (caught.value.code != "internal", caught.value.message) == (True, "A sentence.")


def test_a_model_that_failed_may_not_fail_again():
    with pytest.raises(Transient) as caught, transcribe._as_job_errors():
        raise ModelFailed("The model failed at this recording: too large.")
    assert caught.value.code == "model_failed"
    assert not isinstance(caught.value, Permanent)
