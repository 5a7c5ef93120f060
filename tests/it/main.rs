//! Tests that need more than one room, in one binary.

mod architecture;
mod deluge;
mod delivery;
