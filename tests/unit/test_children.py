"""A child that changes its user: it reaches closed folders when it is told to, and only then."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from service.stack.children import Account, Child, Program

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")


@pytest.mark.parametrize(("reach", "status"), [(True, 0), (False, 1)])
async def test_a_program_in_a_closed_folder_runs_as_nobody(tmp_path: Path, reach: bool, status: int) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = shutil.copy(shutil.which("id") or "", closed)
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid, reach=reach)
    child = Child(Program((str(program), "-un"), tmp_path / "log", account=account))
    assert await child.wait() == status
    assert ("nobody" in (tmp_path / "log").read_text()) is reach
