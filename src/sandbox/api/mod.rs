//! A small API to call with whatever credential there is: cold rooms, what their sensors measured, alarms, messages, an echo.

mod admit;
mod desk;
mod echo;
mod rooms;

pub(super) use admit::{Caller, admit};
pub(super) use desk::{Desk, alarms, messages, post_alarm, post_message};
pub(super) use echo::{echo, readable_headers};
pub(super) use rooms::{devices, readings};
