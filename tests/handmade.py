"""Workbooks in the shapes that other programs save: shared texts, dates as numbers, no tables, odd names."""

import datetime as dt
import html
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zone
_DATE_STYLE = 1


def handmade(path, sheets, *, states=None, extra=None, styles=True):
    """Write sheets (name -> rows) with shared texts and dates as numbers; `states` hides sheets by name."""
    texts: dict[str, int] = {}
    parts = {}
    for number, rows in enumerate(sheets.values(), 1):
        lines = [_row(index, cells, texts) for index, cells in enumerate(rows, 1)]
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
        )
    parts |= _frame(list(sheets), states or {})
    said = "".join(f'<si><t xml:space="preserve">{html.escape(text)}</t></si>' for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{said}</sst>'
    if styles:
        parts["xl/styles.xml"] = _styles()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (parts | (extra or {})).items():
            package.writestr(name, data)
    return path


def _row(index, cells, texts):
    filled = [(number, value) for number, value in enumerate(cells) if value is not None]
    return f'<row r="{index}">{"".join(_cell(f"{_letters(n)}{index}", v, texts) for n, v in filled)}</row>'


def _cell(where, value, texts):
    match value:
        case str():
            return f'<c r="{where}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
        case bool():
            return f'<c r="{where}" t="b"><v>{int(value)}</v></c>'
        case dt.date():
            day = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - cells know no zone
            return f'<c r="{where}" s="{_DATE_STYLE}"><v>{(day - _DAY_ZERO).days}</v></c>'
        case ("formula", formula, bool(saved)):
            return f'<c r="{where}" t="b"><f>{html.escape(formula)}</f><v>{int(saved)}</v></c>'
        case ("formula", formula, saved):
            return f'<c r="{where}"><f>{html.escape(formula)}</f><v>{saved}</v></c>'
        case _:
            return f'<c r="{where}"><v>{value}</v></c>'


def _letters(number):
    text = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        text = chr(ord("A") + rest) + text
        number -= 1
    return text


def _frame(names, states):
    listed = "".join(
        f'<sheet name="{html.escape(name)}" sheetId="{n}" state="{states.get(name, "visible")}" r:id="r{n}"/>'
        for n, name in enumerate(names, 1)
    )
    leading = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
    leading += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(leading, 1)
    )
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_R}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_R}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}">{related}</Relationships>',
    }


def _styles():
    return (
        f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
