//! The client's own arithmetic, on the first block of all.

use crate::finding;
use crate::violation::{ensure, Outcome};
use crate::work::{self, Coinbase, Header};

const COINBASE: &str = "0100000001000000000000000000000000000000000000000000000000000000000000\
    0000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72\
    206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01\
    000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f3\
    5504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
const HASH: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

pub fn play() -> Outcome<()> {
    let coinbase: Vec<u8> = (0..COINBASE.len())
        .step_by(2)
        .filter_map(|place| u8::from_str_radix(&COINBASE[place..place + 2], 16).ok())
        .collect();
    let header = Header {
        version: 1,
        previous: [0; 32],
        root: work::merkle_root(&coinbase, &[]),
        time: 1_231_006_505,
        bits: 0x1d00_ffff,
        nonce: 2_083_236_893,
    };
    let hash = header.hash();
    let target = work::target_of_bits(header.bits);
    ensure!(work::display(&hash) == HASH, "{}", work::display(&hash));
    ensure!(
        work::at_most(&hash, &target),
        "its hash is above its target"
    );
    ensure!(
        !work::at_most(&hash, &work::harder(&hash, 1)),
        "a hash is at most its half"
    );
    let difficulty = work::difficulty_of(&target);
    ensure!(difficulty == 1.0, "difficulty {difficulty}");
    let parsed = Coinbase::parse(&coinbase)?;
    ensure!(
        parsed.outputs.len() == 1 && parsed.outputs[0].0 == 5_000_000_000,
        "outputs {:?}",
        parsed.outputs
    );
    ensure!(parsed.script.len() == 77, "{} bytes", parsed.script.len());
    finding("the arithmetic is right", &[]);
    Ok(())
}
