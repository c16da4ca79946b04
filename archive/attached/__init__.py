"""The text of files that pages offer: PDF, Word, Excel and their kin, read in a process apart.

Libraries, measured on 21 Word files of others, 13 PDFs and Vietnamese samples of every kind: PDFium
(pypdfium2) reads PDFs 15 times as fast as pypdf and 27 times as fast as pdfminer.six, and keeps all that
stands on a page; calamine reads XLS, XLSX and ODS. The zipped XML of DOCX, PPTX and ODT, and the pieces of
Word 97 in its compound file (olefile), take forty lines each: no kept library reads the latter. Left out:
kreuzberg 4 (its support ends with 2026), its successor xberg (160 MB, leaves out headers, footnotes and what
repeats), PyMuPDF (AGPL), antiword and catdoc (no library, no 64-bit maintainers).
"""

from archive.attached.kinds import kind_of
from archive.attached.reading import read_file

__all__ = ["kind_of", "read_file"]
