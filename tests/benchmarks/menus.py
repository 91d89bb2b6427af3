"""Menus as dense as those of real portals, to make pages as long as theirs."""

# Real pages of 80 to 90 kB have an element every 119 to 125 bytes, most of them in menus above the article.
BYTES_PER_ELEMENT = 125
NAVIGATION = b'<ul class="navi">'
"""Where the menu of the replica begins; more of it goes after this."""


def write_menu(size: int) -> bytes:
    """Write items of a menu, ``size`` bytes or up to an item more."""
    item = '<li class="lfr-nav-item"><a href="/chuyen-muc/-/{}" ><span> {} </span></a></li>'
    lines: list[bytes] = []
    while size > 0:
        filled = item.format(len(lines), "Chuyên mục " * 3)
        lines.append(f"{filled:<{3 * BYTES_PER_ELEMENT}}\n".encode())
        size -= len(lines[-1])
    return b"".join(lines)
