//! `sockeye fetch`: the engine without a screen, with curl's flags and exit statuses.
