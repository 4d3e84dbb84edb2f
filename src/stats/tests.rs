//! Figures, against a naive reckoning.
