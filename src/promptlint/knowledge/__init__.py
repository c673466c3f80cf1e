"""What we know of libraries, providers and rules: the files of `rules/`, read into frozen values."""
