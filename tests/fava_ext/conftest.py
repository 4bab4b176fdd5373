"""What the tests in a browser have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.browsers import axe_core, chromium


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser for all tests of a module."""
    browser = chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.quit()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, as a script. Without npm the tests of accessibility are skipped; `make proof` fails then."""
    script = axe_core(tmp_path_factory.mktemp("axe"))
    if not script:
        pytest.skip("no accessibility was tested: axe-core comes by npm, which is not installed")
    return script
