"""The language server: diagnostics, fixes and pages in an editor. Needs the extra `promptlint[lsp]`."""
