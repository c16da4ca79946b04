"""What is kept: text, extraction, schema, store, versions, search. Knows no Scrapy and no portal."""
