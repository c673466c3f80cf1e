"""Reading prompt templates: Jinja and its kin, and the files in which they stand."""
