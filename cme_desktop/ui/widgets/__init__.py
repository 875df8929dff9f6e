"""Our controls, by what they are for.

``buttons`` Button, IconButton, Link; ``tags`` Tag, KeyHint and their painting; ``text`` Label, Elided, Terms;
``cards`` Card, Scroll; ``chips`` ChipRow, Choices, Segments; ``tabs`` Tabs, TabRow; ``inputs`` and ``form`` for typing;
``table`` the paged model and ``cells`` its view; ``feedback`` toasts and banners; ``states`` empty, loading and
interruption; ``pdf_view`` the real pages; ``cover`` an interruption over its page.
"""
