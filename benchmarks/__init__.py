"""What is measured, with the command that measures it; see README.md here."""
