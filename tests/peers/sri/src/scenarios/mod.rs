//! What the client can be asked to live through, by name.

mod blocks;
mod genesis;
mod groups;
mod payouts;
mod setups;
mod shares;

use crate::violation::Outcome;
use crate::Options;

pub fn play(name: &str, options: &Options) -> Outcome<()> {
    match name {
        "setups" => setups::play(options),
        "wrong-key" => setups::wrong_key(options),
        "stay" => setups::stay(options),
        "shares" => shares::play(options),
        "vardiff" => shares::vardiff(options),
        "genesis" => genesis::play(),
        "payouts" => payouts::play(options),
        "groups" => groups::play(options),
        "blocks" => blocks::play(options),
        other => Err(format!("there is no scenario {other}")),
    }
}
