//! A program that serves, from its first line to its end, and one plain request to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};

/// What it says first on its piped standard output: where it is. Waits until it does.
pub(crate) fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}

/// The whole answer to a request that is its first lines: `GET / HTTP/1.1`.
pub(crate) fn ask(host: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.write_all(format!("{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Sends it a signal.
pub(crate) fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
}

/// Ends it by a signal: its exit code, and what it said on standard error.
pub(crate) fn end(child: Child, by: &str) -> (Option<i32>, String) {
    signal(&child, by);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
