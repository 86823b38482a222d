import pytest

from wordrel.sources.sizes import size_text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"), (862_182_613, "862.2 MB"), (1_325_960_915, "1.3 GB"), (5 * 10**15, "5000.0 TB")],
)  # fmt: skip
def test_sizes_are_decimal(n_bytes, text):
    assert size_text(n_bytes) == text
