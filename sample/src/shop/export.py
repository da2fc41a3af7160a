from shop.formats.xlsx import write


def export(rows):
    return write(rows)
