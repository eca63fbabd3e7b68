"""A brand's host that is the desk's or the portal's as well stops the hub, with a sentence."""

from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.main import read_pages, read_settings


@pytest.mark.parametrize("setting", ["HUB_DESK_HOSTS", "HUB_PORTAL_HOSTS"])
def test_customers_and_staff_never_share_a_host(setting: str, tmp_path: Path) -> None:
    chosen = {"HUB_DATA_DIR": str(tmp_path), setting: "juniper.localhost"}
    with pytest.raises(ConfigError) as refused:
        read_pages(read_settings(chosen))
    [mistake] = refused.value.mistakes
    assert mistake.startswith("brands/juniper/brand.yaml hosts: juniper.localhost is a name of")
    assert setting in mistake and "change one of the two" in mistake
