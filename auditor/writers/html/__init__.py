"""One self-contained page to search. Layout, words and looks are data (`reports/html/`)."""
