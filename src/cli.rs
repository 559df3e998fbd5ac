//! The command line: one table of flags for parser, help, manual page and completions.
