"""A generator that nobody finishes holds its variables."""
import leak


def pages():
    rows = [leak.block() for _ in range(20000)]
    for row in rows:
        yield row


cursor = pages()
next(cursor)
leak.expect(path="cursor", type="list")
