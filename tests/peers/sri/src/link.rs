//! One connection to the pool: TCP, the handshake of `noise_sv2` and the frames of `codec_sv2`.

use crate::violation::{ensure, Outcome};
use binary_sv2::GetSize;
use codec_sv2::{
    Decrypted, Handshake, NoiseDecoder, NoiseEncoder, TransportDecryptState, TransportEncryptState,
};
use framing_sv2::framing::{MessageFrame, SerializedFrame};
use framing_sv2::header::Header;
use noise_sv2::{Initiator, INITIATOR_EXPECTED_HANDSHAKE_MESSAGE_SIZE};
use parsers_sv2::{AnyMessage, AnyMessageOwned, IsSv2Message};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

pub struct Link {
    stream: TcpStream,
    encoder: NoiseEncoder,
    decoder: NoiseDecoder,
    encrypt: TransportEncryptState,
    /// Absent while a frame is read, and after a frame that was not authentic.
    decrypt: Option<TransportDecryptState>,
    /// Read, and not yet decoded.
    buffer: Vec<u8>,
}

/// What came next.
pub enum Next {
    Message(Box<AnyMessageOwned>),
    Silence,
    Closed,
}

/// The x-only public key of a pool from the text that miners are given: base58check over the
/// version 1, little-endian, and the key.
pub fn authority_key(text: &str) -> Outcome<[u8; 32]> {
    let bytes = bs58::decode(text)
        .with_check(None)
        .into_vec()
        .map_err(|error| format!("the authority key {text}: {error}"))?;
    ensure!(
        bytes.len() == 34 && bytes[..2] == [1, 0],
        "the authority key {text} has another form"
    );
    Ok(bytes[2..].try_into().unwrap())
}

impl Link {
    /// The error tells of an InvalidCertificate where the pool could not prove that it has the key.
    pub fn connect(address: &str, key: [u8; 32]) -> Outcome<Link> {
        let mut stream =
            TcpStream::connect(address).map_err(|error| format!("connect: {error}"))?;
        stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(10))))
            .map_err(|error| format!("connect: {error}"))?;
        let initiator =
            Initiator::from_raw_k(key).map_err(|error| format!("authority key: {error:?}"))?;
        let (first, sent) = Handshake::initiator(initiator)
            .step_0()
            .map_err(|error| format!("act 1: {error:?}"))?;
        let mut second = [0; INITIATOR_EXPECTED_HANDSHAKE_MESSAGE_SIZE];
        stream
            .write_all(first.payload())
            .and_then(|()| stream.read_exact(&mut second))
            .map_err(|error| format!("act 2: {error}"))?;
        let transport = sent
            .step_2(second)
            .map_err(|error| format!("handshake: {error:?}"))?;
        let (encrypt, decrypt) = transport.split();
        Ok(Link {
            stream,
            encoder: NoiseEncoder::new(),
            decoder: NoiseDecoder::new(),
            encrypt,
            decrypt: Some(decrypt),
            buffer: Vec::new(),
        })
    }

    pub fn send(&mut self, message: AnyMessageOwned) -> Outcome<()> {
        let (kind, extension, channel) = (
            message.message_type(),
            message.extension_type(),
            message.channel_bit(),
        );
        let frame = MessageFrame::from_message(message, kind, extension, channel)
            .map_err(|error| format!("frame of {kind:#x}: {error:?}"))?;
        let bytes = self
            .encoder
            .encode_transport(frame, &mut self.encrypt)
            .map_err(|error| format!("encode {kind:#x}: {error:?}"))?;
        self.write(&bytes)
    }

    /// A frame as it is given, header and payload.
    pub fn send_raw(&mut self, frame: Vec<u8>) -> Outcome<()> {
        let frame = SerializedFrame::from_bytes(frame).map_err(|_| "a frame of another size")?;
        let bytes = self
            .encoder
            .encode_transport(frame, &mut self.encrypt)
            .map_err(|error| format!("encode: {error:?}"))?;
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.stream
            .write_all(bytes)
            .map_err(|error| format!("the pool took no more: {error}"))
    }

    /// The next message, of which the header and the size are checked.
    pub fn receive(&mut self, patience: Duration) -> Outcome<Next> {
        let deadline = Instant::now() + patience;
        loop {
            while self.buffer.len() >= self.decoder.writable_len() {
                if let Some(message) = self.decode()? {
                    return Ok(Next::Message(Box::new(message)));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Next::Silence);
            }
            self.stream
                .set_read_timeout(Some(left))
                .map_err(|error| error.to_string())?;
            let mut part = [0; 4096];
            match self.stream.read(&mut part) {
                Ok(0) => return Ok(Next::Closed),
                Ok(count) => self.buffer.extend_from_slice(&part[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Ok(Next::Silence),
                    ErrorKind::ConnectionReset => return Ok(Next::Closed),
                    _ => return Err(format!("read: {error}")),
                },
            }
        }
    }

    fn decode(&mut self) -> Outcome<Option<AnyMessageOwned>> {
        let wanted = self.decoder.writable_len();
        let rest = self.buffer.split_off(wanted);
        self.decoder.writable().copy_from_slice(&self.buffer);
        self.buffer = rest;
        let state = self.decrypt.take().ok_or("the connection is broken")?;
        match self.decoder.next_transport_frame(state) {
            Ok(Decrypted::Incomplete(_, state)) => {
                self.decrypt = Some(state);
                Ok(None)
            }
            Ok(Decrypted::Frame(mut frame, state)) => {
                self.decrypt = Some(state);
                parse(frame.header(), frame.payload()).map(Some)
            }
            Err(error) => Err(format!("a frame that is not authentic: {error:?}")),
        }
    }
}

fn parse(header: Header, payload: &mut [u8]) -> Outcome<AnyMessageOwned> {
    let kind = header.msg_type();
    let size = payload.len();
    let message = AnyMessage::try_from((header, payload))
        .map_err(|error| format!("message {kind:#x}: {error:?}"))?
        .into_owned();
    ensure!(
        message.get_size() == size,
        "message {kind:#x} has {size} bytes, and its fields {}",
        message.get_size()
    );
    ensure!(
        header.channel_msg() == message.channel_bit(),
        "message {kind:#x}: the channel bit is {}",
        header.channel_msg()
    );
    Ok(message)
}
