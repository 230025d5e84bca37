"""What a kind of one's own may raise."""

from jobs.errors import Permanent, ProviderBusy, Transient


def test_a_message_alone_will_do() -> None:
    assert [(error.code, error.message) for error in (Permanent("No."), Transient("not_yet", "Later."))] == [
        ("failed", "No."),
        ("not_yet", "Later."),
    ]


def test_a_provider_may_say_how_long_it_is_busy() -> None:
    for error in (ProviderBusy(5), ProviderBusy(retry_after_s=5)):
        assert (error.code, error.retry_after_s) == ("provider_busy", 5)
    assert ProviderBusy(5, "Too many letters today.").message == "Too many letters today."
