//! The bytes of a connection, encrypted or not.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{Accept, server::TlsStream};

use super::Tls;
use crate::telemetry;

/// A connection. The handshake of an encrypted one takes place when it is first read or written, so that a client that
/// is slow at it holds up nobody else.
pub(crate) enum Transport {
    /// Not encrypted.
    Plain(TcpStream),
    /// In the handshake.
    Handshake(Box<Accept<TcpStream>>),
    /// Encrypted.
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Transport {
    /// A connection of a client, over which one of these protocols is spoken; encrypted if there are certificates.
    pub(crate) fn new(stream: TcpStream, tls: Option<&Tls>, protocols: &[&[u8]]) -> Self {
        match tls {
            Some(tls) => Self::Handshake(Box::new(tls.acceptor(protocols).accept(stream))),
            None => Self::Plain(stream),
        }
    }

    /// Is ready when the handshake is over.
    fn poll_established(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Handshake(accept) = self {
            match ready!(Pin::new(accept.as_mut()).poll(cx)) {
                Ok(stream) => *self = Self::Encrypted(Box::new(stream)),
                Err(error) => {
                    telemetry::refused("TLS_HANDSHAKE", &format!("a client failed at the TLS handshake: {error}"));
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Transport {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_established(cx))?;
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Handshake(_) => Poll::Pending,
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_established(cx))?;
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Handshake(_) => Poll::Pending,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_established(cx))?;
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Encrypted(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Handshake(_) => Poll::Pending,
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_established(cx))?;
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
            Self::Handshake(_) => Poll::Pending,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
            // Nothing was agreed on, so there is nothing to close.
            Self::Handshake(_) => Poll::Ready(Ok(())),
        }
    }
}
