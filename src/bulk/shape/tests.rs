//! Rows in, tasks and findings out.
