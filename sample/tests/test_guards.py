from typing import TYPE_CHECKING

import pytest

try:
    import an_optional_library
except ImportError:
    an_optional_library = None

if TYPE_CHECKING:
    from shop.nowhere import Nothing

pytestmark = pytest.mark.skipif(an_optional_library is None, reason="an optional library is missing")


def test_guards(thing: "Nothing" = None):
    import shop.not_needed_until_the_test_runs
