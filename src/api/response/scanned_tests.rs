//! The walk and the parser find the same in a page.

use super::*;
