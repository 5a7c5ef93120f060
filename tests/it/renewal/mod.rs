//! Renewal over real sockets and between real processes: raced for, broken on the way, killed in the middle. Whatever
//! happens no grant is lost that could be kept, nothing is done twice, and no connection says «connected» with a dead token.

mod away;
mod faults;
mod killed;
mod lab;
mod race;
