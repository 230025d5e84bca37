"""The settings of the service, read from `TURNSPIT_*` where a process starts and nowhere else."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.model import JOINS

QUEUES = ("default", "heavy", "media", "deploy", "low", "interactive")
SLOTS = {"heavy": 8, "media": 2, "deploy": 4, "low": 4}
OTHER_SLOTS = 10
OTHERS = "*"
"""Among the queues of a worker: those that kinds of one's own ask for (jobs/others.py)."""
SECRETS = Path("/run/secrets")
"""Where containers find secrets: a file per setting, as `turnspit_keys`. The environment wins."""
JOIN_SLOTS = 100


class Settings(BaseSettings):
    """Every value has a default that works for the embedded stack. Durations are seconds, sizes are bytes."""

    model_config = SettingsConfigDict(
        env_prefix="TURNSPIT_", frozen=True, extra="ignore", secrets_dir=SECRETS if SECRETS.is_dir() else None
    )

    database_url: SecretStr = SecretStr("postgresql://turnspit@127.0.0.1:5432/turnspit")
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    storage_url: str = ".turnspit/objects"
    kinds: str = ""
    queues: str = ",".join((*QUEUES, OTHERS))
    slots: int | None = Field(default=None, ge=1, le=1000)
    host: str = "127.0.0.1"
    port: int = 8000
    keys: SecretStr = SecretStr("")
    sites_url: str = "http://127.0.0.1:8001"
    allowed_hosts: str = ""
    max_body_bytes: int = 16 * 1024 * 1024
    max_file_bytes: int = 2 * 1024 * 1024 * 1024
    inline_json_bytes: int = 256 * 1024
    retention_days: float = 30
    lease_s: float = Field(default=10, ge=5)
    drain_s: float = 20
    linger_s: float = Field(default=2, ge=0)
    whisper_model: str = "auto"
    llm_url: str = ""
    llm_model: str = ""
    llm_key: SecretStr = SecretStr("")
    embed_url: str = ""
    log_level: str = "INFO"
    log_format: str = "json"

    @field_validator("storage_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        return value if "://" in value else str(Path(value).expanduser().absolute())

    @property
    def kind_modules(self) -> list[str]:
        return _split(self.kinds)

    @property
    def queue_names(self) -> list[str]:
        return [name for name in _split(self.queues) if name != OTHERS]

    @property
    def others_too(self) -> bool:
        return OTHERS in _split(self.queues)

    @property
    def lanes(self) -> dict[str, int]:
        """How many jobs of each queue a worker runs at once; `slots` sets it for all of them."""
        own = {name: self.slots or SLOTS.get(name, OTHER_SLOTS) for name in self.queue_names}
        return own | {JOINS: JOIN_SLOTS}

    @property
    def key_values(self) -> list[str]:
        return _split(self.keys.get_secret_value())


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
