//! Faults held against kinds of operations: how a command ends, how often the
//! sandbox was asked, and how often it did what was asked.
