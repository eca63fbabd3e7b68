"""What the codes of this format mean, for those who look one up."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.TABLE,
    of={
        "answers-none": ("All quantities of the row are zero, so that it answers nothing.", Do.ROW),
        "archive-inside": ("The workbook has another archive inside.", Do.XLSX),
        "columns": (
            "The headings of the table are not known, or one that is needed is missing.",
            Do.NAMES,
        ),
        "control-signs": ("Control signs do not travel in a table and were left out.", Do.WARNED),
        "empty-cell": ("A cell is empty that the row cannot do without.", Do.ROW),
        "long-line": ("A line is longer than a line of a table can be.", Do.FILE),
        "no-column": (
            "The partner's page names no column for something that the order says.",
            Do.PAGE,
        ),
        "no-count": ("The quantity is no whole number of units.", Do.ROW),
        "no-text": ("The file is no text and no workbook.", Do.XLSX),
        "no-workbook": ("The file is no Excel workbook, or it is damaged.", Do.XLSX),
        "not-utf-8": ("The file is not in UTF-8 and was read in another encoding.", Do.WARNED),
        "odd-entry": ("The workbook has an entry in it that is no file.", Do.XLSX),
        "old-workbook": (
            "The file is a workbook of Excel 97-2003, or protected by a password.",
            Do.XLSX,
        ),
        "only-read": ("Tables of this kind are only read, never written.", Do.PAGE),
        "quotation-marks": ("A row cannot be read, as a quotation mark is missing.", Do.FILE),
        "spreadsheet-date": ("A spreadsheet program changed an id into a date.", Do.ASTEXT),
        "spreadsheet-number": (
            "A spreadsheet program rounded a long number; its digits are lost.",
            Do.ASTEXT,
        ),
        "spreadsheet-zeros": (
            "A spreadsheet program took zeros from the beginning of a number.",
            Do.ASTEXT,
        ),
        "too-many-cells": ("The row has more cells than there are headings.", Do.ROW),
        "too-many-entries": ("The workbook has more files inside than are taken.", Do.XLSX),
        "too-many-rows": ("The table has more rows than the channel takes.", Do.SMALLER),
        "too-wide": ("A sheet reaches far beyond what any table needs.", Do.XLSX),
        "unpacks-to-too-much": ("The workbook unpacks to more than is taken.", Do.XLSX),
    },
)
