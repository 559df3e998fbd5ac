//! An exchange in other forms: programs that do the same, HAR. Pure functions.
