"""The results of a search as files: rows page after page, for spreadsheets and programs."""
