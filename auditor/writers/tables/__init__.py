"""What stands in which column, whatever the format: tables of contents with tones and links, no styling."""
