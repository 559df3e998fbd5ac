//! Kept connections: idle, each for one place, with the count of its exchanges.

/// Connections that may serve another exchange. Shared by all fetches of a program.
#[derive(Debug, Default)]
pub struct Pool {}
