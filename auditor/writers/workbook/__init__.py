"""The Excel workbook. The layout is data (`reports/workbook.yaml`); only this package knows openpyxl."""
