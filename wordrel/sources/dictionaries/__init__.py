"""One reader of bilingual dictionaries a file, chosen by content."""
