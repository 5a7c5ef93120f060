//! One function an operation: reads what was asked, makes one use of the broker, shapes what it answered.

pub(super) mod about;
pub(super) mod applying;
pub(super) mod audit;
pub(super) mod browsers;
pub(super) mod connections;
pub(super) mod deliveries;
pub(super) mod objects;
pub(super) mod people;
pub(super) mod webhooks;
