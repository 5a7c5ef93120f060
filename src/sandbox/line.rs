//! Connections that can be broken on purpose: reset, or ended in the middle of an answer.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a connection at the next answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Whole = 0,
    /// RST instead of the answer.
    Reset = 1,
    /// The head and half of the body, or half of the head where there is no body.
    Cut = 2,
    /// Cut already.
    Ended = 3,
}

/// A request's hold on its connection.
#[derive(Debug, Clone)]
pub(super) struct Line(Arc<AtomicU8>);

impl Line {
    pub(super) fn meet(&self, fate: Fate) {
        self.0.store(fate as u8, Ordering::SeqCst);
    }

    fn fate(&self) -> Fate {
        match self.0.load(Ordering::SeqCst) {
            1 => Fate::Reset,
            2 => Fate::Cut,
            3 => Fate::Ended,
            _ => Fate::Whole,
        }
    }
}

/// Takes connections on loopback.
pub(super) struct Doorway(pub(super) TcpListener);

impl Listener for Doorway {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, peer)) => {
                    // An answer is one small piece: waiting to send more at once only delays it.
                    let _ = stream.set_nodelay(true);
                    return (Connection { stream, line: Line(Arc::new(AtomicU8::new(Fate::Whole as u8))) }, peer);
                }
                // Out of descriptors, or a peer that went away: neither lasts.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doorway>> for Line {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        stream.io().line.clone()
    }
}

/// One connection.
pub(super) struct Connection {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        match self.line.fate() {
            Fate::Whole => Pin::new(&mut self.stream).poll_write(context, bytes),
            Fate::Reset => {
                let _ = self.stream.set_zero_linger();
                Poll::Ready(Err(Error::from(ErrorKind::ConnectionReset)))
            }
            Fate::Cut => {
                let written = Pin::new(&mut self.stream).poll_write(context, &bytes[..half(bytes)]);
                if written.is_ready() {
                    self.line.meet(Fate::Ended);
                }
                written
            }
            Fate::Ended => Poll::Ready(Err(Error::from(ErrorKind::BrokenPipe))),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Where an answer is cut. Its head is written in one piece.
fn half(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let body = answer.len() - head;
    if body < 2 { (head / 2).max(1) } else { head + body / 2 }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn an_answer_is_cut_inside() {
        assert_eq!(half(b"HTTP\r\n\r\nabcdef"), 11);
        assert_eq!(half(b"HTTP\r\n\r\n"), 4);
        assert_eq!(half(b"x"), 1);
    }
}
