"""Lines that are exactly as wide as they are told, whatever is in them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sigproxy.tui.printable import printable
from sigproxy.tui.widgets.rows import fit


@pytest.mark.parametrize(
    ("text", "width", "left", "right"),
    [
        ("cart", 6, "cart  ", "  cart"),
        ("cart", 4, "cart", "cart"),
        ("/shop/cart", 5, "/sho…", "…cart"),
        ("日本語", 4, "日 …", " …語"),
        ("cart", 0, "", ""),
    ],
)
def test_text_is_padded_or_cut(text: str, width: int, left: str, right: str) -> None:
    assert fit(text, width) == left
    assert fit(text, width, "right") == right


@given(st.text(max_size=40), st.integers(0, 30), st.sampled_from(["left", "right"]))
def test_any_text_fits_exactly(text: str, width: int, align: str) -> None:
    assert cell_len(fit(text, width, "right" if align == "right" else "left")) == width


@given(st.text())
def test_nothing_printable_says_moves_the_cursor(text: str) -> None:
    assert not {unicodedata.category(char) for char in printable(text)} & {"Cc", "Zl", "Zp"}


def test_escapes_newlines_and_overrides_are_shown_as_signs() -> None:
    assert printable("\x1b[31mred\n\u202egnp") == "␛[31mred⏎�gnp"
