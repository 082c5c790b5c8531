//! What a header is made of, from the bytes of the messages and SHA-256 alone: no code of the pool
//! and none of the libraries under test has a say here.

use sha2::{Digest, Sha256};

/// 256 bits as they stand on the wire and in a header: little-endian.
pub type Hash = [u8; 32];

pub fn sha256d(bytes: &[u8]) -> Hash {
    Sha256::digest(Sha256::digest(bytes)).into()
}

/// As nodes and explorers write it.
pub fn display(hash: &Hash) -> String {
    hash.iter()
        .rev()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the number `left` is at most the number `right`.
pub fn at_most(left: &Hash, right: &Hash) -> bool {
    left.iter().rev().le(right.iter().rev())
}

/// The target that compact `bits` stand for.
pub fn target_of_bits(bits: u32) -> Hash {
    let exponent = (bits >> 24) as usize;
    let mantissa = (bits & 0x007f_ffff).to_le_bytes();
    let mut target = [0; 32];
    for (index, byte) in mantissa.iter().take(3).enumerate() {
        let place = (index + exponent).checked_sub(3);
        if let Some(place) = place.filter(|place| *place < 32) {
            target[place] = *byte;
        }
    }
    target
}

/// Difficulty 1 is 0xffff * 2^208.
pub fn difficulty_of(target: &Hash) -> f64 {
    let value = target
        .iter()
        .rev()
        .fold(0.0_f64, |sum, byte| sum * 256.0 + f64::from(*byte));
    65535.0 * 2.0_f64.powi(208) / value
}

/// `target` shifted right by `bits`, at most 7.
pub fn harder(target: &Hash, bits: u32) -> Hash {
    let mut result = [0; 32];
    for index in 0..32 {
        let above = target.get(index + 1).copied().unwrap_or(0);
        let pair = u16::from(target[index]) | u16::from(above) << 8;
        result[index] = (pair >> bits) as u8;
    }
    result
}

/// The root over a coinbase and its branch: each leaf stands on the right.
pub fn merkle_root(coinbase: &[u8], path: &[Hash]) -> Hash {
    path.iter().fold(sha256d(coinbase), |root, leaf| {
        sha256d(&[root.as_slice(), leaf.as_slice()].concat())
    })
}

#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub version: u32,
    pub previous: Hash,
    pub root: Hash,
    pub time: u32,
    pub bits: u32,
    pub nonce: u32,
}

impl Header {
    pub fn bytes(&self) -> [u8; 80] {
        let mut bytes = [0; 80];
        bytes[..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&self.previous);
        bytes[36..68].copy_from_slice(&self.root);
        bytes[68..72].copy_from_slice(&self.time.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    pub fn hash(&self) -> Hash {
        sha256d(&self.bytes())
    }

    /// The next header from this nonce on whose hash is wanted.
    pub fn mine(mut self, is_wanted: impl Fn(&Hash) -> bool) -> Option<Header> {
        loop {
            if is_wanted(&self.hash()) {
                return Some(self);
            }
            self.nonce = self.nonce.checked_add(1)?;
        }
    }
}

/// What a coinbase without witness says, read strictly.
#[derive(Debug)]
pub struct Coinbase {
    pub script: Vec<u8>,
    /// Satoshis and script of each output.
    pub outputs: Vec<(u64, Vec<u8>)>,
}

impl Coinbase {
    pub fn parse(bytes: &[u8]) -> Result<Coinbase, String> {
        let mut reader = Reader { rest: bytes };
        reader.take(4)?;
        // A witness would put a zero here (BIP 144); jobs have none.
        if reader.size()? != 1 {
            return Err("a coinbase has one input and, in a job, no witness marker".into());
        }
        if reader.take(36)? != [[0; 32].as_slice(), [0xff; 4].as_slice()].concat() {
            return Err("a coinbase spends no output".into());
        }
        let script = reader.bytes()?.to_vec();
        if !(2..=100).contains(&script.len()) {
            return Err(format!("a scriptSig of {} bytes", script.len()));
        }
        reader.take(4)?;
        let mut outputs = Vec::new();
        for _ in 0..reader.size()? {
            let value = u64::from_le_bytes(reader.take(8)?.try_into().unwrap());
            outputs.push((value, reader.bytes()?.to_vec()));
        }
        reader.take(4)?;
        if !reader.rest.is_empty() {
            return Err("bytes behind the lock time".into());
        }
        Ok(Coinbase { script, outputs })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        if self.rest.len() < count {
            return Err("a transaction that ends early".into());
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(taken)
    }

    fn size(&mut self) -> Result<usize, String> {
        let width = match self.take(1)?[0] {
            0xfd => 2,
            0xfe => 4,
            0xff => return Err("a transaction larger than the world".into()),
            small => return Ok(usize::from(small)),
        };
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    fn bytes(&mut self) -> Result<&'a [u8], String> {
        let size = self.size()?;
        self.take(size)
    }
}
