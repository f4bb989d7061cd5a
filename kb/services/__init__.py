"""Services that count what people think of a page: a file each, with BASE, ask(host, page) -> path, and
read(body) -> Answer. Only their official interfaces, through the one HTTP client; kb/evidence.py does the asking."""
