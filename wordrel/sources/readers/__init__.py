"""One reader of word vectors a file; `sniffing` chooses by the first bytes of what is read."""
